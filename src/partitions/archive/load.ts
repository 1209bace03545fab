import type { StepContext } from '../../operations/define.ts';
import type { Transaction } from '../../postgres/pool.ts';
import { isServerError } from '../../postgres/errors.ts';
import { ArchiveCorruptError, PartitionExistsError, PartitionShapeError } from '../errors.ts';
import { addBounds, attachLeaf, shapeLeaf } from '../leaf-runner.ts';
import { type LockedWork, untilUnblocked } from '../lock-runner.ts';
import type { PartitionArchive } from '../partition.ts';
import type { ReadTable } from '../read.ts';
import type { ArchiveDependencies } from './subject.ts';
import {
  createLike,
  createPlainTable,
  dropTable,
  importRows,
  measureContent,
  readColumns,
  settleSession,
} from './export-runner.ts';
import type { ArchiveManifest } from './manifest.ts';
import { findMark, setMark } from './mark-runner.ts';
import { openRows, readManifest, verifyFile } from './verify.ts';

export interface RestoreTarget {
  readonly archive: PartitionArchive;
  readonly schema: string;
  readonly name: string;
  readonly as: 'ATTACHED' | 'BESIDE';
  /** Comment of the table by which its operation knows it again. */
  readonly mark: string;
}

export type LoadWork = Omit<LockedWork, 'db'> & { readonly context: StepContext; readonly table: ReadTable };

/**
 * Makes the table and fills it, in one transaction that ends only when every row is there.
 *
 * @throws {ArchiveCorruptError} @throws {PartitionExistsError} @throws {PartitionShapeError}
 */
export async function loadRows(
  deps: ArchiveDependencies,
  target: RestoreTarget,
  { context, table, ...work }: LoadWork,
): Promise<{ readonly rowCount: string }> {
  const { archive, schema, name, mark } = target;
  const manifest = await readManifest(deps.store, archive.folder, context.signal);
  const db = await deps.fleet.primary(archive.cluster);
  await untilUnblocked({ ...work, db, isLong: true }, (session) =>
    session.transaction(async (tx) => {
      const found = await findMark(tx, schema, name);
      if (found === mark) return;
      if (found !== null) throw new PartitionExistsError(name, 'a table of that name is there');
      await settleSession(tx);
      await createEmpty(tx, target, { manifest, table });
      await fill(deps, tx, target, { manifest, context });
      await setMark(tx, { schema, name, mark });
      context.assertLease();
    }),
  );
  return { rowCount: manifest.rowCount };
}

interface Loading {
  readonly manifest: ArchiveManifest;
  readonly table: ReadTable;
}

async function createEmpty(
  tx: Transaction,
  target: RestoreTarget,
  { manifest, table }: Loading,
): Promise<void> {
  const { archive, schema, name, as } = target;
  const { columns } = manifest;
  // They go into a statement as they are, and the file may be anybody's by now.
  const odd = columns.find(({ type }) => !/^[\w .",()[\]]+$/.test(type));
  if (odd) throw new ArchiveCorruptError(archive.folder, `${odd.name} is of no type: ${odd.type}`);
  if (as === 'BESIDE') return createPlainTable(tx, { schema, name, columns });
  const { live } = table;
  const now = await readColumns(tx, live.schema, live.name);
  const lost = columns.find(
    (one) => !now.some(({ name: own, type }) => own === one.name && type === one.type),
  );
  if (lost)
    throw new PartitionShapeError(
      name,
      `${live.name} has no column ${lost.name} of type ${lost.type} any more`,
    );
  const { from, to } = archive;
  if (from === null || to === null) throw new PartitionShapeError(name, 'its range is not known');
  await createLike(tx, live.schema, live.name, name);
  await addBounds(tx, { table: live, name, from, to });
}

async function fill(
  { store }: ArchiveDependencies,
  tx: Transaction,
  { archive, schema, name }: RestoreTarget,
  { manifest, context }: { readonly manifest: ArchiveManifest; readonly context: StepContext },
): Promise<void> {
  const { columns, keyColumn } = manifest;
  const onBytes = (bytes: number) =>
    context.progress({ bytesDone: BigInt(bytes), bytesTotal: BigInt(manifest.csvBytes) });
  const rows = await openRows(store, archive.folder, { manifest, signal: context.signal, onBytes });
  try {
    await importRows(tx, { schema, name, columns }, rows.stages, context.signal);
  } catch (error) {
    // A byte that rotted may still decompress: then it is the server that cannot read its rows.
    if (isServerError(error)) await verifyFile(store, archive.folder, { manifest, signal: context.signal });
    throw rows.explain(error);
  }
  rows.compare();
  const { rowCount, rowHash } = await measureContent(tx, { schema, name, keyColumn, columns });
  if (rowCount !== manifest.rowCount || rowHash !== manifest.rowHash)
    throw new ArchiveCorruptError(
      archive.folder,
      `${rowCount} row(s) came back, or other ones than were written`,
    );
}

/** With the rows in it: foreign keys are checked now. */
export async function attachRestored(
  deps: ArchiveDependencies,
  { archive, name }: RestoreTarget,
  { context, table, ...work }: LoadWork,
): Promise<void> {
  const leaf = table.leaves.find((one) => one.name === name);
  if (leaf?.state === 'ATTACHED') return;
  const { from, to } = archive;
  if (from === null || to === null) throw new PartitionShapeError(name, 'its range is not known');
  const db = await deps.fleet.primary(archive.cluster);
  await untilUnblocked({ ...work, db, isLong: true }, (session) =>
    session
      .transaction(async (tx) => {
        context.assertLease();
        await shapeLeaf(tx, table.live, name);
        await attachLeaf(tx, { table: table.live, name, from, to });
      })
      .catch((error: unknown) => {
        if (isServerError(error, '23503'))
          throw new PartitionShapeError(name, `rows point at others that are gone: ${error.message}`);
        throw error;
      }),
  );
}

/** Only what bears the mark, and is not part of its table. */
export async function dropRestored(
  deps: ArchiveDependencies,
  { archive, schema, name, mark }: RestoreTarget,
  work: Omit<LockedWork, 'db'>,
): Promise<void> {
  const db = await deps.fleet.primary(archive.cluster);
  await untilUnblocked({ ...work, db }, (session) =>
    session.transaction(async (tx) => {
      if ((await findMark(tx, schema, name)) === mark) await dropTable(tx, schema, name);
    }),
  );
}
