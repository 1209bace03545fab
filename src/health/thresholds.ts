import type { Threshold } from './catalogue/limits.ts';
import { REPLICATION } from './catalogue/replication.ts';
import { SESSIONS } from './catalogue/sessions.ts';
import { HOST, STORAGE } from './catalogue/storage.ts';

export const HEALTH_STATES = ['OK', 'UNKNOWN', 'WARNING', 'CRITICAL'] as const;
/** From best to worst. UNKNOWN is worse than OK: what nobody has measured is not fine. */
export type HealthState = (typeof HEALTH_STATES)[number];

/** Every metric with its limits. "Guide" is the database administration guide, chapter Performance Targets or Monitoring. */
export const THRESHOLDS = { ...REPLICATION, ...SESSIONS, ...STORAGE, ...HOST } as const satisfies Record<
  string,
  Threshold
>;

export type MetricName = keyof typeof THRESHOLDS;

/** A ratio of fewer block accesses than this (80 MB) is chance. */
export const MIN_BLOCK_ACCESSES = 10_000n;

/** The metrics by what they are about, in the order in which people read them. */
export const METRIC_GROUPS = {
  REPLICATION: Object.keys(REPLICATION),
  SESSIONS: Object.keys(SESSIONS),
  STORAGE: Object.keys(STORAGE),
  HOST: Object.keys(HOST),
} as const;

export type MetricGroup = keyof typeof METRIC_GROUPS;

export function groupOf(name: MetricName): MetricGroup {
  if (name in REPLICATION) return 'REPLICATION';
  if (name in SESSIONS) return 'SESSIONS';
  return name in STORAGE ? 'STORAGE' : 'HOST';
}

export const METRIC_NAMES = Object.keys(THRESHOLDS) as readonly MetricName[];

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(THRESHOLDS, name);
}

/** A value that sits exactly on a limit is still on its good side. */
export function judge(
  value: number,
  { better, target, critical }: Pick<Threshold, 'better' | 'target' | 'critical'>,
): HealthState {
  const isBeyond = (limit: number | null) =>
    limit !== null && (better === 'LOWER' ? value > limit : value < limit);
  if (isBeyond(critical)) return 'CRITICAL';
  return isBeyond(target) ? 'WARNING' : 'OK';
}

/** OK when there is nothing to be worse. */
export function worstOf(states: readonly HealthState[]): HealthState {
  return states.reduce<HealthState>(
    (worst, one) => (HEALTH_STATES.indexOf(one) > HEALTH_STATES.indexOf(worst) ? one : worst),
    'OK',
  );
}
