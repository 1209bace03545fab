import { cancelOnAbort } from '../../postgres/cancel.ts';
import type { Transaction } from '../../postgres/pool.ts';
import { runScript } from '../../postgres/script.ts';
import { cutStretches, NO_ADDITIONS, type Stretch } from './additions.ts';
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

export interface GroupFinished extends Pick<Finished, 'transactionId' | 'last'> {
  /** True: `markText` has written the row of each already. */
  readonly hasRows: boolean;
}

export interface GroupLedger<T> {
  /**
   * A statement that writes the row of a migration right behind it, whose end `finish` adds. Gives the time in seconds
   * and the number of its command. Used where the catalog is looked at.
   */
  readonly markText: (task: Task) => string;
  /** Writes the rows of all of them, or what is missing there, in their transaction. */
  finish(marks: readonly GroupMark[], finished: GroupFinished): Promise<T>;
}

const MARK = '/* migrations.mark */ SELECT extract(epoch FROM clock_timestamp())::text';
/** Commands of a transaction are counted from 0. */
const BEFORE_ALL = -1;

/**
 * Runs the scripts of a group (see `countGroup`) in one message and commits them together in a second one. Where the
 * catalog is looked at behind each, those that only add go in one message, and each other one in one of its own.
 *
 * @returns null when a statement failed, or when one look could not tell the states behind several apart: nothing of
 * the group has happened then, and whoever runs them one by one finds the same failure with those before it applied.
 * @throws what the connection fails with @throws the signal's reason when aborted
 */
export async function runGroup<T>(tasks: readonly Task[], ledger: GroupLedger<T>): Promise<T | null> {
  const [first] = tasks;
  if (first === undefined) return null;
  const { signal, fingerprint } = first.run.options;
  try {
    return await commitOnce(
      first,
      async (tx, { transactionId, last }) => {
        const marks = fingerprint
          ? await sendWatched(tx, tasks, ledger.markText)
          : await sendTogether(first, tasks, () => MARK);
        signal?.throwIfAborted();
        return ledger.finish(marks, { transactionId, last, hasRows: fingerprint !== undefined });
      },
      { first: null, resetsSession: true },
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof MigrationFailedError || error instanceof UntraceableError) return null;
    throw error;
  }
}

/** Takes the group back; nobody but `runGroup` sees it. */
class UntraceableError extends Error {}

type MarkOf = (task: Task) => string;

async function sendWatched(
  tx: Transaction,
  tasks: readonly Task[],
  markOf: MarkOf,
): Promise<readonly GroupMark[]> {
  const sent: Sent[] = [];
  for (const stretch of cutStretches(tasks, ({ script }) => script.statements)) {
    const startedAt = sent.at(-1)?.command ?? BEFORE_ALL;
    const following = tasks.length - sent.length - stretch.members.length;
    sent.push(...(await sendStretch(tx, { ...stretch, startedAt, following, markOf })));
  }
  return sent;
}

interface Placed extends Stretch<Task> {
  /** Number of the command before it. */
  readonly startedAt: number;
  /** Tasks of the group behind it. */
  readonly following: number;
  readonly markOf: MarkOf;
}

async function sendStretch(tx: Transaction, stretch: Placed): Promise<readonly Sent[]> {
  const { members, counts, startedAt, following, markOf } = stretch;
  const [first] = members;
  if (!first) return [];
  const { fingerprintAll, signal } = first.run.options;
  signal?.throwIfAborted();
  const lookBehind = counts ? await fingerprintAll?.(tx) : null;
  if (!counts || !lookBehind) return sendEach(tx, stretch);
  const sent = await sendTogether(first, members, markOf);
  signal?.throwIfAborted();
  const additions = sent.map(({ command }, index) => ({
    endedAt: command,
    counts: counts[index] ?? NO_ADDITIONS,
  }));
  const fingerprints = await lookBehind({ startedAt, additions }, { following });
  if (fingerprints === null) throw new UntraceableError();
  return sent.map((one, index) => ({ ...one, fingerprint: fingerprints[index] ?? null }));
}

async function sendEach(tx: Transaction, { members, following, markOf }: Placed): Promise<readonly Sent[]> {
  const all: Sent[] = [];
  for (const [index, task] of members.entries()) {
    const { fingerprint, signal } = task.run.options;
    signal?.throwIfAborted();
    const [sent] = await sendTogether(task, [task], markOf);
    const found = await fingerprint?.(tx, { following: following + members.length - 1 - index });
    if (sent) all.push({ ...sent, fingerprint: found ?? null });
  }
  return all;
}

interface Sent extends GroupMark {
  /** Number of the command that marks its end; 0 for a mark that writes nothing. */
  readonly command: number;
}

async function sendTogether(first: Task, tasks: readonly Task[], markOf: MarkOf): Promise<readonly Sent[]> {
  const { db, pid, session, options } = first.run;
  const texts = [MARK];
  for (const task of tasks) {
    tellSent(task);
    texts.push(...task.script.statements.map(({ text }) => text), markOf(task));
  }
  const marks: { readonly seconds: number; readonly command: number }[] = [];
  const script = {
    text: texts.join(';\n'),
    timeoutMs: clientTimeoutOf(limitsOf(first)),
    onRow: ([seconds, command]: readonly (string | null)[]) =>
      void marks.push({ seconds: Number(seconds), command: Number(command ?? 0) }),
  };
  await cancelOnAbort({ db, pid, signal: options.signal }, () => runScript(session.client, script));
  const [begin, ...ends] = marks;
  let from = begin?.seconds ?? 0;
  return ends.flatMap(({ seconds, command }, index) => {
    const task = tasks[index];
    // A mark in whole milliseconds may lie before the beginning.
    const durationMs = Math.max(0, Math.round((seconds - from) * 1_000));
    from = seconds;
    const appliedAt = new Date(Math.round(seconds * 1_000));
    return task ? { task, command, appliedAt, durationMs, fingerprint: null } : [];
  });
}

function tellSent(task: Task): void {
  const { onProgress } = task.run.options;
  if (!onProgress) return;
  onProgress({ ...task.place, phase: 'APPLYING' });
  for (const { at } of listSendables(task)) onProgress({ ...task.place, phase: 'STATEMENT', statement: at });
}
