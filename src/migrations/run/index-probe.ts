import { BLOCKER_COLUMNS, type Blocker } from '../../postgres/blockers.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { identifier, sql } from '../../postgres/sql.ts';
import type { IndexBuild } from './run.ts';
import type { Relation } from '../files/statement-rules.ts';

export interface Table {
  /** Its oid. */
  readonly id: number;
  readonly schema: string;
  readonly name: string;
}

/** What bears a name in the schema where an index is to be. */
export interface FoundIndex {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Null when it is no index. */
  readonly tableId: number | null;
  readonly isUsable: boolean;
  /** Another session builds it now. */
  readonly isUnderWay: boolean;
  /** Without its own name and the table's, as PostgreSQL writes it; empty when it is no index. */
  readonly definition: string;
}

/** Quoted, with its schema when the statement gives one. */
export function nameOf({ schemaname, relname }: Relation): string {
  return identifier(...(schemaname === undefined ? [relname] : [schemaname, relname])).text;
}

/** Null when there is none of that name. */
export async function findTable(db: Queryable, relation: Relation): Promise<Table | null> {
  const [row] = await db.rows<Table>(sql`/* migrations.findTable */
    SELECT class.oid::int AS id, nspname AS schema, relname AS name
    FROM pg_class AS class
    JOIN pg_namespace AS namespace ON namespace.oid = relnamespace
    WHERE class.oid = to_regclass(${nameOf(relation)})
  `);
  return row ?? null;
}

/** True when a relation of that name, with its schema or without, can be seen. */
export async function exists(db: Queryable, name: readonly string[]): Promise<boolean> {
  const [row] = await db.rows<{ exists: boolean }>(sql`/* migrations.relationExists */
    SELECT to_regclass(${identifier(...name).text}) IS NOT NULL AS exists
  `);
  return row?.exists === true;
}

/** Whatever has that name in that schema; null when the name is free. */
export async function findIndex(db: Queryable, schema: string, name: string): Promise<FoundIndex | null> {
  const [row] = await db.rows<FoundIndex>(sql`/* migrations.findIndex */
    SELECT class.oid::int AS id
      , nspname AS schema
      , class.relname AS name
      , indrelid::int AS "tableId"
      , coalesce(indisvalid AND indisready AND indislive, false) AS "isUsable"
      , EXISTS (
          SELECT FROM pg_stat_progress_create_index
          WHERE index_relid = class.oid AND datname = current_database() AND pid <> pg_backend_pid()
        ) AS "isUnderWay"
      , ${DEFINITION} AS definition
    FROM pg_class AS class
    JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    LEFT JOIN pg_index AS index ON index.indexrelid = class.oid
    LEFT JOIN pg_class AS parent ON parent.oid = index.indrelid
    WHERE nspname = ${schema} AND class.relname = ${name}
  `);
  return row ?? null;
}

/**
 * Cut behind the names, which differ between an index and its twin on an empty copy of the table. PostgreSQL writes
 * `CREATE [UNIQUE] INDEX name ON schema.table USING …`, and calls every temporary schema pg_temp.
 */
const DEFINITION = sql`
  coalesce(CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END || substr(pg_get_indexdef(indexrelid), 1 + length(format(
    'CREATE %sINDEX %I ON %s.%I '
    , CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END
    , class.relname
    , CASE WHEN pg_is_other_temp_schema(parent.relnamespace) OR parent.relnamespace = pg_my_temp_schema()
        THEN 'pg_temp' ELSE parent.relnamespace::regnamespace::text END
    , coalesce(parent.relname, '')
  ))), '')
`;

/** The definition of the index `name` on the temporary table of this transaction. */
export async function findTwinDefinition(db: Queryable, name: string): Promise<string> {
  const [row] = await db.rows<{ definition: string }>(sql`/* migrations.findTwinDefinition */
    SELECT ${DEFINITION} AS definition
    FROM pg_class AS class
    JOIN pg_index AS index ON index.indexrelid = class.oid
    JOIN pg_class AS parent ON parent.oid = index.indrelid
    WHERE class.relnamespace = pg_my_temp_schema() AND class.relname = ${name}
  `);
  return row?.definition ?? '';
}

