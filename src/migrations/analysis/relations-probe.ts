import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

const MAX_RELATIONS = 5_000; // a named partitioned table brings its leaves along

/** One relation; null where it has no such thing. */
export interface RelationRow {
  readonly oid: number;
  readonly name: string;
  readonly kind: string;
  readonly sizeBytes: bigint | null;
  readonly indexBytes: bigint | null;
  readonly rows: number | null;
  readonly isEmpty: boolean;
  readonly tableOf: string | null;
  readonly parent: string | null;
  readonly isDefaultPartition: boolean;
  readonly replicaIdentity: string;
  readonly hasRowSecurity: boolean;
  readonly isUnlogged: boolean;
}

/**
 * The named ones, what belongs to those schemas, and their neighbours. Measuring a relation needs a lock on it; where somebody holds or awaits the strongest one, the catalog's pages count.
 */
export async function readRelations(db: Queryable, oids: readonly number[], schemas: readonly string[]) {
  return db.rows<RelationRow>(sql`/* analysis.readRelations */
    WITH RECURSIVE named AS (
      SELECT unnest(${oids}::oid[]) AS oid
      UNION SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY(${schemas}::text[]) AND c.relkind IN ('r', 'p', 'm', 'v', 'S')
    ), tables AS (
      SELECT oid FROM named
      UNION SELECT x.indrelid FROM named JOIN pg_index x ON x.indexrelid = named.oid
      UNION SELECT h.inhparent FROM named JOIN pg_inherits h ON h.inhrelid = named.oid
    ), neighbours AS (
      SELECT oid FROM tables
      UNION SELECT k.confrelid FROM tables JOIN pg_constraint k ON k.conrelid = tables.oid AND k.contype = 'f'
      UNION SELECT k.conrelid FROM tables JOIN pg_constraint k ON k.confrelid = tables.oid AND k.contype = 'f'
    ), family AS (
      SELECT oid FROM neighbours
      UNION SELECT h.inhrelid FROM family JOIN pg_inherits h ON h.inhparent = family.oid
    ), wanted AS (
      SELECT c.*, EXISTS (
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
        WHERE l.relation = c.oid AND l.mode = 'AccessExclusiveLock'
      ) AS is_closed
      FROM family JOIN pg_class c USING (oid)
      ORDER BY c.oid LIMIT ${MAX_RELATIONS}
    ), measured AS (
      SELECT w.*,
        CASE WHEN w.relkind NOT IN ('r', 'm', 'i', 't') THEN 0
          WHEN w.is_closed THEN w.relpages * 8192::int8 ELSE pg_table_size(w.oid) END AS size_bytes,
        CASE WHEN w.relkind NOT IN ('r', 'm') OR w.is_closed THEN 0 ELSE pg_indexes_size(w.oid) END AS index_bytes,
        CASE WHEN w.relkind NOT IN ('r', 'm') OR w.is_closed THEN w.relpages
          ELSE pg_relation_size(w.oid) / 8192.0 END AS pages
      FROM wanted w
    )
    SELECT m.oid, n.nspname || '.' || m.relname AS name, m.relkind AS kind,
      m.size_bytes AS "sizeBytes", m.index_bytes AS "indexBytes",
      -- As the planner does it: the density of the last count times the pages of today.
      (CASE WHEN m.pages = 0 THEN 0
        WHEN m.reltuples > 0 AND m.relpages > 0 THEN m.reltuples / m.relpages * m.pages
        WHEN s.n_live_tup > 0 THEN s.n_live_tup
        WHEN m.reltuples >= 0 AND m.relpages > 0 THEN 0 END)::float8 AS rows,
      m.pages = 0 AND NOT m.is_closed AS "isEmpty",
      tn.nspname || '.' || tc.relname AS "tableOf",
      CASE WHEN m.relkind IN ('r', 'p') THEN pn.nspname || '.' || pc.relname END AS parent,
      EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partdefid = m.oid) AS "isDefaultPartition",
      m.relreplident AS "replicaIdentity", m.relrowsecurity AS "hasRowSecurity", m.relpersistence = 'u' AS "isUnlogged"
    FROM measured m
    JOIN pg_namespace n ON n.oid = m.relnamespace
    LEFT JOIN pg_stat_all_tables s ON s.relid = m.oid
    LEFT JOIN pg_index x ON x.indexrelid = m.oid
    LEFT JOIN pg_class tc ON tc.oid = x.indrelid
    LEFT JOIN pg_namespace tn ON tn.oid = tc.relnamespace
    LEFT JOIN pg_inherits h ON h.inhrelid = m.oid AND m.relispartition
    LEFT JOIN pg_class pc ON pc.oid = h.inhparent
    LEFT JOIN pg_namespace pn ON pn.oid = pc.relnamespace`);
}
