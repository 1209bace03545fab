import { z } from 'zod';
import { defineOperation, type OperationDefinition } from '../../operations/define.ts';
import { untilAvailable } from '../../postgres/retry.ts';
import { overlap } from '../bounds.ts';
import { PartitionExistsError, PartitionNotFoundError, PartitionShapeError } from '../errors.ts';
import { toWork } from '../maintenance/perform.ts';
import type { PartitionArchive } from '../partition.ts';
import { pickTable, type ReadTable, readPartitions } from '../read.ts';
import { listArchives, recordRestored } from '../store.ts';
import type { ArchiveDependencies } from './subject.ts';
import { attachRestored, dropRestored, loadRows, type RestoreTarget } from './load.ts';
import { readManifest } from './verify.ts';

export const RESTORE_MODES = ['ATTACHED', 'BESIDE'] as const;

const input = z.object({
  cluster: z.string(),
  table: z.string(),
  partition: z.string(),
  /** ATTACHED: part of its table again. BESIDE: a plain table of its columns, named `<partition>_restored`. */
  as: z.enum(RESTORE_MODES),
});
export type RestorePartitionOperationInput = z.output<typeof input>;

export interface RestorePartitionResult {
  readonly schema: string;
  /** Name of the table that has the rows. */
  readonly name: string;
  readonly isAttached: boolean;
  readonly rowCount: string;
}

/**
 * `partitions.restore`: the rows of an archive into a table, compared with the manifest before anybody sees them; then,
 * when so wanted, attached. A crash leaves a table that bears our mark, or none.
 */
export function restorePartitionOperation(
  deps: ArchiveDependencies,
): OperationDefinition<RestorePartitionOperationInput, RestorePartitionResult> {
  return defineOperation<RestorePartitionOperationInput, RestorePartitionResult>({
    kind: 'partitions.restore',
    input,
    lanes: ['maintenance'],
    whenBusy: 'QUEUE',
    target: ({ cluster, table, partition }) => ({ cluster, name: `${cluster}/${table}/${partition}` }),
    plan: (wanted) => planRestore(deps, wanted),
    async run({ step, operationId }, wanted) {
      const target = (archive: PartitionArchive) => toTarget(archive, wanted, operationId);
      // Twice is safe: a table that bears the mark of this operation is whole, and stays.
      const { rowCount } = await step('load its rows', async (context) => {
        const { archive, table } = await choose(deps, wanted);
        const work = { ...toWork(deps, context, `restore ${wanted.partition}`), context, table };
        return loadRows(deps, target(archive), work);
      });
      if (wanted.as === 'ATTACHED') {
        // Twice is safe: one that is attached is left alone.
        await step('attach it', async (context) => {
          const { archive, table } = await choose(deps, wanted, operationId);
          const work = { ...toWork(deps, context, `attach ${wanted.partition}`), context, table };
          await attachRestored(deps, target(archive), work);
        });
      }
      // Twice is safe: the last moment counts.
      return step('note it', async () => {
        const archive = await findArchived(deps, wanted);
        await untilAvailable(() => recordRestored(deps.db, archive));
        const { schema, name } = target(archive);
        return { schema, name, isAttached: wanted.as === 'ATTACHED', rowCount };
      });
    },
    async compensate({ step, operationId }, wanted) {
      // Twice is safe: only a table with the mark of this operation goes, and only one that is not attached.
      await step('remove what was loaded', async (context) => {
        const archive = await findArchived(deps, wanted).catch(() => null);
        if (archive === null) return;
        const work = toWork(deps, context, `remove ${wanted.partition}`);
        await dropRestored(deps, toTarget(archive, wanted, operationId), work);
      });
    },
  });
}

function toTarget(
  archive: PartitionArchive,
  { as, partition }: RestorePartitionOperationInput,
  operationId: string,
): RestoreTarget {
  const { schema } = archive;
  const name = as === 'ATTACHED' ? partition : `${partition}_restored`.slice(0, 63);
  return { archive, schema, name, as, mark: `restored by operation ${operationId}` };
}

/** The newest archive of that partition. @throws {PartitionNotFoundError} */
async function findArchived(
  { db }: ArchiveDependencies,
  { cluster, table, partition }: RestorePartitionOperationInput,
): Promise<PartitionArchive> {
  const [archives = []] = await untilAvailable(() => listArchives(db, [cluster]));
  const found = archives.findLast(
    (one) =>
      one.state === 'ARCHIVED' &&
      one.partition === partition &&
      (one.table === table || `${one.schema}.${one.table}` === table),
  );
  if (found) return found;
  throw new PartitionNotFoundError(table, partition, 'is archived');
}

interface Chosen {
  readonly archive: PartitionArchive;
  readonly table: ReadTable;
}

/** `operationId`: of a run that may have loaded or attached it already; then its own table is in nobody's way. */
async function choose(
  deps: ArchiveDependencies,
  wanted: RestorePartitionOperationInput,
  operationId: string | null = null,
): Promise<Chosen> {
  const archive = await findArchived(deps, wanted);
  const tables = await readPartitions(deps, wanted.cluster, new Date());
  const table = pickTable(wanted.cluster, tables, `${archive.schema}.${archive.table}`);
  if (wanted.as === 'ATTACHED' && operationId === null) checkPlace(archive, table);
  return { archive, table };
}

/** @throws {PartitionExistsError} @throws {PartitionShapeError} */
function checkPlace({ partition, from, to }: PartitionArchive, { leaves }: ReadTable): void {
  if (from === null || to === null) throw new PartitionShapeError(partition, 'its range is not known');
  const other = leaves.find(
    (one) =>
      one.name !== partition && one.state !== 'DETACHED' && !one.isDefault && overlap(one, { from, to }),
  );
  if (other) throw new PartitionExistsError(partition, `${other.name} holds part of its range`);
  const same = leaves.find((one) => one.name === partition);
  if (same && same.state !== 'DETACHED')
    throw new PartitionExistsError(partition, 'it is part of its table already');
}

async function planRestore(deps: ArchiveDependencies, wanted: RestorePartitionOperationInput) {
  const { archive } = await choose(deps, wanted);
  const manifest = await readManifest(deps.store, archive.folder);
  const { name } = toTarget(archive, wanted, '');
  return {
    summary: `Restore ${wanted.partition} of ${wanted.cluster} from ${archive.location}`,
    steps: [
      `load ${manifest.rowCount} row(s) into ${archive.schema}.${name} and compare them with the manifest`,
      ...(wanted.as === 'ATTACHED' ? [`attach it to ${archive.table}`] : []),
    ],
    warnings:
      wanted.as === 'ATTACHED'
        ? ['it stays until somebody archives it again, whatever the policy says']
        : ['the plain table has no indexes, constraints or row security: its owner alone can read it'],
  };
}
