import { PassThrough, Readable } from 'node:stream';
import { createZstdCompress, constants } from 'node:zlib';
import type { StepContext } from '../../operations/define.ts';
import { untilAvailable } from '../../postgres/retry.ts';
import type { Transaction } from '../../postgres/pool.ts';
import { ArchiveCorruptError, PartitionNotFoundError } from '../errors.ts';
import { untilUnblocked } from '../lock-runner.ts';
import { toWork } from '../maintenance/perform.ts';
import type { PartitionArchive } from '../partition.ts';
import { findArchive } from '../store.ts';
import { type ArchiveDependencies, findPartition, type NamedPartition } from './subject.ts';
import {
  type Exported,
  exportRows,
  freeze,
  measureContent,
  readColumns,
  readDdl,
  serverVersion,
  settleSession,
} from './export-runner.ts';
import { createMeter } from './hashing.ts';
import type { ArchiveManifest } from './manifest.ts';

export const DATA_FILE = 'rows.csv.zst';
export const MANIFEST_FILE = 'manifest.json';

/**
 * Writes the rows of the detached partition as compressed CSV, then the manifest: without one an archive does not
 * count. Count, hash and rows are of one snapshot. Twice is safe: it writes the same files anew.
 */
export async function writeArchive(
  deps: ArchiveDependencies,
  named: NamedPartition,
  context: StepContext,
): Promise<void> {
  const { operationId, signal } = context;
  const archive = await untilAvailable(() => findArchive(deps.db, { operationId, ...named }));
  if (archive === null || archive.state !== 'PREPARING') return; // it was verified before
  const { table, leaf } = await findPartition(deps, named);
  if (leaf === null) throw new PartitionNotFoundError(named.table, named.partition, 'could be written');
  const db = await deps.fleet.primary(named.cluster);
  const work = { ...toWork(deps, context, `write ${named.partition}`), db, isLong: true };
  const manifest = await untilUnblocked(work, (session) =>
    session.transaction(async (tx) => {
      await freeze(tx);
      await settleSession(tx);
      const { schema, partition: name } = named;
      const columns = await readColumns(tx, schema, name);
      const exported = { schema, name, keyColumn: table.live.keyColumn, columns };
      return exportTo(deps, {
        tx,
        exported,
        archive,
        context,
        database: deps.fleet.get(named.cluster).database,
      });
    }),
  );
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await deps.store.write(`${archive.folder}/${MANIFEST_FILE}`, Readable.from([text]), signal);
}

interface Exporting {
  readonly tx: Transaction;
  readonly exported: Exported;
  readonly archive: PartitionArchive;
  readonly context: StepContext;
  readonly database: string;
}

async function exportTo({ store }: ArchiveDependencies, one: Exporting): Promise<ArchiveManifest> {
  const { tx, exported, archive, context, database } = one;
  const content = await measureContent(tx, exported);
  const csv = createMeter((bytes) => context.progress({ bytesDone: BigInt(bytes) }));
  const stored = createMeter();
  const written = new PassThrough();
  const writing = store.write(`${archive.folder}/${DATA_FILE}`, written, context.signal);
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const reading = exportRows(tx, exported, [csv.stream, compress, stored.stream, written], context.signal);
  // Whichever fails first ends the other: a full disk the reading, a lost server the writing.
  writing.catch((error: unknown) => written.destroy(error instanceof Error ? error : undefined));
  reading.catch((error: unknown) => written.destroy(error instanceof Error ? error : undefined));
  const [wrote, read] = await Promise.allSettled([writing, reading]);
  if (wrote.status === 'rejected') throw wrote.reason;
  if (read.status === 'rejected') throw read.reason;
  if (String(read.value) !== content.rowCount)
    throw new ArchiveCorruptError(archive.folder, `${read.value} rows came of ${content.rowCount}`);
  const { cluster, schema, table, partition, from, to } = archive;
  return {
    ...{ format: 'sunday-partition-1', cluster, database, schema, table, partition },
    ...{ from: from?.toISOString() ?? null, to: to?.toISOString() ?? null, keyColumn: exported.keyColumn },
    ...{ ...content, columns: [...exported.columns], csvBytes: csv.bytes(), csvSha256: csv.sha256() },
    ...{
      storedBytes: stored.bytes(),
      storedSha256: stored.sha256(),
      ddl: [...(await readDdl(tx, exported))],
    },
    ...{ serverVersion: await serverVersion(tx), archivedAt: new Date().toISOString() },
  };
}
