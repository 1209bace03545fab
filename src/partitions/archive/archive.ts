import { Readable } from 'node:stream';
import type { StepContext } from '../../operations/define.ts';
import { untilAvailable } from '../../postgres/retry.ts';
import { PartitionNeededError, PartitionNotFoundError } from '../errors.ts';
import { beginArchive, findArchive, type NewArchive, recordDropped } from '../store.ts';
import { detachLeaf, giveBack } from './detach.ts';
import { dropLeaf } from './drop.ts';
import { writeArchive } from './export.ts';
import type { ArchiveStore } from './place.ts';
import { checkNeeds } from './needs.ts';
import { type ArchiveDependencies, findPartition, type NamedPartition } from './subject.ts';
import { verifyArchive } from './verify.ts';

/**
 * All of it in one step, for maintenance: `partitions.archive` does the same in steps of its own. What fails before the
 * drop is undone, as far as locks allow: the partition is attached again.
 */
export async function archiveFully(
  deps: ArchiveDependencies,
  named: NamedPartition,
  context: StepContext,
): Promise<void> {
  try {
    await prepare(deps, named, context);
    await detachLeaf(deps, named, context);
    await writeArchive(deps, named, context);
    await verifyArchive(deps, named, context);
    await dropArchived(deps, named, context);
  } catch (error) {
    // A worker that stops hands the step over as it is; its successor goes on from here.
    if (!context.signal.aborted) await giveBack(deps, named, context);
    throw error;
  }
}

/** Refuses what may not be archived now, and writes down that it begins. Twice is safe: the row stays. */
export async function prepare(
  deps: ArchiveDependencies,
  named: NamedPartition,
  context: StepContext,
): Promise<void> {
  const { operationId } = context;
  const known = await untilAvailable(() => findArchive(deps.db, { operationId, ...named }));
  if (known?.state === 'ARCHIVED') return;
  const { table, leaf } = await findPartition(deps, named);
  if (leaf === null) throw new PartitionNotFoundError(named.table, named.partition, 'could be archived');
  if (leaf.isDefault || (leaf.to === null && leaf.state === 'ATTACHED'))
    throw new PartitionNeededError(
      named.partition,
      'it takes rows of the future',
      'Only partitions with an end can be archived.',
    );
  await checkNeeds(deps, named, { leaf, context });
  const partition = table.shown.partitions.find(({ name }) => name === leaf.name);
  const row: NewArchive = {
    ...{ operationId, ...pick(named), from: partition?.from ?? null, to: partition?.to ?? null },
    location: deps.store.location,
    folder: folderOf(operationId, named),
  };
  await tryStore(deps.store, row.folder, context);
  await untilAvailable(() => beginArchive(deps.db, row));
}

/** A place without room or rights is found before the table is touched. */
async function tryStore(
  store: ArchiveStore,
  folder: string,
  { signal, operationId }: StepContext,
): Promise<void> {
  const key = `${folder}/trial`;
  await store.write(key, Readable.from([operationId]), signal);
  await store.remove(key);
}

/** Locks the leaf, compares it once more with what was written, and drops it. Twice is safe: it is gone then. */
export async function dropArchived(
  deps: ArchiveDependencies,
  named: NamedPartition,
  context: StepContext,
): Promise<void> {
  const { operationId } = context;
  const archive = await untilAvailable(() => findArchive(deps.db, { operationId, ...named }));
  if (archive?.state === 'ARCHIVED') return;
  if (archive?.state !== 'VERIFIED' || archive.manifest === null)
    throw new PartitionNeededError(named.partition, 'its archive is not verified', 'Archive it again.');
  const { leaf } = await findPartition(deps, named);
  // Gone: a predecessor came as far as the commit. Nobody else drops what is VERIFIED.
  if (leaf !== null) {
    await checkNeeds(deps, named, { leaf, context });
    await dropLeaf(deps, named, { manifest: archive.manifest, context });
  }
  await untilAvailable(() => recordDropped(deps.db, { operationId, ...named }));
}

function pick({ cluster, schema, table, partition }: NamedPartition): NamedPartition {
  return { cluster, schema, table, partition };
}

/** Of one try: a later one never writes over what an earlier one has verified. */
function folderOf(operationId: string, { cluster, schema, table, partition }: NamedPartition): string {
  return [cluster, `${schema}.${table}`, partition, operationId].map(encodeURIComponent).join('/');
}
