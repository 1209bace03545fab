import { createHash } from 'node:crypto';
import { runAlone } from './alone-runner.ts';
import { MigrationUnfinishedError } from '../errors.ts';
import { clearSteps, markStep, readSteps, type Step } from '../ledger/journal-store.ts';
import type { Task } from './run.ts';
import { listSendables, retryWhenBlocked, type Sendable, sendStatement } from './statement.ts';
import { modeOf } from '../files/statement-rules.ts';
import { commitOnce, type Finish } from './transaction-runner.ts';

/**
 * Runs a script without a transaction, statement by statement. What is done stands in the step ledger:
 *
 * | a crash                                         | leaves                 | the next run                        |
 * |-------------------------------------------------|------------------------|-------------------------------------|
 * | before or in a statement with a transaction     | nothing of it          | runs it                             |
 * | behind its commit                               | its row, DONE          | goes on behind it                   |
 * | in a statement that runs alone, or right after  | its row, STARTED       | looks at the catalog what became of it |
 * | behind the last statement                       | all rows DONE          | writes the ledger's row             |
 */
export async function runStepwise<T>(task: Task, finish: Finish<T>): Promise<T> {
  const { session, options } = task.run;
  const steps = await readSteps(session, keyOf(task));
  refuseChanged(task, steps);
  let durationMs = 0;
  for (const one of listSendables(task)) {
    options.signal?.throwIfAborted();
    const step = steps[one.at.number - 1];
    if (step?.state === 'DONE') {
      durationMs += step.durationMs;
      // Settings belong to the session, and that one is gone.
      if (one.statement.kind === 'VariableSetStmt') await sendStatement(task, one);
      continue;
    }
    options.onProgress?.({ ...task.place, phase: 'STATEMENT', statement: one.at });
    durationMs += await runStep(task, one, step?.state === 'STARTED');
  }
  return retryWhenBlocked(task, () =>
    commitOnce(task, async (tx, finished) => {
      await clearSteps(tx, task.file.version);
      return finish(tx, { ...finished, durationMs });
    }),
  );
}

/** Gives its duration in milliseconds. */
async function runStep(task: Task, one: Sendable, wasStarted: boolean): Promise<number> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  if (modeOf(one.statement) === 'TRANSACTION')
    await retryWhenBlocked(task, () =>
      commitOnce(task, (_tx, { last }) => markStep(last, stepOf(task, one, 'DONE', elapsed())), {
        first: one,
        resetsSession: false,
      }),
    );
  else await runStepAlone(task, one, { wasStarted, elapsed });
  return elapsed();
}

async function runStepAlone(
  task: Task,
  one: Sendable,
  { wasStarted, elapsed }: { readonly wasStarted: boolean; readonly elapsed: () => number },
): Promise<void> {
  const mark = (state: Step['state']) =>
    commitOnce(task, (_tx, { last }) => markStep(last, stepOf(task, one, state, elapsed())));
  await mark('STARTED');
  try {
    await runAlone(task, one, wasStarted);
  } catch (error) {
    // Without an answer it stays STARTED: nobody knows what became of it.
    await mark('FAILED').catch(() => {});
    throw error;
  }
  await mark('DONE');
}

/** Only what has not been done may be another statement today: that is how a failure is corrected. */
function refuseChanged(task: Task, steps: readonly Step[]): void {
  const sendables = listSendables(task);
  for (const step of steps) {
    const one = sendables[step.statementNumber - 1];
    const isSame = one !== undefined && checksumOf(one) === step.statementChecksum;
    if (isSame || step.state === 'FAILED') continue;
    const what = step.state === 'DONE' ? 'is done' : 'was under way';
    throw new MigrationUnfinishedError(
      task.file,
      `statement ${step.statementNumber} ${what}, and ${task.script.fileName} has another one in its place now`,
    );
  }
}

function stepOf(
  task: Task,
  one: Sendable,
  state: Step['state'],
  durationMs: number,
): Parameters<typeof markStep>[1] {
  return {
    ...keyOf(task),
    statementNumber: one.at.number,
    statementChecksum: checksumOf(one),
    state,
    durationMs,
    operationId: task.run.options.operationId ?? null,
  };
}

function keyOf({ file, direction }: Task): Pick<Parameters<typeof markStep>[1], 'version' | 'direction'> {
  return { version: file.version, direction };
}

function checksumOf({ statement }: Sendable): string {
  return createHash('sha256').update(statement.text).digest('hex');
}
