import type { Queryable } from '../postgres/pool.ts';
import { identifier, sql } from '../postgres/sql.ts';

/** Process of this session on its server. */
export async function readBackend(db: Queryable): Promise<number> {
  const [row] = await db.rows<{ pid: number }>(sql`/* drills.readBackend */ SELECT pg_backend_pid() AS pid`);
  return row?.pid ?? 0;
}

/** A role that may make extensions; null when nobody may who can log in. */
export async function findSuperuser(db: Queryable): Promise<string | null> {
  const [row] = await db.rows<{ name: string }>(sql`/* drills.findSuperuser */
    SELECT rolname::text AS name FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1
  `);
  return row?.name ?? null;
}

/** All databases of a server, in bytes. */
export async function readServerBytes(db: Queryable): Promise<bigint> {
  const [row] = await db.rows<{ bytes: bigint }>(sql`/* drills.readServerBytes */
    SELECT sum(pg_database_size(oid))::bigint AS bytes FROM pg_database WHERE datallowconn
  `);
  return row?.bytes ?? 0n;
}

/** Schema of amcheck; null when the database does not have it. */
export async function findAmcheck(db: Queryable): Promise<string | null> {
  const [row] = await db.rows<{ schema: string }>(sql`/* drills.findAmcheck */
    SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'amcheck'
  `);
  return row?.schema ?? null;
}

/** Lets the clone write: its archiving is off, so nobody sees its timeline. False when it did not come to that. */
export async function promote(db: Queryable, timeoutSeconds: number): Promise<boolean> {
  const [row] = await db.rows<{ done: boolean }>(sql`/* drills.promote */
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_promote(true, ${timeoutSeconds}) ELSE true END AS done
  `);
  return row?.done ?? false;
}

const AMCHECK_SCHEMA = 'sunday_drill';

/** On a clone only. Gives the schema. */
export async function createAmcheck(db: Queryable): Promise<string> {
  await db.rows(sql`/* drills.createSchema */ CREATE SCHEMA IF NOT EXISTS ${identifier(AMCHECK_SCHEMA)}`);
  await db.rows(
    sql`/* drills.createAmcheck */ CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA ${identifier(AMCHECK_SCHEMA)}`,
  );
  return AMCHECK_SCHEMA;
}

export interface BtreeIndex {
  readonly id: number;
  readonly name: string;
}

/** All that can be checked, the small ones first. Left out: temporary, unlogged, and those being built. */
export async function listBtreeIndexes(db: Queryable): Promise<readonly BtreeIndex[]> {
  return db.rows<BtreeIndex>(sql`/* drills.listBtreeIndexes */
    SELECT c.oid::int8::float8 AS id, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_index AS i ON i.indexrelid = c.oid
    JOIN pg_am AS m ON m.oid = c.relam
    WHERE c.relkind = 'i' AND c.relpersistence = 'p' AND m.amname = 'btree' AND i.indisready AND i.indisvalid
    ORDER BY c.relpages, c.oid
  `);
}

/** Its order, and that every row of the table is in it. Fails with what is wrong. */
export async function checkIndex(db: Queryable, schema: string, id: number): Promise<void> {
  await db.rows(sql`/* drills.checkIndex */
    SELECT ${identifier(schema, 'bt_index_check')}(${id}::oid::regclass, true)
  `);
}

export type QualityView = 'data_quality_issues' | 'orphaned_records';

export interface Finding {
  /** Kind of the problem and the table, e.g. `MISSING items`. */
  readonly what: string;
  readonly rows: number;
}

/** Null when the database does not have the view. What is merely worth knowing is left out. */
export async function countFindings(db: Queryable, view: QualityView): Promise<readonly Finding[] | null> {
  const [found] = await db.rows<{ isThere: boolean }>(sql`/* drills.findView */
    SELECT to_regclass(${`public.${view}`}) IS NOT NULL AS "isThere"
  `);
  if (found?.isThere !== true) return null;
  return view === 'data_quality_issues'
    ? db.rows<Finding>(sql`/* drills.countIssues */
        SELECT format('%s in %s', issue, table_name) AS what, count(*)::float8 AS rows
        FROM public.data_quality_issues WHERE severity = 'ERROR' GROUP BY 1 ORDER BY 1
      `)
    : db.rows<Finding>(sql`/* drills.countOrphans */
        SELECT format('%s for %s in %s', reason, constraint_name, table_name) AS what, count(*)::float8 AS rows
        FROM public.orphaned_records WHERE reason = 'MISSING' GROUP BY 1 ORDER BY 1
      `);
}
