import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '../postgres/pool.ts';
import type { Bell, OutboxEvent } from './events.ts';
import { findBounds, listAfter } from './store.ts';

const RING_SIZE = 5_000;
const BATCH = 500;
/** How late a reader can be when the bell is broken. */
const POLL_MS = 1_000;

/** The newest events, read once for all readers of this process. It rests while nobody follows. */
export interface Tail {
  /** Events after `cursor` from memory; null when memory does not reach back that far. */
  since(cursor: bigint): readonly OutboxEvent[] | null;
  /** The newest id that the tail has seen. */
  head(): bigint;
  /** Resolves with the next news, when `signal` aborts, or after a while; never rejects. */
  changed(signal: AbortSignal): Promise<void>;
  /** Starts reading if nobody did yet; the tail reads until each caller has called what it gives back. */
  join(): Promise<() => void>;
  close(): void;
}

export function createTail(db: Queryable, bell: Bell): Tail {
  const ring = createRing();
  let followers = 0;
  let reading: Promise<void> | null = null;
  let wake = () => {};
  let closed = false;
  const stopListening = bell.onRing(() => wake());

  const readNews = async () => {
    const events = await listAfter(db, ring.head(), BATCH);
    ring.push(events);
    return events.length === BATCH;
  };
  const loop = async () => {
    while (followers > 0 && !closed) {
      const rung = new Promise<void>((resolve) => (wake = resolve));
      // A control database that is away comes back: the next look a second later finds what was missed.
      const hasMore = await readNews().catch(() => false);
      if (!hasMore) await Promise.race([rung, sleep(POLL_MS, undefined, { ref: false })]);
    }
    reading = null;
  };
  return {
    head: ring.head,
    since: ring.since,
    changed: (signal) => waitFor(ring.next(), signal),
    async join() {
      followers++;
      if (!reading) {
        const { newest, expiredThrough } = await findBounds(db);
        if (!reading) {
          ring.reset(newest > expiredThrough ? newest : expiredThrough);
          reading = loop();
        }
      }
      return () => {
        followers--;
        wake();
      };
    },
    close() {
      closed = true;
      stopListening();
      wake();
      ring.announce();
    },
  };
}

/** The last events, and whoever waits for the next one. Ids in (start, head] are in it. */
function createRing() {
  let events: OutboxEvent[] = [];
  let start = 0n;
  let head = 0n;
  let news = Promise.withResolvers<void>();
  const announce = () => {
    const waiting = news;
    news = Promise.withResolvers();
    waiting.resolve();
  };
  return {
    head: () => head,
    next: () => news.promise,
    since(cursor: bigint) {
      if (cursor < start || cursor > head) return null;
      let first = events.length; // readers are near the end: search from there
      while (first > 0 && (events[first - 1]?.id ?? 0n) > cursor) first--;
      return events.slice(first);
    },
    reset(at: bigint) {
      events = [];
      start = head = at;
    },
    push(more: readonly OutboxEvent[]) {
      events.push(...more);
      head = more.at(-1)?.id ?? head;
      if (events.length > RING_SIZE) start = events.splice(0, events.length - RING_SIZE).at(-1)?.id ?? start;
      if (more.length > 0) announce();
    },
    announce,
  };
}

function waitFor(news: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 2 * POLL_MS);
  signal.addEventListener('abort', () => resolve(), { once: true });
  void news.then(resolve);
  return promise.finally(() => clearTimeout(timer));
}
