import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Operation } from './operations.ts';
import { OPERATION_COLUMNS } from './store.ts';

const UNFINISHED = sql`state IN ('QUEUED', 'RUNNING', 'CANCELLING')`;

/**
 * Serialises every change of the queues of `clusters`, which are in the order of `clustersOf`: start, cancel, retry,
 * finish. Held until the end of `tx`.
 */
export async function lockQueues(tx: Transaction, clusters: readonly (string | null)[]): Promise<void> {
  for (const cluster of clusters) {
    await tx.rows(sql`/* operations.lockQueue */
      SELECT pg_advisory_xact_lock(hashtextextended(${`operations:${cluster ?? ''}`}, 0))
    `);
  }
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
 * Marks as enqueued, and gives, every waiting operation of these clusters that no earlier unfinished one shares a
 * lane of a cluster with. Whoever takes an operation off the queue, or puts one on, calls this in the same transaction.
 */
export async function markRunnable(
  tx: Transaction,
  clusters: readonly (string | null)[],
): Promise<readonly Runnable[]> {
  const names = clusters.map((one) => one ?? '');
  // Two that end at once on two clusters must not each see the other still in the way of one that waits for both.
  await tx.rows(sql`/* operations.lockSpanning */
    SELECT pg_advisory_xact_lock(hashtextextended('operations*', 0))
    WHERE EXISTS (SELECT FROM operation WHERE state = 'QUEUED' AND NOT is_enqueued AND also_on <> '{}')
  `);
  return tx.rows<Runnable>(sql`/* operations.markRunnable */
    UPDATE operation AS waiting
    SET is_enqueued = true
    WHERE (coalesce(cluster, '') = ANY(${names}) OR also_on && ${names})
      AND state = 'QUEUED'
      AND NOT is_enqueued
      AND NOT EXISTS (
        SELECT FROM operation AS earlier
        WHERE (coalesce(earlier.cluster, '') || earlier.also_on) && (coalesce(waiting.cluster, '') || waiting.also_on)
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
