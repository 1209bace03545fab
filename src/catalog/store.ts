import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync } from 'node:zlib';
import type { Queryable } from '../postgres/pool.ts';
import { raw, sql } from '../postgres/sql.ts';
import { type Catalog, type CatalogObject, fingerprintOf } from './catalog.ts';

/** A catalog as it was right after a migration, or when its drift was accepted. */
export interface CatalogSnapshot {
  readonly fingerprint: string;
  readonly catalog: Catalog;
  readonly takenAt: Date;
}

/** Snapshots of the newest states are kept: enough to show what drifted, and a few megabytes at most. */
export const KEPT_SNAPSHOTS = 20;

/** Far more than a catalog has; so that a damaged row cannot fill the memory. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** Makes the table, or upgrades an older one. Twice is safe; only under the migration lock: IF NOT EXISTS can race. */
export async function ensureSnapshots(db: Queryable): Promise<void> {
  if ((await findTable(db)) === 'COMPLETE') return;
  await db.rows(sql`/* catalog.createSchema */ CREATE SCHEMA IF NOT EXISTS sunday_ledger`);
  await db.rows(sql`/* catalog.createSnapshots */
    CREATE TABLE IF NOT EXISTS sunday_ledger.catalog_snapshot (
      fingerprint text PRIMARY KEY,
      catalog jsonb, -- of an older release; null where it is packed
      taken_at timestamptz NOT NULL
    )
  `);
  await db.rows(sql`/* catalog.freeSnapshots */
    ALTER TABLE sunday_ledger.catalog_snapshot ALTER COLUMN catalog DROP NOT NULL
  `);
  // Compressed by us, in a seventh of the time; the server would only try it again.
  await db.rows(sql`/* catalog.upgradeSnapshots */
    ALTER TABLE sunday_ledger.catalog_snapshot ADD COLUMN packed bytea, ALTER COLUMN packed SET STORAGE EXTERNAL
  `);
}

/**
 * Keeps `catalog` in the transaction of the change that led to it, and forgets the oldest beyond 20. One that is
 * known already becomes the newest. Gives its fingerprint.
 */
export async function recordSnapshot(tx: Queryable, catalog: Catalog): Promise<string> {
  const fingerprint = fingerprintOf(catalog);
  await recordSnapshots(tx, [{ fingerprint, catalog }]);
  return fingerprint;
}

/** As `recordSnapshot`, for the states that followed each other, at most 20. */
export async function recordSnapshots(
  tx: Queryable,
  states: readonly Pick<CatalogSnapshot, 'fingerprint' | 'catalog'>[],
): Promise<void> {
  await ensureSnapshots(tx);
  // One that comes again is as new as its last time.
  const newest = [...new Map(states.toReversed().map((one) => [one.fingerprint, one])).values()].reverse();
  const fingerprints = newest.map(({ fingerprint }) => fingerprint);
  const packed = await Promise.all(newest.map(({ catalog }) => pack(catalog)));
  // One statement, so that the oldest are those of the others: what it inserts itself it does not see.
  await tx.rows(sql`/* catalog.recordSnapshots */
    WITH recorded AS (
      INSERT INTO sunday_ledger.catalog_snapshot (fingerprint, packed, taken_at)
      SELECT fingerprint, packed, clock_timestamp() + place * interval '1 microsecond' -- no two the same
      FROM unnest(${fingerprints}::text[], ${packed}::bytea[])
        WITH ORDINALITY AS one (fingerprint, packed, place)
      ORDER BY place
      ON CONFLICT (fingerprint) DO UPDATE
      SET catalog = NULL, packed = EXCLUDED.packed, taken_at = EXCLUDED.taken_at
    )
    DELETE FROM sunday_ledger.catalog_snapshot
    WHERE fingerprint <> ALL (${fingerprints}::text[]) AND fingerprint NOT IN (
      SELECT fingerprint FROM sunday_ledger.catalog_snapshot WHERE fingerprint <> ALL (${fingerprints}::text[])
      ORDER BY taken_at DESC, fingerprint LIMIT ${KEPT_SNAPSHOTS - newest.length}
    )
  `);
}

/** Null when there is none of that fingerprint (any more), or none at all yet. */
export async function readSnapshot(db: Queryable, fingerprint: string): Promise<CatalogSnapshot | null> {
  const table = await findTable(db);
  if (table === 'MISSING') return null;
  const [row] = await db.rows<SnapshotRow>(sql`/* catalog.readSnapshot */
    SELECT fingerprint, catalog, ${table === 'COMPLETE' ? PACKED : UNPACKED} AS packed, taken_at AS "takenAt"
    FROM sunday_ledger.catalog_snapshot WHERE fingerprint = ${fingerprint}
  `);
  return toSnapshot(row);
}

/** The state that the database should be in; null when none was kept yet. */
export async function readNewestSnapshot(db: Queryable): Promise<CatalogSnapshot | null> {
  const table = await findTable(db);
  if (table === 'MISSING') return null;
  const [row] = await db.rows<SnapshotRow>(sql`/* catalog.readNewestSnapshot */
    SELECT fingerprint, catalog, ${table === 'COMPLETE' ? PACKED : UNPACKED} AS packed, taken_at AS "takenAt"
    FROM sunday_ledger.catalog_snapshot ORDER BY taken_at DESC, fingerprint LIMIT 1
  `);
  return toSnapshot(row);
}

/** Fingerprint of the newest snapshot that was taken at `at` or before; null when none is kept of that time. */
export async function findFingerprintAt(db: Queryable, at: Date): Promise<string | null> {
  if ((await findTable(db)) === 'MISSING') return null;
  const [row] = await db.rows<{ fingerprint: string }>(sql`/* catalog.findFingerprintAt */
    SELECT fingerprint FROM sunday_ledger.catalog_snapshot
    WHERE taken_at <= ${at} ORDER BY taken_at DESC, fingerprint LIMIT 1
  `);
  return row?.fingerprint ?? null;
}

interface SnapshotRow {
  readonly fingerprint: string;
  /** One of the two is there. */
  readonly catalog: readonly CatalogObject[] | null;
  readonly packed: Buffer | null;
  readonly takenAt: Date;
}

const PACKED = raw('packed');
const UNPACKED = raw('NULL::bytea');

/** `OLD`: an older release made it, and only reads come before the next migration. */
async function findTable(db: Queryable): Promise<'MISSING' | 'OLD' | 'COMPLETE'> {
  const columns = await db.rows<{ name: string }>(sql`/* catalog.findSnapshots */
    SELECT attname::text AS name FROM pg_attribute
    WHERE attrelid = to_regclass('sunday_ledger.catalog_snapshot') AND attname IN ('fingerprint', 'packed')
  `);
  if (columns.length === 0) return 'MISSING';
  return columns.length === 2 ? 'COMPLETE' : 'OLD';
}

const deflate = promisify(deflateRaw);

/** On another thread; the fastest level. */
async function pack({ objects }: Catalog): Promise<Buffer> {
  return deflate(JSON.stringify(objects), { level: 1 });
}

function toSnapshot(row: SnapshotRow | undefined): CatalogSnapshot | null {
  if (row === undefined) return null;
  const { fingerprint, takenAt, packed } = row;
  return { fingerprint, takenAt, catalog: { objects: packed ? unpack(packed) : (row.catalog ?? []) } };
}

function unpack(packed: Buffer): readonly CatalogObject[] {
  const text = inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES }).toString();
  return JSON.parse(text) as readonly CatalogObject[]; // our own row, as `pack` wrote it
}
