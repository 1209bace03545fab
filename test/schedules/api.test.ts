import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../src/operations/define.ts';
import { schedulable } from '../../src/schedules/kinds.ts';
import type { ScheduleService } from '../../src/schedules/schedules.ts';
import { createSchedules } from '../../src/schedules/service.ts';
import { startApi, type TestApi } from '../server/api.ts';

const note = defineOperation({
  kind: 'test.note',
  input: z.object({ cluster: z.string(), ms: z.int().default(0) }),
  lanes: [],
  whenBusy: 'QUEUE',
  target: ({ cluster }) => ({ cluster, name: cluster }),
  run: () => Promise.resolve({}),
});

let api: TestApi;
let schedules: ScheduleService;

/** The database of the API is there only once it has started, so each call goes to what was made then. */
const late = new Proxy({} as ScheduleService, {
  get: (_target, method) => schedules[method as keyof ScheduleService],
});

beforeAll(async () => {
  api = await startApi({ services: () => ({ schedules: late }) });
  schedules = createSchedules({
    db: api.db,
    events: api.events,
    operations: api.operations,
    kinds: [
      schedulable({
        ...note,
        scope: 'backup:write',
        start: (input, request) => api.operations.start(note, input, request),
      }),
    ],
    recordAudit: api.access.record,
    requireCluster: () => {},
    onError: (error) => console.error(error),
  });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

const UPSERT = `mutation ($input: UpsertScheduleInput!) { upsertSchedule(input: $input) {
  __typename
  ... on UpsertScheduleSuccess { target schedule { id name state input timezone } nextRuns { dueAt localTime closesAt } }
  ... on UserError { code path }
} }`;

const nightly = {
  name: 'nightly',
  kind: 'test.note',
  cluster: 'main',
  cron: '30 2 * * *',
  timezone: 'Europe/Berlin',
};

async function mutate(name: string, input: object, token?: string) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  const selection =
    name === 'deleteSchedule'
      ? '... on DeleteScheduleSuccess { name }'
      : `... on ${type.replace('Input!', 'Success')} { schedule { state } }`;
  const reply = await api.query(
    `mutation ($input: ${type}) { ${name}(input: $input) { __typename ${selection} ... on UserError { code path } } }`,
    { input },
    token,
  );
  return (reply.body.data as Record<string, unknown> | undefined)?.[name];
}

async function upsert(input: object, token?: string) {
  const reply = await api.query(UPSERT, { input }, token);
  expect(reply.body.errors).toBe(undefined);
  return (reply.body.data as { upsertSchedule: Record<string, unknown> }).upsertSchedule;
}

test('makes a schedule, shows it by name, by id and in the list, and says when it runs', async () => {
  const made = await upsert({ ...nightly, operationInput: { ms: 5 } });
  expect(made).toMatchObject({
    __typename: 'UpsertScheduleSuccess',
    target: 'main',
    schedule: {
      name: 'nightly',
      state: 'ACTIVE',
      input: { cluster: 'main', ms: 5 },
      timezone: 'Europe/Berlin',
    },
  });
  const [first] = made['nextRuns'] as { localTime: string; closesAt: string | null }[];
  expect(first?.localTime).toMatch(/^\d{4}-\d\d-\d\d 02:30:00 \+0[12]:00$/);
  const { id } = made['schedule'] as { id: string };
  const reply = await api.query(
    `query ($id: ID!) {
      schedule(name: "nightly") { cron missedPolicy nextRuns { startAt } runs { totalCount } lastOperation { id } }
      schedules(first: 1, cluster: "main") { totalCount edges { node { name } } }
      node(id: $id) { ... on Schedule { name } }
      nothing: schedule(name: "nobody") { name }
    }`,
    { id },
  );
  expect(reply.body.errors).toBe(undefined);
  expect(reply.body.data).toMatchObject({
    schedule: { cron: '30 2 * * *', missedPolicy: 'SKIP', runs: { totalCount: 0 }, lastOperation: null },
    schedules: { totalCount: 1, edges: [{ node: { name: 'nightly' } }] },
    node: { name: 'nightly' },
    nothing: null,
  });
});

test('says what a dry run would make', async () => {
  const window = { cron: '0 1 * * SUN', durationMinutes: 240 };
  const planned = await upsert({ name: 'soon', kind: 'test.note', cluster: 'main', window, dryRun: true });
  expect(planned).toMatchObject({ schedule: null, target: 'main' });
  expect(planned['nextRuns']).toHaveLength(1);
  expect((await schedules.find('soon')) ?? null).toBe(null);
});

test.each([
  [{ cron: 'daily' }, 'CRON_INVALID', ['input', 'cron']],
  [{ timezone: 'Mars/X' }, 'TIMEZONE_INVALID', ['input', 'timezone']],
  [{ cron: null, at: '2001-01-01T00:00:00Z' }, 'SCHEDULE_MOMENT_PAST', ['input', 'at']],
  [{ kind: 'test.other' }, 'OPERATION_KIND_UNKNOWN', ['input', 'kind']],
  [{ operationInput: { ms: 'x' } }, 'SCHEDULE_INPUT_INVALID', ['input', 'operationInput']],
  [{ operationInput: [1] }, 'INVALID_INPUT', ['input', 'operationInput']],
  [{ cron: '0 0 31 2 *' }, 'SCHEDULE_NEVER_RUNS', ['input', 'cron']],
  [
    { window: { cron: '0 0 31 2 *', durationMinutes: 5 } },
    'SCHEDULE_NEVER_RUNS',
    ['input', 'window', 'cron'],
  ],
  [{ name: 'Not A Name' }, 'INVALID_INPUT', ['input', 'name']],
  [{ jitterSeconds: 4_000 }, 'INVALID_INPUT', ['input', 'jitterSeconds']],
])('answers %j with a typed error', async (part, code, path) => {
  expect(await upsert({ ...nightly, name: 'bad', ...part })).toMatchObject({ code, path });
});

test('needs the scope of schedules, and that of the operation', async () => {
  const { secret: viewer } = await api.createToken('VIEWER');
  expect(await upsert(nightly, viewer)).toMatchObject({ code: 'FORBIDDEN' });
  const { secret: narrow } = await api.createToken('OPERATOR', {
    scopes: ['schedule:write', 'schedule:read'],
  });
  expect(await upsert(nightly, narrow)).toMatchObject({ code: 'FORBIDDEN' });
});

test('pauses, resumes, triggers and deletes by name, with a line in the audit log for each', async () => {
  await upsert({ ...nightly, name: 'all' });
  expect(await mutate('pauseSchedule', { name: 'all' })).toMatchObject({ schedule: { state: 'PAUSED' } });
  expect(await mutate('resumeSchedule', { name: 'all' })).toMatchObject({ schedule: { state: 'ACTIVE' } });
  expect(await mutate('triggerSchedule', { name: 'all', idempotencyKey: 'k' })).toMatchObject({
    __typename: 'TriggerScheduleSuccess',
  });
  expect(await mutate('triggerSchedule', { name: 'all' })).toMatchObject({ code: 'OPERATION_CONFLICT' });
  expect(await mutate('deleteSchedule', { name: 'all' })).toMatchObject({ name: 'all' });
  expect(await mutate('deleteSchedule', { name: 'all' })).toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
  const page = { limit: 8, after: null, before: null, fromEnd: false };
  const lines = (await api.access.listAudit({}, page)).filter(
    ({ target }) => target?.endsWith('all') || target === 'main',
  );
  expect(lines.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'deleteSchedule SCHEDULE_NOT_FOUND',
    'deleteSchedule ACCEPTED',
    'triggerSchedule OPERATION_CONFLICT',
    'triggerSchedule ACCEPTED',
    'resumeSchedule ACCEPTED',
    'pauseSchedule ACCEPTED',
    'upsertSchedule ACCEPTED',
  ]);
});
