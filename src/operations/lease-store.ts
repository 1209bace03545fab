import type { Database, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Lane } from './define.ts';

/** The lease is not, or no longer surely, ours: whoever sees this stops acting at once. */
export class LeaseLostError extends Error {}
/** A newer run of the same operation exists: this one has to stay silent for ever. */
export class SupersededError extends Error {}
/** The operation has ended, or this attempt of it: there is nothing to hold a lease for. */
export class OperationOverError extends Error {}

export interface LeaseRequest {
  readonly operationId: string;
  readonly attempt: number;
  readonly clusters: readonly (string | null)[];
  readonly lanes: readonly Lane[];
  /** Token that this run held before; null for its first lease. A row with a newer one means that we are superseded. */
  readonly previousToken: bigint | null;
  /** Runs in the transaction that takes the lease. */
  readonly onAcquire: (tx: Transaction, token: bigint) => Promise<void>;
}

export interface LeaseOptions {
  readonly db: Database;
  readonly workerId: string;
  readonly controlPlaneId: string;
  /** A holder that is silent for so long has lost it. */
  readonly ttlMs: number;
}

/**
 * Takes all lanes of an operation, or gives null while somebody holds one.
 *
 * @throws {SupersededError} @throws {OperationOverError}
 */
export async function tryAcquire(
  tx: Transaction,
  options: LeaseOptions,
  request: LeaseRequest,
): Promise<bigint | null> {
  const clusters = request.clusters.map((one) => one ?? '');
  // One after the other and always in the same order: two that want the same two clusters must not wait for each other.
  for (const one of clusters)
    await tx.rows(sql`/* lease.lock */ SELECT pg_advisory_xact_lock(hashtextextended(${`lease:${one}`}, 0))`);
  const [own] = await tx.rows<{
    leaseToken: bigint;
    attempts: number;
    isOver: boolean;
  }>(sql`/* lease.findOperation */
    SELECT lease_token AS "leaseToken", attempts, finished_at IS NOT NULL AS "isOver"
    FROM operation
    WHERE id = ${request.operationId}
    FOR UPDATE
  `);
  if (!own || own.isOver || own.attempts !== request.attempt) throw new OperationOverError();
  if (request.previousToken !== null && own.leaseToken !== request.previousToken) throw new SupersededError();
  const [busy] = await tx.rows(sql`/* lease.findHolder */
    SELECT FROM lease LEFT JOIN worker ON worker.id = lease.worker_id
    WHERE lease.cluster = ANY(${clusters})
      AND lane = ANY(${request.lanes})
      AND expires_at > clock_timestamp()
      -- A worker that is silent may only be frozen: its lease has to run out. One that is gone can't act any more.
      AND worker.state <> 'GONE'
      -- A second run in our own process (work handed back to us) takes over at once: the first is fenced by the token.
      AND NOT (lease.operation_id = ${request.operationId} AND lease.worker_id = ${options.workerId})
  `);
  if (busy) return null;
  const [row] = await tx.rows<{ token: bigint }>(
    sql`/* lease.nextToken */ SELECT nextval('lease_token') AS token`,
  );
  const token = row?.token ?? 0n;
  await tx.rows(sql`/* lease.acquire */
    INSERT INTO lease (cluster, lane, token, operation_id, worker_id, expires_at)
    SELECT cluster, lane, ${token}, ${request.operationId}, ${options.workerId}, clock_timestamp() + ${options.ttlMs} * interval '1 ms'
    FROM unnest(${clusters}::text[]) AS cluster
    CROSS JOIN unnest(${request.lanes}::text[]) AS lane
    ON CONFLICT (cluster, lane) DO UPDATE
    SET token = EXCLUDED.token, operation_id = EXCLUDED.operation_id, worker_id = EXCLUDED.worker_id, expires_at = EXCLUDED.expires_at
  `);
  await request.onAcquire(tx, token);
  return token;
}

/** Number of lanes that are still ours. */
export async function renewLease({ db, ttlMs }: LeaseOptions, token: bigint): Promise<number> {
  const rows = await db.rows(sql`/* lease.renew */
    UPDATE lease SET expires_at = clock_timestamp() + ${ttlMs} * interval '1 ms' WHERE token = ${token} RETURNING lane
  `);
  return rows.length;
}
