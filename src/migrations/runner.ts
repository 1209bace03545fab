import { advanceFence } from '../postgres/fence.ts';
import type { Database, Queryable, Transaction } from '../postgres/pool.ts';
import { MigrationInvalidError, MigrationUnfinishedError } from './errors.ts';
import { type MigrationFile, readMigrationFiles } from './files/files.ts';
import { checkWaysThere } from './files/script.ts';
import { readJournal } from './ledger/journal-store.ts';
import { pendingUpTo } from './plan.ts';
import { type Run, type RunOptions, type Task, withMigrationLock } from './run/run.ts';
import { type AppliedMigration, compareMigrations, type MigrationStatus } from './state.ts';
import { ensureLedger, readLedger, recordApplied } from './ledger/store.ts';
import { runTask } from './run/task-runner.ts';
import type { Finished } from './run/transaction-runner.ts';

export interface ApplyOptions extends RunOptions {
  /** The last version to apply; null or left out: all. */
  readonly target?: string | null;
}

/** A directory, or what was read from one. */
export type MigrationSource = string | readonly MigrationFile[];

/**
 * Applies what is pending, lowest version first: each migration in one transaction with its row in the ledger, or, when
 * its header says so, statement by statement. After a crash, call it again: it goes on behind what is done.
 *
 * @returns what this call applied; nothing when all was applied before.
 * @throws {MigrationInvalidError} @throws {MigrationNotFoundError} @throws {MigrationDriftedError}
 * @throws {MigrationOutOfOrderError} @throws {MigrationUnfinishedError} before anything is touched.
 * @throws {MigrationLockedError} when another runner holds the lock for longer than `lockWaitMs`.
 * @throws {MigrationBlockedError} when others hold what it needs for longer than it may wait.
 * @throws {MigrationFailedError} when a statement fails; the migrations before it stay applied.
 * @throws {MigrationIndexDiffersError} when an index of a statement exists with another definition.
 * @throws {FencedError} when a newer holder of the lane has begun.
 * @throws the signal's reason when aborted.
 */
export async function applyPending(
  db: Database,
  source: MigrationSource,
  options: ApplyOptions,
): Promise<readonly AppliedMigration[]> {
  const files = typeof source === 'string' ? await readMigrationFiles(source) : source;
  const pending = await listPending(db, files, options);
  // With a fence the way goes on even so: whoever came before us has to be shut out.
  if (pending.length === 0 && !options.fence) return [];
  return withMigrationLock(db, options, (run) => applyUnderLock(run, files));
}

/** How each migration stands on this database. */
export async function readStatus(
  db: Queryable,
  files: readonly MigrationFile[],
): Promise<readonly MigrationStatus[]> {
  return compareMigrations(files, await readLedger(db), await readJournal(db));
}

/** Makes the ledger, and takes the lane; both under the migration lock. */
export async function beginRun({ session, options: { fence } }: Run): Promise<void> {
  await ensureLedger(session);
  if (fence) await session.transaction((tx) => advanceFence(tx, fence));
}

async function listPending(
  db: Queryable,
  files: readonly MigrationFile[],
  { target }: ApplyOptions,
): Promise<readonly MigrationFile[]> {
  const all = await readStatus(db, files);
  const pending = pendingUpTo(all, target ?? null);
  checkWaysThere(pending);
  for (const { file, openSteps } of all)
    if (file && openSteps && pending.includes(file) && file.header.transaction === 'ONE')
      throw new MigrationUnfinishedError(file, 'it began without a transaction, and its file wants one now');
  return pending;
}

async function applyUnderLock(
  run: Run<ApplyOptions>,
  files: readonly MigrationFile[],
): Promise<readonly AppliedMigration[]> {
  const { session, options } = run;
  await beginRun(run);
  // Read again: the runner we waited for may have applied them.
  const pending = await listPending(session, files, options);
  const applied: AppliedMigration[] = [];
  for (const file of pending) {
    options.signal?.throwIfAborted();
    const place = { version: file.version, done: applied.length, total: pending.length };
    options.onProgress?.({ ...place, phase: 'APPLYING' });
    const task: Task = { run, file, script: file, direction: 'UP', place };
    applied.push(await runTask(task, (tx, finished) => finishUp(task, tx, finished)));
    options.onProgress?.({ ...place, phase: 'APPLIED', done: applied.length });
  }
  return applied;
}

async function finishUp(
  { run: { options }, file }: Task,
  tx: Transaction,
  { transactionId, durationMs, last }: Finished,
): Promise<AppliedMigration> {
  const entry = {
    version: file.version,
    name: file.name,
    checksum: file.checksum,
    appliedBy: options.appliedBy,
    onBehalfOf: options.onBehalfOf ?? null,
    operationId: options.operationId ?? null,
    durationMs,
    statementCount: file.statements.length,
    fingerprint: (await options.fingerprint?.(tx)) ?? null,
  };
  const row = await recordApplied(last, entry, transactionId);
  if (!row) throw new MigrationInvalidError([`${file.fileName}: it ended its own transaction`]);
  return row;
}
