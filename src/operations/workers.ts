import type { Database } from '../postgres/pool.ts';
import { machineIdentity, processIdentity } from '../process-table.ts';
import * as store from './worker-store.ts';

const HEARTBEAT_MS = 1_000;
/** A process that is only busy may be silent for so long. */
const LEAST_IDLE_MS = 5_000;

/**
 * How long a session of ours may sit in a transaction without a word: a worker that is frozen in one must not hold up
 * those who take over from it.
 */
export function toIdleTransactionTimeoutMs(heartbeatTimeoutMs: number): number {
  return Math.max(LEAST_IDLE_MS, heartbeatTimeoutMs);
}

export interface WorkersOptions {
  readonly db: Database;
  readonly workerId: string;
  readonly heartbeatTimeoutMs: number;
  /** Puts the unfinished work of these workers back on the queue. */
  readonly handBack: (workerIds: readonly string[]) => Promise<void>;
  /** The first heartbeat that fails after one that went through. */
  readonly onFailing: (error: unknown) => void;
  /** The first that goes through after `failed` ones. */
  readonly onRecovered: (outage: { readonly failed: number; readonly outageMs: number }) => void;
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
  const self = { id: workerId, machine: machineIdentity(), process: processIdentity() ?? '' };
  let timer: NodeJS.Timeout | undefined;
  let beat: Promise<void> | null = null;
  let lastBeatAt = performance.now();
  let failed = 0;
  let failingSince = 0;
  const beatOnce = async () => {
    try {
      await store.recordHeartbeat(db, self);
      lastBeatAt = performance.now();
      await takeOver(options);
      if (failed > 0) options.onRecovered({ failed, outageMs: Math.round(performance.now() - failingSince) });
      failed = 0;
    } catch (error) {
      // Once for an outage: a line for each second of it would bury what else went wrong.
      if (failed++ > 0) return;
      failingSince = performance.now();
      options.onFailing(error);
    } finally {
      beat = null;
    }
  };
  return {
    register: () => store.recordHeartbeat(db, self),
    start() {
      // One at a time: a control database that hangs must not gather a queue.
      timer = setInterval(() => void (beat ??= beatOnce()), HEARTBEAT_MS);
    },
    isHeard: () => performance.now() - lastBeatAt < options.heartbeatTimeoutMs,
    async stop() {
      clearInterval(timer);
      await beat; // one that is under way would bring us back
      await store.markGone(db, [workerId]);
    },
  };
}

/**
 * Level-triggered, so that a worker that dies in the middle of taking over changes nothing: as long as somebody
 * who is not alive still owns pending work, the next look hands it back.
 */
async function takeOver({ db, heartbeatTimeoutMs, handBack }: WorkersOptions): Promise<void> {
  await markDeadNeighbours(db);
  await store.markSilent(db, heartbeatTimeoutMs);
  if ((await store.listLostOwners(db)).length === 0) return;
  await store.withTakeoverLock(db, async (locked) => {
    const owners = await store.listLostOwners(locked);
    if (owners.length > 0) await handBack(owners);
  });
}

/** Workers of this machine whose process has ended are dead for sure, without waiting for any timeout. */
async function markDeadNeighbours(db: Database): Promise<void> {
  const neighbours = await store.listNeighbours(db, machineIdentity());
  const dead = neighbours.filter(({ process }) => processIdentity(pidOf(process)) !== process);
  if (dead.length > 0)
    await store.markGone(
      db,
      dead.map((one) => one.id),
    );
}

function pidOf(process: string): number {
  return Number(process.split('/').at(-2));
}
