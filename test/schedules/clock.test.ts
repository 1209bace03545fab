import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { type RunningProcess, startProcess } from '../../src/process.ts';
import type { ScheduleRun } from '../../src/schedules/schedules.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { waitForEnd } from '../support/operations.ts';
import { by, createNoteTable, type Harness, startHarness, wanted } from './harness.ts';

const EVERY_SECOND = '* * * * * *';
const ALL = { limit: 100, after: null, before: null, fromEnd: false };

let database: TestDatabase;
let client: Harness;
const workers: RunningProcess[] = [];

beforeAll(async () => {
  database = await createControlDatabase();
  await createNoteTable(database.db);
  client = await startHarness(database.connection, { role: 'CLIENT' });
});
afterEach(stopWorkers);
afterAll(async () => {
  await client.stop();
  await database[Symbol.asyncDispose]();
});

async function startWorker(dies: 'NOWHERE' | 'BEFORE' | 'AFTER' = 'NOWHERE'): Promise<RunningProcess> {
  const ready = Promise.withResolvers<void>();
  const worker = startProcess(process.execPath, ['test/schedules/worker.ts'], {
    env: { TEST_CONNECTION: JSON.stringify(database.connection), TEST_DIES: dies },
    onLine: (line) => (line === 'ready' ? ready.resolve() : console.log(line)),
  });
  void worker.ended.then((ended) => ready.reject(new Error(ended.stderr)));
  ready.promise.catch(() => {});
  workers.push(worker);
  await ready.promise;
  return worker;
}

async function stopWorkers(): Promise<void> {
  await Promise.all(workers.splice(0).map((worker) => worker.stop(10_000)));
}

async function waitForRuns(name: string, count: number): Promise<readonly ScheduleRun[]> {
  const schedule = await client.schedules.find(name);
  for (let attempt = 0; attempt < 600; attempt++) {
    const runs = await client.schedules.listRuns(schedule?.id ?? '', ALL);
    if (runs.length >= count) return runs;
    await sleep(50);
  }
  throw new Error(`the schedule ${name} did not come to ${count} runs`);
}

/** Ids of what the schedule started, and of what ran. */
async function operationsOf(name: string) {
  const started = await database.db.rows<{ id: string }>(sql`
    SELECT id FROM operation WHERE requested_by = ${`schedule:${name}`} ORDER BY id
  `);
  return started.map((row) => row.id);
}

test('starts an operation every second, and a worker runs it', async () => {
  await client.schedules.upsert(wanted('seconds', { cron: EVERY_SECOND }), by());
  await startWorker();
  const runs = await waitForRuns('seconds', 3);
  const started = runs.filter((run) => run.outcome === 'STARTED');
  for (const { operationId } of started) {
    expect(await waitForEnd(client, operationId ?? '')).toMatchObject({
      state: 'SUCCEEDED',
      requestedBy: 'schedule:seconds',
      onBehalfOf: 'ada',
    });
  }
  await client.schedules.remove('seconds', by());
});

test('starts one operation for each moment while two workers look', async () => {
  await client.schedules.upsert(wanted('shared', { cron: EVERY_SECOND }), by());
  await Promise.all([startWorker(), startWorker()]);
  await waitForRuns('shared', 5);
  await stopWorkers(); // and with them the ticks that were under way
  const { id } = await client.schedules.pause('shared', by());
  const runs = await client.schedules.listRuns(id, ALL);
  expect(new Set(runs.map((run) => run.dueAt.getTime())).size).toBe(runs.length);
  expect(runs.flatMap((run) => run.operationId ?? []).toSorted()).toEqual(await operationsOf('shared'));
});

test.each(['BEFORE', 'AFTER'] as const)(
  'starts it once when the worker is killed right %s the start',
  async (dies) => {
    const name = `killed-${dies.toLowerCase()}`;
    const dying = await startWorker(dies);
    await client.schedules.upsert(wanted(name, { at: new Date(Date.now() + 500) }), by());
    await dying.ended;
    await startWorker();
    const [run] = await waitForRuns(name, 1);
    expect(run).toMatchObject({ outcome: 'STARTED', reason: null });
    expect((await waitForEnd(client, run?.operationId ?? '')).state).toBe('SUCCEEDED');
    expect(await operationsOf(name)).toEqual([run?.operationId]);
    expect((await client.schedules.find(name))?.state).toBe('ENDED');
  },
);

test('skips a moment while the operation of the one before still runs', async () => {
  await client.schedules.upsert(wanted('slow', { cron: EVERY_SECOND, input: { ms: 3_000 } }), by());
  await startWorker();
  const runs = await waitForRuns('slow', 2);
  await client.schedules.remove('slow', by());
  expect(runs.slice(-2).map((run) => run.outcome)).toEqual(['SKIPPED', 'STARTED']);
});

test('says what it missed when a control plane comes back', async () => {
  await client.schedules.upsert(wanted('away', { cron: '*/2 * * * *' }), by());
  await database.db.rows(sql`
    UPDATE schedule
    SET next_due_at = date_trunc('hour', now()) - interval '2 h', next_start_at = date_trunc('hour', now()) - interval '2 h'
    WHERE name = 'away'
  `);
  await startWorker();
  const runs = await waitForRuns('away', 1);
  const missed = runs.at(-1);
  expect(missed?.outcome).toBe('MISSED');
  expect(missed?.moments).toBeGreaterThan(58);
  expect(missed?.operationId).toBe(null);
});
