import type { Bell } from '../events/events.ts';
import type { Database } from '../postgres/pool.ts';
import { listCancelling } from './journal-store.ts';

const POLL_MS = 1_000;

/** Tells the runs of this process that their operation is to be cancelled, one query for all of them. */
export interface Cancels {
  watch(operationId: string): { readonly signal: AbortSignal; release(): void };
  close(): void;
}

export function createCancels(db: Database, bell: Pick<Bell, 'onRing'>): Cancels {
  const watched = new Map<string, Set<AbortController>>();
  let looking = false;
  const look = async () => {
    if (looking || watched.size === 0) return;
    looking = true;
    // An error is a control database that is away: the next look is a second later.
    const ids = await listCancelling(db, [...watched.keys()]).catch(() => []);
    looking = false;
    for (const id of ids) watched.get(id)?.forEach((controller) => controller.abort());
  };
  const timer = setInterval(() => void look(), POLL_MS);
  const stopListening = bell.onRing(() => void look());
  return {
    watch(operationId) {
      const controller = new AbortController();
      const controllers = watched.get(operationId) ?? new Set();
      watched.set(operationId, controllers.add(controller));
      return {
        signal: controller.signal,
        release() {
          controllers.delete(controller);
          if (controllers.size === 0) watched.delete(operationId);
        },
      };
    },
    close() {
      clearInterval(timer);
      stopListening();
    },
  };
}
