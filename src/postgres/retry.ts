import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from './errors.ts';

const RETRY_MS = 500;

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
      if (!isPassing(error)) throw error;
      await sleep(RETRY_MS);
    }
  }
}
