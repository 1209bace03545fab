import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Operation } from './operations.ts';
import { OPERATION_COLUMNS } from './store.ts';

const UNFINISHED = sql`state IN ('QUEUED', 'RUNNING', 'CANCELLING')`;

/** Serialises every change of a cluster's queue: start, cancel, retry, finish. Held until the end of `tx`. */
export async function lockQueue(tx: Transaction, cluster: string | null): Promise<void> {
  await tx.rows(sql`/* operations.lockQueue */
    SELECT pg_advisory_xact_lock(hashtextextended(${`operations:${cluster ?? ''}`}, 0))
  `);
}

export async function countUnfinished(tx: Transaction, cluster: string | null): Promise<number> {
  const [row] = await tx.rows<{ total: number }>(sql`/* operations.countUnfinished */
    SELECT count(*)::int AS total FROM operation WHERE cluster IS NOT DISTINCT FROM ${cluster} AND ${UNFINISHED}
  `);
  return row?.total ?? 0;
}

/** The operation of this kind and cluster that is queued or running; one that is being cancelled does not count. */
export async function findBusy(
  tx: Transaction,
  kind: string,
  cluster: string | null,
): Promise<Operation | null> {
  const [row] = await tx.rows<Operation>(sql`/* operations.findBusy */
    SELECT ${OPERATION_COLUMNS}
    FROM operation
    WHERE cluster IS NOT DISTINCT FROM ${cluster} AND kind = ${kind} AND state IN ('QUEUED', 'RUNNING')
    ORDER BY seq
    LIMIT 1
  `);
  return row ?? null;
}

export interface Runnable {
  readonly id: string;
  readonly kind: string;
  readonly attempts: number;
}

/**
 * Marks as enqueued, and gives, every waiting operation of a cluster that no earlier unfinished one shares a
 * lane with. Whoever takes an operation off the queue, or puts one on, calls this in the same transaction.
 */
export function markRunnable(tx: Transaction, cluster: string | null): Promise<readonly Runnable[]> {
  return tx.rows<Runnable>(sql`/* operations.markRunnable */
    UPDATE operation AS waiting
    SET is_enqueued = true
    WHERE cluster IS NOT DISTINCT FROM ${cluster}
      AND state = 'QUEUED'
      AND NOT is_enqueued
      AND NOT EXISTS (
        SELECT FROM operation AS earlier
        WHERE earlier.cluster IS NOT DISTINCT FROM ${cluster}
          AND earlier.state IN ('QUEUED', 'RUNNING', 'CANCELLING')
          AND earlier.seq < waiting.seq
          AND earlier.lanes && waiting.lanes
      )
    RETURNING id, kind, attempts
  `);
}

/** Clusters with operations that wait for a lane; null stands for the fleet. */
export async function listWaitingClusters(db: Queryable): Promise<readonly (string | null)[]> {
  const rows = await db.rows<{ cluster: string | null }>(sql`/* operations.listWaitingClusters */
    SELECT DISTINCT cluster FROM operation WHERE state = 'QUEUED' AND NOT is_enqueued
  `);
  return rows.map((row) => row.cluster);
}
