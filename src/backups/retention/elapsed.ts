const DAY_MS = 86_400_000;
/** Sets that are made by hand within minutes say nothing about how often they are made. */
const LEAST_MS = 2 * DAY_MS;

/** Time as the sets of a cluster vouch for it. */
export interface Elapsed {
  /** Milliseconds that count since the end of a set; 0 when it ended later than now. */
  since(finishedAt: Date): number;
  /** Milliseconds between two sets, or since the newest one, that do not count. */
  readonly uncountedMs: number;
}

/**
 * A clock that jumps forward makes all sets look old at once. Each backup is a witness of the time at which it was made,
 * so a time without any witness counts for at most twice the longest other time between two of them, or two days.
 * Where backups really paused for so long, sets stay longer by the rest: never shorter. A set that was made after the
 * jump does not change that, for the jump then lies between it and the one before. Pure.
 */
export function measureElapsed(finishedAts: readonly Date[], now: Date): Elapsed {
  const nowMs = now.getTime();
  const witnesses = finishedAts.map((at) => at.getTime()).filter((at) => at <= nowMs);
  const moments = [...witnesses, nowMs].sort((a, b) => a - b);
  const gaps = moments
    .slice(1)
    .map((to, index) => ({ from: moments[index] ?? to, ms: to - (moments[index] ?? to) }));
  const uncounted = gaps.map(({ from, ms }, index) => {
    const others = gaps.filter((_, other) => other !== index).map((one) => one.ms);
    return { from, ms: Math.max(0, ms - Math.max(LEAST_MS, 2 * Math.max(0, ...others))) };
  });
  const sumOf = (some: typeof uncounted) => some.reduce((sum, { ms }) => sum + ms, 0);
  return {
    since(finishedAt) {
      const from = finishedAt.getTime();
      return Math.max(0, nowMs - from - sumOf(uncounted.filter((one) => one.from >= from)));
    },
    uncountedMs: sumOf(uncounted),
  };
}
