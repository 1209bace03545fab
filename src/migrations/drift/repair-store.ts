import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

export interface Repair {
  readonly version: string;
  readonly field: 'CHECKSUM' | 'FINGERPRINT';
  /** Null where nothing stood. */
  readonly oldValue: string | null;
  readonly newValue: string;
  readonly reason: string;
  readonly repairedBy: string;
  readonly onBehalfOf: string | null;
}

export interface RecordedRepair extends Repair {
  readonly repairedAt: Date;
}

const REPAIR_COLUMNS = sql`version, field, old_value AS "oldValue", new_value AS "newValue", reason
  , repaired_by AS "repairedBy", on_behalf_of AS "onBehalfOf", repaired_at AS "repairedAt"`;

/** Twice is safe; only under the migration lock. Rows of it are never changed. */
export async function ensureRepairs(db: Queryable): Promise<void> {
  await db.rows(sql`/* repairs.create */
    CREATE TABLE IF NOT EXISTS sunday_ledger.migration_repair (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      version text NOT NULL,
      field text NOT NULL CHECK (field IN ('CHECKSUM', 'FINGERPRINT')),
      old_value text,
      new_value text NOT NULL,
      reason text NOT NULL,
      repaired_by text NOT NULL,
      on_behalf_of text,
      repaired_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
  `);
}

export async function recordRepair(tx: Queryable, one: Repair): Promise<RecordedRepair> {
  const [row] = await tx.rows<RecordedRepair>(sql`/* repairs.record */
    INSERT INTO sunday_ledger.migration_repair (version, field, old_value, new_value, reason, repaired_by, on_behalf_of)
    VALUES (${one.version}, ${one.field}, ${one.oldValue}::text, ${one.newValue}, ${one.reason}, ${one.repairedBy}, ${one.onBehalfOf}::text)
    RETURNING ${REPAIR_COLUMNS}
  `);
  if (!row) throw new Error('an insert without a conflict clause gave no row');
  return row;
}

/** Oldest first; none when the database never had one. */
export async function listRepairs(db: Queryable): Promise<readonly RecordedRepair[]> {
  const [found] = await db.rows<{ exists: boolean }>(sql`/* repairs.exist */
    SELECT to_regclass('sunday_ledger.migration_repair') IS NOT NULL AS exists
  `);
  if (found?.exists !== true) return [];
  return db.rows<RecordedRepair>(sql`/* repairs.list */
    SELECT ${REPAIR_COLUMNS} FROM sunday_ledger.migration_repair ORDER BY id LIMIT 1000
  `);
}

/** False when another checksum than `expected` stands there, or the migration is not applied. */
export async function replaceChecksum(
  tx: Queryable,
  version: string,
  { expected, next }: { readonly expected: string; readonly next: string },
): Promise<boolean> {
  const rows = await tx.rows(sql`/* repairs.replaceChecksum */
    UPDATE sunday_ledger.migration SET checksum = ${next}
    WHERE version = ${version} AND checksum = ${expected} RETURNING version
  `);
  return rows.length === 1;
}

export async function replaceFingerprint(tx: Queryable, version: string, fingerprint: string): Promise<void> {
  await tx.rows(sql`/* repairs.replaceFingerprint */
    UPDATE sunday_ledger.migration SET fingerprint = ${fingerprint} WHERE version = ${version}
  `);
}
