import { setTimeout as sleep } from 'node:timers/promises';
import { SundayError } from '../errors.ts';
import { type LockWait, watchLocks } from '../postgres/blockers.ts';
import { cancelOnAbort } from '../postgres/cancel.ts';
import { isServerError, isUnavailable } from '../postgres/errors.ts';
import type { Database, Session } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import { PartitionBlockedError, PartitionFailedError } from './errors.ts';

/** Short: whoever waits for a strong lock keeps all behind it waiting. */
const LOCK_TIMEOUT_MS = 500;
const WATCH_MS = 100;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 3_000;
const LONG_STATEMENT_MS = 12 * 3_600_000; // copying or hashing a month of a busy table
/** Lock not available in time, deadlock. */
const RETRIED_STATES = ['55P03', '40P01'] as const;

export interface LockedWork {
  readonly db: Database;
  /** What is tried, for people: `create activity_log_202702`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** How long it is tried again and again. */
  readonly patienceMs: number;
  /** True: statements may take hours. */
  readonly isLong?: boolean;
  readonly onWait?: (wait: LockWait) => void;
}

/**
 * Does `work`, which may not leave anything half done when a lock is not to be had, until it gets its locks: at most
 * half a second of waiting each time, so that nobody waits long behind us, with growing pauses.
 *
 * @throws {PartitionBlockedError} with those who are in the way. @throws {PartitionFailedError}
 */
export async function untilUnblocked<T>(
  options: LockedWork,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { what, signal, patienceMs } = options;
  const deadline = performance.now() + patienceMs;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
    signal?.throwIfAborted();
    const seen: { wait: LockWait | null } = { wait: null };
    try {
      return await tryOnce(options, seen, work);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof SundayError || isUnavailable(error) || !isServerError(error)) throw error;
      if (!isServerError(error, ...RETRIED_STATES)) throw new PartitionFailedError(what, error);
      if (performance.now() + delayMs > deadline)
        throw new PartitionBlockedError(what, seen.wait?.blockers ?? [], error);
      await sleep(delayMs * (0.5 + Math.random() / 2), undefined, signal ? { signal } : {});
    }
  }
}

async function tryOnce<T>(
  { db, signal, isLong, onWait }: LockedWork,
  seen: { wait: LockWait | null },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return db.session(async (session) => {
    const timeout = isLong === true ? `${LONG_STATEMENT_MS}ms` : '60s';
    const [backend] = await session.rows<{ readonly pid: number }>(sql`/* partitions.beginWork */
      SELECT pg_backend_pid() AS pid, set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, false)
        , set_config('statement_timeout', ${timeout}, false), set_config('TimeZone', 'UTC', false)
        , set_config('DateStyle', 'ISO, YMD', false), set_config('idle_in_transaction_session_timeout', '0', false)
    `);
    const pid = backend?.pid ?? 0;
    const watch = {
      ...{ db, pid, intervalMs: WATCH_MS },
      onWait: (wait: LockWait) => {
        seen.wait = wait;
        onWait?.(wait);
      },
    };
    try {
      return await cancelOnAbort({ db, pid, signal }, () => watchLocks(watch, () => work(session)));
    } finally {
      await session.rows(sql`/* partitions.endWork */ RESET ALL`).catch(() => {});
    }
  });
}
