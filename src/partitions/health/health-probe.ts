import type { Database } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';

/** What migration 004's check_partition_health() says of one thing of one table. */
export interface CatalogCheck {
  readonly table: string;
  readonly check: string;
  readonly state: 'OK' | 'WARNING' | 'CRITICAL';
  readonly detail: string | null;
}

/** Null: the database has no such function. */
export async function readCatalogChecks(db: Database, now: Date): Promise<readonly CatalogCheck[] | null> {
  const [found] = await db.rows<{ readonly exists: boolean }>(sql`/* partitions.findHealthCheck */
    SELECT to_regprocedure('public.check_partition_health(timestamptz)') IS NOT NULL AS exists
  `);
  if (!found?.exists) return null;
  return db.rows<CatalogCheck>(sql`/* partitions.readCatalogChecks */
    SELECT parent AS "table", check_name AS "check", state, detail FROM public.check_partition_health(${now})
  `);
}

/** A statement as pg_stat_statements has it, its values replaced by `$n`. */
export interface SeenStatement {
  readonly query: string;
  readonly calls: bigint;
  readonly meanMs: number;
}

/** Null: the extension is not installed in this database. Texts of other roles are hidden without pg_read_all_stats. */
export async function readStatements(
  db: Database,
  tables: readonly string[],
  limit: number,
): Promise<readonly SeenStatement[] | null> {
  const [extension] = await db.rows<{ readonly schema: string }>(sql`/* partitions.findStatements */
    SELECT quote_ident(nspname) AS schema FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = 'pg_stat_statements'
  `);
  if (!extension) return null;
  return db.rows<SeenStatement>(sql`/* partitions.readStatements */
    SELECT query, calls, mean_exec_time AS "meanMs"
    FROM ${raw(extension.schema)}.pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND EXISTS (SELECT FROM unnest(${tables}::text[]) AS name WHERE position(name IN query) > 0)
      AND query !~ '/\\* partitions\\.' AND query ~* '^\\s*(/\\*.*?\\*/\\s*)?(select|with|update|delete)\\M'
    ORDER BY total_exec_time DESC
    LIMIT ${limit}
  `);
}

/** A node of EXPLAIN (FORMAT JSON). */
export interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Subplans Removed'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** The plan for any values of its parameters, without running it. @throws what the server says about the statement. */
export async function planGenerically(db: Database, query: string): Promise<PlanNode> {
  return db.session(async (session) => {
    try {
      return await session.transaction(async (tx) => {
        await tx.rows(sql`/* partitions.beginPlan */ SET TRANSACTION READ ONLY`);
        await tx.rows(sql`/* partitions.setPlan */
          SELECT set_config('statement_timeout', '2s', true), set_config('lock_timeout', '200ms', true)
            , set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)
        `);
        await tx.rows(raw(`/* partitions.prepare */ PREPARE sunday_pruning AS ${query}`));
        const [prepared] = await tx.rows<{ readonly count: number }>(sql`/* partitions.countParameters */
          SELECT cardinality(parameter_types) AS count FROM pg_prepared_statements WHERE name = 'sunday_pruning'
        `);
        const values = Array.from({ length: prepared?.count ?? 0 }, () => 'NULL').join(', ');
        const [row] = await tx.rows<{ readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
          raw(
            `/* partitions.explain */ EXPLAIN (FORMAT JSON) EXECUTE sunday_pruning${values && `(${values})`}`,
          ),
        );
        const plan = row?.['QUERY PLAN'][0]?.Plan;
        if (!plan) throw new Error('EXPLAIN gives one plan');
        return plan;
      });
    } finally {
      // PREPARE outlives the transaction, and the connection goes back to others.
      await session.rows(raw('/* partitions.deallocate */ DEALLOCATE sunday_pruning')).catch(() => {});
    }
  });
}
