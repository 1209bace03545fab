import type { EventLog } from '../events/events.ts';
import type { Database } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Engine } from './engine.ts';
import { deleteExpiredKeys } from './idempotency.ts';
import { lockQueue } from './store.ts';

const INTERVAL_MS = 60_000;
const WORKER_RETENTION_HOURS = 24;

export interface HousekeepingOptions {
  readonly db: Database;
  readonly events: EventLog;
  readonly engine: Pick<Engine, 'enqueueRunnable'>;
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
  await events.expire(new Date(Date.now() - eventRetentionDays * 86_400_000));
  await deleteExpiredKeys(db);
  await db.rows(sql`/* workers.deleteGone */
    DELETE FROM worker
    WHERE state <> 'ALIVE' AND heartbeat_at < clock_timestamp() - ${WORKER_RETENTION_HOURS} * interval '1 hour'
  `);
  // Whoever takes an operation off the queue puts the next ones on, in the same transaction. This is for the
  // case that somebody changed rows by hand.
  const clusters = await db.rows<{ cluster: string | null }>(sql`/* operations.listWaitingClusters */
    SELECT DISTINCT cluster FROM operation WHERE state = 'QUEUED' AND NOT is_enqueued
  `);
  for (const { cluster } of clusters) {
    await db.transaction(async (tx) => {
      await lockQueue(tx, cluster);
      await engine.enqueueRunnable(tx, cluster);
    });
  }
}
