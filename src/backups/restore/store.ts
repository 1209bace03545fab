import { isServerError } from '../../postgres/errors.ts';
import { inOrderOf, type Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** A named place in the write-ahead log of one cluster. */
export interface RestorePoint {
  readonly cluster: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Null while it is being made, and when that failed: then nobody can go back to it. */
  readonly lsn: string | null;
  readonly segment: string | null;
  /** By the clock of the primary. */
  readonly at: Date | null;
  /** Why there is none; null when there is. */
  readonly problem: string | null;
}

/**
 * Keeps `name` for all of `clusters`, in one statement: of two callers one gets nothing.
 * Gives the clusters that have it already; none: it is ours.
 */
export async function reservePoints(
  db: Queryable,
  { name, clusters, createdBy }: { name: string; clusters: readonly string[]; createdBy: string },
): Promise<readonly string[]> {
  try {
    await db.rows(sql`/* backups.reservePoints */
      INSERT INTO restore_point (cluster, name, created_by)
      SELECT cluster, ${name}, ${createdBy} FROM unnest(${clusters}::text[]) AS cluster
    `);
    return [];
  } catch (error) {
    if (!isServerError(error, '23505')) throw error;
    const taken = await db.rows<{ cluster: string }>(sql`/* backups.findTakenPoints */
      SELECT cluster FROM restore_point WHERE name = ${name} AND cluster = ANY(${clusters}) ORDER BY cluster
    `);
    return taken.map((one) => one.cluster);
  }
}

export async function recordPoint(
  db: Queryable,
  point: Pick<RestorePoint, 'cluster' | 'name' | 'lsn' | 'segment' | 'at' | 'problem'>,
): Promise<void> {
  await db.rows(sql`/* backups.recordPoint */
    UPDATE restore_point
    SET lsn = ${point.lsn}, segment = ${point.segment}, at = ${point.at}, problem = ${point.problem}
    WHERE cluster = ${point.cluster} AND name = ${point.name}
  `);
}

/** Newest first, in the order of `clusters` (the DataLoader contract). */
export async function listPoints(
  db: Queryable,
  clusters: readonly string[],
): Promise<readonly (readonly RestorePoint[])[]> {
  const rows = await db.rows<RestorePoint>(sql`/* backups.listPoints */
    SELECT cluster, name, created_at AS "createdAt", lsn::text AS lsn, segment, at, problem
    FROM restore_point
    WHERE cluster = ANY(${clusters})
    ORDER BY created_at DESC, name
    LIMIT 10000
  `);
  return inOrderOf(clusters, rows, (row) => row.cluster);
}

/** Where a name is: of a point that was made by itself, or of one that a backup noted its rows at. */
export async function findPoint(
  db: Queryable,
  cluster: string,
  name: string,
): Promise<{ readonly lsn: string; readonly segment: string; readonly at: Date | null } | null> {
  const [row] = await db.rows<{ lsn: string; segment: string; at: Date | null }>(sql`/* backups.findPoint */
    SELECT lsn::text AS lsn, segment, at FROM restore_point
    WHERE cluster = ${cluster} AND name = ${name} AND lsn IS NOT NULL AND segment IS NOT NULL
    UNION ALL
    SELECT manifest->'restorePoint'->>'lsn', manifest->'restorePoint'->>'segment', (manifest->>'takenAt')::timestamptz
    FROM backup
    WHERE cluster = ${cluster} AND manifest->'restorePoint'->>'name' = ${name}
    LIMIT 1
  `);
  return row ?? null;
}

/** Gives up names that surely are nowhere in any log. */
export async function releasePoints(
  db: Queryable,
  { name, clusters }: { readonly name: string; readonly clusters: readonly string[] },
): Promise<void> {
  await db.rows(sql`/* backups.releasePoints */
    DELETE FROM restore_point WHERE name = ${name} AND cluster = ANY(${clusters}) AND lsn IS NULL
  `);
}

/** How fast restores were lately; null where nothing was measured. */
export interface RestoreRates {
  /** Of files. */
  readonly bytesASecond: number | null;
  /** Of write-ahead log; starting the server is in it. */
  readonly walBytesASecond: number | null;
  readonly restores: number;
}

/** Of one cluster, or of the whole fleet when `cluster` is null: its latest ten. */
export async function readRates(db: Queryable, cluster: string | null): Promise<RestoreRates> {
  const [row] = await db.rows<RestoreRates>(sql`/* backups.readRestoreRates */
    SELECT count(*)::int AS restores,
      (sum(database_bytes) * 1000 / nullif(sum(restore_ms), 0))::float8 AS "bytesASecond",
      (sum((result->>'walBytes')::float8) * 1000
        / nullif(sum((result->'rtoMs'->>'recovery')::float8) FILTER (WHERE result ? 'walBytes'), 0))::float8
        AS "walBytesASecond"
    FROM (
      SELECT database_bytes, restore_ms, result FROM backup_proof
      WHERE ${cluster}::text IS NULL OR cluster = ${cluster}
      ORDER BY at DESC LIMIT 10
    ) AS latest
  `);
  return row ?? { bytesASecond: null, walBytesASecond: null, restores: 0 };
}
