import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { by, createNoteTable, type Harness, startHarness, wanted } from './harness.ts';

let database: TestDatabase;
let harness: Harness;

beforeAll(async () => {
  database = await createControlDatabase();
  await createNoteTable(database.db);
  harness = await startHarness(database.connection, { role: null });
});
afterEach(async () => {
  await database.db.rows(sql`DELETE FROM schedule`);
  await database.db.rows(sql`DELETE FROM operation`);
  expect(harness.failures.splice(0)).toEqual([]);
});
afterAll(async () => {
  await harness.stop();
  await database[Symbol.asyncDispose]();
});

const ALL = { limit: 100, after: null, before: null, fromEnd: false };

/** Lets the schedule be due so many seconds ago, as if nobody had been there since. */
async function letPass(name: string, seconds: number): Promise<void> {
  await database.db.rows(sql`
    UPDATE schedule
    SET next_due_at = date_trunc('second', now()) - ${seconds} * interval '1 s'
      , next_start_at = date_trunc('second', now()) - ${seconds} * interval '1 s'
    WHERE name = ${name}
  `);
}

async function runsOf(name: string) {
  const schedule = await harness.schedules.find(name);
  return harness.schedules.listRuns(schedule?.id ?? '', ALL);
}

async function operationsCount(): Promise<number> {
  return harness.operations.count({});
}

test('starts what is due in the name of the schedule, for the person who made it', async () => {
  await harness.schedules.upsert(wanted('due'), by({}, 'carol'));
  await letPass('due', 1);
  await harness.schedules.startDue();
  const [run] = await runsOf('due');
  expect(run).toMatchObject({ outcome: 'STARTED', reason: null, moments: 1, requestedBy: null });
  const [operation] = await harness.operations.findMany([run?.operationId ?? '']);
  expect(operation).toMatchObject({
    ...{ kind: 'test.note', requestedBy: 'schedule:due', onBehalfOf: 'carol' },
    ...{ input: { cluster: 'main', ms: 0 }, reason: `due ${run?.dueAt.toISOString()}` },
  });
  const [line] = await harness.access.listAudit({ operationId: operation?.id ?? '' }, ALL);
  expect(line).toMatchObject({
    ...{ principal: 'schedule:due', onBehalfOf: 'carol', action: 'runSchedule', outcome: 'ACCEPTED' },
  });
  expect((await harness.schedules.find('due'))?.next?.dueAt.getTime()).toBeGreaterThan(Date.now());
});

test('starts one operation for one moment, however many look at once', async () => {
  await harness.schedules.upsert(wanted('busy'), by());
  await letPass('busy', 1);
  await Promise.all(Array.from({ length: 6 }, () => harness.schedules.startDue()));
  expect((await runsOf('busy')).map((run) => run.outcome)).toEqual(['STARTED']);
  expect(await operationsCount()).toBe(1);
});

test('skips a run while the operation of the one before is unfinished', async () => {
  await harness.schedules.upsert(wanted('long'), by());
  await letPass('long', 2);
  await harness.schedules.startDue();
  await letPass('long', 1);
  await harness.schedules.startDue();
  const [second, first] = await runsOf('long');
  expect(second).toMatchObject({
    outcome: 'SKIPPED',
    reason: `operation ${first?.operationId} of the run before is unfinished`,
    operationId: null,
  });
  expect(await operationsCount()).toBe(1);
});

test('notes and reports moments that nobody was there for, and does not run them', async () => {
  const { schedule } = await harness.schedules.upsert(wanted('missed', { cron: '*/10 * * * *' }), by());
  await letPass('missed', 1_800);
  await harness.schedules.startDue();
  const runs = await runsOf('missed');
  const [missed] = runs.filter((run) => run.outcome === 'MISSED');
  expect(missed?.moments).toBeGreaterThanOrEqual(3);
  expect(missed?.reason).toBe(`no worker was there in time, for ${missed?.moments} moments`);
  const events = await database.db.rows(sql`
    SELECT payload ->> 'outcome' AS outcome FROM outbox_event WHERE subject = ${schedule?.id} ORDER BY id LIMIT 1
  `);
  expect(events).toEqual([{ outcome: 'MISSED' }]);
});

test('catches up once with all that was missed when it shall', async () => {
  const hourly = wanted('late', { cron: '0 * * * *', missedPolicy: 'RUN_ONCE' });
  await harness.schedules.upsert(hourly, by());
  await database.db.rows(sql`
    UPDATE schedule
    SET next_due_at = date_trunc('hour', now()) - interval '3 h', next_start_at = date_trunc('hour', now()) - interval '3 h'
  `);
  await harness.schedules.startDue();
  expect((await runsOf('late')).filter((run) => run.outcome === 'STARTED').length).toBe(1);
  expect(await operationsCount()).toBe(1);
});

