export const PARTITION_INTERVALS = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;
export type PartitionInterval = (typeof PARTITION_INTERVALS)[number];

/** From, inclusive, to, exclusive; null: no end on that side. */
export interface Range {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** A range with both ends. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

const DAY_MS = 86_400_000;

/** The calendar's interval, in UTC, that holds the moment. Weeks begin on Mondays. */
export function spanOf(interval: PartitionInterval, at: Date): Span {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const span = (from: number, to: number) => ({ from: new Date(from), to: new Date(to) });
  if (interval === 'YEAR') return span(utc(year, 0), utc(year + 1, 0));
  if (interval === 'QUARTER') return span(utc(year, month - (month % 3)), utc(year, month - (month % 3) + 3));
  if (interval === 'MONTH') return span(utc(year, month), utc(year, month + 1));
  const from = utc(year, month) + (day - 1) * DAY_MS;
  if (interval === 'DAY') return span(from, from + DAY_MS);
  const monday = from - ((at.getUTCDay() + 6) % 7) * DAY_MS;
  return span(monday, monday + 7 * DAY_MS);
}

/** Date.UTC takes the years 0 to 99 for those of the last century. */
function utc(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1);
}

/** The same day so many months later, or earlier; of a shorter month the last day, as in PostgreSQL. */
export function addMonths(at: Date, months: number): Date {
  const first = utc(at.getUTCFullYear(), at.getUTCMonth() + months);
  const length = (utc(at.getUTCFullYear(), at.getUTCMonth() + months + 1) - first) / DAY_MS;
  const rest = at.getTime() - utc(at.getUTCFullYear(), at.getUTCMonth()) - (at.getUTCDate() - 1) * DAY_MS;
  return new Date(first + (Math.min(at.getUTCDate(), length) - 1) * DAY_MS + rest);
}

/** What most of them are; null when none is a whole interval of the calendar. */
export function detectInterval(ranges: readonly Range[]): PartitionInterval | null {
  const counts = PARTITION_INTERVALS.map((interval) => ({
    interval,
    count: ranges.filter((one) => isWhole(interval, one)).length,
  }));
  const most = counts.reduce((best, one) => (one.count > best.count ? one : best));
  return most.count === 0 ? null : most.interval;
}

function isWhole(interval: PartitionInterval, { from, to }: Range): boolean {
  if (from === null || to === null) return false;
  const span = spanOf(interval, from);
  return span.from.getTime() === from.getTime() && span.to.getTime() === to.getTime();
}

/** The intervals that hold any moment from `from` up to `until`, in order. */
export function listSpans(interval: PartitionInterval, from: Date, until: Date): readonly Span[] {
  const spans: Span[] = [];
  for (let one = spanOf(interval, from); one.from < until; one = spanOf(interval, one.to)) spans.push(one);
  return spans;
}

/** End of the unbroken row of ranges that holds the moment; null when none does. Without an end: the year 9999. */
export function coverageUntil(ranges: readonly Range[], at: Date): Date | null {
  let until: Date | null = null;
  for (const { from, to } of sortRanges(ranges)) {
    const isNext: boolean =
      until === null ? (from === null || from <= at) && (to === null || to > at) : isAt(from, until);
    if (isNext) until = to ?? new Date(Date.UTC(9999, 0));
  }
  return until;
}

function isAt(from: Date | null, until: Date): boolean {
  return from !== null && from.getTime() === until.getTime();
}

/** What lies between ranges and belongs to none. */
export function findGaps(ranges: readonly Range[]): readonly Span[] {
  const sorted = sortRanges(ranges);
  return sorted.flatMap(({ to }, index) => {
    const next = sorted[index + 1]?.from ?? null;
    return to !== null && next !== null && next > to ? [{ from: to, to: next }] : [];
  });
}

/** Whether two ranges have a moment in common. */
export function overlap(one: Range, other: Range): boolean {
  const begins = (range: Range) => range.from?.getTime() ?? -Infinity;
  const ends = (range: Range) => range.to?.getTime() ?? Infinity;
  return begins(one) < ends(other) && begins(other) < ends(one);
}

function sortRanges(ranges: readonly Range[]): readonly Range[] {
  return ranges.toSorted((a, b) => (a.from?.getTime() ?? -Infinity) - (b.from?.getTime() ?? -Infinity));
}

/** `activity_log_202611`, `_20261122`, `_2026q4`, `_2026w47`, `_2026`: as migration 004 names months. */
export function nameLeaf(table: string, interval: PartitionInterval, from: Date): string {
  const iso = from.toISOString();
  const year = iso.slice(0, 4);
  const month = `${year}${iso.slice(5, 7)}`;
  if (interval === 'YEAR') return `${table}_${year}`;
  if (interval === 'QUARTER') return `${table}_${year}q${Math.floor(from.getUTCMonth() / 3) + 1}`;
  if (interval === 'MONTH') return `${table}_${month}`;
  return `${table}_${month}${iso.slice(8, 10)}${interval === 'WEEK' ? 'w' : ''}`;
}
