import { CANTELLI_95 } from '../../quantiles.ts';

/** What pg_stat_statements has added up of one statement, for all roles. */
export interface StatementCounters {
  /** `queryid` as text: JSON has no 64-bit numbers. */
  readonly queryId: string;
  readonly calls: number;
  readonly totalMs: number;
  /** Sum of the squares of the times: calls · (stddev² + mean²). */
  readonly squaresMs2: number;
  readonly rows: number;
  readonly blocksHit: number;
  readonly blocksRead: number;
  readonly blocksTemp: number;
  /** Reading and writing blocks; 0 without track_io_timing. */
  readonly ioMs: number;
  readonly walBytes: number;
}

const NUMBERS = [
  ...(['calls', 'totalMs', 'squaresMs2', 'rows', 'blocksHit', 'blocksRead', 'blocksTemp'] as const),
  ...(['ioMs', 'walBytes'] as const),
] as const;
type Numbers = Omit<StatementCounters, 'queryId'>;

/**
 * What each statement cost from one look to the next; those that did not run are left out. A counter that went down
 * began anew, after a reset of it alone or an eviction: all that it holds is of this interval.
 */
export function subtract(
  now: readonly StatementCounters[],
  before: readonly StatementCounters[],
): readonly StatementCounters[] {
  const old = new Map(before.map((one) => [one.queryId, one]));
  return now.flatMap((one) => {
    const earlier = old.get(one.queryId);
    if (earlier === undefined || one.calls < earlier.calls) return one.calls > 0 ? [one] : [];
    if (one.calls === earlier.calls) return [];
    return [combine(one, earlier, (a, b) => Math.max(a - b, 0))];
  });
}

/** The sums of several intervals, by statement. */
export function add(intervals: readonly (readonly StatementCounters[])[]): readonly StatementCounters[] {
  const sums = new Map<string, StatementCounters>();
  for (const one of intervals.flat()) {
    const sum = sums.get(one.queryId);
    sums.set(one.queryId, sum === undefined ? one : combine(sum, one, (a, b) => a + b));
  }
  return [...sums.values()];
}

function combine(
  one: StatementCounters,
  other: StatementCounters,
  join: (a: number, b: number) => number,
): StatementCounters {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, join(one[name], other[name])]));
  return { queryId: one.queryId, ...(numbers as unknown as Numbers) };
}

/** Mean and a bound that 95 % of the calls stay below, in milliseconds. */
export interface Times {
  readonly meanMs: number;
  readonly stddevMs: number;
  /** mean + 4.36 stddev: by Cantelli's inequality at most 1 call in 20 takes longer, whatever their distribution. */
  readonly p95BoundMs: number;
}

export function timesOf({ calls, totalMs, squaresMs2 }: StatementCounters): Times {
  const meanMs = calls === 0 ? 0 : totalMs / calls;
  const variance = calls === 0 ? 0 : Math.max(squaresMs2 / calls - meanMs ** 2, 0);
  const stddevMs = Math.sqrt(variance);
  return { meanMs, stddevMs, p95BoundMs: meanMs + CANTELLI_95 * stddevMs };
}
