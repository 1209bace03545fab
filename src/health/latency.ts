import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../fleet/fleet.ts';
import { LatencyUnknownError, readStatementTimes, type StatementTimes } from './latency-probe.ts';

/** How fast statements of one database were between two looks at pg_stat_statements. */
export interface Latency {
  /** Milliseconds that 95 of 100 calls stay below; null when unknown. */
  readonly p95Ms: number | null;
  readonly calls: number;
  /** Why it is unknown; null otherwise. */
  readonly reason: string | null;
}

/** Below this the twentieth part of the calls is a handful, and its border is chance. */
const LEAST_CALLS = 100;

/**
 * Watches the primary for `seconds`. Never throws for a server or an extension that is missing: the reason says so.
 *
 * @throws the reason of `signal`.
 */
export async function observeLatency(
  fleet: Fleet,
  cluster: string,
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<Latency> {
  try {
    const db = await fleet.primary(cluster);
    const before = await readStatementTimes(db);
    await sleep(seconds * 1_000, undefined, { signal });
    return estimateLatency(before, await readStatementTimes(db));
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof LatencyUnknownError ? error.message : `${cluster} does not answer`;
    return { p95Ms: null, calls: 0, reason };
  }
}

/** Pure: what was called between two looks. A counter that went back was reset: then nothing is known. */
export function estimateLatency(
  before: readonly StatementTimes[],
  after: readonly StatementTimes[],
): Latency {
  const earlier = new Map(before.map((one) => [one.id, one]));
  const groups: Lognormal[] = [];
  for (const now of after) {
    const then = earlier.get(now.id) ?? { calls: 0, totalMs: 0, squaresMs: 0 };
    const calls = now.calls - then.calls;
    if (calls < 0) return { p95Ms: null, calls: 0, reason: 'pg_stat_statements was reset in between' };
    if (calls > 0)
      groups.push(toLognormal(calls, now.totalMs - then.totalMs, now.squaresMs - then.squaresMs));
  }
  const calls = groups.reduce((sum, one) => sum + one.calls, 0);
  if (calls < LEAST_CALLS)
    return { p95Ms: null, calls, reason: `only ${calls} statements ran, ${LEAST_CALLS} are needed` };
  return { p95Ms: quantileOf(groups, 0.95), calls, reason: null };
}

/** Times of one statement, taken for lognormally distributed. */
interface Lognormal {
  readonly calls: number;
  readonly mu: number;
  readonly sigma: number;
}

/** By moments: sigma² = ln(1 + variance / mean²), mu = ln(mean) - sigma² / 2. */
function toLognormal(calls: number, totalMs: number, squaresMs: number): Lognormal {
  const mean = Math.max(totalMs / calls, 1e-6);
  const variance = Math.max(0, squaresMs / calls - mean ** 2);
  const sigma = Math.sqrt(Math.log1p(variance / mean ** 2));
  return { calls, mu: Math.log(mean) - sigma ** 2 / 2, sigma };
}

/** The quantile of the mixture, weighted by calls: bisected, since it has no closed form. */
function quantileOf(groups: readonly Lognormal[], share: number): number {
  const calls = groups.reduce((sum, one) => sum + one.calls, 0);
  const isBelow = (ms: number) =>
    groups.reduce((sum, one) => sum + one.calls * shareBelow(one, ms), 0) / calls < share;
  let [low, high] = [1e-6, 1e9];
  for (let step = 0; step < 100; step += 1) {
    const middle = Math.sqrt(low * high);
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return high;
}

function shareBelow({ mu, sigma }: Lognormal, ms: number): number {
  const distance = Math.log(ms) - mu;
  if (sigma < 1e-9) return distance < 0 ? 0 : 1;
  return (1 + erf(distance / (sigma * Math.SQRT2))) / 2;
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: off by 1.5e-7 at most. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - sum * Math.exp(-(x ** 2)));
}
