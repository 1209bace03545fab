import type { EventLog } from '../events/events.ts';
import type { Database } from '../postgres/pool.ts';
import type { Engine } from './engine.ts';
import { deleteExpiredKeys } from './idempotency-store.ts';
import { listWaitingClusters, lockQueues } from './queue-store.ts';
import { deleteGone } from './worker-store.ts';

const INTERVAL_MS = 60_000;

export interface HousekeepingOptions {
  readonly db: Database;
  readonly events: EventLog;
  readonly engine: Pick<Engine, 'enqueueRunnable' | 'forget'>;
  /** Of events, and of the checkpoints of operations that have ended; the operations themselves stay. */
  readonly eventRetentionDays: number;
  readonly onError: (error: unknown) => void;
}

/** Once a minute: forgets what is past its retention, and looks for operations that wait for nobody. */
export function startHousekeeping(options: HousekeepingOptions): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => keepHouse(options)).catch(options.onError);
  }, INTERVAL_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

export async function keepHouse({
  db,
  events,
  engine,
  eventRetentionDays,
}: HousekeepingOptions): Promise<void> {
  const past = new Date(Date.now() - eventRetentionDays * 86_400_000);
  await events.expire(past);
  await engine.forget(past);
  await deleteExpiredKeys(db);
  await deleteGone(db);
  // Whoever takes an operation off the queue puts the next ones on, in the same transaction. This is for the
  // case that somebody changed rows by hand.
  for (const cluster of await listWaitingClusters(db)) {
    await db.transaction(async (tx) => {
      await lockQueues(tx, [cluster]);
      await engine.enqueueRunnable(tx, [cluster]);
    });
  }
}
