import { CANTELLI_95 } from '../../quantiles.ts';
import { estimateLatency } from '../latency.ts';
import type { OwnedTimes } from '../latency-probe.ts';
import { measured, quiet, unknown, type Figure } from '../measure.ts';
import type { MetricName } from '../thresholds.ts';
import type { StatementsLook } from './hot-probe.ts';
import { secondsBetween, type HotLook } from './look.ts';
import { round } from './sessions.ts';

const NAMES: readonly MetricName[] = ['query_p95', 'query_p95_upper', 'query_p95_coverage', 'throughput'];

/** How fast statements of the product were between two looks. Our own are left out. */
export function judgeSpeed(instance: string, before: HotLook | null, after: HotLook): readonly Figure[] {
  const { statements } = after;
  if (!('times' in statements)) return NAMES.map((name) => unknown(name, instance, statements));
  const earlier = before?.statements;
  const seconds = secondsBetween(before?.hot ?? null, after.hot);
  const nothing = (reason: string) => NAMES.map((name) => quiet(name, instance, reason));
  const first = 'an interval needs two looks, and this was the first one';
  if (earlier === undefined || !('times' in earlier)) return nothing(first);
  if (earlier.resetAt?.getTime() !== statements.resetAt?.getTime())
    return nothing('pg_stat_statements was reset since the look before');
  if (seconds === null) return nothing(first);
  return judgeInterval(instance, follow(earlier.times, statements.times), seconds);
}

interface Followed {
  readonly before: readonly OwnedTimes[];
  readonly after: readonly OwnedTimes[];
  /** Statements that were thrown out to make room: what they did in between is not known. */
  readonly lost: number;
}

/** A statement whose counter went back was thrown out and has come again: it counts from zero. */
function follow(before: readonly OwnedTimes[], after: readonly OwnedTimes[]): Followed {
  const now = new Map(after.filter(({ isOurs }) => !isOurs).map((one) => [one.id, one]));
  const theirs = before.filter(({ isOurs }) => !isOurs);
  const kept = theirs.filter(({ id, calls }) => (now.get(id)?.calls ?? -1) >= calls);
  return { before: kept, after: [...now.values()], lost: theirs.length - kept.length };
}

function judgeInterval(instance: string, followed: Followed, seconds: number): readonly Figure[] {
  const { p95Ms, calls, reason } = estimateLatency(followed.before, followed.after);
  const throughput = measured('throughput', instance, round(calls / seconds));
  const coverage = coverageOf(followed);
  if (p95Ms === null)
    return [...NAMES.slice(0, 3).map((name) => quiet(name, instance, reason ?? 'nothing ran')), throughput];
  const upperMs = Math.max(p95Ms, boundOf(followed, calls));
  return [
    {
      ...measured('query_p95', instance, round(p95Ms)),
      reason: `mixture of inverse Gaussians, ${calls} calls; at most ${round(upperMs)} ms; covers ${coverage} %`,
    },
    measured('query_p95_upper', instance, round(upperMs)),
    measured('query_p95_coverage', instance, coverage),
    throughput,
  ];
}

/** Percent of the statements known at the look before that could be followed. */
function coverageOf({ before, lost }: Followed): number {
  return lost === 0 ? 100 : Math.round((before.length / (before.length + lost)) * 1_000) / 10;
}

/** Mean and deviations of all calls together, whatever their distribution is. */
function boundOf({ before, after }: Followed, calls: number): number {
  const sum = (of: (one: OwnedTimes) => number) =>
    after.reduce((total, one) => total + of(one), 0) - before.reduce((total, one) => total + of(one), 0);
  const mean = sum(({ totalMs }) => totalMs) / calls;
  const variance = Math.max(0, sum(({ squaresMs }) => squaresMs) / calls - mean ** 2);
  return mean + CANTELLI_95 * Math.sqrt(variance);
}

/**
 * Milliseconds that the role which watches took the server between two looks, whoever used it; null when nobody
 * counts, or the counts were reset.
 */
export function costOf(before: StatementsLook | undefined, after: StatementsLook): number | null {
  if (before === undefined || !('times' in before) || !('times' in after)) return null;
  const total = (times: readonly OwnedTimes[]) =>
    times.reduce((sum, { isOurs, totalMs }) => sum + (isOurs ? totalMs : 0), 0);
  const cost = total(after.times) - total(before.times);
  return cost > 0 ? cost : null;
}
