import { randomBytes } from 'node:crypto';
import { isServerError } from '../../postgres/errors.ts';
import type { Database, Queryable, Session } from '../../postgres/pool.ts';
import { identifier, raw, sql } from '../../postgres/sql.ts';
import { StatementRefusedError, StatementUnplannableError } from './errors.ts';
import { createGuesser } from './guess.ts';
import type { RawPlan } from './plan.ts';
import type { ReadStatement } from './statement.ts';

/** One connection, in a transaction that reads only, on which statements are planned. */
export interface Planner {
  readonly db: Queryable;
  /** Hypothetical indexes can be made. */
  readonly hasHypotheses: boolean;
  readonly isReplica: boolean;
  readonly role: string;
  /** As the server would do it with the indexes there are, and with those that are supposed. */
  plan(statement: ReadStatement): Promise<RawPlan>;
  /** Executes it, for as long as `ANALYZE_TIMEOUT_MS`. */
  analyze(statement: ReadStatement): Promise<RawPlan>;
  /** Supposes an index; null when there can be none like it. */
  suppose(definition: string): Promise<string | null>;
  forget(id: string): Promise<void>;
  /** Rows of a table for which a condition holds, as the planner sees it; null when it cannot say. */
  countRows(table: string, where: string): Promise<number | null>;
}

const PLAN_TIMEOUT_MS = 5_000;
export const ANALYZE_TIMEOUT_MS = 10_000;
/** Short: EXPLAIN waits behind ACCESS EXCLUSIVE, and others must not wait behind it. */
const LOCK_TIMEOUT_MS = 200;

/**
 * Nothing is written: the transaction reads only and is rolled back. What outlives that, a prepared statement and
 * supposed indexes, is taken away before the connection goes back to its pool.
 */
export async function withPlanner<T>(db: Database, work: (planner: Planner) => Promise<T>): Promise<T> {
  return db.session(async (session) => {
    const schema = await findHypopg(session);
    if (schema !== null)
      await session.rows(sql`/* performance.forgetIndexes */ SELECT ${identifier(schema)}.hypopg_reset()`);
    await session.rows(raw('/* performance.beginPlanning */ BEGIN READ ONLY'));
    try {
      for (const [name, value] of Object.entries(SETTINGS))
        await session.rows(sql`/* performance.setForPlanning */ SELECT set_config(${name}, ${value}, true)`);
      return await work(await createPlanner(session, schema));
    } finally {
      await session.rows(raw('/* performance.endPlanning */ ROLLBACK'));
      if (schema !== null)
        await session.rows(sql`/* performance.forgetIndexes */ SELECT ${identifier(schema)}.hypopg_reset()`);
    }
  });
}

const SETTINGS = {
  statement_timeout: String(PLAN_TIMEOUT_MS),
  lock_timeout: String(LOCK_TIMEOUT_MS),
  plan_cache_mode: 'force_generic_plan',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  standard_conforming_strings: 'on',
};

/** The schema that the extension is in; null when the database has none. */
async function findHypopg(db: Queryable): Promise<string | null> {
  const [row] = await db.rows<{ schema: string }>(sql`/* performance.findHypopg */
    SELECT n.nspname AS schema FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'hypopg'
  `);
  return row?.schema ?? null;
}

async function createPlanner(session: Session, hypopg: string | null): Promise<Planner> {
  const [about] = await session.rows<{
    role: string;
    isReplica: boolean;
  }>(sql`/* performance.readPlanningRole */
    SELECT current_user AS role, pg_is_in_recovery() AS "isReplica"
  `);
  return {
    db: session,
    hasHypotheses: hypopg !== null,
    ...{ isReplica: about?.isReplica ?? false, role: about?.role ?? '' },
    plan: (statement) => explain(session, statement, 'FORMAT JSON'),
    async analyze(statement) {
      await session.rows(
        sql`/* performance.setForPlanning */ SELECT set_config('statement_timeout', ${String(ANALYZE_TIMEOUT_MS)}, true)`,
      );
      return explain(session, statement, 'ANALYZE, FORMAT JSON');
    },
    suppose: (definition) =>
      hypopg === null
        ? Promise.resolve(null)
        : attempt(session, () => supposeIndex(session, hypopg, definition)),
    async forget(id) {
      if (hypopg !== null)
        await session.rows(
          sql`/* performance.forgetIndex */ SELECT ${identifier(hypopg)}.hypopg_drop_index(${id}::oid)`,
        );
    },
    countRows: (table, where) =>
      attempt(session, async () => {
        const found = await extended(
          session,
          `/* performance.estimateRows */ EXPLAIN (FORMAT JSON) SELECT FROM ${table} WHERE ${where}`,
        );
        return planOf(found)['Plan Rows'];
      }),
  };
}

async function supposeIndex(session: Session, schema: string, definition: string): Promise<string | null> {
  const [row] = await session.rows<{ id: string }>(sql`/* performance.supposeIndex */
    SELECT indexrelid::text AS id FROM ${identifier(schema)}.hypopg_create_index(${definition})
  `);
  return row?.id ?? null;
}

