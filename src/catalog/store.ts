import type { Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import { type Catalog, type CatalogObject, fingerprintOf } from './catalog.ts';

/** A catalog as it was right after a migration, or when its drift was accepted. */
export interface CatalogSnapshot {
  readonly fingerprint: string;
  readonly catalog: Catalog;
  readonly takenAt: Date;
}

/** Snapshots of the newest states are kept: enough to show what drifted, and a few megabytes at most. */
const KEPT = 20;

/** Makes the table. Twice is safe; only under the migration lock: IF NOT EXISTS can race. */
export async function ensureSnapshots(db: Queryable): Promise<void> {
  await db.rows(sql`/* catalog.createSchema */ CREATE SCHEMA IF NOT EXISTS sunday_ledger`);
  await db.rows(sql`/* catalog.createSnapshots */
    CREATE TABLE IF NOT EXISTS sunday_ledger.catalog_snapshot (
      fingerprint text PRIMARY KEY,
      catalog jsonb NOT NULL, -- large ones are compressed by TOAST
      taken_at timestamptz NOT NULL
    )
  `);
}

/**
 * Keeps `catalog` in the transaction of the change that led to it, and forgets the oldest beyond 20. One that is
 * known already becomes the newest. Gives its fingerprint.
 */
export async function recordSnapshot(tx: Queryable, catalog: Catalog): Promise<string> {
  const fingerprint = fingerprintOf(catalog);
  await ensureSnapshots(tx);
  await tx.rows(sql`/* catalog.recordSnapshot */
    INSERT INTO sunday_ledger.catalog_snapshot (fingerprint, catalog, taken_at)
    VALUES (${fingerprint}, ${JSON.stringify(catalog.objects)}::jsonb, clock_timestamp())
    ON CONFLICT (fingerprint) DO UPDATE SET catalog = EXCLUDED.catalog, taken_at = EXCLUDED.taken_at
  `);
  await tx.rows(sql`/* catalog.forgetSnapshots */
    DELETE FROM sunday_ledger.catalog_snapshot
    WHERE fingerprint NOT IN (
      SELECT fingerprint FROM sunday_ledger.catalog_snapshot ORDER BY taken_at DESC, fingerprint LIMIT ${KEPT}
    )
  `);
  return fingerprint;
}

/** Null when there is none of that fingerprint (any more), or none at all yet. */
export async function readSnapshot(db: Queryable, fingerprint: string): Promise<CatalogSnapshot | null> {
  if (!(await hasSnapshots(db))) return null;
  const [row] = await db.rows<SnapshotRow>(sql`/* catalog.readSnapshot */
    SELECT fingerprint, catalog, taken_at AS "takenAt"
    FROM sunday_ledger.catalog_snapshot WHERE fingerprint = ${fingerprint}
  `);
  return toSnapshot(row);
}

/** The state that the database should be in; null when none was kept yet. */
export async function readNewestSnapshot(db: Queryable): Promise<CatalogSnapshot | null> {
  if (!(await hasSnapshots(db))) return null;
  const [row] = await db.rows<SnapshotRow>(sql`/* catalog.readNewestSnapshot */
    SELECT fingerprint, catalog, taken_at AS "takenAt"
    FROM sunday_ledger.catalog_snapshot ORDER BY taken_at DESC, fingerprint LIMIT 1
  `);
  return toSnapshot(row);
}

interface SnapshotRow {
  readonly fingerprint: string;
  readonly catalog: readonly CatalogObject[];
  readonly takenAt: Date;
}

async function hasSnapshots(db: Queryable): Promise<boolean> {
  const [row] = await db.rows<{ exists: boolean }>(sql`/* catalog.hasSnapshots */
    SELECT to_regclass('sunday_ledger.catalog_snapshot') IS NOT NULL AS exists
  `);
  return row?.exists === true;
}

function toSnapshot(row: SnapshotRow | undefined): CatalogSnapshot | null {
  return row === undefined ? null : { ...row, catalog: { objects: row.catalog } };
}
