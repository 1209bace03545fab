import { z } from 'zod';
import { defineOperation, type OperationDefinition } from '../../operations/define.ts';
import { PartitionNotFoundError } from '../errors.ts';
import { pickTable, readPartitions } from '../read.ts';
import { listArchives } from '../store.ts';
import { dropArchived, prepare } from './archive.ts';
import type { ArchiveDependencies, NamedPartition } from './subject.ts';
import { checkNeeds } from './needs.ts';
import { detachLeaf, giveBack } from './detach.ts';
import { writeArchive } from './export.ts';
import { verifyArchive } from './verify.ts';

const input = z.object({
  cluster: z.string(),
  /** With its schema in front where that is not public. */
  table: z.string(),
  partition: z.string(),
});
export type ArchivePartitionOperationInput = z.output<typeof input>;

export interface ArchivePartitionResult {
  readonly partition: string;
  readonly location: string;
  readonly folder: string;
  readonly rowCount: string;
  readonly csvBytes: number;
  readonly storedBytes: number;
}

/**
 * `partitions.archive`: the rows of one partition into a file, and the partition away.
 *
 * | killed               | what is left                                   | the next run             |
 * |----------------------|------------------------------------------------|--------------------------|
 * | while it is detached | ATTACHED, DETACH_PENDING or DETACHED           | goes on from there       |
 * | while it is written  | part of a file, without a manifest             | writes all of it anew    |
 * | before it is verified| files that do not count                        | reads them back          |
 * | while it is dropped  | the table with a verified file, or only that   | compares again, drops    |
 *
 * Nothing is dropped whose file was not read back. What fails or is cancelled is attached again.
 */
export function archivePartitionOperation(
  deps: ArchiveDependencies,
): OperationDefinition<ArchivePartitionOperationInput, ArchivePartitionResult> {
  return defineOperation<ArchivePartitionOperationInput, ArchivePartitionResult>({
    kind: 'partitions.archive',
    input,
    lanes: ['maintenance'],
    whenBusy: 'QUEUE',
    target: ({ cluster, table, partition }) => ({ cluster, name: `${cluster}/${table}/${partition}` }),
    plan: (wanted) => planArchive(deps, wanted),
    async run({ step, operationId }, wanted) {
      // Twice is safe: it only looks, and the row of an archive stays the same.
      const named = await step('see whether anybody needs it', async (context) => {
        const found = await name(deps, wanted);
        await prepare(deps, found, context);
        return found;
      });
      // Twice is safe: each begins with what the one before has left; see there.
      await step('detach it', (context) => detachLeaf(deps, named, context));
      await step('write its rows', (context) => writeArchive(deps, named, context));
      await step('read them back', (context) => verifyArchive(deps, named, context));
      return step('drop it', async (context) => {
        await dropArchived(deps, named, context);
        return toResult(deps, named, operationId);
      });
    },
    async compensate({ step }, wanted) {
      // Twice is safe: one that is attached or archived is left alone.
      await step('attach it again', async (context) => {
        const named = await name(deps, wanted).catch(() => null);
        if (named !== null) await giveBack(deps, named, context);
      });
    },
  });
}

async function name(
  deps: ArchiveDependencies,
  { cluster, table, partition }: ArchivePartitionOperationInput,
): Promise<NamedPartition> {
  const { live } = pickTable(cluster, await readPartitions(deps, cluster, new Date()), table);
  return { cluster, schema: live.schema, table: live.name, partition };
}

async function planArchive(deps: ArchiveDependencies, wanted: ArchivePartitionOperationInput) {
  const { cluster, table, partition } = wanted;
  const found = pickTable(cluster, await readPartitions(deps, cluster, new Date()), table);
  const leaf = found.leaves.find((one) => one.name === partition && !one.isDefault);
  if (!leaf) throw new PartitionNotFoundError(table, partition, 'could be archived');
  const named = { cluster, schema: found.live.schema, table: found.live.name, partition };
  await checkNeeds(deps, named, { leaf, context: { signal: AbortSignal.timeout(15_000) } });
  const hasBackups = (await deps.backupCoverage(cluster)) !== null;
  const hasDefault = found.shown.defaultPartition !== null;
  return {
    summary: `Archive ${partition} of ${cluster} to ${deps.store.location}`,
    steps: [
      hasDefault
        ? 'detach it, which locks readers of the table out for a moment'
        : 'detach it while readers go on',
      'write its rows as compressed CSV with a manifest',
      'read them back and compare count and hashes',
      'drop it',
    ],
    warnings: hasBackups ? [] : [`${cluster} has no backups: the archive will be the only copy`],
  };
}

async function toResult(
  { db }: ArchiveDependencies,
  { cluster, partition }: NamedPartition,
  operationId: string,
): Promise<ArchivePartitionResult> {
  const [archives = []] = await listArchives(db, [cluster]);
  const archive = archives.find((one) => one.operationId === operationId && one.partition === partition);
  if (!archive?.manifest) throw new PartitionNotFoundError(cluster, partition, 'was archived');
  const { rowCount, csvBytes, storedBytes } = archive.manifest;
  const { location, folder } = archive;
  return { partition, location, folder, rowCount, csvBytes, storedBytes };
}
