import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Queryable } from '../../src/postgres/pool.ts';
import { runScript } from '../../src/postgres/script.ts';
import { raw, sql } from '../../src/postgres/sql.ts';

/** Fills the tables of 001 with 200,000 items and what hangs on them, in about ten seconds; needs a superuser. */
export async function fillTables(db: Database): Promise<void> {
  const text = await readFile(join(import.meta.dirname, 'volume.sql'), 'utf8');
  await db.transaction((tx) => runScript(tx.client, { text, timeoutMs: 120_000 }));
}

export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * The nodes of the plan that PostgreSQL has for a query with `$n` in it, whatever the values: the one that it keeps
 * for a prepared statement.
 */
export async function planGeneric(db: Database, query: string): Promise<readonly PlanNode[]> {
  const marks = new Set(query.match(/\$\d/g)).size;
  const values = marks === 0 ? '' : `(${Array.from({ length: marks }, () => 'NULL').join(', ')})`;
  return db.session(async (session) => {
    await session.rows(sql`SET plan_cache_mode = force_generic_plan`);
    await session.rows(raw(`PREPARE asked AS ${query}`));
    try {
      return await explain(session, `EXECUTE asked${values}`);
    } finally {
      await session.rows(sql`DEALLOCATE asked`);
      await session.rows(sql`RESET plan_cache_mode`);
    }
  });
}

/** The nodes of a query's plan, from the top down. */
export async function explain(db: Queryable, query: string): Promise<readonly PlanNode[]> {
  const rows = await db.rows<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    raw(`EXPLAIN (FORMAT JSON) ${query}`),
  );
  return rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => listNodes(Plan)));
}

function listNodes(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(listNodes)];
}
