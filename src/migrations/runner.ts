import { advanceFence, holdsFence } from '../postgres/fence.ts';
import type { Database, Queryable, Transaction } from '../postgres/pool.ts';
import { MigrationInvalidError, MigrationUnfinishedError } from './errors.ts';
import { type MigrationFile, type MigrationReader, readMigrationFiles } from './files/files.ts';
import { checkWaysThere } from './files/script.ts';
import { readLedgerState } from './ledger/journal-store.ts';
import { pendingUpTo } from './plan.ts';
import { type Run, type RunOptions, type Task, withMigrationLock } from './run/run.ts';
import { type AppliedMigration, compareMigrations, type MigrationStatus } from './state.ts';
import { completeGroup, ensureLedger, markText, recordApplied, recordGroup } from './ledger/store.ts';
import { countGroup } from './run/group.ts';
import { runGroup } from './run/group-runner.ts';
import { runTask } from './run/task-runner.ts';
import type { Finished } from './run/transaction-runner.ts';

export interface ApplyOptions extends RunOptions {
  /** The last version to apply; null or left out: all. */
  readonly target?: string | null;
}

/** A directory, or what was read from one. */
export type MigrationSource = string | readonly MigrationFile[];

/**
 * Applies what is pending, lowest version first: each migration in one transaction with its row in the ledger, many
 * small ones that only make tables of their own in one transaction together, or, when the header says so, statement by
 * statement. After a crash, call it again: it goes on behind what is done.
 *
 * @returns what this call applied; nothing when all was applied before.
 * @throws {MigrationInvalidError} @throws {MigrationNotFoundError} @throws {MigrationDriftedError}
 * @throws {MigrationOutOfOrderError} @throws {MigrationUnfinishedError} before anything is touched,
 * with a fence but the fence.
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
  // With a fence the way goes on in any case: whoever came before us has to be shut out.
  if (!options.fence && (await listPending(db, files, options)).length === 0) return [];
  return withMigrationLock(db, options, (run) => applyUnderLock(run, files));
}

/** How each migration stands on this database. A reader reads while the server answers. */
export async function readStatus(
  db: Queryable,
  source: readonly MigrationFile[] | MigrationReader,
): Promise<readonly MigrationStatus[]> {
  const read = typeof source === 'function' ? source : () => source;
  const [{ applied, journal }, files] = await Promise.all([readLedgerState(db), read()]);
  return compareMigrations(files, applied, journal);
}

/** Makes the ledger, and takes the lane; both under the migration lock. */
export async function beginRun({ session, options: { fence } }: Run): Promise<void> {
  await ensureLedger(session);
  // The steps of one operation come with the same token; each commit of theirs locks it again.
  if (fence && !(await holdsFence(session, fence)))
    await session.transaction((tx) => advanceFence(tx, fence));
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
  const taskOf = (file: MigrationFile): Task => {
    const place = { version: file.version, done: applied.length, total: pending.length };
    return { run, file, script: file, direction: 'UP', place };
  };
  while (applied.length < pending.length) {
    options.signal?.throwIfAborted();
    const rest = pending.slice(applied.length);
    const group = rest.slice(0, countGroup(rest));
    const rows = group.length > 0 ? await applyGroup(group.map(taskOf)) : null;
    applied.push(...(rows ?? []));
    if (rows) continue;
    // One by one; also when one of a group has failed, so that those before it are applied and it is told as ever.
    for (const file of group.length > 0 ? group : rest.slice(0, 1))
      applied.push(await applyOne(taskOf(file)));
  }
  return applied;
}

async function applyOne(task: Task): Promise<AppliedMigration> {
  const { onProgress } = task.run.options;
  onProgress?.({ ...task.place, phase: 'APPLYING' });
  const row = await runTask(task, (tx, finished) => finishUp(task, tx, finished));
  onProgress?.({ ...task.place, phase: 'APPLIED', done: task.place.done + 1 });
  return row;
}

async function applyGroup(tasks: readonly Task[]): Promise<readonly AppliedMigration[] | null> {
  const rows = await runGroup(tasks, {
    markText: (task) => markText(entryOf(task, { durationMs: 0, fingerprint: null })),
    async finish(marks, { transactionId, last, hasRows }) {
      const write = hasRows ? completeGroup : recordGroup;
      const rows = marks.map(({ task, appliedAt, durationMs, fingerprint }) => ({
        ...entryOf(task, { durationMs, fingerprint }),
        appliedAt,
      }));
      if (!(await write(last, rows, transactionId))) throw endedItself(tasks);
      return rows;
    },
  });
  if (rows)
    for (const [index, { run, place }] of tasks.entries())
      run.options.onProgress?.({ ...place, phase: 'APPLIED', done: place.done + index + 1 });
  return rows;
}

async function finishUp(
  task: Task,
  tx: Transaction,
  { transactionId, durationMs, last }: Finished,
): Promise<AppliedMigration> {
  const fingerprint = (await task.run.options.fingerprint?.(tx, { following: 0 })) ?? null;
  const row = await recordApplied(last, entryOf(task, { durationMs, fingerprint }), transactionId);
  if (!row) throw endedItself([task]);
  return row;
}

function entryOf(
  { run: { options }, file }: Task,
  measured: Pick<AppliedMigration, 'durationMs' | 'fingerprint'>,
): Omit<AppliedMigration, 'appliedAt'> {
  return {
    version: file.version,
    name: file.name,
    checksum: file.checksum,
    appliedBy: options.appliedBy,
    onBehalfOf: options.onBehalfOf ?? null,
    operationId: options.operationId ?? null,
    statementCount: file.statements.length,
    ...measured,
  };
}

function endedItself(tasks: readonly Task[]): MigrationInvalidError {
  return new MigrationInvalidError(tasks.map(({ file }) => `${file.fileName}: it ended its own transaction`));
}
