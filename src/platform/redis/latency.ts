import { z } from 'zod';

/** Of each command: calls that took at most so many microseconds, the bounds ascending, the counts cumulative. */
export type LatencyCounts = ReadonlyMap<string, readonly (readonly [boundUs: number, calls: number])[]>;

/** `[name, ['calls', n, 'histogram_usec', [bound, calls, …]], …]` */
const REPLY = z.array(z.union([z.string(), z.array(z.unknown())]));
const DETAILS = z.tuple([z.literal('calls'), z.number(), z.literal('histogram_usec'), z.array(z.number())]);

/** What we send ourselves: in a quiet server it would be all there is. */
const OURS = ['info', 'hello', 'auth', 'client|setname', 'client|setinfo', 'latency|histogram'];

/** Pure: the answer to LATENCY HISTOGRAM, without our own commands. @throws {Error} for what is no such answer. */
export function parseHistogram(reply: unknown): LatencyCounts {
  const flat = REPLY.parse(reply);
  const counts = new Map<string, (readonly [number, number])[]>();
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = z.string().parse(flat[index]);
    const [, , , buckets] = DETAILS.parse(flat[index + 1]);
    if (!OURS.includes(name)) counts.set(name, toPairs(buckets));
  }
  return counts;
}

function toPairs(flat: readonly number[]): (readonly [number, number])[] {
  return flat.flatMap((bound, index) => (index % 2 === 0 ? [[bound, flat[index + 1] ?? 0] as const] : []));
}

export interface LatencyOfInterval {
  readonly calls: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** The command that has most of the slowest hundredth. */
  readonly slowest: string;
}

/**
 * Pure: percentiles of all calls between two looks, each an upper bound that is at most twice too high, because
 * Redis counts in powers of two. Null: nothing was called, or the counts were reset.
 */
export function latencyBetween(before: LatencyCounts, after: LatencyCounts): LatencyOfInterval | null {
  const perBound = new Map<number, number>();
  const calls: { readonly name: string; readonly boundUs: number; readonly calls: number }[] = [];
  for (const [name, buckets] of after) {
    const grown = growthOf(before.get(name) ?? [], buckets);
    if (grown === null) return null;
    for (const [boundUs, count] of grown) {
      perBound.set(boundUs, (perBound.get(boundUs) ?? 0) + count);
      calls.push({ name, boundUs, calls: count });
    }
  }
  const total = [...perBound.values()].reduce((sum, one) => sum + one, 0);
  if (total === 0) return null;
  const bounds = [...perBound].sort(([left], [right]) => left - right);
  const p99Us = boundOf(bounds, total * 0.99);
  const slow = calls.filter(({ boundUs, calls: count }) => boundUs >= p99Us && count > 0);
  const slowest = slow.reduce(
    (most, one) => (one.calls > most.calls ? one : most),
    slow[0] ?? { name: '?', calls: 0 },
  );
  return { calls: total, p50Us: boundOf(bounds, total * 0.5), p99Us, slowest: slowest.name };
}

/** Calls of each bound by itself, since the look before; null when there are fewer than then. */
function growthOf(
  before: readonly (readonly [number, number])[],
  after: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] | null {
  const single = (buckets: typeof after) =>
    buckets.map(([bound, calls], index) => [bound, calls - (buckets[index - 1]?.[1] ?? 0)] as const);
  const earlier = new Map(single(before));
  const grown = single(after).map(([bound, calls]) => [bound, calls - (earlier.get(bound) ?? 0)] as const);
  return grown.some(([, calls]) => calls < 0) ? null : grown;
}

function boundOf(bounds: readonly (readonly [number, number])[], wanted: number): number {
  let seen = 0;
  for (const [bound, calls] of bounds) {
    seen += calls;
    if (seen >= wanted) return bound;
  }
  return bounds.at(-1)?.[0] ?? 0;
}
