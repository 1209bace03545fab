import { setTimeout as sleep } from 'node:timers/promises';
import type { Growth } from '../../catalog/growth.ts';
import type { LockWait } from '../../postgres/blockers.ts';
import type { Fence } from '../../postgres/fence.ts';
import type { Database, Queryable, Session } from '../../postgres/pool.ts';
import { MigrationLockedError } from '../errors.ts';
import type { MigrationFile, MigrationScript } from '../files/files.ts';
import * as store from './session-store.ts';
import type { Direction } from '../state.ts';

/** Where in a script the work is. */
export interface StatementPlace {
  /** Counts from 1. */
  readonly number: number;
  readonly count: number;
  readonly line: number;
}

/** How far the server is with an index. */
export interface IndexBuild {
  readonly index: string;
  /** PostgreSQL's own words, e.g. `building index: scanning table`. */
  readonly phase: string;
  /** Of this phase, 0 to 1; null while the total is unknown. */
  readonly fractionDone: number | null;
}

interface Place {
  /** Null while waiting for the migration lock. */
  readonly version: string | null;
  /** Migrations of this call that are committed, and all of them; 0 of 0 while waiting. */
  readonly done: number;
  readonly total: number;
}

/**
 * `WAITING` for another runner. `APPLYING` and `ROLLING_BACK` begin a migration, `APPLIED` and `ROLLED_BACK` end it:
 * committed. Between: each `STATEMENT` that is sent, who has `BLOCKED` it, and when it is tried again (`RETRYING`).
 */
export type MigrationProgress =
  | (Place & { readonly phase: 'WAITING' | 'APPLYING' | 'APPLIED' | 'ROLLING_BACK' | 'ROLLED_BACK' })
  | (Place & { readonly phase: 'STATEMENT'; readonly statement: StatementPlace })
  | (Place & { readonly phase: 'BLOCKED'; readonly statement: StatementPlace; readonly wait: LockWait })
  | (Place & { readonly phase: 'BUILDING'; readonly statement: StatementPlace; readonly build: IndexBuild })
  | (Place & {
      readonly phase: 'RETRYING';
      /** Of the attempt that failed; counts from 1. */
      readonly attempt: number;
      readonly delayMs: number;
      readonly sqlState: string;
    });

export interface RunOptions {
  /** Name of whoever asked; kept in the ledger. */
  readonly appliedBy: string;
  readonly onBehalfOf?: string | null;
  readonly operationId?: string | null;
  /** How long another runner is waited for. */
  readonly lockWaitMs?: number;
  /** For files whose header gives none. */
  readonly lockTimeoutMs?: number;
  /** For each statement of a file. */
  readonly statementTimeoutMs?: number;
  /** How often and how long one that did not get its locks is tried again. */
  readonly retry?: Partial<RetryLimits>;
  /** How long transactions are waited for that stand in the way of a concurrent build, and from which age on. */
  readonly oldTransactionWaitMs?: number;
  readonly oldTransactionAgeMs?: number;
  /** Aborting it cancels the statement that runs; what has no end yet is rolled back. */
  readonly signal?: AbortSignal;
  /** Refuses to commit anything once a newer holder of the lane has begun. */
  readonly fence?: Fence;
  /** Called right before each commit and each act without one; what it throws stops there. */
  readonly beforeCommit?: () => void;
  /** Called in the last transaction of a migration; its result stands in the ledger. Null: it only looked. */
  readonly fingerprint?: (tx: Queryable, place: TransactionPlace) => Promise<string | null>;
  /**
   * For several in one transaction that only add: called before them, so that one look there and one behind them does
   * for all. Left out, or null on a database where that does not do: `fingerprint` is called behind each.
   */
  readonly fingerprintAll?: (tx: Queryable) => Promise<LookBehind | null>;
  readonly onProgress?: (progress: MigrationProgress) => void;
}

/** Where in its transaction a migration ends. */
export interface TransactionPlace {
  /** Migrations behind it that stay or go with it; 0 for one that is committed by itself. */
  readonly following: number;
}

/**
 * Called behind the last of several, `following` as of that one; gives the fingerprint of each. Null when it cannot
 * tell them apart for sure: they are taken back then, and run one by one.
 */
export type LookBehind = (
  ran: Pick<Growth, 'startedAt' | 'additions'>,
  place: TransactionPlace,
) => Promise<readonly string[] | null>;

export interface RetryLimits {
  readonly attempts: number;
  readonly totalMs: number;
  /** The first pause is half of this to all of it; each next one twice as long, up to 5 seconds. */
  readonly firstDelayMs: number;
}

/** A session that holds the migration lock. */
export interface Run<Options extends RunOptions = RunOptions> {
  readonly db: Database;
  readonly session: Session;
  readonly options: Options;
  /** Of our own backend. */
  readonly pid: number;
}

/** One script of one migration that is being run. */
export interface Task {
  readonly run: Run;
  readonly file: MigrationFile;
  readonly script: MigrationScript;
  readonly direction: Direction;
  readonly place: Place;
}

/** The server ends a session of ours that is silent for so long, in a transaction or out of it. */
export const IDLE_TIMEOUT_MS = 15_000;
// Longer than IDLE_TIMEOUT_MS: a runner that is frozen while it holds the lock loses it within our wait.
const LOCK_WAIT_MS = 30_000;
const LOCK_POLL_MS = 100;
/** For scripts whose header gives none. */
export const DEFAULT_LOCK_TIMEOUT_MS = 500; // short: DDL that waits for a lock blocks every reader behind it
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** Holds the migration lock of the database on one session while `work` runs; gives the session back as it came. */
export async function withMigrationLock<Options extends RunOptions, T>(
  db: Database,
  options: Options,
  work: (run: Run<Options>) => Promise<T>,
): Promise<T> {
  return db.session(async (session) => {
    const pid = await store.limitIdleSession(session, IDLE_TIMEOUT_MS);
    try {
      await acquireLock({ db, session, options, pid });
      const result = await work({ db, session, options, pid });
      await store.discardSession(session);
      return result;
    } catch (error) {
      // On a connection that is dead the server has let go by itself; the first error is the one that matters.
      await store.discardSession(session).catch(() => {});
      throw error;
    }
  });
}

/** The header's lock timeout goes before the caller's. */
export function limitsOf({ run: { options }, script }: Task): store.TransactionLimits {
  return {
    lockTimeoutMs: script.header.lockTimeoutMs ?? options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS,
    statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  };
}

/** Ends early, with the signal's reason, when aborted. */
export async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(delayMs, undefined, signal ? { signal } : {}).catch(() => {});
  signal?.throwIfAborted();
}

async function acquireLock({ db, session, options }: Run): Promise<void> {
  const waitMs = options.lockWaitMs ?? LOCK_WAIT_MS;
  const deadline = performance.now() + waitMs;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await store.tryLock(session)) return;
    if (performance.now() >= deadline)
      throw new MigrationLockedError(db.name, waitMs, await store.findLockHolder(session));
    options.onProgress?.({ phase: 'WAITING', version: null, done: 0, total: 0 });
    await pause(LOCK_POLL_MS, options.signal);
  }
}
