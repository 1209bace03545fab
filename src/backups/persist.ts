import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../postgres/errors.ts';

const WAIT_MS = 60_000; // a restart takes seconds, a failover up to a minute
const RETRY_MS = 500;

/**
 * Does `work` on the control database, again and again while that is away: hours of copying must not be lost
 * because it restarted in the second in which they are written down. `work` has to be safe twice.
 */
export async function persist<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > deadline) throw error;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
