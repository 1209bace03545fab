import { createHash } from 'node:crypto';
import { runAlone } from './alone-runner.ts';
import { MigrationUnfinishedError } from '../errors.ts';
import { clearSteps, markSteps, readSteps, type Step, type StepMark } from '../ledger/journal-store.ts';
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
 * | in a statement that runs alone, or before the   | its row, STARTED       | looks at the catalog what became of it |
 * | next commit                                     |                        |                                     |
 * | behind the last statement                       | rows                   | as above, and writes the ledger's row |
 *
 * Each mark costs a commit, so marks of neighbours go together: what runs alone is marked STARTED along with the end
 * of the statement before it, and DONE along with the next one, where the catalog tells as well that it is done.
 */
export async function runStepwise<T>(task: Task, finish: Finish<T>): Promise<T> {
  const { session, options } = task.run;
  const steps = await readSteps(session, keyOf(task));
  refuseChanged(task, steps);
  const sendables = listSendables(task);
  const marks: Marks = { unwritten: [], announced: null };
  let durationMs = 0;
  try {
    for (const [index, one] of sendables.entries()) {
      options.signal?.throwIfAborted();
      const step = steps[index];
      if (step?.state === 'DONE') {
        durationMs += step.durationMs;
        // Settings belong to the session, and that one is gone.
        if (one.statement.kind === 'VariableSetStmt') await sendStatement(task, one);
        continue;
      }
      options.onProgress?.({ ...task.place, phase: 'STATEMENT', statement: one.at });
      const next = steps[index + 1]?.state === 'DONE' ? undefined : sendables[index + 1];
      durationMs += await runStep(task, one, { wasStarted: step?.state === 'STARTED', next, marks });
    }
    return await retryWhenBlocked(task, () =>
      commitOnce(task, async (tx, finished) => {
        await clearSteps(tx, task.file.version);
        return finish(tx, { ...finished, durationMs });
      }),
    );
  } catch (error) {
    await settleMarks(task, marks).catch(() => {});
    throw error;
  }
}

interface Marks {
  /** They go with the next commit. */
  unwritten: readonly StepMark[];
  /** Marked STARTED, and not sent yet. */
  announced: Sendable | null;
}

interface StepPlace {
  /** Sent before, and nobody knows what became of it. */
  readonly wasStarted: boolean;
  /** Undefined for the last one, and when it is done. */
  readonly next: Sendable | undefined;
  readonly marks: Marks;
}

/** Gives its duration in milliseconds. */
async function runStep(task: Task, one: Sendable, place: StepPlace): Promise<number> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  if (modeOf(one.statement) === 'ALONE') await runStepAlone(task, one, { ...place, elapsed });
  else
    await retryWhenBlocked(task, () =>
      writeMarks(task, place.marks, {
        own: () => [stepOf(task, one, 'DONE', elapsed())],
        next: place.next,
        first: one,
      }),
    );
  return elapsed();
}

async function runStepAlone(
  task: Task,
  one: Sendable,
  { wasStarted, next, marks, elapsed }: StepPlace & { readonly elapsed: () => number },
): Promise<void> {
  if (marks.announced !== one) await writeMarks(task, marks, { next: one });
  marks.announced = null;
  try {
    await runAlone(task, one, wasStarted);
  } catch (error) {
    // Without an answer it stays STARTED: nobody knows what became of it.
    await writeMarks(task, marks, { own: () => [stepOf(task, one, 'FAILED', elapsed())] }).catch(() => {});
    throw error;
  }
  const done = stepOf(task, one, 'DONE', elapsed());
  if (isTold(one) && (next === undefined || modeOf(next.statement) === 'TRANSACTION'))
    marks.unwritten = [done];
  else await writeMarks(task, marks, { own: () => [done], next });
}

/** True when the catalog tells what became of it, so that to run it again does nothing. */
function isTold({ statement }: Sendable): boolean {
  return statement.kind === 'IndexStmt' || statement.kind === 'DropStmt';
}

interface Commit {
  readonly own?: () => readonly StepMark[];
  /** What comes behind; marked STARTED when it runs alone. */
  readonly next?: Sendable | undefined;
  /** A statement of the script in front of the marks. */
  readonly first?: Sendable;
}

/** All marks that wait, and these, in one transaction. */
async function writeMarks(task: Task, marks: Marks, { own, next, first }: Commit): Promise<void> {
  const announced = next && modeOf(next.statement) === 'ALONE' ? next : null;
  const start = announced ? [stepOf(task, announced, 'STARTED', 0)] : [];
  await commitOnce(
    task,
    (_tx, { last }) => markSteps(last, [...marks.unwritten, ...(own?.() ?? []), ...start]),
    { first: first ?? null, resetsSession: false },
  );
  marks.unwritten = [];
  marks.announced = announced;
}

/**
 * Behind a failure: what is done is done, and what was never sent may be another statement tomorrow. Best effort:
 * where nobody comes to write that, the catalog says it.
 */
async function settleMarks(task: Task, marks: Marks): Promise<void> {
  const { unwritten, announced } = marks;
  if (unwritten.length === 0 && announced === null) return;
  const own = () => (announced ? [stepOf(task, announced, 'FAILED', 0)] : []);
  await writeMarks(task, marks, { own });
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

function stepOf(task: Task, one: Sendable, state: Step['state'], durationMs: number): StepMark {
  return {
    ...keyOf(task),
    statementNumber: one.at.number,
    statementChecksum: checksumOf(one),
    state,
    durationMs,
    operationId: task.run.options.operationId ?? null,
  };
}

function keyOf({ file, direction }: Task): Pick<StepMark, 'version' | 'direction'> {
  return { version: file.version, direction };
}

function checksumOf({ statement }: Sendable): string {
  return createHash('sha256').update(statement.text).digest('hex');
}
