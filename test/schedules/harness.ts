import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Principal, type Requester, SCOPES } from '../../src/access/principals.ts';
import { createAccess } from '../../src/access/service.ts';
import { createBell } from '../../src/events/bell.ts';
import { createEventLog } from '../../src/events/log.ts';
import { ClusterNotFoundError } from '../../src/fleet/fleet.ts';
import { defineOperation } from '../../src/operations/define.ts';
import { createEngine, type Engine, type EngineRole } from '../../src/operations/engine.ts';
import type { Operation } from '../../src/operations/operations.ts';
import { withClock } from '../../src/operations/schedules.ts';
import { createOperations } from '../../src/operations/service.ts';
import type { AnyDefinition } from '../../src/operations/workflow.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { schedulable } from '../../src/schedules/kinds.ts';
import type { ScheduleRequest } from '../../src/schedules/schedules.ts';
import { createSchedules } from '../../src/schedules/service.ts';

const EVERY_SECOND = '* * * * * *';

/** Notes that it ran, after so many milliseconds. */
export const noteOperation = (db: Database) =>
  defineOperation({
    kind: 'test.note',
    input: z.object({ cluster: z.string(), ms: z.int().default(0) }),
    lanes: [],
    whenBusy: 'QUEUE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    async run({ step, operationId }, { ms }) {
      await step('note', async () => {
        await sleep(ms);
        // Twice is safe: one row for each operation.
        await db.rows(
          sql`INSERT INTO test_note (operation_id) VALUES (${operationId}) ON CONFLICT DO NOTHING`,
        );
      });
      return {};
    },
  });

export interface HarnessOptions {
  /** Null: operations are written, and nobody runs them. */
  readonly role: EngineRole | null;
  /** Around the start of an operation, where a worker may die. */
  readonly around?: (start: () => Promise<Operation>) => Promise<Operation>;
  readonly limit?: number;
}

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Schedules, operations and an engine with a clock that ticks every second, as `services.ts` wires them. */
export async function startHarness(connection: ConnectionOptions, options: HarnessOptions) {
  const { role, around = (start) => start(), limit } = options;
  const db = openDatabase({ ...connection, maxConnections: 8 });
  const bell = createBell(null);
  const events = createEventLog(db, bell);
  const note = noteOperation(db);
  const definitions = [note] as unknown as readonly AnyDefinition[];
  const { host, port, user, password, database } = connection;
  const log = {
    debug() {},
    warn() {},
    error: (details: object, message: string) => console.error(message, details),
  };
  const bare = createEngine({
    ...{ db, events, bell, definitions, log },
    databaseUrl: `postgresql://${user}:${password}@${host}:${port}/${database}`,
    workerId: randomUUID(),
    concurrency: 10,
    heartbeatTimeoutMs: 2_000,
    drainMs: 200,
  });
  const access = createAccess(db);
  const operations = createOperations({
    ...{ db, events, definitions },
    engine: role === null ? ({ enqueueRunnable: () => Promise.resolve() } as unknown as Engine) : bare,
    recordAudit: access.record,
    maxUnfinishedPerCluster: 100,
  });
  const failures: unknown[] = [];
  const schedules = createSchedules({
    ...{ db, events, operations },
    kinds: [
      schedulable({
        ...note,
        scope: 'backup:write',
        start: (input, request) => around(() => operations.start(note, input, request)),
      }),
    ],
    recordAudit: access.record,
    requireCluster: (name) => {
      if (!['main', 'shard-1'].includes(name)) throw new ClusterNotFoundError(name, ['main', 'shard-1']);
    },
    onError: (error) => void failures.push(error),
    ...(limit === undefined ? {} : { limit }),
  });
  const engine = withClock(bare, { tick: schedules.startDue, log, cron: EVERY_SECOND });
  if (role !== null) await engine.start(role);
  return {
    ...{ db, events, operations, schedules, access, failures },
    async stop() {
      if (role !== null) await engine.stop();
      await events.close();
      await db.close();
    },
  };
}

export async function createNoteTable(db: Database): Promise<void> {
  await db.rows(sql`CREATE TABLE test_note (operation_id uuid PRIMARY KEY)`);
}

/** A schedule as people ask for it; a cron of every day at two unless `part` says something else. */
export function wanted(name: string, part: Partial<ScheduleRequest> = {}): ScheduleRequest {
  return {
    name,
    kind: 'test.note',
    cluster: 'main',
    input: {},
    at: null,
    cron: 'at' in part || 'window' in part ? null : '0 2 * * *',
    timezone: 'UTC',
    window: null,
    jitterSeconds: 0,
    missedPolicy: 'SKIP',
    isPaused: null,
    dryRun: false,
    ...part,
  };
}

const ADA: Principal = { id: 'ada', name: 'ada', role: 'ADMIN', scopes: SCOPES };

export function by(principal: Partial<Principal> = {}, onBehalfOf: string | null = null): Requester {
  return {
    principal: { ...ADA, ...principal },
    action: 'upsertSchedule',
    onBehalfOf,
    reason: null,
    requestId: 'test',
  };
}
