import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from './pool.ts';
import { sql } from './sql.ts';

const REPEAT_MS = 250;

export interface Cancellation {
  /** Another session of the same role as the one that works. */
  readonly db: Queryable;
  /** Backend that works. */
  readonly pid: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Does `work` on a backend; an abort cancels what runs there, and the server's answer to that (SQLSTATE 57014)
 * is what `work` then fails with. Ends only when no cancel can still be on its way to a later statement.
 */
export async function cancelOnAbort<T>(
  { db, pid, signal }: Cancellation,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const ended = new AbortController();
  let cancelling: Promise<void> = Promise.resolve();
  const onAbort = () => {
    cancelling = cancelUntil(ended.signal, db, pid);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await work();
  } finally {
    ended.abort();
    signal?.removeEventListener('abort', onAbort);
    await cancelling;
  }
}

/** Again and again: the server forgets a cancel that arrives between two statements. */
async function cancelUntil(ended: AbortSignal, db: Queryable, pid: number): Promise<void> {
  while (!ended.aborted) {
    await db.rows(sql`/* postgres.cancel */ SELECT pg_cancel_backend(${pid})`).catch(() => {});
    await sleep(REPEAT_MS, undefined, { signal: ended }).catch(() => {});
  }
}
