import { describeBlocker, type LockWait } from '../../postgres/blockers.ts';
import type { StepContext } from '../../operations/define.ts';
import type { Database } from '../../postgres/pool.ts';
import { PartitionedTableNotFoundError, PartitionNotFoundError } from '../errors.ts';
import { createLeaf } from '../leaf-runner.ts';
import { finalizeDetach } from '../detach-runner.ts';
import { untilUnblocked } from '../lock-runner.ts';
import { inUtc, type LiveTable, readPlaces, readTables } from '../probe.ts';
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
  const db = await deps.fleet.primary(cluster);
  return createAt(await findPlace(db, cluster, action), { ...deps, db }, action, context);
}

/** A table as it is before it gets partitions. */
export interface Place {
  readonly live: LiveTable;
  readonly defaultPartition: string | null;
}

/** Makes one partition of a table that was looked at before. Twice is safe: it looks again, with the table locked. */
export async function createAt(
  { live, defaultPartition }: Place,
  { db, patienceMs }: Pick<Performing, 'patienceMs'> & { readonly db: Database },
  { partition, from, to }: MaintenanceAction,
  context: StepContext,
): Promise<Performed> {
  if (from === null || to === null) throw new PartitionNotFoundError(live.name, partition, 'has both ends');
  const leaf = { table: live, name: partition, from: new Date(from), to: new Date(to), defaultPartition };
  const work = toWork({ patienceMs }, context, `create ${partition}`);
  const { isNew, movedRows } = await untilUnblocked({ ...work, db }, (session) => {
    context.assertLease();
    return createLeaf(session, leaf);
  });
  return { isNew, movedRows: String(movedRows) };
}

/** Only what is needed for more partitions: a table may have hundreds of them. @throws {PartitionedTableNotFoundError} */
export async function findPlace(
  db: Database,
  cluster: string,
  { schema, table: name }: Pick<MaintenanceAction, 'schema' | 'table'>,
): Promise<Place> {
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
