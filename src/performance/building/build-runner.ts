import { writeName } from '../../postgres/names.ts';
import type { Queryable, Session } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';
import type { BuildStatement } from './statements.ts';

export interface BuiltIndex {
  readonly schema: string;
  readonly name: string;
  /** False: a build that broke off has left it, or, of a partitioned table, a leaf has none yet. */
  readonly isValid: boolean;
  readonly bytes: number;
}

/** Sets the session up; gives its process id. */
export async function beginBuild(
  session: Session,
  { timeoutMs, lockTimeoutMs }: { readonly timeoutMs: number; readonly lockTimeoutMs: number },
): Promise<number> {
  const [row] = await session.rows<{ readonly pid: number }>(sql`/* performance.beginBuild */
    SELECT pg_backend_pid() AS pid
      , set_config('statement_timeout', ${`${timeoutMs}ms`}, false)
      , set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, false)
  `);
  return row?.pid ?? 0;
}

/** Its statement, outside of any transaction. Only what `readBuildStatements` has let through gets here. */
export async function runBuild(session: Session, { text }: BuildStatement): Promise<void> {
  await session.rows(raw(`/* performance.buildIndex */ ${text}`));
}

/** The index that a statement makes, as it is now; null when it is not there. */
export async function findBuilt(db: Queryable, one: BuildStatement): Promise<BuiltIndex | null> {
  const [row] = await db.rows<BuiltIndex>(sql`/* performance.findBuiltIndex */
    SELECT n.nspname AS schema, c.relname AS name, i.indisvalid AND i.indisready AS "isValid"
      , c.relpages * 8192::float8 AS bytes
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE i.indrelid = to_regclass(${one.table}) AND c.relname = ${one.index}
  `);
  return row ?? null;
}

/** What a build that broke off has left: it costs every writer and helps nobody. */
export async function dropBuilt(db: Queryable, { schema, name }: BuiltIndex): Promise<void> {
  await db.rows(
    raw(`/* performance.dropBrokenIndex */ DROP INDEX CONCURRENTLY IF EXISTS ${writeName(schema, name)}`),
  );
}

/** How far the build on a backend is, 0 to 1; null when it says nothing, e.g. while it waits. */
export async function readProgress(
  db: Queryable,
  pid: number,
): Promise<{ readonly phase: string; readonly fractionDone: number | null } | null> {
  const [row] = await db.rows<{
    phase: string;
    fractionDone: number | null;
  }>(sql`/* performance.readBuildProgress */
    SELECT phase
      , CASE WHEN blocks_total > 0 THEN blocks_done::float8 / blocks_total
          WHEN tuples_total > 0 THEN tuples_done::float8 / tuples_total END AS "fractionDone"
    FROM pg_stat_progress_create_index WHERE pid = ${pid}
  `);
  return row ?? null;
}
