import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';

/** Lock under which dead workers' operations are handed back: one worker at a time does it. */
const TAKEOVER_LOCK = 7_302_115;
/** Session lock under which the tables of the workflow engine are made. */
const TABLES_LOCK = 7_302_116;
const TABLES_WAIT_MS = 60_000;
const TABLES_POLL_MS = 100;
const RETENTION_HOURS = 24;

export interface WorkerRow {
  readonly id: string;
  /** Two workers with one value see each other's pids. */
  readonly machine: string;
  /** Names one process of one machine for ever. */
  readonly process: string;
}

/** Also brings a worker back that others took for dead: it was frozen, and its leases have run out. */
export async function recordHeartbeat(db: Queryable, { id, machine, process }: WorkerRow): Promise<void> {
  await db.rows(sql`/* workers.recordHeartbeat */
    INSERT INTO worker (id, machine, process, state)
    VALUES (${id}, ${machine}, ${process}, 'ALIVE')
    ON CONFLICT (id) DO UPDATE SET heartbeat_at = clock_timestamp(), state = 'ALIVE'
  `);
}

/** Who has not been heard of for so long. They may only be frozen: their leases have to run out. */
export async function markSilent(db: Queryable, timeoutMs: number): Promise<void> {
  await db.rows(sql`/* workers.markSilent */
    UPDATE worker SET state = 'SILENT'
    WHERE state = 'ALIVE' AND heartbeat_at < clock_timestamp() - ${timeoutMs} * interval '1 ms'
  `);
}

/** Who has stopped, or is proven dead: nobody need wait for their leases. */
export async function markGone(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.rows(sql`/* workers.markGone */ UPDATE worker SET state = 'GONE' WHERE id = ANY(${ids})`);
}

/** Workers of one machine that are not known to be gone. */
export function listNeighbours(db: Queryable, machine: string): Promise<readonly WorkerRow[]> {
  return db.rows<WorkerRow>(sql`/* workers.listNeighbours */
    SELECT id, machine, process FROM worker WHERE state <> 'GONE' AND machine = ${machine}
  `);
}

/** Executors that still own pending workflows and are not alive. */
export async function listLostOwners(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ executorId: string }>(sql`/* workers.listLostOwners */
    SELECT DISTINCT executor_id AS "executorId"
    FROM dbos.workflow_status
    WHERE status = 'PENDING'
      AND executor_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM worker WHERE worker.id = executor_id AND worker.state = 'ALIVE')
  `);
  return rows.map((row) => row.executorId);
}

/**
 * Does `work`, which makes the workflow engine's tables, while no other process does: two that begin with the same
 * empty database end in a deadlock otherwise. It polls, because a statement that waits holds a snapshot, for which
 * the indexes that are built concurrently would wait in turn. One that hangs is not waited for beyond the limit.
 */
export async function inTurn(db: Database, work: () => Promise<void>): Promise<void> {
  await db.session(async (session) => {
    const deadline = performance.now() + TABLES_WAIT_MS;
    const tryLock = async () => {
      const [lock] = await session.rows<{ taken: boolean }>(sql`/* workers.lockTables */
        SELECT pg_try_advisory_lock(${TABLES_LOCK}) AS taken
      `);
      return lock?.taken === true;
    };
    while (!(await tryLock()) && performance.now() < deadline) await sleep(TABLES_POLL_MS);
    try {
      await work();
    } finally {
      await session.rows(sql`/* workers.unlockTables */ SELECT pg_advisory_unlock(${TABLES_LOCK})`);
    }
  });
}

/**
 * Does `work` unless another worker is at it now. The lock is one of a transaction, which the server ends when it is
 * idle for too long: a worker that is frozen here would otherwise keep the others from taking over for ever.
 */
export async function withTakeoverLock(db: Database, work: (db: Queryable) => Promise<void>): Promise<void> {
  await db.transaction(async (tx) => {
    const [lock] = await tx.rows<{ taken: boolean }>(sql`/* workers.lockTakeover */
      SELECT pg_try_advisory_xact_lock(${TAKEOVER_LOCK}) AS taken
    `);
    if (lock?.taken === true) await work(tx);
  });
}

export async function deleteGone(db: Queryable): Promise<void> {
  await db.rows(sql`/* workers.deleteGone */
    DELETE FROM worker
    WHERE state <> 'ALIVE' AND heartbeat_at < clock_timestamp() - ${RETENTION_HOURS} * interval '1 hour'
  `);
}
