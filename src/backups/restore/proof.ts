import { isServerError } from '../../postgres/errors.ts';
import type { Database } from '../../postgres/pool.ts';
import type { Manifest, ManifestTable } from '../copy/manifest.ts';
import { countRows } from '../copy/probe.ts';

/** One table of a restored database against its manifest. */
export interface TableProof {
  /** `schema.name`. */
  readonly table: string;
  readonly expectedMin: number;
  readonly expectedMax: number;
  /** Null when the table is not there or can't be read. */
  readonly found: number | null;
  readonly ok: boolean;
}

/** What a restore came to; kept as evidence. Times in milliseconds unless named otherwise. */
export interface RestoreResult {
  readonly destination: string;
  readonly label: string;
  readonly recoveredTo: {
    readonly lsn: string | null;
    readonly timeline: number;
    /** What was asked for, for people. */
    readonly target: string;
    /** Null: it stopped elsewhere than at a named point. */
    readonly restorePoint: string | null;
    /** When the primary was in that state; null when nothing tells. */
    readonly at: string | null;
    /** When the last transaction in it ended; null when none was replayed. */
    readonly lastCommitAt: string | null;
  };
  /** Write-ahead log that was replayed. */
  readonly walBytes: number;
  readonly rtoMs: { readonly restore: number; readonly recovery: number; readonly proof: number };
  /**
   * Of the restore what does not grow with the tables, and of the recovery the replay of log (null: the server did not
   * tell). The next restores are estimated from this.
   */
  readonly ofWhichMs: { readonly fixed: number; readonly replay: number | null };
  /** Files and recovery: until the database could have been opened. The proof comes on top. */
  readonly rtoSeconds: number;
  /** Those that differ first; at most 500. */
  readonly tables: readonly TableProof[];
  readonly tablesChecked: number;
  readonly tablesFailed: number;
  /** Tables that the manifest could not count. */
  readonly tablesNotCounted: number;
  /** The server always reached its target: a restore that does not fails. True: besides, every counted table has the rows that it had then. */
  readonly proven: boolean;
  /** Why it is not proven, or what limits the proof; null when there is nothing to say. */
  readonly note: string | null;
}

export const TABLES_SHOWN = 500;

/** Counts every counted table of the manifest. `onTable` is told how many rows were expected up to here. */
export async function checkRows(
  db: Database,
  manifest: Manifest,
  { signal, onTable }: { readonly signal: AbortSignal; readonly onTable: (rowsDone: number) => void },
): Promise<readonly TableProof[]> {
  const proofs: TableProof[] = [];
  let rowsDone = 0;
  for (const table of manifest.tables) {
    if (table.rowsMin === null || table.rowsMax === null) continue;
    signal.throwIfAborted();
    proofs.push(toProof(table, table.rowsMin, table.rowsMax, await tryCount(db, table)));
    rowsDone += table.rowsMax;
    onTable(rowsDone);
  }
  return proofs;
}

function toProof(
  table: ManifestTable,
  expectedMin: number,
  expectedMax: number,
  found: number | null,
): TableProof {
  const ok = found !== null && found >= expectedMin && found <= expectedMax;
  return { table: `${table.schema}.${table.name}`, expectedMin, expectedMax, found, ok };
}

/** Undefined table, or a page that can't be read: that is a finding, not an accident. */
async function tryCount(db: Database, table: ManifestTable): Promise<number | null> {
  try {
    return await countRows(db, table);
  } catch (error) {
    if (isServerError(error)) return null;
    throw error;
  }
}
