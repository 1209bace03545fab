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

async function runsOf(name: string) {
  const schedule = await harness.schedules.find(name);
  return harness.schedules.listRuns(schedule?.id ?? '', ALL);
}

test('makes a schedule and replaces all of it under the same name', async () => {
  const { schedules } = harness;
  const made = await schedules.upsert(wanted('nightly', { input: { ms: 5 } }), by());
  expect(made.schedule).toMatchObject({
    ...{ name: 'nightly', kind: 'test.note', cluster: 'main', target: 'main', state: 'ACTIVE', revision: 1 },
    ...{ input: { cluster: 'main', ms: 5 }, cron: '0 2 * * *', createdBy: 'ada', onBehalfOf: null },
  });
  expect(made.nextRuns.length).toBe(5);
  const change = wanted('nightly', { cron: '0 3 * * SUN', cluster: 'shard-1' });
  const changed = await schedules.upsert(change, by({ name: 'bob' }, 'carol'));
  expect(changed.schedule).toMatchObject({
    ...{ id: made.schedule?.id, cluster: 'shard-1', cron: '0 3 * * SUN', revision: 2 },
    ...{ input: { cluster: 'shard-1', ms: 0 }, createdBy: 'ada', updatedBy: 'bob', onBehalfOf: 'carol' },
  });
  expect(await schedules.count({ cluster: 'main' })).toBe(0);
  expect(await schedules.list({ cluster: 'shard-1' }, ALL)).toEqual([changed.schedule]);
});

test('says what a dry run would make, and makes nothing', async () => {
  const { schedule, nextRuns, target } = await harness.schedules.upsert(
    wanted('dry', { dryRun: true }),
    by(),
  );
  expect([schedule, target, nextRuns.length]).toEqual([null, 'main', 5]);
  expect(await harness.schedules.find('dry')).toBe(null);
});

test.each([
  ['a kind that nobody knows', { kind: 'test.unknown' }, 'OPERATION_KIND_UNKNOWN'],
  ['an input of the wrong shape', { input: { ms: 'soon' } }, 'SCHEDULE_INPUT_INVALID'],
  ['an argument that is misspelt', { input: { mss: 1 } }, 'SCHEDULE_INPUT_INVALID'],
  ['a cluster that is not configured', { cluster: 'elsewhere' }, 'CLUSTER_NOT_FOUND'],
  ['two clusters', { input: { cluster: 'shard-1' } }, 'INVALID_INPUT'],
  ['a cron that is none', { cron: 'daily' }, 'CRON_INVALID'],
  ['a timezone that is none', { timezone: 'Mars/Olympus' }, 'TIMEZONE_INVALID'],
  ['a moment that is over', { at: new Date(0) }, 'SCHEDULE_MOMENT_PAST'],
  ['31 February', { cron: '0 0 31 2 *' }, 'SCHEDULE_NEVER_RUNS'],
])('refuses %s', async (_what, part, code) => {
  await expect(harness.schedules.upsert(wanted('bad', part), by())).rejects.toMatchObject({ code });
  expect(await harness.schedules.find('bad')).toBe(null);
});

test('refuses who could not start the operation by hand, to make, to resume and to trigger', async () => {
  const { schedules } = harness;
  const weak = by({ scopes: ['schedule:write'] });
  await schedules.upsert(wanted('strong'), by());
  const forbidden = { code: 'FORBIDDEN', scope: 'backup:write' };
  await expect(schedules.upsert(wanted('strong'), weak)).rejects.toMatchObject(forbidden);
  await expect(schedules.trigger('strong', { ...weak, idempotencyKey: null })).rejects.toMatchObject(
    forbidden,
  );
  await schedules.pause('strong', weak);
  await expect(schedules.resume('strong', weak)).rejects.toMatchObject(forbidden);
});

test('refuses more schedules than are allowed, but not a change of one', async () => {
  const small = await startHarness(database.connection, { role: null, limit: 2 });
  try {
    await small.schedules.upsert(wanted('one'), by());
    await small.schedules.upsert(wanted('two'), by());
    await expect(small.schedules.upsert(wanted('three'), by())).rejects.toMatchObject({
      code: 'TOO_MANY_SCHEDULES',
    });
    expect((await small.schedules.upsert(wanted('two'), by())).schedule?.revision).toBe(2);
  } finally {
    await small.stop();
  }
});

test('refuses to resume when the only moment has passed', async () => {
  const { schedules } = harness;
  await schedules.upsert(wanted('once', { at: new Date(Date.now() + 60_000), isPaused: true }), by());
  await database.db.rows(
    sql`UPDATE schedule SET at = now() - interval '1 s', next_due_at = now() - interval '1 s'`,
  );
  await expect(schedules.resume('once', by())).rejects.toMatchObject({ code: 'SCHEDULE_MOMENT_PAST' });
});

test('triggers a run in the name of the requester, once for each key, and not over an unfinished one', async () => {
  const { schedules } = harness;
  await schedules.upsert(wanted('now'), by());
  const request = { ...by({ name: 'bob', id: 'bob' }), action: 'triggerSchedule', idempotencyKey: 'k1' };
  const { operation, schedule } = await schedules.trigger('now', request);
  expect(operation).toMatchObject({ requestedBy: 'bob', kind: 'test.note' });
  expect(schedule.lastOperationId).toBe(operation.id);
  expect((await schedules.trigger('now', request)).operation.id).toBe(operation.id);
  expect(await runsOf('now')).toMatchObject([{ outcome: 'STARTED', requestedBy: 'bob' }]);
  await expect(schedules.trigger('now', { ...request, idempotencyKey: null })).rejects.toMatchObject({
    code: 'OPERATION_CONFLICT',
    operationId: operation.id,
  });
});

test.each(['pause', 'resume', 'remove'] as const)(
  '%s does not find a schedule that is not there',
  async (verb) => {
    await expect(harness.schedules[verb]('nobody', by())).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_FOUND',
    });
  },
);

test('writes who changed what to the audit log', async () => {
  await harness.schedules.upsert(wanted('audited'), by({ name: 'eve' }));
  await harness.schedules.pause('audited', { ...by({ name: 'eve' }), action: 'pauseSchedule' });
  const lines = await harness.access.listAudit({ principal: 'eve' }, ALL);
  expect(lines.map(({ action, target }) => [action, target])).toEqual([
    ['pauseSchedule', 'audited'],
    ['upsertSchedule', 'audited'],
  ]);
});
