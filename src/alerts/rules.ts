import type { AlertSample, AlertSeverity } from './alerts.ts';

/** When an alert is made of a metric, and how it goes on. */
export interface AlertRule {
  readonly name: string;
  /** Null: of all clusters that have none of this name for themselves. */
  readonly cluster: string | null;
  readonly metric: string;
  /** On which side of the thresholds it is wrong. */
  readonly comparison: 'ABOVE' | 'BELOW';
  /** Null: the metric's own target and critical limit decide, by its state. */
  readonly threshold: number | null;
  /** The dead band: only beyond it on the good side it is well again. Null: at the threshold. */
  readonly recoveryThreshold: number | null;
  /** Null: as bad as the metric's state. CRITICAL without a threshold: WARNING does not fire. */
  readonly severity: AlertSeverity | null;
  /** It fires when it has been wrong for so long. */
  readonly forSeconds: number;
  /** It is resolved when it has been well for so long. */
  readonly resolveAfterSeconds: number;
  /** People are told again while it is FIRING; null: once. */
  readonly reminderSeconds: number | null;
  /** When nobody has acknowledged it for so long others are told; null: never. */
  readonly escalateAfterSeconds: number | null;
  /** What to do, instead of the product's own words; null: those. */
  readonly runbook: string | null;
  readonly isEnabled: boolean;
}

/** A rule in force: of people, or of the product. */
export interface RuleInForce extends AlertRule {
  readonly isDefault: boolean;
  /** Null for one of the product. */
  readonly updatedBy: string | null;
  readonly updatedAt: Date | null;
}

/** A metric that somebody measures. */
export interface KnownMetric {
  readonly name: string;
  readonly better: 'LOWER' | 'HIGHER';
  /** Null: it is never wrong, so it has no rule. */
  readonly target: number | null;
}

const MINUTE = 60;
const HOUR = 3_600;

/** What most metrics have: a minute of being wrong, two of being well, a reminder every four hours. */
const USUAL = {
  cluster: null,
  threshold: null,
  recoveryThreshold: null,
  severity: null,
  forSeconds: MINUTE,
  resolveAfterSeconds: 2 * MINUTE,
  reminderSeconds: 4 * HOUR,
  escalateAfterSeconds: null,
  runbook: null,
  isEnabled: true,
} as const;

type Tuning = Partial<Omit<AlertRule, 'name' | 'metric' | 'comparison'>>;

/** Where the usual is not right. What says that something is down is told soon, and escalated after a quarter of an hour. */
const TUNING: Readonly<Record<string, Tuning>> = {
  primary: { forSeconds: 10, resolveAfterSeconds: MINUTE, reminderSeconds: HOUR, escalateAfterSeconds: 900 },
  instance_up: { forSeconds: 30, resolveAfterSeconds: MINUTE, reminderSeconds: HOUR },
  service_up: { forSeconds: 30, resolveAfterSeconds: MINUTE, reminderSeconds: HOUR },
  query_p95: { forSeconds: 2 * MINUTE, recoveryThreshold: 40 },
  connections: { forSeconds: 30, recoveryThreshold: 75, escalateAfterSeconds: 1_800 },
  pool_utilisation: { forSeconds: 30, recoveryThreshold: 75, escalateAfterSeconds: 1_800 },
  cache_hit_ratio: { forSeconds: 5 * MINUTE, recoveryThreshold: 96, resolveAfterSeconds: 5 * MINUTE },
  io_wait: { forSeconds: 2 * MINUTE, recoveryThreshold: 8 },
  cpu_used: { forSeconds: 5 * MINUTE, recoveryThreshold: 70 },
  disk_used: { recoveryThreshold: 82, escalateAfterSeconds: 900, reminderSeconds: HOUR },
  replication_lag: { forSeconds: 30, recoveryThreshold: 0.5 },
  longest_transaction: { forSeconds: 0, recoveryThreshold: 240, resolveAfterSeconds: 30 },
  idle_in_transaction: { forSeconds: 0, resolveAfterSeconds: 30 },
  blocked_sessions: { forSeconds: 15, recoveryThreshold: 2, resolveAfterSeconds: 30 },
  longest_lock_wait: { forSeconds: 15, recoveryThreshold: 2, resolveAfterSeconds: 30 },
  // A count since the look before: it is well again ten seconds later, and that says nothing.
  deadlocks: { forSeconds: 0, resolveAfterSeconds: 10 * MINUTE },
  archive_age: { recoveryThreshold: 90, escalateAfterSeconds: 900 },
  loss_window: { forSeconds: 30, recoveryThreshold: 150, escalateAfterSeconds: 900, reminderSeconds: HOUR },
  wal_held_by_slots: { forSeconds: 2 * MINUTE },
  // What nobody has used since yesterday may be for the end of the month.
  unused_indexes: { forSeconds: 7 * 24 * HOUR, reminderSeconds: null },
  duplicate_indexes: { reminderSeconds: null },
  pending_restarts: { reminderSeconds: null },
  backup_age: { forSeconds: 0, resolveAfterSeconds: 0, reminderSeconds: 12 * HOUR },
  schema_drift: { forSeconds: 0, resolveAfterSeconds: 0, reminderSeconds: 24 * HOUR },
  failed_operations: { forSeconds: 0, resolveAfterSeconds: 0, reminderSeconds: null },
  failed_schedules: { forSeconds: 0, resolveAfterSeconds: 0, reminderSeconds: 12 * HOUR },
};

