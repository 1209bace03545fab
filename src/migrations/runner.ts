import { setTimeout as sleep } from 'node:timers/promises';
import { SundayError } from '../errors.ts';
import { cancelOnAbort } from '../postgres/cancel.ts';
import { DatabaseUnavailableError, isServerError, isUnavailable } from '../postgres/errors.ts';
import { advanceFence, type Fence } from '../postgres/fence.ts';
import type { Database, Queryable, Session, Transaction } from '../postgres/pool.ts';
import { runScript } from '../postgres/script.ts';
import { MigrationFailedError, MigrationInvalidError, MigrationLockedError } from './errors.ts';
import { type MigrationFile, readMigrationFiles } from './files.ts';
import { type AppliedMigration, compareMigrations, pendingUpTo } from './plan.ts';
import { lineOfPosition } from './statements.ts';
import * as store from './store.ts';

export interface MigrationProgress {
  /** `WAITING` for the lock, `APPLYING`: sent to the server, `APPLIED`: committed. */
  readonly phase: 'WAITING' | 'APPLYING' | 'APPLIED';
  /** Null while waiting. */
  readonly version: string | null;
  /** Migrations of this call that are committed, and all of them; 0 of 0 while waiting. */
  readonly done: number;
  readonly total: number;
}

export interface ApplyOptions {
  /** Name of whoever asked; kept in the ledger. */
  readonly appliedBy: string;
  readonly onBehalfOf?: string | null;
  readonly operationId?: string | null;
  /** The last version to apply; null or left out: all. */
  readonly target?: string | null;
  /** How long another runner is waited for. */
  readonly lockWaitMs?: number;
  readonly lockTimeoutMs?: number;
  /** For each statement of a file. */
  readonly statementTimeoutMs?: number;
  /** Aborting it cancels the statement that runs; its migration is rolled back. */
  readonly signal?: AbortSignal;
  /** Refuses to commit anything once a newer holder of the lane has begun. */
  readonly fence?: Fence;
  /** Called right before each commit; what it throws rolls the migration back. */
  readonly beforeCommit?: () => void;
  readonly onProgress?: (progress: MigrationProgress) => void;
}

// Longer than IDLE_TIMEOUT_MS: a runner that is frozen while it holds the lock loses it within our wait.
const LOCK_WAIT_MS = 30_000;
const LOCK_POLL_MS = 100;
const LOCK_TIMEOUT_MS = 3_000; // short: DDL that waits for a lock blocks every reader behind it
const STATEMENT_TIMEOUT_MS = 3_600_000;
const CLIENT_TIMEOUT_MARGIN_MS = 5_000;
/** The server ends a session of ours that is silent for so long, in a transaction or out of it. */
const IDLE_TIMEOUT_MS = 15_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1; // what setTimeout can count

/**
 * Applies what is pending, lowest version first, each migration in one transaction with its row in the ledger.
 * After a crash, call it again: what was committed is in the ledger, and nothing else has happened.
 *
 * @returns what this call applied; nothing when all was applied before.
 * @throws {MigrationInvalidError} @throws {MigrationNotFoundError} @throws {MigrationDriftedError}
 * @throws {MigrationOutOfOrderError} before anything is touched.
 * @throws {MigrationLockedError} when another runner holds the lock for longer than `lockWaitMs`.
 * @throws {MigrationFailedError} when a statement fails; the migrations before it stay applied.
 * @throws {FencedError} when a newer holder of the lane has begun.
 * @throws the signal's reason when aborted.
 */
export async function applyPending(
  db: Database,
  directory: string,
  options: ApplyOptions,
): Promise<readonly AppliedMigration[]> {
  const files = await readMigrationFiles(directory);
  const pending = await listPending(db, files, options);
  // With a fence the way goes on even so: whoever came before us has to be shut out.
  if (pending.length === 0 && !options.fence) return [];
  return db.session(async (session) => {
    const run: Run = { db, session, options, pid: await store.limitIdleSession(session, IDLE_TIMEOUT_MS) };
    try {
      await acquireLock(run);
      const applied = await applyUnderLock(run, files);
      await store.discardSession(session);
      return applied;
    } catch (error) {
      // On a connection that is dead the server has let go by itself; the first error is the one that matters.
      await store.discardSession(session).catch(() => {});
      throw error;
    }
  });
}

