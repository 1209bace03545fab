export const HEALTH_STATES = ['OK', 'UNKNOWN', 'WARNING', 'CRITICAL'] as const;
/** From best to worst. UNKNOWN is worse than OK: what nobody has measured is not fine. */
export type HealthState = (typeof HEALTH_STATES)[number];

export interface Threshold {
  readonly unit: 'percent' | 'seconds' | 'bytes' | 'instances' | 'segments';
  readonly better: 'LOWER' | 'HIGHER';
  /** On the wrong side of it: WARNING. Null: there is none. */
  readonly target: number | null;
  /** On the wrong side of it: CRITICAL. Null: there is none. */
  readonly critical: number | null;
  /** Where the two numbers come from. */
  readonly source: string;
}

/** Every limit of the health check. "Guide" is the database administration guide, chapter Performance Targets or Monitoring. */
export const THRESHOLDS = {
  primary: {
    unit: 'instances',
    better: 'HIGHER',
    target: 1,
    critical: 1,
    source: 'A cluster has exactly one primary.',
  },
  connections: {
    unit: 'percent',
    better: 'LOWER',
    target: 80,
    critical: 95,
    source: 'Guide: below 80 % utilised, critical above 95 %.',
  },
  cache_hit_ratio: {
    unit: 'percent',
    better: 'HIGHER',
    target: 95,
    critical: 90,
    source: 'Guide: above 95 %, critical below 90 %.',
  },
  replication_lag: {
    unit: 'seconds',
    better: 'LOWER',
    target: 1,
    critical: 10,
    source: 'Guide: alert above 10 seconds. The target is ours: a healthy standby is milliseconds behind.',
  },
  longest_transaction: {
    unit: 'seconds',
    better: 'LOWER',
    target: 300,
    critical: 3_600,
    source:
      'Ours: PostgreSQL manual, 25.1 Routine Vacuuming: an old transaction keeps dead rows from being removed.',
  },
  archive_age: {
    unit: 'seconds',
    better: 'LOWER',
    target: 120,
    critical: 300,
    source:
      'Guide, Recovery Point Objectives: at most 5 minutes are lost. The target is ours: archive_timeout twice.',
  },
  loss_window: {
    unit: 'seconds',
    better: 'LOWER',
    target: 180,
    critical: 300,
    source:
      'Guide, Recovery Point Objectives: at most 5 minutes are lost. The target is ours: it warns while there is time.',
  },
  archive_backlog: {
    unit: 'segments',
    better: 'LOWER',
    target: 16,
    critical: 128,
    source: 'Ours: 256 MB and 2 GB that only the primary has, in segments of 16 MB.',
  },
  wal_held_by_slots: {
    unit: 'bytes',
    better: 'LOWER',
    target: 1_000_000_000,
    critical: 10_000_000_000,
    source:
      "Ours: max_wal_size is 1 GB by default; more than that is kept for a slot alone, on the primary's disk.",
  },
  database_size: {
    unit: 'bytes',
    better: 'LOWER',
    target: null,
    critical: null,
    source: 'No limit: the size says nothing without the disk.',
  },
} as const satisfies Record<string, Threshold>;

export type MetricName = keyof typeof THRESHOLDS;

/** A ratio of fewer block accesses than this (80 MB) is chance. */
export const MIN_BLOCK_ACCESSES = 10_000n;

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
