import { setTimeout as sleep } from 'node:timers/promises';

/** For what may be over in a moment. */
export const SHORT_PAUSE_MS = 25;
export const LONG_PAUSE_MS = 200;

/**
 * Before the next look at something that takes a while: what it waits for needs the processor more.
 * `since` is of `performance.now()`; waits a tenth of what has passed, and at most `mostMs`.
 */
export function pause(since: number, mostMs: number): Promise<void> {
  return sleep(Math.min(mostMs, 20 + (performance.now() - since) / 10));
}
