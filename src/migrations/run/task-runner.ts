import { recordAttempt } from '../ledger/journal-store.ts';
import {
  MigrationBlockedError,
  MigrationFailedError,
  type MigrationFailure,
  MigrationIndexDiffersError,
} from './run-errors.ts';
import { IDLE_TIMEOUT_MS, type Task } from './run.ts';
import { resetSession } from './session-store.ts';
import { runStepwise } from './step-runner.ts';
import { type Finish, runInTransaction } from './transaction-runner.ts';

/** Runs one script of one migration as its header says, and leaves the session as it was. A failure is remembered. */
export async function runTask<T>(task: Task, finish: Finish<T>): Promise<T> {
  const { session } = task.run;
  const startedAt = performance.now();
  const work = task.script.header.transaction === 'NONE' ? runStepwise : runInTransaction;
  try {
    const result = await work(task, finish);
    // The other way does that along with its commit.
    if (work === runStepwise) await resetSession(session, IDLE_TIMEOUT_MS);
    return result;
  } catch (error) {
    // Best effort: on a connection that is dead there is nobody to tell.
    await recordFailure(task, error, Math.round(performance.now() - startedAt)).catch(() => {});
    throw error;
  }
}

async function recordFailure(task: Task, error: unknown, durationMs: number): Promise<void> {
  if (!isFailure(error)) return;
  const { file, direction, run } = task;
  const { appliedBy, onBehalfOf = null, operationId = null } = run.options;
  await resetSession(run.session, IDLE_TIMEOUT_MS);
  const failure: MigrationFailure | null = 'failure' in error ? error.failure : null;
  await recordAttempt(run.session, {
    version: file.version,
    name: file.name,
    direction,
    outcome: 'FAILED',
    durationMs,
    requestedBy: appliedBy,
    onBehalfOf,
    operationId,
    statementNumber: failure?.statementNumber ?? null,
    line: failure?.line ?? null,
    statement: failure?.statement ?? null,
    sqlState: failure?.sqlState ?? null,
    message: failure?.serverMessage ?? error.message,
  });
}

function isFailure(
  error: unknown,
): error is MigrationFailedError | MigrationBlockedError | MigrationIndexDiffersError {
  return (
    error instanceof MigrationFailedError ||
    error instanceof MigrationBlockedError ||
    error instanceof MigrationIndexDiffersError
  );
}
