import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** A table whose statistics are older than its rows. */
export interface ChangedTable {
  readonly schema: string;
  readonly name: string;
  /** Rows changed since the last ANALYZE, with those of its leaves. */
  readonly changedRows: number;
  readonly analyzedAt: Date | null;
}

/** A table or index that only its owner may maintain, and we are not that. */
export interface UnownedRelation {
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  /** Who we are. */
  readonly user: string;
}

const MOST = 10_000;

/**
 * Tables with rows that ANALYZE has not seen, the most changed first. A partitioned table stands for its leaves:
 * ANALYZE of it visits them, and autovacuum never analyzes it.
 */
export function listChanged(db: Queryable): Promise<readonly ChangedTable[]> {
  return db.rows<ChangedTable>(sql`/* maintenance.listChanged */
    SELECT schema, name, "changedRows", "analyzedAt"
    FROM (
      SELECT n.nspname AS schema, c.relname AS name
        , (SELECT coalesce(sum(pg_stat_get_mod_since_analyze(leaf.relid)), 0)::float8
           FROM pg_partition_tree(c.oid) AS leaf WHERE c.relkind = 'p' AND leaf.isleaf)
          + coalesce(pg_stat_get_mod_since_analyze(c.oid), 0)::float8 AS "changedRows"
        , greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) AS "analyzedAt"
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ) AS tables
    WHERE "changedRows" > 0
    ORDER BY "changedRows" DESC, schema, name
    LIMIT ${MOST}
  `);
}

/** Tables, with their indexes, that our role may not maintain: the server would skip them and say that all is well. */
export function listUnowned(db: Queryable): Promise<readonly UnownedRelation[]> {
  return db.rows<UnownedRelation>(sql`/* maintenance.listUnowned */
    SELECT n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner, current_user::text AS user
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'p', 'i') AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT pg_has_role(c.relowner, 'USAGE')
    ORDER BY 1, 2
    LIMIT ${MOST}
  `);
}
