import { cancelOnAbort } from '../../postgres/cancel.ts';
import type { Transaction } from '../../postgres/pool.ts';
import { runScript } from '../../postgres/script.ts';
import { MigrationFailedError } from './run-errors.ts';
import { limitsOf, type Task } from './run.ts';
import { clientTimeoutOf, listSendables } from './statement.ts';
import { commitOnce, type Finished } from './transaction-runner.ts';

/** When a migration of a group was done, by the server's clock. */
export interface GroupMark {
  readonly task: Task;
  readonly appliedAt: Date;
  readonly durationMs: number;
  readonly fingerprint: string | null;
}

/** Writes the rows of all of them into the ledger, in their transaction. */
export type FinishGroup<T> = (
  marks: readonly GroupMark[],
  finished: Pick<Finished, 'transactionId' | 'last'>,
) => Promise<T>;

const MARK = '/* migrations.mark */ SELECT extract(epoch FROM clock_timestamp())::text';

/**
 * Runs the scripts of a group (see `countGroup`) in one message and commits them together in a second one. Where the
 * catalog is looked at behind each, each has a message of its own.
 *
 * @returns null when a statement failed: nothing of the group has happened then, and whoever runs them one by one
 * finds the same failure with those before it applied.
 * @throws what the connection fails with @throws the signal's reason when aborted
 */
export async function runGroup<T>(tasks: readonly Task[], finish: FinishGroup<T>): Promise<T | null> {
  const [first] = tasks;
  if (first === undefined) return null;
  const { signal } = first.run.options;
  try {
    return await commitOnce(
      first,
      async (tx, { transactionId, last }) => {
        const marks = first.run.options.fingerprint
          ? await sendEach(tx, tasks)
          : await sendTogether(first, tasks);
        signal?.throwIfAborted();
        return finish(marks, { transactionId, last });
      },
      { first: null, resetsSession: true },
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof MigrationFailedError) return null;
    throw error;
  }
}

async function sendEach(tx: Transaction, tasks: readonly Task[]): Promise<readonly GroupMark[]> {
  const marks: GroupMark[] = [];
  for (const [index, task] of tasks.entries()) {
    const { fingerprint, signal } = task.run.options;
    signal?.throwIfAborted();
    const [mark] = await sendTogether(task, [task]);
    const found = await fingerprint?.(tx, { following: tasks.length - 1 - index });
    if (mark) marks.push({ ...mark, fingerprint: found ?? null });
  }
  return marks;
}

async function sendTogether(first: Task, tasks: readonly Task[]): Promise<readonly GroupMark[]> {
  const { db, pid, session, options } = first.run;
  const texts = [MARK];
  for (const task of tasks) {
    tellSent(task);
    texts.push(...task.script.statements.map(({ text }) => text), MARK);
  }
  const seconds: number[] = [];
  const script = {
    text: texts.join(';\n'),
    timeoutMs: clientTimeoutOf(limitsOf(first)),
    onRow: ([value]: readonly (string | null)[]) => void seconds.push(Number(value)),
  };
  await cancelOnAbort({ db, pid, signal: options.signal }, () => runScript(session.client, script));
  return tasks.map((task, index) => {
    const [from = 0, to = 0] = seconds.slice(index, index + 2);
    return {
      task,
      appliedAt: new Date(Math.round(to * 1_000)),
      durationMs: Math.round((to - from) * 1_000),
      fingerprint: null,
    };
  });
}

function tellSent(task: Task): void {
  const { onProgress } = task.run.options;
  if (!onProgress) return;
  onProgress({ ...task.place, phase: 'APPLYING' });
  for (const { at } of listSendables(task)) onProgress({ ...task.place, phase: 'STATEMENT', statement: at });
}
