import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { copyToCsv } from '../../postgres/copy.ts';
import type { Transaction } from '../../postgres/pool.ts';
import { selectRows } from '../compare/rows-probe.ts';
import type { TablePair } from '../compare/tables.ts';
import { storedColumns } from './side-store.ts';

export interface ExportedTable {
  readonly table: string;
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
}

/** What stands in `manifest.json`. Tables are in the order in which they can be loaded. */
export interface ExportManifest {
  readonly format: 1;
  readonly operationId: string;
  readonly organizationId: string;
  readonly cluster: string;
  /** What was asked for, for people. */
  readonly at: string;
  readonly backup: string;
  readonly load: string;
  readonly tables: readonly ExportedTable[];
}

export interface ExportOptions extends Pick<
  ExportManifest,
  'operationId' | 'organizationId' | 'cluster' | 'at' | 'backup'
> {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

const COPY_TIMEOUT_MS = 6 * 3_600_000;
const LOAD = `COPY public.TABLE (COLUMNS) FROM 'FILE' (FORMAT csv, HEADER), table by table in this order`;
const MANIFEST = 'manifest.json';

/**
 * Writes one CSV file for each table and a manifest, for nobody else to read. Beside the directory first: it is there
 * as a whole or not at all. Twice is safe.
 */
export async function exportRows(
  then: Transaction,
  pairs: readonly TablePair[],
  options: ExportOptions,
): Promise<ExportManifest> {
  const { directory, operationId, organizationId, cluster, at, backup } = options;
  const written = await readExport(directory, operationId);
  if (written !== null) return written;
  const draft = draftOf(directory, operationId);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const tables: ExportedTable[] = [];
  for (const [index, pair] of pairs.entries()) {
    options.signal.throwIfAborted();
    options.onProgress(`${pair.name}, ${index} of ${pairs.length} tables`);
    const file = `${String(index + 1).padStart(3, '0')}-${pair.name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}.csv`;
    tables.push(await exportTable(then, { pair, file, draft, organizationId }));
  }
  const about = { operationId, organizationId, cluster, at, backup };
  const manifest: ExportManifest = { format: 1, ...about, load: LOAD, tables };
  await writeFile(join(draft, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, directory); // takes the place of an empty one, and of no other
  return manifest;
}

interface TableExport {
  readonly pair: TablePair;
  readonly file: string;
  readonly draft: string;
  readonly organizationId: string;
}

async function exportTable(
  then: Transaction,
  { pair, file, draft, organizationId }: TableExport,
): Promise<ExportedTable> {
  const columns = storedColumns(pair);
  const hash = createHash('sha256');
  let bytes = 0;
  const sink = createWriteStream(join(draft, file), { mode: 0o600, flags: 'wx' });
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const query = selectRows({ pair, organizationId }, columns);
  const rows = await copyToCsv(then.client, { query, timeoutMs: COPY_TIMEOUT_MS }, [hashing, sink]);
  const names = columns.map((one) => one.name);
  return { table: pair.name, file, columns: names, rows, bytes, sha256: hash.digest('hex') };
}

/** What this operation has exported; null when it has not. */
export async function readExport(directory: string, operationId: string): Promise<ExportManifest | null> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, MANIFEST), 'utf8')) as ExportManifest;
    return manifest.operationId === operationId ? manifest : null;
  } catch {
    return null; // not there, or not ours
  }
}

/** Removes what this operation has written there; twice is safe. */
export async function removeExport(directory: string, operationId: string): Promise<void> {
  await rm(draftOf(directory, operationId), { recursive: true, force: true });
  if ((await readExport(directory, operationId)) !== null)
    await rm(directory, { recursive: true, force: true });
}

function draftOf(directory: string, operationId: string): string {
  const id = operationId.replaceAll('-', '').slice(-12);
  return join(dirname(directory), `.${basename(directory)}.sunday-recovery-${id}`);
}
