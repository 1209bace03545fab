import { TABLE_BLOAT } from '../../postgres/bloat.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** What an instance holds, in pages that VACUUM or ANALYZE last saw: sizes by the files wait for locks. */
export interface SizeFigures {
  readonly databaseBytes: number;
  readonly tablesBytes: number;
  readonly indexesBytes: number;
  readonly largestTable: string | null;
  readonly largestTableBytes: number | null;
  readonly xidAge: number;
  readonly multixactAge: number;
  readonly vacuumsRunning: number;
  readonly pendingRestarts: readonly string[];
  readonly heapHit: number;
  readonly heapRead: number;
  readonly indexHit: number;
  readonly indexRead: number;
  readonly atSeconds: number;
}

/** One row. The size of the database comes from its files; no lock of a table is waited for. */
export async function readSizes(db: Queryable): Promise<SizeFigures> {
  const [row] = await db.rows<SizeFigures>(sql`/* health.readSizes */
    SELECT pg_database_size(current_database())::float8 AS "databaseBytes"
      , extract(epoch FROM clock_timestamp())::float8 AS "atSeconds"
      , size.*
      , age.*
      , (SELECT count(*)::int FROM pg_stat_progress_vacuum) AS "vacuumsRunning"
      , (SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM pg_settings WHERE pending_restart) AS "pendingRestarts"
      , cache.*
    FROM (
        SELECT
          (sum(relpages::bigint) FILTER (WHERE relkind IN ('r', 'm', 't')) * 8192)::float8 AS "tablesBytes"
          , (sum(relpages::bigint) FILTER (WHERE relkind = 'i') * 8192)::float8 AS "indexesBytes"
          , (array_agg(relnamespace::regnamespace || '.' || relname ORDER BY relpages DESC)
              FILTER (WHERE relkind IN ('r', 'm')))[1] AS "largestTable"
          , (max(relpages::bigint) FILTER (WHERE relkind IN ('r', 'm')) * 8192)::float8 AS "largestTableBytes"
        FROM pg_class
        WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      ) AS size
      , (
        SELECT max(age(datfrozenxid))::float8 AS "xidAge", max(mxid_age(datminmxid))::float8 AS "multixactAge"
        FROM pg_database
      ) AS age
      , (
        SELECT
          coalesce(sum(heap_blks_hit), 0)::float8 AS "heapHit"
          , coalesce(sum(heap_blks_read), 0)::float8 AS "heapRead"
          , coalesce(sum(idx_blks_hit), 0)::float8 AS "indexHit"
          , coalesce(sum(idx_blks_read), 0)::float8 AS "indexRead"
        FROM pg_statio_user_tables
      ) AS cache
  `);
  if (row === undefined) throw new Error('an empty answer');
  return { ...row, tablesBytes: row.tablesBytes ?? 0, indexesBytes: row.indexesBytes ?? 0 };
}

/** The tables that need VACUUM or ANALYZE most. Null names: there is none. */
export interface TableFigures {
  readonly deadShare: number | null;
  readonly deadTable: string | null;
  readonly vacuumSeconds: number | null;
  readonly vacuumTable: string | null;
  readonly statisticsSeconds: number | null;
  readonly statisticsTable: string | null;
}

/** One row. A table that was never vacuumed or analysed counts from the start of the statistics. */
export async function readTables(db: Queryable): Promise<TableFigures> {
  const [row] = await db.rows<TableFigures>(sql`/* health.readTables */
    WITH since AS (
      SELECT coalesce(stats_reset, pg_postmaster_start_time()) AS at FROM pg_stat_database WHERE datname = current_database()
    ), tables AS MATERIALIZED (
      SELECT schemaname || '.' || relname AS name, n_live_tup AS live, n_dead_tup AS dead, n_mod_since_analyze AS changed
        , extract(epoch FROM clock_timestamp() - coalesce(greatest(last_vacuum, last_autovacuum), at))::float8 AS vacuum
        , extract(epoch FROM clock_timestamp() - coalesce(greatest(last_analyze, last_autoanalyze), at))::float8 AS statistics
      FROM pg_stat_user_tables, since
    ), dirty AS (
      -- Of small tables a handful of rows is a large share, and costs nothing.
      SELECT name, 100.0 * dead / (live + dead) AS share FROM tables WHERE live + dead >= 10000 ORDER BY 2 DESC LIMIT 1
    ), due AS (
      SELECT name, vacuum
      FROM tables
      WHERE dead > current_setting('autovacuum_vacuum_threshold')::float8
        + current_setting('autovacuum_vacuum_scale_factor')::float8 * live
      ORDER BY vacuum DESC LIMIT 1
    ), stale AS (
      SELECT name, statistics FROM tables WHERE live >= 1000 AND changed > 0 ORDER BY statistics DESC LIMIT 1
    )
    SELECT dirty.share::float8 AS "deadShare", dirty.name AS "deadTable"
      , due.vacuum AS "vacuumSeconds", due.name AS "vacuumTable"
      , stale.statistics AS "statisticsSeconds", stale.name AS "statisticsTable"
    FROM (SELECT) AS one
    LEFT JOIN dirty ON true LEFT JOIN due ON true LEFT JOIN stale ON true
  `);
  if (row === undefined) throw new Error('an empty answer');
  return row;
}

