/** A moment in days and what was measured then. */
export interface Point {
  readonly day: number;
  readonly value: number;
}

/** A straight line through measurements, and how well it lies. */
export interface Fit {
  readonly perDay: number;
  /** Half the width of the interval that holds the true growth with 95 %. */
  readonly perDayError: number;
  /** Part of the variance that the line explains, 0 to 1. */
  readonly r2: number;
  /** Where the line is at the newest point. */
  readonly newest: number;
}

/** With more points than that Student's t is near enough to the normal distribution. */
const NORMAL_95 = 1.96;
/** Ordinary least squares; null for fewer than three points, or all at one moment. */
export function fitLine(points: readonly Point[]): Fit | null {
  const n = points.length;
  if (n < 3) return null;
  const meanOf = (of: (one: Point) => number) => points.reduce((sum, one) => sum + of(one), 0) / n;
  const [day, value] = [meanOf((one) => one.day), meanOf((one) => one.value)];
  const sumOf = (of: (one: Point) => number) => points.reduce((sum, one) => sum + of(one), 0);
  const xx = sumOf((one) => (one.day - day) ** 2);
  const yy = sumOf((one) => (one.value - value) ** 2);
  if (xx === 0) return null;
  const perDay = sumOf((one) => (one.day - day) * (one.value - value)) / xx;
  const left = Math.max(yy - perDay ** 2 * xx, 0);
  const last = Math.max(...points.map((one) => one.day));
  return {
    perDay,
    perDayError: NORMAL_95 * Math.sqrt(left / (n - 2) / xx),
    r2: yy === 0 ? 1 : 1 - left / yy,
    newest: value + perDay * (last - day),
  };
}

/** Days until something ends; null: at this rate never. */
export interface DaysLeft {
  readonly expected: number | null;
  /** If it grows as fast as it may, with 95 %. */
  readonly soonest: number | null;
  /** If it grows as slowly as it may. */
  readonly latest: number | null;
}

/** Until the line, from where it is now, meets `limit`. */
export function daysUntil(limit: number, { perDay, perDayError, newest }: Fit): DaysLeft {
  const days = (rate: number) => (newest >= limit ? 0 : rate <= 0 ? null : (limit - newest) / rate);
  return {
    expected: days(perDay),
    soonest: days(perDay + perDayError),
    latest: days(perDay - perDayError),
  };
}
