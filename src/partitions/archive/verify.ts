import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Readable, Writable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import type { StepContext } from '../../operations/define.ts';
import { untilAvailable } from '../../postgres/retry.ts';
import { ArchiveCorruptError, PartitionNotFoundError } from '../errors.ts';
import { findArchive, recordVerified } from '../store.ts';
import type { ArchiveDependencies, NamedPartition } from './subject.ts';
import { createRowCounter } from './csv.ts';
import { DATA_FILE, MANIFEST_FILE } from './export.ts';
import { createMeter, type Meter } from './hashing.ts';
import { type ArchiveManifest, manifestSchema } from './manifest.ts';
import type { ArchiveStore } from './place.ts';

/** Reads the archive back, all of it. Only then it counts. Twice is safe: it only reads. */
export async function verifyArchive(
  { db, store }: ArchiveDependencies,
  named: NamedPartition,
  { operationId, signal, progress }: StepContext,
): Promise<void> {
  const archive = await untilAvailable(() => findArchive(db, { operationId, ...named }));
  if (archive === null) throw new PartitionNotFoundError(named.table, named.partition, 'is being archived');
  if (archive.state !== 'PREPARING') return;
  const manifest = await readManifest(store, archive.folder, signal);
  const onBytes = (bytes: number) =>
    progress({ bytesDone: BigInt(bytes), bytesTotal: BigInt(manifest.csvBytes) });
  await verifyFile(store, archive.folder, { manifest, signal, onBytes });
  await untilAvailable(() => recordVerified(db, { operationId, ...named }, manifest));
}

/** @throws {ArchiveCorruptError} @throws {ArchiveUnavailableError} */
export async function readManifest(
  store: ArchiveStore,
  folder: string,
  signal?: AbortSignal,
): Promise<ArchiveManifest> {
  const file = `${folder}/${MANIFEST_FILE}`;
  const content = await text(await store.read(file, signal));
  try {
    return manifestSchema.parse(JSON.parse(content));
  } catch {
    throw new ArchiveCorruptError(file, 'it is no manifest');
  }
}

export interface Reading {
  readonly manifest: ArchiveManifest;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/** @throws {ArchiveCorruptError} when a byte differs, or rows are not as many as the manifest says. */
export async function verifyFile(store: ArchiveStore, folder: string, reading: Reading): Promise<void> {
  const counter = createRowCounter();
  const source = await openRows(store, folder, reading);
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      counter.count(chunk);
      done();
    },
  });
  await source.into([sink]);
  if (String(counter.rows() - 1) !== reading.manifest.rowCount)
    throw new ArchiveCorruptError(
      `${folder}/${DATA_FILE}`,
      `it holds ${counter.rows() - 1} rows, not ${reading.manifest.rowCount}`,
    );
}

/** The CSV of an archive on its way. */
export interface OpenedRows {
  readonly stages: readonly (Readable | NodeJS.ReadWriteStream)[];
  /** Runs it into `sinks`, then compares. */
  into(sinks: readonly Writable[]): Promise<void>;
  /** @throws {ArchiveCorruptError} After all of it has been read. */
  compare(): void;
  /** What a failure while it is read stands for. */
  explain(error: unknown): unknown;
}

export async function openRows(
  store: ArchiveStore,
  folder: string,
  { manifest, signal, onBytes }: Reading,
): Promise<OpenedRows> {
  const file = `${folder}/${DATA_FILE}`;
  const stored = createMeter();
  const csv = createMeter(onBytes);
  const source = await store.read(file, signal);
  const stages = [source, stored.stream, createZstdDecompress(), csv.stream];
  const explain = (error: unknown): unknown =>
    error instanceof Error && 'code' in error && String(error.code).startsWith('ZSTD')
      ? new ArchiveCorruptError(file, `it cannot be decompressed (${error.message})`)
      : error;
  const compare = () => {
    compareOne(file, stored, { bytes: manifest.storedBytes, sha256: manifest.storedSha256 });
    compareOne(file, csv, { bytes: manifest.csvBytes, sha256: manifest.csvSha256 });
  };
  return {
    stages,
    explain,
    compare,
    async into(sinks) {
      try {
        await pipeline([...stages, ...sinks], { signal });
      } catch (error) {
        throw explain(error);
      }
      compare();
    },
  };
}

function compareOne(
  file: string,
  meter: Meter,
  expected: { readonly bytes: number; readonly sha256: string },
): void {
  if (meter.bytes() !== expected.bytes)
    throw new ArchiveCorruptError(file, `it has ${meter.bytes()} bytes, not ${expected.bytes}`);
  if (meter.sha256() !== expected.sha256) throw new ArchiveCorruptError(file, 'its SHA-256 is another one');
}
