import type { Database } from '../postgres/pool.ts';
import { untilAvailable } from '../postgres/retry.ts';
import type { Bell, Delivery, EventFilter, EventLog, OutboxEvent } from './events.ts';
import * as store from './store.ts';
import { createTail, type Tail } from './tail.ts';

const BATCH = 500;
const EXPIRE_BATCH = 5_000;

/** The outbox of the control database, with one shared reader for each process. */
export function createEventLog(db: Database, bell: Bell): EventLog {
  const tail = createTail(db, bell);
  return {
    append: (tx, events) => store.insert(tx, events),
    ring: () => bell.ring(),
    findBounds: (filter) => store.findBounds(db, filter),
    follow: (filter, after, signal) => follow({ db, tail }, filter, after, signal),
    async expire(olderThan) {
      let total = 0;
      for (;;) {
        const deleted = await db.transaction((tx) => store.deleteBatch(tx, olderThan, EXPIRE_BATCH));
        total += deleted;
        if (deleted < EXPIRE_BATCH) return total;
      }
    },
    async close() {
      tail.close();
      await bell.close();
    },
  };
}

interface Source {
  readonly db: Database;
  readonly tail: Tail;
}

/** A piece of the stream; `through` is the cursor once its events are consumed. */
interface Page {
  readonly events: readonly OutboxEvent[];
  readonly through: bigint;
  readonly isExpired: boolean;
}

/**
 * Old events come from the database, new ones from the shared tail. The consumer pulls: one that is slow
 * costs no memory here, it is just further behind.
 */
async function* follow(
  source: Source,
  filter: EventFilter,
  after: bigint | null,
  signal: AbortSignal,
): AsyncGenerator<Delivery> {
  const leave = await survive(() => source.tail.join(), signal);
  try {
    let cursor = after ?? (await survive(() => store.findBounds(source.db), signal))?.expiredThrough ?? 0n;
    while (!signal.aborted) {
      const page =
        pageFromMemory(source.tail, filter, cursor) ??
        (await survive(() => pageFromDatabase(source, filter, cursor), signal));
      if (!page) return;
      if (page.isExpired) yield { kind: 'EXPIRED', resumeAfter: page.through };
      for (const event of page.events) {
        if (signal.aborted) return;
        yield { kind: 'EVENT', event };
      }
      cursor = page.through;
      if (page.events.length === 0 && source.tail.head() <= cursor) await source.tail.changed(signal);
    }
  } finally {
    leave?.();
  }
}

function pageFromMemory(tail: Tail, filter: EventFilter, cursor: bigint): Page | null {
  const events = tail.since(cursor);
  return events && { events: events.filter(matches(filter)), through: tail.head(), isExpired: false };
}

async function pageFromDatabase({ db, tail }: Source, filter: EventFilter, cursor: bigint): Promise<Page> {
  const head = tail.head();
  const events = await store.listMatching(db, filter, { after: cursor, through: head, limit: BATCH });
  // Looked up after the events: what is deleted in between is then seen as expired, never as "nothing there".
  const { expiredThrough } = await store.findBounds(db);
  if (cursor < expiredThrough) return { events: [], through: expiredThrough, isExpired: true };
  const through = events.length === BATCH ? (events.at(-1)?.id ?? cursor) : head > cursor ? head : cursor;
  return { events, through, isExpired: false };
}

function matches({ topic, subject }: EventFilter): (event: OutboxEvent) => boolean {
  return (event) => event.topic === topic && (subject === undefined || event.subject === subject);
}

/** A subscription outlives a restart of the control database. Null when aborted. */
async function survive<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await untilAvailable(work, () => signal.throwIfAborted());
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}
