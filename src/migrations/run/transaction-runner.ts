import { advanceFence } from '../../postgres/fence.ts';
import type { Transaction } from '../../postgres/pool.ts';
import { beginMigration } from './session-store.ts';
import { limitsOf, type Task } from './run.ts';
import { listSendables, retryWhenBlocked, sendStatement, toCommitFailure } from './statement.ts';

export interface Finished {
  /** Of the transaction that `Finish` runs in, as its beginning saw it. */
  readonly transactionId: string;
  readonly durationMs: number;
}

/** Writes the end of a migration into the ledger, in the last transaction of the migration itself. */
export type Finish<T> = (tx: Transaction, finished: Finished) => Promise<T>;

/**
 * Runs a whole script and its end in one transaction. One that fails for a lock is rolled back, which lets go of all
 * it held, and tried again from its first statement.
 */
export async function runInTransaction<T>(task: Task, finish: Finish<T>): Promise<T> {
  return retryWhenBlocked(task, () =>
    commitOnce(task, async (tx, finished) => {
      const { onProgress, signal } = task.run.options;
      const startedAt = performance.now();
      for (const one of listSendables(task)) {
        signal?.throwIfAborted();
        onProgress?.({ ...task.place, phase: 'STATEMENT', statement: one.at });
        await sendStatement(task, one);
      }
      signal?.throwIfAborted();
      return finish(tx, { ...finished, durationMs: Math.round(performance.now() - startedAt) });
    }),
  );
}

/** One transaction with the limits of the script, behind the fence, with the last check right before its commit. */
export async function commitOnce<T>(task: Task, work: Finish<T>): Promise<T> {
  const { session, options } = task.run;
  try {
    return await session.transaction(async (tx) => {
      const transactionId = await beginMigration(tx, limitsOf(task));
      if (options.fence) await advanceFence(tx, options.fence);
      const result = await work(tx, { transactionId, durationMs: 0 });
      options.beforeCommit?.();
      return result;
    });
  } catch (error) {
    throw toCommitFailure(task, error);
  }
}
