import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Requester } from '../../src/access/principals.ts';
import { InvalidInputError } from '../../src/errors.ts';
import { createBell } from '../../src/events/bell.ts';
import { createEventLog } from '../../src/events/log.ts';
import { defineOperation } from '../../src/operations/define.ts';
import { type Children, createChildren } from '../../src/operations/children.ts';
import { createEngine, type Engine, type EngineRole } from '../../src/operations/engine.ts';
import type { OperationRequest } from '../../src/operations/operations.ts';
import { createOperations, type Operations } from '../../src/operations/service.ts';
import type { AnyDefinition } from '../../src/operations/workflow.ts';
import { toIdleTransactionTimeoutMs } from '../../src/operations/workers.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { run } from '../../src/process.ts';

const HEARTBEAT_TIMEOUT_MS = 2_000;

const toolInput = z.object({
  cluster: z.string(),
  /** One step each: how long its tool acts. */
  steps: z.array(z.int()),
  /** File that the tools write to, every 10 ms. */
  file: z.string(),
  failAt: z.int().optional(),
});

/** Each step runs a child process that acts until it is told to stop; `effects` counts the steps that came to their end. */
export const toolOperation = (db: Database) =>
  defineOperation({
    kind: 'test.tool',
    input: toolInput,
    lanes: ['backup', 'data'],
    whenBusy: 'REFUSE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    async run({ step, operationId }, { steps, file, failAt }) {
      for (const [index, ms] of steps.entries()) {
        await step(`tool ${index}`, async ({ signal, processMarks, token, progress, assertLease }) => {
          if (index === failAt) throw new InvalidInputError(['steps'], 'this one fails');
          progress({ fractionDone: 0.5, bytesDone: 1n, bytesTotal: 2n });
          await run(process.execPath, ['test/fixtures/ticker.mjs', String(token), file, String(ms)], {
            signal,
            env: processMarks,
          });
          assertLease();
          // Twice is safe: one row for each step of an operation.
          await db.rows(
            sql`INSERT INTO effect (operation_id, step) VALUES (${operationId}, ${index}) ON CONFLICT DO NOTHING`,
          );
        });
      }
      return { steps: steps.length };
    },
    async compensate({ step, operationId }) {
      await step('clean up', () => db.rows(sql`DELETE FROM effect WHERE operation_id = ${operationId}`));
    },
  });

/** The same lanes, but it waits for its turn. */
export const waitingOperation = (db: Database) => ({
  ...toolOperation(db),
  kind: 'test.waiting',
  whenBusy: 'QUEUE' as const,
});

const pairInput = toolInput.extend({ other: z.string() });

/** Acts on two clusters at once, and waits until both are free. */
export const pairOperation = (db: Database) =>
  defineOperation<z.infer<typeof pairInput>, { readonly steps: number }>({
    ...toolOperation(db),
    kind: 'test.pair',
    input: pairInput,
    whenBusy: 'QUEUE',
    target: ({ cluster, other }) => ({ cluster, name: `${cluster} and ${other}`, alsoOn: [other] }),
  });

/** Starts one `test.tool` on each cluster, one behind the other, as a rollout does. */
export const parentOperation = (children: Children) =>
  defineOperation({
    kind: 'test.parent',
    input: z.object({ clusters: z.array(z.string()), child: toolInput.omit({ cluster: true }) }),
    lanes: [],
    whenBusy: 'QUEUE',
    coordinates: true,
    target: ({ clusters }) => ({ cluster: null, name: clusters.join(', ') }),
    async run({ step, operationId }, { clusters, child }) {
      const ends: string[] = [];
      for (const cluster of clusters) {
        ends.push(
          // Twice is safe: the key finds the child that was started before.
          await step(`run on ${cluster}`, async ({ signal }) => {
            const request = {
              parentId: operationId,
              kind: 'test.tool',
              input: { ...child, cluster },
              key: cluster,
            };
            return (await children.run(request, signal)).state;
          }),
        );
      }
      return { ends };
    },
    async compensate({ step, operationId }) {
      await step('stop the others', ({ signal }) => children.cancelAll(operationId, signal));
    },
  });

export interface TestEngine {
  readonly engine: Engine;
  readonly operations: Operations;
  readonly db: Database;
  stop(): Promise<void>;
}

/** A whole engine on a control database, as `main.ts` makes one. */
export async function startTestEngine(
  connection: ConnectionOptions,
  role: EngineRole,
  concurrency = 10,
): Promise<TestEngine> {
  const db = openDatabase({
    ...connection,
    maxConnections: 8,
    idleTransactionTimeoutMs: toIdleTransactionTimeoutMs(HEARTBEAT_TIMEOUT_MS),
  });
  const bell = createBell(null);
  const events = createEventLog(db, bell);
  const children = createChildren(() => ({ operations, definitions }));
  const kinds = [toolOperation(db), waitingOperation(db), pairOperation(db), parentOperation(children)];
  const definitions = kinds as unknown as readonly AnyDefinition[];
  const { host, port, user, password, database } = connection;
  const engine = createEngine({
    db,
    events,
    bell,
    definitions,
    databaseUrl: `postgresql://${user}:${password}@${host}:${port}/${database}`,
    workerId: randomUUID(),
    concurrency,
    heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS,
    drainMs: 200,
    log: { debug() {}, warn() {}, error: (details, message) => console.error(message, details) },
  });
  await engine.start(role);
  const operations: Operations = createOperations({
    db,
    events,
    engine,
    definitions,
    recordAudit: async (tx, { action, operationId }) => {
      await tx.rows(sql`INSERT INTO test_audit (action, operation_id) VALUES (${action}, ${operationId})`);
    },
    maxUnfinishedPerCluster: 5,
  });
  return {
    engine,
    operations,
    db,
    async stop() {
      await engine.stop();
      await events.close();
      await db.close();
    },
  };
}

export async function createEffectTables(db: Database): Promise<void> {
  await db.rows(sql`CREATE TABLE effect (operation_id uuid, step int, PRIMARY KEY (operation_id, step))`);
  await db.rows(sql`CREATE TABLE test_audit (action text, operation_id uuid)`);
}

export const requester: Requester = {
  principal: { id: 'tester', name: 'tester', role: 'ADMIN', scopes: [] },
  onBehalfOf: null,
  reason: null,
  action: 'startTool',
  requestId: 'test',
};

export function request(idempotencyKey: string | null = null): OperationRequest {
  return { ...requester, idempotencyKey };
}
