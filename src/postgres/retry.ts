import { setTimeout as sleep } from 'node:timers/promises';
import { isServerError, isUnavailable } from './errors.ts';

const RETRY_MS = 500;
/** Serialization failure, deadlock, lock not available: the transaction is gone, and the next try may go through. */
const COLLISIONS = ['40001', '40P01', '55P03'] as const;

/**
 * Repeats `work`, a whole transaction, while the server is away or others are in the way: what has been done
 * must not be lost over it.
 * `mayGoOn` is asked before each try; what it throws ends the waiting.
 */
export async function untilAvailable<T>(work: () => Promise<T>, mayGoOn: () => void = () => {}): Promise<T> {
  for (;;) {
    mayGoOn();
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) && !isServerError(error, ...COLLISIONS)) throw error;
      await sleep(RETRY_MS);
    }
  }
}
