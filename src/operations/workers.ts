import type { Database } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import { machineIdentity, processIdentity } from '../process-table.ts';

const HEARTBEAT_MS = 1_000;
/** Session lock under which dead workers' operations are handed back: one worker at a time does it. */
const TAKEOVER_LOCK = 7_302_115;

export interface WorkersOptions {
  readonly db: Database;
  readonly workerId: string;
  readonly heartbeatTimeoutMs: number;
  /** Puts the unfinished work of these workers back on the queue. */
  readonly handBack: (workerIds: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface Workers {
  register(): Promise<void>;
  /** Heartbeat and takeover, until `stop`. */
  start(): void;
  /** False when no heartbeat went through for so long that others may take this worker for dead. */
  isHeard(): boolean;
  /** Says that this worker's process ends in order, so that others need not wait for it. */
  stop(): Promise<void>;
}

/** Who is alive, and the handing over of what the dead have left. */
export function createWorkers(options: WorkersOptions): Workers {
  const { db, workerId } = options;
  let timer: NodeJS.Timeout | undefined;
  let beating = false;
  let lastBeatAt = performance.now();
  const beat = async () => {
    if (beating) return; // a control database that hangs: don't pile up
    beating = true;
    try {
      await heartbeat(db, workerId);
      lastBeatAt = performance.now();
      await takeOver(options);
    } catch (error) {
      options.onError(error);
    } finally {
      beating = false;
    }
  };
  return {
    async register() {
      await db.rows(sql`/* workers.register */
        INSERT INTO worker (id, machine, process, state)
        VALUES (${workerId}, ${machineIdentity()}, ${processIdentity()}, 'ALIVE')
      `);
    },
    start() {
      timer = setInterval(() => void beat(), HEARTBEAT_MS);
    },
    isHeard: () => performance.now() - lastBeatAt < options.heartbeatTimeoutMs,
    async stop() {
      clearInterval(timer);
      await db.rows(sql`/* workers.stop */ UPDATE worker SET state = 'GONE' WHERE id = ${workerId}`);
    },
  };
}

/** Also brings a worker back that others took for dead: it was frozen, and its leases have run out. */
async function heartbeat(db: Database, workerId: string): Promise<void> {
  await db.rows(sql`/* workers.heartbeat */
    UPDATE worker SET heartbeat_at = clock_timestamp(), state = 'ALIVE' WHERE id = ${workerId}
  `);
}

/**
 * Level-triggered, so that a worker that dies in the middle of taking over changes nothing: as long as somebody
 * who is not alive still owns pending work, the next look hands it back.
 */
async function takeOver({ db, heartbeatTimeoutMs, handBack }: WorkersOptions): Promise<void> {
  await markGone(db);
  await db.rows(sql`/* workers.markSilent */
    UPDATE worker SET state = 'SILENT'
    WHERE state = 'ALIVE' AND heartbeat_at < clock_timestamp() - ${heartbeatTimeoutMs} * interval '1 ms'
  `);
  const owners = await listLostOwners(db);
  if (owners.length === 0) return;
  await db.session(async (session) => {
    const [lock] = await session.rows<{ taken: boolean }>(sql`/* workers.lockTakeover */
      SELECT pg_try_advisory_lock(${TAKEOVER_LOCK}) AS taken
    `);
    if (!lock?.taken) return;
    try {
      const stillLost = await listLostOwners(session);
      if (stillLost.length > 0) await handBack(stillLost);
    } finally {
      await session.rows(sql`/* workers.unlockTakeover */ SELECT pg_advisory_unlock(${TAKEOVER_LOCK})`);
    }
  });
}

/** Workers of this machine whose process has ended are dead for sure, without waiting for any timeout. */
async function markGone(db: Database): Promise<void> {
  const neighbours = await db.rows<{ id: string; process: string }>(sql`/* workers.listNeighbours */
    SELECT id, process FROM worker WHERE state <> 'GONE' AND machine = ${machineIdentity()}
  `);
  const gone = neighbours
    .filter((one) => processIdentity(pidOf(one.process)) !== one.process)
    .map((one) => one.id);
  if (gone.length === 0) return;
  await db.rows(sql`/* workers.markGone */ UPDATE worker SET state = 'GONE' WHERE id = ANY(${gone})`);
}

function pidOf(process: string): number {
  return Number(process.split('/').at(-2));
}

/** Executors that still own pending workflows and are not alive. */
async function listLostOwners(db: Pick<Database, 'rows'>): Promise<readonly string[]> {
  const rows = await db.rows<{ executorId: string }>(sql`/* workers.listLostOwners */
    SELECT DISTINCT executor_id AS "executorId"
    FROM dbos.workflow_status
    WHERE status = 'PENDING'
      AND executor_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM worker WHERE worker.id = executor_id AND worker.state = 'ALIVE')
  `);
  return rows.map((row) => row.executorId);
}
