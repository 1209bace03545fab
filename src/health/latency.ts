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
  const groups: Group[] = [];
  for (const now of after) {
    const then = earlier.get(now.id) ?? { calls: 0, totalMs: 0, squaresMs: 0 };
    const calls = now.calls - then.calls;
    if (calls < 0) return { p95Ms: null, calls: 0, reason: 'pg_stat_statements was reset in between' };
    if (calls > 0) groups.push(toGroup(calls, now.totalMs - then.totalMs, now.squaresMs - then.squaresMs));
  }
  const calls = groups.reduce((sum, one) => sum + one.calls, 0);
  if (calls < LEAST_CALLS)
    return { p95Ms: null, calls, reason: `only ${calls} statements ran, ${LEAST_CALLS} are needed` };
  return { p95Ms: quantileOf(groups, 0.95), calls, reason: null };
}

/** Times of one statement, of which no more than calls, mean and variance is known. */
interface Group {
  readonly calls: number;
  readonly meanMs: number;
  /** Of the inverse Gaussian: mean³ / variance. Infinite when all calls lasted as long. */
  readonly shapeMs: number;
}

/**
 * By moments. What a statement's times are distributed like is not known, and its p95 follows from their mean and
 * variance only within a band: a lognormal is at the lower end of it (up to 16 % low where times are exponential,
 * gamma, Weibull or cut off above), a gamma at the upper one (up to 35 % high where they are lognormal), and the inverse
 * Gaussian (Tweedie, 1957; Chhikara and Folks, 1989) in between. bench/health compares it with a log.
 */
function toGroup(calls: number, totalMs: number, squaresMs: number): Group {
  const meanMs = Math.max(totalMs / calls, 1e-6);
  const variance = Math.max(0, squaresMs / calls - meanMs ** 2);
  return { calls, meanMs, shapeMs: variance < 1e-12 * meanMs ** 2 ? Infinity : meanMs ** 3 / variance };
}

/** The quantile of the mixture, weighted by calls: bisected, since it has no closed form. */
function quantileOf(groups: readonly Group[], share: number): number {
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

/**
 * Shuster, On the inverse Gaussian distribution function, 1968: Φ(a) + exp(2 shape / mean) Φ(-b). As b² = a² + 4 shape
 * / mean, the second term is written without the factor that overflows.
 */
function shareBelow({ meanMs, shapeMs }: Group, ms: number): number {
  if (shapeMs === Infinity) return ms < meanMs ? 0 : 1;
  const scale = Math.sqrt(shapeMs / ms / 2);
  const [a, b] = [scale * (ms / meanMs - 1), scale * (ms / meanMs + 1)];
  const tail = Math.exp(-(a ** 2)) * scaledErfc(Math.abs(a));
  return ((a < 0 ? tail : 2 - tail) + Math.exp(-(a ** 2)) * scaledErfc(b)) / 2;
}

/**
 * exp(x²) erfc(x) for x ≥ 0. Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26, off by 1.5e-7 exp(x²) at
 * most; above 2 the continued fraction 7.1.14, off by less than that.
 */
function scaledErfc(x: number): number {
  if (x > 2) {
    let below = x;
    for (let term = FRACTION_TERMS; term > 0; term -= 1) below = x + term / 2 / below;
    return 1 / (below * Math.sqrt(Math.PI));
  }
  const t = 1 / (1 + 0.3275911 * x);
  return t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
}

const FRACTION_TERMS = 20;
