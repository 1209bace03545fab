import { findOldTransactions, type OldTransactions, type Table } from './index-probe.ts';
import { MigrationBlockedError } from './run-errors.ts';
import { pause, type Task } from './run.ts';
import { failureAt, type Sendable } from './statement.ts';

/** A concurrent build waits for younger ones too; those are everyday traffic and soon over. */
const AGE_MS = 5_000;
const WAIT_MS = 30_000;
const POLL_MS = 250;
/** Unlike a lock timeout, this one has been waited out: it is not tried again. */
const OBJECT_IN_USE = '55006';

interface Awaited extends Pick<OldTransactions, 'waitsFor'> {
  readonly table: Table | null;
}

/**
 * Waits until no old transaction stands in the way of a concurrent build. Once begun, the build would wait for them
 * without any timeout, and everything that changes the table's schema would queue up behind it.
 *
 * @throws {MigrationBlockedError} that names them, when they are still there after `oldTransactionWaitMs`.
 */
export async function waitForOldTransactions(
  task: Task,
  one: Sendable,
  { table, waitsFor }: Awaited,
): Promise<void> {
  const { run, place } = task;
  const { options, session } = run;
  const ageMs = options.oldTransactionAgeMs ?? AGE_MS;
  const waitMs = options.oldTransactionWaitMs ?? WAIT_MS;
  const deadline = performance.now() + waitMs;
  let told = '';
  for (;;) {
    const blockers = await findOldTransactions(session, { tableId: table?.id ?? null, ageMs, waitsFor });
    if (blockers.length === 0) return;
    if (performance.now() >= deadline) {
      const problem = `transactions older than ${ageMs} ms did not end within ${waitMs} ms`;
      throw new MigrationBlockedError(failureAt(task, one, OBJECT_IN_USE, problem), blockers);
    }
    const who = blockers.map((blocker) => blocker.pid).join(' ');
    const wait = { relation: table?.name ?? null, mode: null, blockers };
    if (who !== told) options.onProgress?.({ ...place, phase: 'BLOCKED', statement: one.at, wait });
    told = who;
    await pause(POLL_MS, options.signal);
  }
}
