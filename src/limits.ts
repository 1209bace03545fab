export const HEALTH_STATES = ['OK', 'UNKNOWN', 'WARNING', 'CRITICAL'] as const;
/** From best to worst. UNKNOWN is worse than OK: what nobody has measured is not fine. */
export type HealthState = (typeof HEALTH_STATES)[number];

/** What figures are measured in. A `count` is a plain number of things that the metric's name says. */
export const UNITS = [
  'percent',
  'seconds',
  'milliseconds',
  'days',
  'bytes',
  'bytes_per_second',
  'bytes_per_day',
  'per_second',
  'instances',
  'segments',
  'transactions',
  'count',
] as const;
export type Unit = (typeof UNITS)[number];

export interface Threshold {
  readonly unit: Unit;
  readonly better: 'LOWER' | 'HIGHER';
  /** On the wrong side of it: WARNING. Null: there is none. */
  readonly target: number | null;
  /** On the wrong side of it: CRITICAL. Null: there is none. */
  readonly critical: number | null;
  /** Where the two numbers come from. */
  readonly source: string;
}

/** A figure against its limits, whatever it is of. */
export interface Judged {
  /** In `unit`; null when it could not be found out. */
  readonly value: number | null;
  readonly unit: Unit;
  readonly state: HealthState;
  readonly target: number | null;
  readonly critical: number | null;
  /** What the figure means here, or why there is none; null when the figure says it all. */
  readonly reason: string | null;
  /** What to do, for example the GRANT that makes it known; null when nothing is to be done. */
  readonly hint: string | null;
}

/** Lower is better. `target` and `critical` are still good. */
export function atMost(
  unit: Unit,
  [target, critical]: readonly [number | null, number | null],
  source: string,
) {
  return { unit, better: 'LOWER', target, critical, source } as const satisfies Threshold;
}

/** Higher is better. `target` and `critical` are still good. */
export function atLeast(
  unit: Unit,
  [target, critical]: readonly [number | null, number | null],
  source: string,
) {
  return { unit, better: 'HIGHER', target, critical, source } as const satisfies Threshold;
}

/** A figure without limits; `why` says why there are none. */
export function shown(unit: Unit, why: string) {
  return { unit, better: 'LOWER', target: null, critical: null, source: why } as const satisfies Threshold;
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
