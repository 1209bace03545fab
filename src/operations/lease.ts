import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../postgres/errors.ts';
import type { Database, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import { stopMarked } from '../process.ts';
import type { Lane } from './define.ts';

/** Environment variable by which a successor finds the processes of a holder before it. */
const PROCESS_MARK = 'SUNDAY_LEASE';
const ACQUIRE_POLL_MS = 100;

/** The lease is not, or no longer surely, ours: whoever sees this stops acting at once. */
export class LeaseLostError extends Error {}
/** A newer run of the same operation exists: this one has to stay silent for ever. */
export class SupersededError extends Error {}
/** The operation has ended, or this attempt of it: there is nothing to hold a lease for. */
export class OperationOverError extends Error {}

export interface LeaseRequest {
  readonly operationId: string;
  readonly attempt: number;
  readonly cluster: string | null;
  readonly lanes: readonly Lane[];
  /** Token that this run held before; null for its first lease. A row with a newer one means that we are superseded. */
  readonly previousToken: bigint | null;
  /** Runs in the transaction that takes the lease. */
  readonly onAcquire: (tx: Transaction, token: bigint) => Promise<void>;
}

export interface Lease {
  readonly token: bigint;
  readonly processMarks: Readonly<Record<string, string>>;
  /** Aborts with LeaseLostError. */
  readonly lost: AbortSignal;
  /** @throws {LeaseLostError} when the time up to which it is surely ours has passed, without asking anybody. */
  assertHeld(): void;
  /** Stops renewing. The rows go with the transaction that ends the operation, or expire. */
  stop(): void;
}

export interface LeaseOptions {
  readonly db: Database;
  readonly workerId: string;
  readonly controlPlaneId: string;
  /** A holder that is silent for so long has lost it. */
  readonly ttlMs: number;
}

/**
 * Takes all lanes of an operation at once, or waits for a holder that is gone to expire.
 *
 * The holder's own clock decides when it stops: it counts the time to live from the moment *before* it asked
 * for a renewal, on a clock that runs on while the process is stopped, and so gives up before anybody else
 * may take over. What a dead holder's processes still do is ended here, before the new holder acts.
 *
 * @throws {SupersededError} when a newer run of the operation took it. @throws {OperationOverError}
 */
export async function acquireLease(options: LeaseOptions, request: LeaseRequest): Promise<Lease> {
  const deadline = performance.now() + 10 * options.ttlMs + 60_000;
  for (;;) {
    const askedAt = performance.now();
    const token = await options.db
      .transaction((tx) => tryAcquire(tx, options, request))
      .catch(ignoreUnavailable);
    if (token !== null) {
      await stopLeftovers(options.controlPlaneId, request, token);
      return keepAlive(options, request, { token, askedAt });
    }
    if (performance.now() > deadline)
      throw new LeaseLostError(`the lanes of ${request.cluster} did not become free`);
    await sleep(ACQUIRE_POLL_MS);
  }
}

function ignoreUnavailable(error: unknown): null {
  if (isUnavailable(error)) return null;
  throw error;
}

async function tryAcquire(
  tx: Transaction,
  options: LeaseOptions,
  request: LeaseRequest,
): Promise<bigint | null> {
  const cluster = request.cluster ?? '';
  await tx.rows(
    sql`/* lease.lock */ SELECT pg_advisory_xact_lock(hashtextextended(${`lease:${cluster}`}, 0))`,
  );
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
    WHERE lease.cluster = ${cluster}
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
    SELECT ${cluster}, lane, ${token}, ${request.operationId}, ${options.workerId}, clock_timestamp() + ${options.ttlMs} * interval '1 ms'
    FROM unnest(${request.lanes}::text[]) AS lane
    ON CONFLICT (cluster, lane) DO UPDATE
    SET token = EXCLUDED.token, operation_id = EXCLUDED.operation_id, worker_id = EXCLUDED.worker_id, expires_at = EXCLUDED.expires_at
  `);
  await request.onAcquire(tx, token);
  return token;
}

function markOf(controlPlaneId: string, { cluster, lanes }: LeaseRequest, token: bigint): string {
  return [controlPlaneId, cluster ?? '', lanes.join('+'), token].join('|');
}

/** Ends every process of this machine that an earlier holder of one of these lanes started. */
async function stopLeftovers(controlPlaneId: string, request: LeaseRequest, token: bigint): Promise<void> {
  await stopMarked(PROCESS_MARK, (value) => {
    const [controlPlane, cluster, lanes, itsToken] = value.split('|');
    if (controlPlane !== controlPlaneId || cluster !== (request.cluster ?? '')) return false;
    const shared = lanes?.split('+').some((lane) => request.lanes.some((one) => one === lane));
    return shared === true && BigInt(itsToken ?? 0) < token;
  });
}

function keepAlive(
  options: LeaseOptions,
  request: LeaseRequest,
  held: { token: bigint; askedAt: number },
): Lease {
  const controller = new AbortController();
  // A tenth of the time to live is kept as a margin between our giving up and another's taking over.
  const lifeMs = options.ttlMs * 0.9;
  let sureUntil = held.askedAt + lifeMs;
  const lose = (why: string) => controller.abort(new LeaseLostError(why));
  const renew = async () => {
    const askedAt = performance.now();
    const kept = await renewLease(options, held.token).catch(ignoreUnavailable);
    if (kept === request.lanes.length) sureUntil = askedAt + lifeMs;
    else if (kept !== null) lose('another holder took the lease');
  };
  const timer = setInterval(() => void renew().catch(() => {}), options.ttlMs / 4);
  const watchdog = setInterval(() => {
    if (performance.now() > sureUntil) lose('the lease could not be renewed in time');
  }, options.ttlMs / 20);
  const stop = () => {
    clearInterval(timer);
    clearInterval(watchdog);
  };
  controller.signal.addEventListener('abort', stop, { once: true });
  return {
    token: held.token,
    processMarks: { [PROCESS_MARK]: markOf(options.controlPlaneId, request, held.token) },
    lost: controller.signal,
    assertHeld() {
      if (performance.now() > sureUntil) lose('the lease could not be renewed in time');
      controller.signal.throwIfAborted();
    },
    stop,
  };
}

/** Number of lanes that are still ours. */
async function renewLease({ db, ttlMs }: LeaseOptions, token: bigint): Promise<number> {
  const rows = await db.rows(sql`/* lease.renew */
    UPDATE lease SET expires_at = clock_timestamp() + ${ttlMs} * interval '1 ms' WHERE token = ${token} RETURNING lane
  `);
  return rows.length;
}
