import { describeBlocker, type LockWait } from '../../postgres/blockers.ts';
import type { StepContext } from '../../operations/define.ts';
import type { Database } from '../../postgres/pool.ts';
import { PartitionedTableNotFoundError, PartitionNotFoundError } from '../errors.ts';
import { createLeaf } from '../leaf-runner.ts';
import { finalizeDetach } from '../detach-runner.ts';
import { untilUnblocked } from '../lock-runner.ts';
import { inUtc, readPlaces, readTables } from '../probe.ts';
import { pickTable, type ReadDependencies, readPartitions, titleOf } from '../read.ts';
import type { MaintenanceAction } from './plan.ts';

/** What it takes besides. */
export interface Performing extends ReadDependencies {
  /** How long locks are tried for, in milliseconds. */
  readonly patienceMs: number;
}

/** What came of one action. */
export interface Performed {
  /** False: it had been done before. */
  readonly isNew: boolean;
  readonly movedRows: string;
}

/** Makes one partition. Twice is safe: it finds the one that is there. */
export async function performCreate(
  deps: Performing,
  cluster: string,
  action: MaintenanceAction,
  context: StepContext,
): Promise<Performed> {
  const { table: name, schema, partition, from, to } = action;
  const db = await deps.fleet.primary(cluster);
  const { live, defaultPartition } = await findPlace(db, { cluster, schema, name });
  if (from === null || to === null) throw new PartitionNotFoundError(name, partition, 'has both ends');
  const leaf = { table: live, name: partition, from: new Date(from), to: new Date(to), defaultPartition };
  const work = toWork(deps, context, `create ${partition}`);
  const { isNew, movedRows } = await untilUnblocked({ ...work, db }, (session) => {
    context.assertLease();
    return createLeaf(session, leaf);
  });
  return { isNew, movedRows: String(movedRows) };
}

/** Only what is needed for one more partition: a table may have hundreds of them. @throws {PartitionedTableNotFoundError} */
async function findPlace(
  db: Database,
  { cluster, schema, name }: { readonly cluster: string; readonly schema: string; readonly name: string },
) {
  return inUtc(db, async (tx) => {
    const tables = await readTables(tx);
    const live = tables.find((one) => one.schema === schema && one.name === name);
    if (live === undefined)
      throw new PartitionedTableNotFoundError(cluster, `${schema}.${name}`, tables.map(titleOf));
    const places = await readPlaces(tx, live);
    return { live, defaultPartition: places.find(({ isDefault }) => isDefault)?.name ?? null };
  });
}

/** Ends a detach that broke off. Twice is safe: one that has ended is left alone. */
export async function performFinalize(
  deps: Performing,
  cluster: string,
  action: MaintenanceAction,
  context: StepContext,
): Promise<Performed> {
  const tables = await readPartitions(deps, cluster, new Date());
  const { leaves } = pickTable(cluster, tables, `${action.schema}.${action.table}`);
  const found = leaves.find(({ name }) => name === action.partition);
  if (found?.state !== 'DETACH_PENDING') return { isNew: false, movedRows: '0' };
  const work = toWork(deps, context, `finish the detach of ${action.partition}`);
  await untilUnblocked({ ...work, db: await deps.fleet.primary(cluster) }, (session) => {
    context.assertLease();
    return finalizeDetach(session, action);
  });
  return { isNew: true, movedRows: '0' };
}

/** How locks are waited for inside a step: with whoever is in the way in its progress. */
export function toWork(
  { patienceMs }: Pick<Performing, 'patienceMs'>,
  { signal, progress }: Pick<StepContext, 'signal' | 'progress'>,
  what: string,
) {
  const onWait = ({ blockers }: LockWait) =>
    progress({ message: `${what} waits for ${blockers.map(describeBlocker).join('; ')}` });
  return { what, signal, onWait, patienceMs };
}
