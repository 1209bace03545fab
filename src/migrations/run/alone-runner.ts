import * as probe from './index-probe.ts';
import { buildIndex, dropIndex } from './index-runner.ts';
import { waitForOldTransactions } from './old-transactions.ts';
import { limitsOf, type Task } from './run.ts';
import { limitStatements } from './session-store.ts';
import { retryWhenBlocked, type Sendable, sendStatement } from './statement.ts';
import { findDetach, type Relation } from '../files/statement-rules.ts';

/**
 * Runs a statement that the server allows in no transaction. `wasStarted` is true when it has been sent before and
 * nobody knows what became of it; then the catalog is asked.
 */
export async function runAlone(task: Task, one: Sendable, wasStarted: boolean): Promise<void> {
  const { session } = task.run;
  const { kind, node } = one.statement;
  // Under a lock timeout a concurrent build would leave a broken index, a concurrent detach half a partition.
  const isConcurrent = kind !== 'CallStmt' && kind !== 'VacuumStmt';
  const limits = limitsOf(task);
  await limitStatements(session, isConcurrent ? { ...limits, lockTimeoutMs: 0 } : limits);
  const send = () => sendStatement(task, one, { waitsForEver: isConcurrent });
  await retryWhenBlocked(task, async () => {
    if (kind === 'IndexStmt') return buildIndex(task, one, wasStarted);
    if (kind === 'DropStmt') return wasStarted && (await areGone(task, node)) ? undefined : send();
    if (kind === 'ReindexStmt') await dropReindexLeftovers(task, one, node['relation'] as Relation);
    const detach = findDetach(one.statement);
    return detach ? detachPartition(task, one, { ...detach, wasStarted }) : send();
  });
}

async function areGone({ run }: Task, node: Sendable['statement']['node']): Promise<boolean> {
  const names = (node['objects'] as readonly DroppedObject[]).map(({ List }) =>
    List.items.map((item) => item.String.sval),
  );
  for (const name of names) if (await probe.exists(run.session, name)) return false;
  return true;
}

interface DroppedObject {
  readonly List: { readonly items: readonly { readonly String: { readonly sval: string } }[] };
}

/** A REINDEX CONCURRENTLY that breaks off leaves its new or its old index behind, invalid. */
async function dropReindexLeftovers(task: Task, one: Sendable, relation: Relation): Promise<void> {
  for (const leftover of await probe.listReindexLeftovers(task.run.session, relation))
    await dropIndex(task, one, leftover);
}

interface DetachWork extends NonNullable<ReturnType<typeof findDetach>> {
  readonly wasStarted: boolean;
}

/** One that breaks off leaves the partition pending: its rows are out of sight already, and it has to be finalized. */
async function detachPartition(
  task: Task,
  one: Sendable,
  { parent, partition, isFinalize, wasStarted }: DetachWork,
): Promise<void> {
  const { session } = task.run;
  const state = await probe.findPartitionState(session, { parent, partition });
  if (state === 'DETACHED' && wasStarted) return;
  const table = await probe.findTable(session, parent);
  await waitForOldTransactions(task, one, { table, waitsFor: 'EVERYBODY' });
  if (state !== 'PENDING' || isFinalize) return sendStatement(task, one, { waitsForEver: true });
  const text = `ALTER TABLE ${probe.nameOf(parent)} DETACH PARTITION ${probe.nameOf(partition)} FINALIZE`;
  return sendStatement(task, one, { text, waitsForEver: true });
}
