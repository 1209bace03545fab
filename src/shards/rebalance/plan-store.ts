import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { RebalancePlan } from './plan.ts';

/** A plan that was made, and what became of it. */
export interface StoredPlan {
  readonly id: string;
  readonly plan: RebalancePlan;
  /** The operation that carries it out; null until one is started. */
  readonly operationId: string | null;
  readonly isPaused: boolean;
  readonly createdAt: Date;
}

const PLAN_COLUMNS = sql`id, plan, operation_id AS "operationId", is_paused AS "isPaused", created_at AS "createdAt"`;

/** Keeps the plan, and forgets those that nobody has begun within a week. */
export async function insertPlan(db: Queryable, plan: RebalancePlan): Promise<StoredPlan> {
  const [row] = await db.rows<StoredPlan>(sql`/* shards.insertPlan */
    WITH forgotten AS (
      DELETE FROM rebalance_plan WHERE operation_id IS NULL AND created_at < clock_timestamp() - interval '7 days'
    )
    INSERT INTO rebalance_plan (plan) VALUES (${JSON.stringify(plan)}) RETURNING ${PLAN_COLUMNS}
  `);
  if (row === undefined) throw new Error('an insert gives its row');
  return row;
}

export async function findPlan(db: Queryable, id: string): Promise<StoredPlan | null> {
  const [row] = await db.rows<StoredPlan>(sql`/* shards.findPlan */
    SELECT ${PLAN_COLUMNS} FROM rebalance_plan WHERE id = ${id}
  `);
  return row ?? null;
}

/** Marks the plan as begun, unless somebody was quicker: gives it with the operation that has begun it. */
export async function claimPlan(db: Queryable, id: string, operationId: string): Promise<StoredPlan | null> {
  const [row] = await db.rows<StoredPlan>(sql`/* shards.claimPlan */
    UPDATE rebalance_plan SET operation_id = coalesce(operation_id, ${operationId}) WHERE id = ${id}
    RETURNING ${PLAN_COLUMNS}
  `);
  return row ?? null;
}

/** The plan of a rebalance; null when no operation has begun it. */
export async function setPaused(
  db: Queryable,
  operationId: string,
  isPaused: boolean,
): Promise<StoredPlan | null> {
  const [row] = await db.rows<StoredPlan>(sql`/* shards.setPaused */
    UPDATE rebalance_plan SET is_paused = ${isPaused} WHERE operation_id = ${operationId} RETURNING ${PLAN_COLUMNS}
  `);
  return row ?? null;
}