interface Run {
  readonly db: Database;
  readonly session: Session;
  readonly options: ApplyOptions;
  /** Of our own backend. */
  readonly pid: number;
}

async function listPending(
  db: Queryable,
  files: readonly MigrationFile[],
  { target }: ApplyOptions,
): Promise<readonly MigrationFile[]> {
  return pendingUpTo(compareMigrations(files, await store.readLedger(db)), target ?? null);
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
    await sleep(LOCK_POLL_MS);
  }
}

async function applyUnderLock(
  run: Run,
  files: readonly MigrationFile[],
): Promise<readonly AppliedMigration[]> {
  const { session, options } = run;
  await store.ensureLedger(session);
  const { fence } = options;
  if (fence) await session.transaction((tx) => advanceFence(tx, fence));
  // Read again: the runner we waited for may have applied them.
  const pending = await listPending(session, files, options);
  const applied: AppliedMigration[] = [];
  for (const file of pending) {
    options.signal?.throwIfAborted();
    const { version } = file;
    const total = pending.length;
    options.onProgress?.({ phase: 'APPLYING', version, done: applied.length, total });
    applied.push(await applyOne(run, file));
    await store.resetSession(session, IDLE_TIMEOUT_MS);
    options.onProgress?.({ phase: 'APPLIED', version, done: applied.length, total });
  }
  return applied;
}

async function applyOne(run: Run, file: MigrationFile): Promise<AppliedMigration> {
  const { options } = run;
  let completed = 0;
  // Null outside the file itself: then a failure is one of the commit.
  let sent: MigrationFile | null = null;
  try {
    return await run.session.transaction(async (tx) => {
      const startedAt = performance.now();
      const transactionId = await store.beginMigration(tx, limitsOf(options));
      if (options.fence) await advanceFence(tx, options.fence);
      sent = file;
      await runFile(run, tx, file, (count) => (completed = count));
      sent = null;
      options.signal?.throwIfAborted();
      const row = await store.recordApplied(tx, entryOf(options, file, startedAt), transactionId);
      if (!row)
        throw new MigrationInvalidError([`${file.version}_${file.name}.sql: it ended its own transaction`]);
      options.beforeCommit?.();
      return row;
    });
  } catch (error) {
    if (isUnavailable(error))
      throw error instanceof SundayError ? error : new DatabaseUnavailableError(run.db.name, error);
    if (!isServerError(error)) throw error;
    if (options.signal?.aborted && error.code === '57014') throw options.signal.reason;
    throw new MigrationFailedError(
      {
        version: file.version,
        name: file.name,
        line: sent === null ? null : lineOf(error.position, file, completed),
        sqlState: error.code,
        serverMessage: error.message,
      },
      error,
    );
  }
}

async function runFile(
  { db, pid, options }: Run,
  tx: Transaction,
  file: MigrationFile,
  onStatement: (completed: number) => void,
): Promise<void> {
  const timeoutMs = limitsOf(options).statementTimeoutMs * file.statements.length + CLIENT_TIMEOUT_MARGIN_MS;
  const script = { text: file.text, timeoutMs: Math.min(timeoutMs, LONGEST_TIMER_MS), onStatement };
  await cancelOnAbort({ db, pid, signal: options.signal }, () => runScript(tx.client, script));
}

function limitsOf(options: ApplyOptions): store.TransactionLimits {
  return {
    lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  };
}

function entryOf(options: ApplyOptions, file: MigrationFile, startedAt: number): store.LedgerEntry {
  return {
    version: file.version,
    name: file.name,
    checksum: file.checksum,
    appliedBy: options.appliedBy,
    onBehalfOf: options.onBehalfOf ?? null,
    operationId: options.operationId ?? null,
    durationMs: Math.round(performance.now() - startedAt),
    statementCount: file.statements.length,
  };
}

/** The server's position when it gives one, else the beginning of the first statement that it did not complete. */
function lineOf(position: string | undefined, file: MigrationFile, completed: number): number {
  if (position !== undefined) return lineOfPosition(file.text, Number(position));
  return file.statements[completed]?.line ?? 1;
}
