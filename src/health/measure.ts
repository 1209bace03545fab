import { judge, type Judged } from '../limits.ts';
import { writeName } from '../postgres/names.ts';
import { THRESHOLDS, type MetricName } from './thresholds.ts';

/** One figure against its limits, before it is known of which cluster it is and when it was read. */
export interface Figure extends Judged {
  readonly name: MetricName;
  /** Instance it was read on, or is about; null for a figure of the whole cluster. */
  readonly instance: string | null;
}

/** A figure of a cluster and the moment it was read: what is shown, kept and judged by alert rules. */
export interface HealthMetric extends Figure {
  readonly cluster: string;
  readonly sampledAt: Date;
}

/** Called after each scrape, in the worker that did it. `metrics` are all of that scrape. What it throws is logged. */
export type OnSamples = (cluster: string, metrics: readonly HealthMetric[]) => Promise<void>;

type Explanation = Pick<Figure, 'reason' | 'hint'>;

/** The same figures as those of one cluster at one moment. */
export function stamp(
  figures: readonly Figure[],
  of: Pick<HealthMetric, 'cluster' | 'sampledAt'>,
): readonly HealthMetric[] {
  return figures.map((one) => ({ ...one, cluster: of.cluster, sampledAt: of.sampledAt }));
}

/** A figure, judged against the limits in the table. */
export function measured(name: MetricName, instance: string | null, value: number): Figure {
  const threshold = THRESHOLDS[name];
  const { unit, target, critical } = threshold;
  return {
    ...{ name, instance, value, unit, target, critical },
    state: judge(value, threshold),
    reason: null,
    hint: null,
  };
}

/** A figure that nobody could read, with the reason and what would make it known. */
export function unknown(name: MetricName, instance: string | null, explanation: Explanation): Figure {
  const { unit, target, critical } = THRESHOLDS[name];
  return { name, instance, value: null, unit, target, critical, state: 'UNKNOWN', ...explanation };
}

/** A figure whose state says more than its limits do. */
export function withState(metric: Figure, judgement: Explanation & Pick<Figure, 'state'>): Figure {
  return { ...metric, ...judgement };
}

/** Nothing happened that could be judged: there is no value, and nothing is wrong. */
export function quiet(name: MetricName, instance: string | null, reason: string): Figure {
  return { ...unknown(name, instance, { reason, hint: null }), state: 'OK' };
}

/** One decimal, 0 to 100. */
export function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 1_000) / 10;
}

export function grantMonitor(role: string): string {
  return `GRANT pg_monitor TO ${writeName(role)};`;
}