/** Indexes that cost writes and may help nobody. */
export interface IndexFigures {
  /** Age of the counters of use. */
  readonly statisticsSeconds: number;
  /** Never scanned on this instance, and no constraint needs them; by name. */
  readonly unused: readonly { readonly oid: number; readonly name: string; readonly bytes: number }[];
  readonly invalid: readonly string[];
  /** Further copies of an index that is there. */
  readonly duplicate: readonly string[];
}

const MOST_UNUSED = 5_000;

/** One row. Definitions are compared as they stand in the catalog: to print one would wait for a lock. */
export async function readIndexes(db: Queryable): Promise<IndexFigures> {
  const [row] = await db.rows<IndexFigures>(sql`/* health.readIndexes */
    WITH indexes AS MATERIALIZED (
      SELECT i.indexrelid AS oid, n.nspname || '.' || c.relname AS name, c.relpages, i.indisvalid, i.indisready
        , i.indisunique OR i.indisexclusion OR i.indisprimary AS "isNeeded"
        , row_number() OVER (
            PARTITION BY i.indrelid, c.relam, i.indisunique, i.indkey::text, i.indclass::text, i.indcollation::text
              , i.indoption::text, i.indnkeyatts
              , regexp_replace(coalesce(i.indexprs::text, ''), ':location -?[0-9]+', '', 'g')
              , regexp_replace(coalesce(i.indpred::text, ''), ':location -?[0-9]+', '', 'g')
            ORDER BY i.indisprimary DESC, i.indexrelid
          ) AS copy
      FROM pg_index AS i
      JOIN pg_class AS c ON c.oid = i.indexrelid AND c.relkind = 'i'
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ), unused AS (
      SELECT oid::int8::float8 AS oid, name, relpages * 8192.0 AS bytes
      FROM indexes
      WHERE NOT "isNeeded" AND indisvalid AND pg_stat_get_numscans(oid) = 0
      ORDER BY relpages DESC
      LIMIT ${MOST_UNUSED}
    )
    SELECT
      (
        SELECT extract(epoch FROM clock_timestamp() - coalesce(stats_reset, pg_postmaster_start_time()))::float8
        FROM pg_stat_database WHERE datname = current_database()
      ) AS "statisticsSeconds"
      , (SELECT coalesce(json_agg(unused ORDER BY name), '[]') FROM unused) AS unused
      , (SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM indexes WHERE NOT indisvalid OR NOT indisready) AS invalid
      , (SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM indexes WHERE copy > 1) AS duplicate
  `);
  if (row === undefined) throw new Error('an empty answer');
  return row;
}

export interface BloatFigures {
  /** Of the tables of 10 MB and more whose statistics are there. */
  readonly tables: number;
  readonly worstTable: string | null;
  /** 0 to 100. */
  readonly worstShare: number | null;
  readonly freeBytes: number;
}

/** Of the tables that the estimate knows. */
export async function readBloat(db: Queryable): Promise<BloatFigures> {
  const [row] = await db.rows<BloatFigures>(sql`/* health.readBloat */
    SELECT count(*)::int AS tables
      , (array_agg(name ORDER BY free / pages DESC))[1] AS "worstTable"
      , max(100.0 * free / pages)::float8 AS "worstShare"
      , (coalesce(sum(free), 0) * 8192)::float8 AS "freeBytes"
    FROM (${TABLE_BLOAT}) AS bloat
  `);
  if (row === undefined) throw new Error('an empty answer');
  return row;
}

export interface SequenceFigures {
  readonly worst: string | null;
  /** 0 to 100; null when no sequence counts towards an end, or may be seen. */
  readonly worstShare: number | null;
  /** Sequences whose value we may not read. */
  readonly hidden: number;
  readonly schemas: readonly string[];
}

/** One row. */
export async function readSequences(db: Queryable): Promise<SequenceFigures> {
  const [row] = await db.rows<SequenceFigures>(sql`/* health.readSequences */
    WITH counted AS (
      SELECT c.relnamespace::regnamespace::text AS schema, c.relname AS name
        , has_sequence_privilege(c.oid, 'SELECT, USAGE') AS "isVisible"
        -- One of 2^53 values and more does not end in our time, whatever its value is.
        , seqmax < 9007199254740992 AS "canEnd"
        , CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN
            CASE WHEN seqincrement > 0
              THEN 100.0 * (pg_sequence_last_value(c.oid) - seqmin) / nullif(seqmax::numeric - seqmin, 0)
              ELSE 100.0 * (seqmax - pg_sequence_last_value(c.oid)) / nullif(seqmax::numeric - seqmin, 0) END
          END AS share
      FROM pg_sequence
      JOIN pg_class AS c ON c.oid = seqrelid
      WHERE NOT seqcycle AND c.relpersistence <> 't'
    )
    SELECT (array_agg(schema || '.' || name ORDER BY share DESC) FILTER (WHERE share IS NOT NULL))[1] AS worst
      , max(share)::float8 AS "worstShare"
      , count(*) FILTER (WHERE NOT "isVisible" AND "canEnd")::int AS hidden
      , coalesce(array_agg(DISTINCT schema) FILTER (WHERE NOT "isVisible" AND "canEnd"), '{}') AS schemas
    FROM counted
  `);
  if (row === undefined) throw new Error('an empty answer');
  return row;
}
