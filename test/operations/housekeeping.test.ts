import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepHouse } from '../../src/operations/housekeeping.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase, createTestEvents } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  createEffectTables,
  request,
  startTestEngine,
  type TestEngine,
  toolOperation,
} from '../support/engine.ts';
import { waitForEnd } from '../support/operations.ts';

const directory = mkdtempSync(join(tmpdir(), 'sunday-house-'));
let database: TestDatabase;
let one: TestEngine;
let events: ReturnType<typeof createTestEvents>['events'];

beforeAll(async () => {
  database = await createControlDatabase();
  await createEffectTables(database.db);
  one = await startTestEngine(database.connection, 'WORKER');
  ({ events } = createTestEvents(database));
});
afterAll(async () => {
  await events.close();
  await one.stop();
  await database[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

const keep = (eventRetentionDays: number) =>
  keepHouse({ db: one.db, events, engine: one.engine, eventRetentionDays, onError: () => {} });
const count = async (table: 'workflow_status' | 'operation_outputs') =>
  (await one.db.rows(sql`SELECT FROM dbos.${{ text: table, values: [] }}`)).length;

test('forgets events and checkpoints past their retention, and keeps the operation', async () => {
  const input = { cluster: 'a', steps: [10], file: join(directory, 'a') };
  const { id } = await one.operations.start(toolOperation(one.db), input, request());
  await waitForEnd(one, id);
  await keep(1);
  expect(await count('workflow_status')).toBe(1);
  await keep(-1); // everything up to tomorrow
  expect([await count('workflow_status'), await count('operation_outputs')]).toEqual([0, 0]);
  expect(await one.db.rows(sql`SELECT FROM outbox_event`)).toEqual([]);
  expect((await one.operations.findMany([id]))[0]?.state).toBe('SUCCEEDED');
});

test('puts an operation on the queue that waits for nobody', async () => {
  const input = { cluster: 'b', steps: [10], file: join(directory, 'b') };
  const { id } = await one.operations.start(toolOperation(one.db), input, request());
  await waitForEnd(one, id);
  // As somebody might who "repairs" rows by hand.
  await one.db.rows(sql`
    UPDATE operation SET state = 'QUEUED', is_enqueued = false, attempts = 2, finished_at = NULL WHERE id = ${id}
  `);
  await keep(1);
  expect(await waitForEnd(one, id)).toMatchObject({ state: 'SUCCEEDED', attempts: 2 });
});
