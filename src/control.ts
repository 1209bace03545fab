import { readPassword, type FleetConfig } from './config.ts';
import { createBell } from './events/bell.ts';
import type { Bell, EventLog } from './events/events.ts';
import { createEventLog } from './events/log.ts';
import type { Log } from './log.ts';
import { applyPending } from './migrations/runner.ts';
import { toIdleTransactionTimeoutMs } from './operations/workers.ts';
import { ControlDatabaseUnavailableError, DatabaseUnavailableError } from './postgres/errors.ts';
import { type Database, openDatabase } from './postgres/pool.ts';

const MIGRATIONS = new URL('../migrations/control', import.meta.url).pathname;
const POOL_SIZE = 12;

/** The control plane's own state: its database and the outbox in it, with the bell beside. */
export interface Control {
  readonly db: Database;
  readonly events: EventLog;
  readonly bell: Bell;
  close(): Promise<void>;
}

/**
 * Connects to the control database and brings its tables up to date.
 *
 * @throws {ControlDatabaseUnavailableError}
 */
export async function openControl({ control, operations, redis }: FleetConfig, log: Log): Promise<Control> {
  const password = readPassword(control);
  const db = openDatabase({
    ...control,
    ...(password === undefined ? {} : { password }),
    applicationName: 'sunday-control',
    maxConnections: POOL_SIZE,
    idleTransactionTimeoutMs: toIdleTransactionTimeoutMs(operations.heartbeatTimeoutSeconds * 1_000),
    toUnavailable: (_server, cause) => new ControlDatabaseUnavailableError(cause),
  });
  try {
    await applyPending(db, MIGRATIONS, { appliedBy: 'system' });
  } catch (error) {
    await db.close();
    throw error instanceof DatabaseUnavailableError ? new ControlDatabaseUnavailableError(error) : error;
  }
  const bell = createBell(
    redis
      ? {
          url: redis.url,
          password: readPassword(redis),
          onState: (isConnected) =>
            isConnected ? log.info('redis is connected') : log.warn('redis is away; readers of events poll'),
        }
      : null,
  );
  const events = createEventLog(db, bell);
  return {
    db,
    events,
    bell,
    async close() {
      await events.close();
      await db.close();
    },
  };
}
