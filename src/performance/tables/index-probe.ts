import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** One index of the product's database, as one instance sees it. */
export interface IndexFigures {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** In pages that VACUUM or ANALYZE last saw. */
  readonly bytes: number;
  readonly scans: number;
  /** A constraint, uniqueness or the replica identity stands on it: it works without being scanned. */
  readonly isNeeded: boolean;
  readonly isValid: boolean;
  /** An index of the same columns in the same order; null: none. */
  readonly duplicateOf: string | null;
}

const MOST_INDEXES = 10_000;

/**
 * At most ten thousand, the largest first. The leaves of a partitioned index count as one: none of them can be dropped
 * alone. No definition is printed: that would wait for locks.
 */
export function listIndexes(db: Queryable): Promise<readonly IndexFigures[]> {
  return db.rows<IndexFigures>(sql`/* performance.listIndexes */
    WITH whole AS MATERIALIZED (
      SELECT coalesce(pg_partition_root(indexrelid), indexrelid) AS oid
        , sum(c.relpages) * 8192.0::float8 AS bytes
        , coalesce(sum(pg_stat_get_numscans(c.oid)), 0)::float8 AS scans
        , bool_and(indisvalid AND indisready) AS "isValid"
        , bool_or(indisreplident) AS "isIdentity"
      FROM pg_index
      JOIN pg_class AS c ON c.oid = indexrelid
      GROUP BY 1
    ), indexes AS (
      SELECT n.nspname AS schema, t.relname AS table, c.relname AS name, whole.*
        , i.indisunique OR i.indisexclusion OR i.indisprimary OR whole."isIdentity" AS "isNeeded"
        , first_value(c.relname) OVER same AS first
      FROM whole
      JOIN pg_index AS i ON i.indexrelid = whole.oid
      JOIN pg_class AS c ON c.oid = whole.oid
      JOIN pg_class AS t ON t.oid = i.indrelid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      WINDOW same AS (
        PARTITION BY i.indrelid, c.relam, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text
          , i.indnkeyatts, regexp_replace(coalesce(i.indexprs::text, ''), ':location -?[0-9]+', '', 'g')
          , regexp_replace(coalesce(i.indpred::text, ''), ':location -?[0-9]+', '', 'g')
        ORDER BY i.indisprimary DESC, i.indisunique DESC, i.indexrelid
      )
    )
    SELECT schema, "table", name, bytes, scans, "isNeeded", "isValid", nullif(first, name) AS "duplicateOf"
    FROM indexes
    ORDER BY bytes DESC, schema, name
    LIMIT ${MOST_INDEXES}
  `);
}

/** Since when scans are counted. */
export async function readCountedSince(db: Queryable): Promise<Date | null> {
  const [row] = await db.rows<{ at: Date }>(sql`/* performance.readCountedSince */
    SELECT coalesce(stats_reset, pg_postmaster_start_time()) AS at
    FROM pg_stat_database WHERE datname = current_database()
  `);
  return row?.at ?? null;
}
