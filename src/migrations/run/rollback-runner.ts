import type { Database, Queryable, Transaction } from '../../postgres/pool.ts';
import { MigrationInvalidError } from '../errors.ts';
import { type MigrationFile, readMigrationFiles } from '../files/files.ts';
import { recordAttempt } from '../ledger/journal-store.ts';
import { listReversible, type Reversible, type RollbackTarget } from '../rollback-plan.ts';
import { type Run, type RunOptions, type Task, withMigrationLock } from './run.ts';
import { beginRun, type MigrationSource, readStatus } from '../runner.ts';
import { removeApplied } from '../ledger/store.ts';
import { runTask } from './task-runner.ts';
import type { Finished } from './transaction-runner.ts';

/** `appliedBy` is whoever asks for the rollback. */
export type RollbackOptions = RunOptions & RollbackTarget;

export interface RolledBack {
  readonly version: string;
  readonly name: string;
  readonly durationMs: number;
}

/**
 * Runs down scripts, newest first, each in one transaction that also takes the ledger's row into the history, or
 * statement by statement when its header says so. After a crash, call it again.
 *
 * @returns what this call took back.
 * @throws what `listReversible` does, before anything is touched; and what `applyPending` does.
 */
export async function rollbackTo(
  db: Database,
  source: MigrationSource,
  options: RollbackOptions,
): Promise<readonly RolledBack[]> {
  const files = typeof source === 'string' ? await readMigrationFiles(source) : source;
  if (!options.fence && (await list(db, files, options)).length === 0) return [];
  return withMigrationLock(db, options, (run) => rollBackUnderLock(run, files));
}

async function list(
  db: Queryable,
  files: readonly MigrationFile[],
  options: RollbackOptions,
): Promise<readonly Reversible[]> {
  return listReversible(await readStatus(db, files), options);
}

async function rollBackUnderLock(
  run: Run<RollbackOptions>,
  files: readonly MigrationFile[],
): Promise<readonly RolledBack[]> {
  const { session, options } = run;
  await beginRun(run);
  // Read again: the runner we waited for may have changed it.
  const wanted = await list(session, files, options);
  const ended: RolledBack[] = [];
  for (const { file, down } of wanted) {
    options.signal?.throwIfAborted();
    const place = { version: file.version, done: ended.length, total: wanted.length };
    options.onProgress?.({ ...place, phase: 'ROLLING_BACK' });
    const task: Task = { run, file, script: down, direction: 'DOWN', place };
    ended.push(await runTask(task, (tx, finished) => finishDown(task, tx, finished)));
    options.onProgress?.({ ...place, phase: 'ROLLED_BACK', done: ended.length });
  }
  return ended;
}

async function finishDown(
  { run: { options }, file, script }: Task,
  tx: Transaction,
  { transactionId, durationMs }: Finished,
): Promise<RolledBack> {
  const { version, name } = file;
  // First, since it takes the ledger's row along.
  await recordAttempt(tx, {
    version,
    name,
    direction: 'DOWN',
    outcome: 'ROLLED_BACK',
    durationMs,
    requestedBy: options.appliedBy,
    onBehalfOf: options.onBehalfOf ?? null,
    operationId: options.operationId ?? null,
    statementNumber: null,
    line: null,
    statement: null,
    sqlState: null,
    message: null,
  });
  if (!(await removeApplied(tx, version, transactionId)))
    throw new MigrationInvalidError([`${script.fileName}: it ended its own transaction`]);
  return { version, name, durationMs };
}
