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

/** What one restore took, and what it had to do. */
export interface MeasuredRestore {
  readonly at: Date;
  readonly databaseBytes: number;
  readonly restoreMs: number;
  /** Of `restoreMs`, what does not grow with the database. */
  readonly fixedMs: number;
  readonly recoveryMs: number;
  /** Of `recoveryMs`; null: not told. */
  readonly replayMs: number | null;
  /** Write-ahead log that was replayed. */
  readonly walBytes: number;
}

/** Of one cluster, or of the whole fleet when `cluster` is null: its latest ten, the newest first. */
export async function listMeasured(
  db: Queryable,
  cluster: string | null,
): Promise<readonly MeasuredRestore[]> {
  return db.rows<MeasuredRestore>(sql`/* backups.listMeasuredRestores */
    SELECT at, database_bytes::float8 AS "databaseBytes", restore_ms AS "restoreMs"
      , coalesce((result->'ofWhichMs'->>'fixed')::float8, 0) AS "fixedMs"
      , (result->'rtoMs'->>'recovery')::float8 AS "recoveryMs"
      , (result->'ofWhichMs'->>'replay')::float8 AS "replayMs"
      , coalesce((result->>'walBytes')::float8, 0) AS "walBytes"
    FROM backup_proof
    WHERE (${cluster}::text IS NULL OR cluster = ${cluster}) AND restore_ms > 0 AND database_bytes > 0
      AND result->'rtoMs' ? 'recovery'
    ORDER BY at DESC LIMIT 10
  `);
}
