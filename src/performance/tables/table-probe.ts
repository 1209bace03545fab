import { TABLE_BLOAT } from '../../postgres/bloat.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Database, Queryable } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';

/** One table or leaf of the product's database, as its statistics have it. */
export interface TableFigures {
  readonly schema: string;
  readonly name: string;
  /** The partitioned table that it is a leaf of; null: of none. */
  readonly parent: string | null;
  readonly liveRows: number;
  readonly deadRows: number;
  readonly modifiedRows: number;
  readonly insertedSinceVacuum: number;
  /** In pages that VACUUM or ANALYZE last saw; files are not looked at, because that waits for locks. */
  readonly tableBytes: number;
  readonly indexBytes: number;
  readonly sequentialScans: number;
  /** Rows that sequential scans read. */
  readonly sequentialRows: number;
  readonly indexScans: number;
  readonly inserts: number;
  readonly updates: number;
  readonly hotUpdates: number;
  readonly deletes: number;
  readonly vacuumedAt: Date | null;
  readonly analyzedAt: Date | null;
  /** Transactions since its oldest row was frozen. */
  readonly xidAge: number;
  /** Dead rows, inserts and changed rows at which autovacuum begins, by the settings of this table. */
  readonly vacuumAt: number;
  readonly vacuumInsertsAt: number | null;
  readonly analyzeAt: number;
  readonly freezeAt: number;
  readonly isVacuumOff: boolean;
}

export interface TableBloat {
  readonly schema: string;
  readonly name: string;
  readonly freeBytes: number;
  /** 0 to 1. */
  readonly share: number;
}

/** The setting of a table, or the server's. */
const setting = (name: string) =>
  raw(`coalesce(
    (SELECT option_value FROM pg_options_to_table(c.reloptions) WHERE option_name = '${name}'), current_setting('${name}')
  )::float8`);

const MOST_TABLES = 10_000;

/** Of the product's schemas, at most ten thousand; about 1 ms for each hundred. */
export function listTables(db: Queryable): Promise<readonly TableFigures[]> {
  return db.rows<TableFigures>(sql`/* performance.listTables */
    SELECT s.schemaname AS schema
      , s.relname AS name
      , (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = c.oid AND c.relispartition) AS parent
      , s.n_live_tup::float8 AS "liveRows"
      , s.n_dead_tup::float8 AS "deadRows"
      , s.n_mod_since_analyze::float8 AS "modifiedRows"
      , s.n_ins_since_vacuum::float8 AS "insertedSinceVacuum"
      , c.relpages * 8192.0::float8 AS "tableBytes"
      , coalesce((
          SELECT sum(own.relpages) * 8192.0 FROM pg_index JOIN pg_class AS own ON own.oid = indexrelid WHERE indrelid = c.oid
        ), 0)::float8 AS "indexBytes"
      , s.seq_scan::float8 AS "sequentialScans"
      , s.seq_tup_read::float8 AS "sequentialRows"
      , coalesce(s.idx_scan, 0)::float8 AS "indexScans"
      , s.n_tup_ins::float8 AS inserts
      , s.n_tup_upd::float8 AS updates
      , s.n_tup_hot_upd::float8 AS "hotUpdates"
      , s.n_tup_del::float8 AS deletes
      , greatest(s.last_vacuum, s.last_autovacuum) AS "vacuumedAt"
      , greatest(s.last_analyze, s.last_autoanalyze) AS "analyzedAt"
      , age(c.relfrozenxid)::float8 AS "xidAge"
      , ${setting('autovacuum_vacuum_threshold')} + ${setting('autovacuum_vacuum_scale_factor')} * greatest(c.reltuples, 0)
        AS "vacuumAt"
      , CASE WHEN ${setting('autovacuum_vacuum_insert_threshold')} >= 0
          THEN ${setting('autovacuum_vacuum_insert_threshold')}
            + ${setting('autovacuum_vacuum_insert_scale_factor')} * greatest(c.reltuples, 0)
          END AS "vacuumInsertsAt"
      , ${setting('autovacuum_analyze_threshold')} + ${setting('autovacuum_analyze_scale_factor')} * greatest(c.reltuples, 0)
        AS "analyzeAt"
      , ${setting('autovacuum_freeze_max_age')} AS "freezeAt"
      , current_setting('autovacuum') = 'off' OR EXISTS (
          SELECT FROM pg_options_to_table(c.reloptions)
          WHERE option_name = 'autovacuum_enabled' AND NOT option_value::boolean
        ) AS "isVacuumOff"
    FROM pg_stat_user_tables AS s
    JOIN pg_class AS c ON c.oid = s.relid AND c.relkind IN ('r', 'm')
    ORDER BY c.relpages DESC, c.oid
    LIMIT ${MOST_TABLES}
  `);
}

/** The estimate for each table that has one; null when the role may not read the widths of columns. */
export async function listBloat(db: Database): Promise<readonly TableBloat[] | null> {
  try {
    return await db.rows<TableBloat>(sql`/* performance.listBloat */
      SELECT c.relnamespace::regnamespace::text AS schema, c.relname AS name
        , free * 8192.0::float8 AS "freeBytes", (free / pages)::float8 AS share
      FROM (${TABLE_BLOAT}) AS bloat
      JOIN pg_class AS c ON c.oid = bloat.oid
    `);
  } catch (error) {
    if (isServerError(error, '42501')) return null;
    throw error;
  }
}
