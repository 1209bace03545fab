import { createHash } from 'node:crypto';
import type { Transaction } from '../../postgres/pool.ts';
import type { Table } from '../compare/tables.ts';
import { RecoveryProofFailedError } from '../errors.ts';
import { hashOthers, type OthersHash, type ProvedTable, readWritten, type Written } from './proof-probe.ts';

/** How it is known that rows of others were left alone. */
export interface OthersProof {
  /**
   * HASHES: all rows of others were hashed before and behind, in the snapshot of the transaction that merged, so what
   * others wrote meanwhile does not matter. COUNTERS: the server's own count of the rows that the transaction wrote is
   * that of the rows that were put back, each named by its key and the organization.
   */
  readonly kind: 'HASHES' | 'COUNTERS';
  readonly statement: string;
  readonly tables: number;
  /** Rows of others that were hashed; 0 for COUNTERS. */
  readonly rows: number;
  /** SHA-256 over the hashes of all tables; null for COUNTERS. Both are the same, or there is no merge. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What a table was given back. */
export interface TableWrites {
  readonly table: string;
  readonly restored: number;
  readonly overwritten: number;
}

export interface ProofOptions {
  readonly organizationId: string;
  /** All of the live database. */
  readonly tables: readonly Table[];
  /** Reading more than that twice would take longer than the merge is worth. */
  readonly hashLimitBytes: number;
}

export interface OthersWatch {
  /** @throws {RecoveryProofFailedError} */
  prove(writes: readonly TableWrites[]): Promise<OthersProof>;
}

/** Looks at the rows of others before anything is written, in the transaction that will write. */
export async function watchOthers(tx: Transaction, options: ProofOptions): Promise<OthersWatch> {
  const { tables, organizationId, hashLimitBytes } = options;
  const bytes = tables.reduce((sum, one) => sum + one.bytes, 0);
  const proved = tables.map(toProved);
  const isHashed = bytes <= hashLimitBytes;
  const hashAll = async () => {
    const hashes: OthersHash[] = [];
    for (const one of isHashed ? proved : []) hashes.push(await hashOthers(tx, one, organizationId));
    return hashes;
  };
  const before = await hashAll();
  const written = await readWritten(tx);
  return {
    async prove(writes) {
      if (!isHashed) return proveByCounters(await readWritten(tx), { written, writes, proved });
      return proveByHashes(before, await hashAll());
    },
  };
}

function toProved({ name, columns }: Table): ProvedTable {
  if (name === 'organizations') return { name, tenantColumn: 'id' };
  const isTenant = columns.some((one) => one.name === 'organization_id');
  return { name, tenantColumn: isTenant ? 'organization_id' : null };
}

function proveByHashes(before: readonly OthersHash[], after: readonly OthersHash[]): OthersProof {
  const changed = before.filter((one, index) => digest([one]) !== digest([after[index] ?? one]));
  if (changed.length > 0) throw new RecoveryProofFailedError(changed.map((one) => one.table));
  const rows = Number(before.reduce((sum, one) => sum + one.rows, 0n));
  return {
    kind: 'HASHES',
    statement: `${rows} rows of others in ${before.length} tables have the same hashes before and behind, in one snapshot`,
    ...{ tables: before.length, rows, before: digest(before), after: digest(after) },
  };
}

interface Counted {
  /** Before: numbers of an earlier transaction of the session may not be reported yet. */
  readonly written: readonly Written[];
  readonly writes: readonly TableWrites[];
  readonly proved: readonly ProvedTable[];
}

/** Pure. */
export function proveByCounters(now: readonly Written[], { written, writes, proved }: Counted): OthersProof {
  const none = { inserted: 0, updated: 0, deleted: 0 };
  const wrong = proved.filter(({ name }) => {
    const after = now.find((one) => one.table === name) ?? none;
    const before = written.find((one) => one.table === name) ?? none;
    const own = writes.find((one) => one.table === name);
    const isInserted = after.inserted - before.inserted === (own?.restored ?? 0);
    const isUpdated = after.updated - before.updated === (own?.overwritten ?? 0);
    return !isInserted || !isUpdated || after.deleted !== before.deleted;
  });
  if (wrong.length > 0) throw new RecoveryProofFailedError(wrong.map((one) => one.name));
  const rows = writes.reduce((sum, one) => sum + one.restored + one.overwritten, 0);
  return {
    kind: 'COUNTERS',
    statement: `the transaction wrote ${rows} rows in all, and these are the ones that were put back`,
    ...{ tables: proved.length, rows: 0, before: null, after: null },
  };
}

function digest(hashes: readonly OthersHash[]): string {
  const text = hashes.map(({ table, rows, hash }) => `${table} ${rows} ${hash}\n`).join('');
  return createHash('sha256').update(text).digest('hex');
}
