import type { Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';

/** What a statement's plan looks like: its steps without figures, one line each. */
export interface PlanShape {
  readonly queryId: string;
  readonly shape: string;
  /** In the planner's units. */
  readonly totalCost: number;
}

/** A plan as it was at the last review. */
export interface KnownPlan extends PlanShape {
  readonly seenAt: Date;
}

/** A statement that has not been among the costliest for so long is new when it comes again. */
const KEPT_FOR = '90 days';

/** By id of the statement; those that were never reviewed are not in it. */
export async function findPlans(
  db: Queryable,
  cluster: string,
  queryIds: readonly string[],
): Promise<ReadonlyMap<string, KnownPlan>> {
  const rows = await db.rows<KnownPlan>(sql`/* maintenance.findPlans */
    SELECT query_id AS "queryId", shape, total_cost AS "totalCost", seen_at AS "seenAt"
    FROM maintenance_plan
    WHERE cluster = ${cluster} AND query_id = ANY(${queryIds})
  `);
  return new Map(rows.map((one) => [one.queryId, one]));
}

/** Twice is safe: the statement is the key. */
export async function recordPlans(
  db: Queryable,
  cluster: string,
  plans: readonly PlanShape[],
): Promise<void> {
  if (plans.length === 0) return;
  await db.rows(sql`/* maintenance.recordPlans */
    INSERT INTO maintenance_plan (cluster, query_id, shape, total_cost)
    SELECT ${cluster}, plan.* FROM unnest(
      ${plans.map(({ queryId }) => queryId)}::text[], ${plans.map(({ shape }) => shape)}::text[]
      , ${plans.map(({ totalCost }) => totalCost)}::float8[]) AS plan
    ON CONFLICT (cluster, query_id) DO UPDATE
    SET shape = EXCLUDED.shape, total_cost = EXCLUDED.total_cost, seen_at = now()
  `);
  await db.rows(sql`/* maintenance.forgetPlans */
    DELETE FROM maintenance_plan WHERE cluster = ${cluster} AND seen_at < now() - ${KEPT_FOR}::interval
  `);
}