/** One for each metric that can be wrong, under the metric's name. */
export function toDefaultRules(metrics: readonly KnownMetric[]): readonly AlertRule[] {
  return metrics
    .filter(({ target }) => target !== null)
    .map(({ name, better }) => ({
      ...USUAL,
      name,
      metric: name,
      comparison: better === 'LOWER' ? 'ABOVE' : 'BELOW',
      ...TUNING[name],
    }));
}

/** Of each name the one for this cluster, else the one for all, else the product's. `rows`: what people made. */
export function rulesInForce(
  defaults: readonly AlertRule[],
  rows: readonly RuleInForce[],
  cluster: string | null,
): readonly RuleInForce[] {
  const made = defaults.map((one) => ({ ...one, isDefault: true, updatedBy: null, updatedAt: null }));
  const found = new Map<string, RuleInForce>(made.map((one) => [one.name, one]));
  for (const row of rows) if (row.cluster === null) found.set(row.name, row);
  if (cluster !== null) for (const row of rows) if (row.cluster === cluster) found.set(row.name, row);
  return [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** What one sample says under one rule. BETWEEN: in the dead band, neither wrong nor well again. */
export type Verdict =
  | { readonly kind: 'BREACH'; readonly severity: AlertSeverity; readonly limit: number | null }
  | { readonly kind: 'BETWEEN' | 'CLEAR' | 'UNKNOWN' };

/** Pure. */
export function judgeSample(rule: AlertRule, sample: AlertSample): Verdict {
  return rule.threshold === null
    ? judgeState(rule, sample)
    : judgeValue(rule, { ...sample, threshold: rule.threshold });
}

function judgeState(rule: AlertRule, sample: AlertSample): Verdict {
  const { state, value, target, critical } = sample;
  if (state === 'UNKNOWN') return { kind: 'UNKNOWN' };
  if (state === 'OK') return { kind: isWell(rule, value) ? 'CLEAR' : 'BETWEEN' };
  if (rule.severity === 'CRITICAL' && state === 'WARNING') return { kind: 'BETWEEN' };
  return {
    kind: 'BREACH',
    severity: rule.severity ?? state,
    limit: state === 'CRITICAL' ? (critical ?? target) : target,
  };
}

function judgeValue(rule: AlertRule, sample: AlertSample & { readonly threshold: number }): Verdict {
  const { value, state, threshold } = sample;
  const breach: Verdict = { kind: 'BREACH', severity: rule.severity ?? 'WARNING', limit: threshold };
  // A server that is down has no figure, and is no better for it.
  if (value === null) return state === 'CRITICAL' ? breach : { kind: 'UNKNOWN' };
  if (rule.comparison === 'ABOVE' ? value > threshold : value < threshold) return breach;
  return { kind: isWell(rule, value) ? 'CLEAR' : 'BETWEEN' };
}

function isWell({ comparison, recoveryThreshold }: AlertRule, value: number | null): boolean {
  if (recoveryThreshold === null || value === null) return true;
  return comparison === 'ABOVE' ? value <= recoveryThreshold : value >= recoveryThreshold;
}
