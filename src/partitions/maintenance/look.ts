import { SundayError } from '../../errors.ts';
import { OLD_SCHEMA } from '../convert/conversion.ts';
import { listKept } from '../convert/swap-runner.ts';
import { inUtc, readDefaultMonths, readLostPolicies, readTables } from '../probe.ts';
import { type ReadDependencies, readPartitions, type ReadTable } from '../read.ts';
import {
  type DefaultRows,
  intervalOf,
  type MaintenancePlan,
  type MaintenanceKind,
  planTable,
} from './plan.ts';

const ORDER: readonly MaintenanceKind[] = ['CREATE', 'FINALIZE', 'ARCHIVE'];

/** What maintenance would do to a cluster now. A cluster that cannot be read gives the problem, and no actions. */
export async function planCluster(
  deps: ReadDependencies,
  cluster: string,
  now: Date = new Date(),
): Promise<MaintenancePlan> {
  try {
    return await plan(deps, cluster, now);
  } catch (error) {
    if (!(error instanceof SundayError)) throw error;
    return { cluster, actions: [], warnings: [], problem: error.message };
  }
}

/** As `planCluster`. @throws what a server that does not answer gives. */
export async function plan(deps: ReadDependencies, cluster: string, now: Date): Promise<MaintenancePlan> {
  const tables = await readPartitions(deps, cluster, now);
  const plans = await Promise.all(
    tables.map(async (one) => planTable(one.shown, now, await readDefaultRows(deps, cluster, one))),
  );
  const db = await deps.fleet.primary(cluster);
  const lost = await readLostPolicies(db, await readTables(db));
  const kept = await db.transaction(listKept);
  const actions = plans.flatMap((one) => one.actions);
  return {
    cluster,
    actions: ORDER.flatMap((kind) => actions.filter((one) => one.kind === kind)),
    warnings: [
      ...plans.flatMap((one) => one.warnings),
      ...lost.map((name) => `ops.partition_policies names ${name}, but there is no such partitioned table`),
      ...kept.map(
        ({ name, bytes }) =>
          `${OLD_SCHEMA}.${name}, which was replaced by partitions, is kept with ${bytes} bytes until somebody completes it`,
      ),
    ],
    problem: null,
  };
}

async function readDefaultRows(
  { fleet }: ReadDependencies,
  cluster: string,
  { live, shown }: ReadTable,
): Promise<readonly DefaultRows[]> {
  const { defaultPartition: partition, rowsInDefault } = shown;
  const unit = intervalOf(shown)?.toLowerCase();
  if (partition === null || unit === undefined || (rowsInDefault ?? 0n) === 0n) return [];
  const question = { schema: live.schema, partition, keyColumn: live.keyColumn, unit };
  return inUtc(await fleet.primary(cluster), (tx) => readDefaultMonths(tx, question));
}
