import type { DrillWindow } from './clones.ts';
import type { DrillTarget } from './drills.ts';

export interface ChosenState {
  readonly target: DrillTarget;
  readonly timeline: number | null;
}

/** A set says to the second when it ended. */
const MARGIN_MS = 1_000;

/**
 * A moment inside the windows, all of them equally likely; the newest set where there is no stretch of time at
 * all, as on a cluster that nobody has written to since. Pure: `random` is 0 to 1. Null: there is nothing to restore.
 */
export function chooseMoment(windows: readonly DrillWindow[], random: number): ChosenState | null {
  const spans = windows.map(({ timeline, from, to }) => {
    const fromMs = from.getTime() + MARGIN_MS;
    return { timeline, fromMs, lengthMs: Math.max(0, (to?.getTime() ?? 0) - fromMs) };
  });
  const total = spans.reduce((sum, one) => sum + one.lengthMs, 0);
  let rest = Math.floor(Math.min(Math.max(random, 0), 1) * total);
  for (const { timeline, fromMs, lengthMs } of spans) {
    if (lengthMs > 0 && rest <= lengthMs)
      return { target: { kind: 'TIME', at: toMoment(fromMs + rest) }, timeline };
    rest -= lengthMs;
  }
  const label = windows
    .flatMap((one) => one.labels)
    .sort()
    .at(-1);
  return label === undefined ? null : { target: { kind: 'SET', label }, timeline: null };
}

/** To the microsecond, as targets have it. */
function toMoment(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
