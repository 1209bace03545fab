import { advanceFence } from '../../postgres/fence.ts';
import type { Queryable, Session, Transaction } from '../../postgres/pool.ts';
import { IDLE_TIMEOUT_MS, limitsOf, type Task } from './run.ts';
import { beginMigration, beginText, commitWith } from './session-store.ts';
import {
  listSendables,
  retryWhenBlocked,
  type Sendable,
  sendStatement,
  toCommitFailure,
} from './statement.ts';

export interface Finished {
  /** Of the transaction that `Finish` runs in, as its beginning saw it. */
  readonly transactionId: string;
  readonly durationMs: number;
  /** For one statement, the last: it goes in one message with the commit, which is done when it gives its rows. */
  readonly last: Queryable;
}

/** Writes the end of a migration into the ledger, in the last transaction of the migration itself. */
export type Finish<T> = (tx: Transaction, finished: Finished) => Promise<T>;

/**
 * Runs a whole script and its end in one transaction. One that fails for a lock is rolled back, which lets go of all
 * it held, and tried again from its first statement.
 */
export async function runInTransaction<T>(task: Task, finish: Finish<T>): Promise<T> {
  const [first = null, ...others] = listSendables(task);
  const { onProgress, signal } = task.run.options;
  const tell = ({ at }: Sendable) => onProgress?.({ ...task.place, phase: 'STATEMENT', statement: at });
  return retryWhenBlocked(task, () => {
    const startedAt = performance.now();
    if (first) tell(first);
    return commitOnce(
      task,
      async (tx, finished) => {
        for (const one of others) {
          signal?.throwIfAborted();
          tell(one);
          await sendStatement(task, one);
        }
        signal?.throwIfAborted();
        return finish(tx, { ...finished, durationMs: Math.round(performance.now() - startedAt) });
      },
      { first, resetsSession: true },
    );
  });
}

interface Commit {
  /** Of the script; it goes along with the beginning. */
  readonly first: Sendable | null;
  /** True: behind the commit, what a SET of the script left is undone. */
  readonly resetsSession: boolean;
}

/**
 * One transaction with the limits of the script, behind the fence, with the last check right before its commit. Two
 * messages when there is no fence and `work` ends with `last`.
 */
export async function commitOnce<T>(
  task: Task,
  work: Finish<T>,
  { first, resetsSession }: Commit = { first: null, resetsSession: false },
): Promise<T> {
  const { session, options } = task.run;
  const tx: Transaction = { client: session.client, rows: session.rows };
  let isCommitted = false;
  const last = async <Row>(statement: Parameters<Queryable['rows']>[0]) => {
    options.beforeCommit?.();
    const rows = await commitWith<Row>(tx, statement, resetsSession ? IDLE_TIMEOUT_MS : null);
    isCommitted = true;
    return rows;
  };
  try {
    const transactionId = await begin(task, tx, first);
    const result = await work(tx, { transactionId, durationMs: 0, last: { rows: last } });
    if (isCommitted) return result;
    options.beforeCommit?.();
    await commitWith(tx, null, resetsSession ? IDLE_TIMEOUT_MS : null);
    return result;
  } catch (error) {
    await rollBack(session);
    throw toCommitFailure(task, error);
  }
}

async function begin(task: Task, tx: Transaction, first: Sendable | null): Promise<string> {
  const { fence } = task.run.options;
  if (first && !fence) {
    let id = '';
    await sendStatement(task, first, {
      before: { text: beginText(limitsOf(task)), count: 2 },
      onRow: ([value]) => (id ||= value ?? ''),
    });
    return id;
  }
  const id = await beginMigration(tx, limitsOf(task));
  if (fence) await advanceFence(tx, fence);
  if (first) await sendStatement(task, first);
  return id;
}

/** On a dead connection the server rolls back by itself; the first error is the one that matters. */
async function rollBack({ client }: Session): Promise<void> {
  await client.query('ROLLBACK').catch(() => {});
}