/** Null when the server refuses, with the transaction as it was before. */
async function attempt<T>(session: Session, work: () => Promise<T>): Promise<T | null> {
  await session.rows(raw('/* performance.mark */ SAVEPOINT sunday_attempt'));
  try {
    return await work();
  } catch (error) {
    if (!isServerError(error)) throw error;
    await session.rows(raw('/* performance.backToMark */ ROLLBACK TO SAVEPOINT sunday_attempt'));
    return null;
  } finally {
    await session.rows(raw('/* performance.releaseMark */ RELEASE SAVEPOINT sunday_attempt'));
  }
}

/** The extended protocol takes one statement in a message, whatever the text tries. */
async function extended(session: Session, text: string): Promise<readonly unknown[]> {
  const query = { text, queryMode: 'extended' };
  return (await session.client.query(query)).rows as unknown[];
}

/** Prepares anew each time: a cached plan would not see a supposed index. */
async function explain(session: Session, statement: ReadStatement, options: string): Promise<RawPlan> {
  const name = `sunday_advice_${randomBytes(4).toString('hex')}`;
  // With values unknown no partition is chosen beforehand, and a plan without its leaves says nothing.
  const pruning = statement.hasParameters ? 'off' : 'on';
  await session.rows(
    sql`/* performance.setPruning */ SELECT set_config('enable_partition_pruning', ${pruning}, true)`,
  );
  const count = await prepare(session, name, statement);
  try {
    const values = count === 0 ? '' : `(${Array<string>(count).fill('NULL').join(', ')})`;
    return planOf(
      await extended(session, `/* performance.explain */ EXPLAIN (${options}) EXECUTE ${name}${values}`),
    );
  } catch (error) {
    throw toTyped(error);
  } finally {
    // What is prepared outlives a transaction, and cannot be taken away in one that has failed.
    await session.rows(raw('/* performance.backToMark */ ROLLBACK TO SAVEPOINT sunday_prepare'));
    await session.rows(raw(`/* performance.deallocate */ DEALLOCATE ${name}`));
    await session.rows(raw('/* performance.releaseMark */ RELEASE SAVEPOINT sunday_prepare'));
  }
}

const planOf = (rows: readonly unknown[]): RawPlan =>
  (rows as { 'QUERY PLAN': { Plan: RawPlan }[] }[])[0]?.['QUERY PLAN'][0]?.Plan as RawPlan;

const MOST_ATTEMPTS = 24;

/** The number of parameters. Where the server cannot tell the type of one, likely types are tried. */
async function prepare(session: Session, name: string, { text }: ReadStatement): Promise<number> {
  const guesser = createGuesser(text);
  let first: unknown = null;
  for (let attempts = 0; ; attempts++) {
    await session.rows(raw('/* performance.mark */ SAVEPOINT sunday_prepare'));
    const types = guesser.types().map((type) => type ?? 'unknown');
    const list = types.length === 0 ? '' : ` (${types.join(', ')})`;
    const before = `/* performance.prepare */ PREPARE ${name}${list} AS `;
    try {
      await extended(session, `${before}${text}`);
      const [row] = await session.rows<{ count: number }>(sql`/* performance.countParameters */
        SELECT cardinality(parameter_types)::int AS count FROM pg_prepared_statements WHERE name = ${name}
      `);
      return row?.count ?? 0;
    } catch (error) {
      if (!isServerError(error)) throw error;
      // The transaction goes on, whatever was wrong with this statement: others may be planned in it.
      await session.rows(raw('/* performance.backToMark */ ROLLBACK TO SAVEPOINT sunday_prepare'));
      await session.rows(raw('/* performance.releaseMark */ RELEASE SAVEPOINT sunday_prepare'));
      first ??= error; // what a guess has made of it would only confuse
      const { code, message, position } = error;
      const at = position === undefined ? null : Number(position) - 1 - before.length;
      if (attempts >= MOST_ATTEMPTS || !guesser.learn({ code, message, at })) throw toTyped(first);
    }
  }
}

/** Rights are for the caller to look at; a server that is away is not the statement's fault. */
function toTyped(error: unknown): unknown {
  if (!isServerError(error) || error.code === '42501' || /^(08|53|57P)/.test(error.code)) return error;
  if (error.code === '25006')
    return new StatementRefusedError('the statement writes', 'Ask for its plan without `analyze`.');
  return new StatementUnplannableError(error.message, error.code, error);
}

/** Functions of those names that may do more than compute, or that take time. */
export async function findVolatile(db: Queryable, functions: readonly string[]): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(sql`/* performance.findVolatile */
    SELECT DISTINCT proname AS name FROM pg_proc
    WHERE proname = ANY (${functions}) AND provolatile = 'v'
      AND NOT (pronamespace = 'pg_catalog'::regnamespace AND proname IN ('random', 'clock_timestamp', 'gen_random_uuid'))
    ORDER BY 1
  `);
  return rows.map(({ name }) => name);
}
