import type { Queryable } from '../../postgres/pool.ts';
import { sql, type Statement } from '../../postgres/sql.ts';

/** A table by its name in a statement; null: no schema is written. */
export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

export interface CatalogColumn {
  readonly name: string;
  /** As SQL writes the name. */
  readonly quoted: string;
  readonly type: string;
  readonly isNotNull: boolean;
  /** Mean bytes of a value; null without statistics. */
  readonly width: number | null;
  /** As in pg_stats: below 0 a share of the rows; null without statistics. */
  readonly distinct: number | null;
}

export interface CatalogIndex {
  readonly name: string;
  readonly method: string;
  /** Key columns in their order; null for an expression. */
  readonly keys: readonly (string | null)[];
  readonly isPartial: boolean;
  readonly isValid: boolean;
}

/** What advice needs to know of a table. */
export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  /** `schema.name` as SQL writes it. */
  readonly quoted: string;
  readonly isPartitioned: boolean;
  /** Leaves, as SQL writes them; none when it is not partitioned. */
  readonly leaves: readonly { readonly quoted: string; readonly name: string }[];
  /** Of the last ANALYZE, leaves together. Below 0: it was never analyzed. */
  readonly rows: number;
  readonly columns: readonly CatalogColumn[];
  readonly indexes: readonly CatalogIndex[];
  /** Since `countedSince`, leaves together. */
  readonly inserts: number;
  readonly updates: number;
  readonly hotUpdates: number;
  readonly countedSince: Date;
}

/** The tables of those names that the role sees, each once. Takes no locks; prints no definitions. */
export async function findCatalogTables(
  db: Queryable,
  tables: readonly TableName[],
): Promise<readonly CatalogTable[]> {
  if (tables.length === 0) return [];
  const [may] = await db.rows<{ widths: boolean }>(sql`/* performance.mayReadWidths */
    SELECT has_column_privilege('pg_catalog.pg_statistic', 'stawidth', 'SELECT')
      AND has_column_privilege('pg_catalog.pg_statistic', 'stadistinct', 'SELECT') AS widths
  `);
  const statistics = may?.widths === true ? STATISTICS : STATISTICS_OF_OWN;
  return db.rows<CatalogTable>(sql`/* performance.findCatalogTables */
    WITH asked AS (
      SELECT DISTINCT c.oid
      FROM unnest(${tables.map(({ schema }) => schema)}::text[], ${tables.map(({ name }) => name)}::text[]) AS a (schema, name)
      JOIN pg_class AS c ON c.relname = a.name AND c.relkind IN ('r', 'p', 'm')
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE CASE WHEN a.schema IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = a.schema END
    ), leaf AS (
      SELECT asked.oid AS root, coalesce(tree.relid::oid, asked.oid) AS oid
      FROM asked
      LEFT JOIN pg_partition_tree(asked.oid) AS tree ON tree.isleaf
    ), counted AS (
      SELECT root
        , CASE WHEN bool_and(c.reltuples < 0) THEN -1 ELSE sum(greatest(c.reltuples, 0)) END::float8 AS rows
        , coalesce(sum(pg_stat_get_tuples_inserted(c.oid)), 0)::float8 AS inserts
        , coalesce(sum(pg_stat_get_tuples_updated(c.oid)), 0)::float8 AS updates
        , coalesce(sum(pg_stat_get_tuples_hot_updated(c.oid)), 0)::float8 AS "hotUpdates"
        , coalesce(jsonb_agg(jsonb_build_object('name', c.relname, 'quoted', quote_ident(n.nspname) || '.' || quote_ident(c.relname))
            ORDER BY c.oid) FILTER (WHERE c.oid <> root), '[]') AS leaves
      FROM leaf
      JOIN pg_class AS c ON c.oid = leaf.oid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      GROUP BY root
    )
    SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'p' AS "isPartitioned"
      , quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS quoted
      , counted.leaves, counted.rows, counted.inserts, counted.updates, counted."hotUpdates"
      , (SELECT coalesce(stats_reset, pg_postmaster_start_time()) FROM pg_stat_database WHERE datname = current_database())
        AS "countedSince"
      , (${statistics}) AS columns
      , coalesce((
          SELECT jsonb_agg(jsonb_build_object(
            'name', i.relname, 'method', am.amname, 'isPartial', x.indpred IS NOT NULL, 'isValid', x.indisvalid,
            'keys', (
              SELECT jsonb_agg(a.attname ORDER BY k.place)
              FROM unnest(x.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
              LEFT JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = k.attnum AND k.attnum > 0
              WHERE k.place <= x.indnkeyatts
            )))
          FROM pg_index AS x
          JOIN pg_class AS i ON i.oid = x.indexrelid
          JOIN pg_am AS am ON am.oid = i.relam
          WHERE x.indrelid = c.oid
        ), '[]') AS indexes
    FROM counted
    JOIN pg_class AS c ON c.oid = counted.root
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    ORDER BY n.nspname, c.relname
  `);
}

const columnsWith = (statistics: Statement): Statement => sql`
  SELECT jsonb_agg(jsonb_build_object(
    'name', a.attname, 'quoted', quote_ident(a.attname), 'type', format_type(a.atttypid, NULL),
    'isNotNull', a.attnotnull, 'width', s.width, 'distinct', s."distinct"
  ) ORDER BY a.attnum)
  FROM pg_attribute AS a
  LEFT JOIN LATERAL (${statistics}) AS s ON true
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
`;

// Of a partitioned table those over all leaves.
const STATISTICS = columnsWith(sql`
  SELECT stawidth AS width, stadistinct AS "distinct" FROM pg_statistic
  WHERE starelid = a.attrelid AND staattnum = a.attnum ORDER BY stainherit DESC LIMIT 1
`);

// What a role sees without rights on pg_statistic: of tables that it may read.
const STATISTICS_OF_OWN = columnsWith(sql`
  SELECT avg_width AS width, n_distinct AS "distinct" FROM pg_stats
  WHERE schemaname = n.nspname AND tablename = c.relname AND attname = a.attname ORDER BY inherited DESC LIMIT 1
`);