export interface OldTransactions {
  /** Null when it is not known; then only snapshots count. */
  readonly tableId: number | null;
  readonly ageMs: number;
  /** Whose locks on the table count: a build waits for those who write, a detach for everybody. */
  readonly waitsFor: 'WRITERS' | 'EVERYBODY';
}

/**
 * Transactions that a concurrent build or detach would wait for and that are older than `ageMs`, oldest first: those
 * with a lock on the table, and those of this database that hold a snapshot. VACUUM and other builds are left out, as
 * the server does (PostgreSQL manual, "Building Indexes Concurrently").
 */
export async function findOldTransactions(
  db: Queryable,
  { tableId, ageMs, waitsFor }: OldTransactions,
): Promise<readonly Blocker[]> {
  return db.rows<Blocker>(sql`/* migrations.findOldTransactions */
    SELECT activity.pid, ${BLOCKER_COLUMNS}
    FROM pg_stat_activity AS activity
    WHERE activity.datname = current_database()
      AND activity.pid <> pg_backend_pid()
      AND activity.backend_type = 'client backend'
      AND activity.xact_start < clock_timestamp() - make_interval(secs => ${ageMs / 1_000})
      AND (activity.backend_xmin IS NOT NULL OR EXISTS (
        SELECT FROM pg_locks
        WHERE pg_locks.pid = activity.pid AND pg_locks.relation = ${tableId}::oid AND granted
          AND (${waitsFor} = 'EVERYBODY' OR mode NOT IN ('AccessShareLock', 'RowShareLock'))
      ))
      AND activity.pid NOT IN (SELECT pid FROM pg_stat_progress_create_index)
      AND activity.pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
    ORDER BY activity.xact_start
    LIMIT 20
  `);
}

/** How far the backend `pid` is with the index it builds; null while it builds none. */
export async function findBuild(db: Queryable, pid: number, index: string): Promise<IndexBuild | null> {
  const [row] = await db.rows<IndexBuild>(sql`/* migrations.findBuild */
    SELECT ${index}::text AS index
      , phase
      , CASE WHEN blocks_total > 0 THEN blocks_done::double precision / blocks_total
             WHEN tuples_total > 0 THEN tuples_done::double precision / tuples_total
             WHEN lockers_total > 0 THEN lockers_done::double precision / lockers_total END AS "fractionDone"
    FROM pg_stat_progress_create_index WHERE pid = ${pid}
  `);
  return row ?? null;
}

/** Invalid indexes that a REINDEX CONCURRENTLY of this table or index made and could not take away. */
export async function listReindexLeftovers(
  db: Queryable,
  relation: Relation,
): Promise<readonly Pick<FoundIndex, 'schema' | 'name'>[]> {
  return db.rows(sql`/* migrations.listReindexLeftovers */
    SELECT nspname AS schema, class.relname AS name
    FROM pg_index AS index
    JOIN pg_class AS class ON class.oid = index.indexrelid
    JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE NOT indisvalid AND class.relname ~ '_cc(new|old)[0-9]*$'
      AND index.indrelid = coalesce(
        (SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass(${nameOf(relation)}))
        , to_regclass(${nameOf(relation)})
      )
      AND NOT EXISTS (
        SELECT FROM pg_stat_progress_create_index WHERE relid = index.indrelid AND datname = current_database()
      )
  `);
}

export async function findPartitionState(
  db: Queryable,
  { parent, partition }: { readonly parent: Relation; readonly partition: Relation },
): Promise<'ATTACHED' | 'PENDING' | 'DETACHED'> {
  const [row] = await db.rows<{ pending: boolean }>(sql`/* migrations.findPartitionState */
    SELECT inhdetachpending AS pending FROM pg_inherits
    WHERE inhparent = to_regclass(${nameOf(parent)}) AND inhrelid = to_regclass(${nameOf(partition)})
  `);
  if (!row) return 'DETACHED';
  return row.pending ? 'PENDING' : 'ATTACHED';
}