test('skips a window that was missed, reports it and ends', async () => {
  const window = { cron: '0 1 1 1 *', durationMinutes: 60, timezone: 'UTC' };
  await harness.schedules.upsert(wanted('window', { window }), by());
  await database.db.rows(sql`
    UPDATE schedule
    SET next_due_at = now() - interval '2 h', next_start_at = now() - interval '2 h', next_closes_at = now() - interval '1 h'
  `);
  await harness.schedules.startDue();
  expect(await runsOf('window')).toMatchObject([
    { outcome: 'MISSED', reason: 'no worker was there while the window was open' },
  ]);
  expect(await harness.schedules.find('window')).toMatchObject({ state: 'ENDED', next: null });
  expect(await operationsCount()).toBe(0);
});

test('finds the operation that a worker started before it died, even when that was long ago', async () => {
  await harness.schedules.upsert(wanted('died'), by());
  await letPass('died', 1);
  const before = await harness.schedules.find('died');
  await harness.schedules.startDue();
  const [run] = await runsOf('died');
  await database.db.rows(sql`DELETE FROM schedule_run`);
  await database.db.rows(sql`
    UPDATE schedule SET next_due_at = ${before?.next?.dueAt}, next_start_at = now() - interval '5 h', last_operation_id = NULL
  `);
  await harness.schedules.startDue();
  expect(await runsOf('died')).toMatchObject([{ outcome: 'STARTED', operationId: run?.operationId }]);
  expect(await operationsCount()).toBe(1);
});

test('notes why an operation was refused, and goes on with the next moment', async () => {
  await harness.schedules.upsert(wanted('refused'), by());
  await database.db.rows(sql`UPDATE schedule SET kind = 'test.gone'`);
  await letPass('refused', 1);
  await harness.schedules.startDue();
  expect(await runsOf('refused')).toMatchObject([
    {
      outcome: 'FAILED_TO_START',
      errorCode: 'OPERATION_KIND_UNKNOWN',
      reason: 'no operation of kind test.gone can be scheduled',
    },
  ]);
  expect((await harness.schedules.find('refused'))?.state).toBe('ACTIVE');
});

test('ends a schedule whose moments cannot be read any more, and says so', async () => {
  await harness.schedules.upsert(wanted('broken'), by());
  await database.db.rows(sql`UPDATE schedule SET timezone = 'Mars/Olympus'`);
  await letPass('broken', 1);
  await harness.schedules.startDue();
  expect(await runsOf('broken')).toMatchObject([
    { outcome: 'FAILED_TO_START', errorCode: 'TIMEZONE_INVALID' },
  ]);
  expect((await harness.schedules.find('broken'))?.state).toBe('ENDED');
  expect(harness.failures.splice(0).length).toBe(1);
});

test('lets moments pass while it is paused, and waits for the next one when it is resumed', async () => {
  const { schedules } = harness;
  await schedules.upsert(wanted('paused'), by());
  expect((await schedules.pause('paused', by())).state).toBe('PAUSED');
  await letPass('paused', 86_400);
  await schedules.startDue();
  expect(await runsOf('paused')).toEqual([]);
  const resumed = await schedules.resume('paused', by());
  expect(resumed.state).toBe('ACTIVE');
  expect(resumed.next?.dueAt.getTime()).toBeGreaterThan(Date.now());
  expect((await schedules.resume('paused', by())).next).toEqual(resumed.next);
});

test('deletes a schedule with its runs, and leaves what it started', async () => {
  await harness.schedules.upsert(wanted('gone'), by());
  await letPass('gone', 1);
  await harness.schedules.startDue();
  const removed = await harness.schedules.remove('gone', by());
  expect(await harness.schedules.countRuns(removed.id)).toBe(0);
  expect(await operationsCount()).toBe(1);
});

test('keeps the newest 500 runs', async () => {
  const { schedule } = await harness.schedules.upsert(wanted('old'), by());
  const id = schedule?.id ?? '';
  await database.db.rows(sql`
    INSERT INTO schedule_run (schedule_id, due_at, outcome)
    SELECT ${id}, now() - n * interval '1 day', 'STARTED' FROM generate_series(600, 1, -1) AS n
  `);
  await letPass('old', 1);
  await harness.schedules.startDue();
  expect(await harness.schedules.countRuns(id)).toBe(500);
  expect((await runsOf('old'))[0]?.operationId).not.toBe(null);
});
