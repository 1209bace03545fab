import { judge, type Judged, type Threshold } from '../limits.ts';
import { describeRow, type Limits, withLimits } from '../thresholds/limits.ts';
import { PLATFORM_THRESHOLDS, type PlatformMetricName } from './catalogue.ts';

/** One figure of a service against its limits. */
export interface PlatformFigure extends Judged {
  readonly name: PlatformMetricName;
  /** Who set its limits, and why. Left out: they are those of the catalogue, or of the server itself. */
  readonly limitsFrom?: string;
}

export type Explanation = Pick<PlatformFigure, 'reason' | 'hint'>;
type OwnLimits = Pick<Threshold, 'target' | 'critical'>;

/** Judged by the limits of the catalogue, or by those that the server itself goes by. */
export function measured(
  name: PlatformMetricName,
  value: number,
  limits: OwnLimits | null = null,
): PlatformFigure {
  const { unit, better, ...usual } = PLATFORM_THRESHOLDS[name];
  const { target, critical } = limits ?? usual;
  const state = judge(value, { better, target, critical });
  return { name, value, unit, target, critical, state, reason: null, hint: null };
}

export function unknown(name: PlatformMetricName, explanation: Explanation): PlatformFigure {
  const { unit, target, critical } = PLATFORM_THRESHOLDS[name];
  return { name, value: null, unit, target, critical, state: 'UNKNOWN', ...explanation };
}

/** There is nothing to be judged, and nothing is wrong. */
export function quiet(name: PlatformMetricName, reason: string): PlatformFigure {
  return { ...unknown(name, { reason, hint: null }), state: 'OK' };
}

/** The same figure with words; a figure that is fine gives no hint. */
export function explained(figure: PlatformFigure, { reason, hint }: Explanation): PlatformFigure {
  return { ...figure, reason, hint: figure.state === 'OK' ? null : hint };
}

/** Pure: the same figures against limits that people have set. */
export function judgeAnew(figures: readonly PlatformFigure[], limits: Limits): readonly PlatformFigure[] {
  return withLimits(figures, limits, PLATFORM_THRESHOLDS).map((one) => {
    const set = limits.get(one.name);
    return set === undefined ? one : { ...explained(one, one), limitsFrom: describeRow(set) };
  });
}

export const FIRST_LOOK = 'a rate needs two looks, and this was the first one';
export const WAS_RESET = 'the counters were reset since the look before';

/** What counters did between two looks; null when there was no look before, or one of them went back. */
export function growthOf(before: number | null | undefined, after: number): number | null {
  if (before === null || before === undefined || after < before) return null;
  return after - before;
}

/** One decimal, 0 to 100. */
export function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 1_000) / 10;
}

/** Three digits. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
