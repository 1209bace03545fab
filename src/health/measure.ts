import { judge, THRESHOLDS, type HealthState, type MetricName, type Threshold } from './thresholds.ts';

/** One figure against its limits. */
export interface HealthMetric {
  readonly name: MetricName;
  /** Instance it was read on, or is about; null for a figure of the whole cluster. */
  readonly instance: string | null;
  /** In `unit`; null when it could not be found out. */
  readonly value: number | null;
  readonly unit: Threshold['unit'];
  readonly state: HealthState;
  readonly target: number | null;
  readonly critical: number | null;
  /** What the figure means here, or why there is none; null when the figure says it all. */
  readonly reason: string | null;
  /** What to do, for example the GRANT that makes it known; null when nothing is to be done. */
  readonly hint: string | null;
}

type Explanation = Pick<HealthMetric, 'reason' | 'hint'>;

/** A figure, judged against the limits in the table. */
export function measured(name: MetricName, instance: string | null, value: number): HealthMetric {
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
export function unknown(name: MetricName, instance: string | null, explanation: Explanation): HealthMetric {
  const { unit, target, critical } = THRESHOLDS[name];
  return { name, instance, value: null, unit, target, critical, state: 'UNKNOWN', ...explanation };
}

/** A figure whose state says more than its limits do. */
export function withState(
  metric: HealthMetric,
  judgement: Explanation & Pick<HealthMetric, 'state'>,
): HealthMetric {
  return { ...metric, ...judgement };
}
