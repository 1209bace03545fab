import { expect, test } from 'vitest';
import { type FakeApi, fakeOperation, SHORT_ID, startFakeApi } from '../cli/fake-api.ts';
import { runCli } from '../cli/run-cli.ts';

const environmentOf = (api: FakeApi) => ({ SUNDAY_URL: api.url, SUNDAY_TOKEN: 'sun_test' });

const nextRun = {
  dueAt: '2026-11-23T01:00:00.000Z',
  startAt: '2026-11-23T01:00:00.000Z',
  closesAt: null,
  localTime: '2026-11-23 02:00:00 +01:00',
};

const schedule = {
  __typename: 'Schedule',
  ...{ name: 'nightly', kind: 'backups.start', target: 'main', state: 'ACTIVE', at: null },
  ...{ cron: '0 2 * * *', timezone: 'Europe/Berlin', window: null, nextRuns: [nextRun] },
};

const page = (nodes: readonly object[]) => ({
  edges: nodes.map((node) => ({ cursor: 'c', node })),
  pageInfo: { hasNextPage: false, endCursor: null },
});

test('lists schedules with their next run', async () => {
  await using api = await startFakeApi({ fields: { schedules: page([schedule]) } });
  const { exitCode, stdout } = await runCli(['schedules', 'list'], environmentOf(api));
  expect(exitCode).toBe(0);
  expect(stdout).toContain('nightly');
  expect(stdout).toContain('0 2 * * * Europe/Berlin');
  expect(stdout).toContain('2026-11-23 02:00:00 +01:00');
});

test('sets a schedule from its flags and shows when it runs', async () => {
  const upsertSchedule = {
    __typename: 'UpsertScheduleSuccess',
    schedule,
    target: 'main',
    nextRuns: [nextRun],
  };
  await using api = await startFakeApi({ fields: { upsertSchedule } });
  const flags = [
    '--kind',
    'backups.start',
    '--cluster',
    'main',
    '--input',
    '{"type":"FULL"}',
    '--missed',
    'run-once',
  ];
  const when = [
    '--cron',
    '0 2 * * *',
    '--timezone',
    'Europe/Berlin',
    '--window',
    '0 1 * * *',
    '--window-minutes',
    '120',
  ];
  const args = ['schedules', 'set', 'nightly', ...flags, ...when, '--reason', 'policy'];
  const { exitCode, stdout } = await runCli(args, environmentOf(api));
  expect(exitCode).toBe(0);
  expect(stdout).toContain('✓ nightly starts backups.start of main');
  expect(api.requests[0]?.variables['input']).toEqual({
    ...{ name: 'nightly', kind: 'backups.start', cluster: 'main', operationInput: { type: 'FULL' } },
    ...{ cron: '0 2 * * *', timezone: 'Europe/Berlin', window: { cron: '0 1 * * *', durationMinutes: 120 } },
    ...{ missedPolicy: 'RUN_ONCE', dryRun: false, reason: 'policy' },
  });
});

test.each([
  [['set', 'x', '--kind', 'a.b', '--input', '[1]'], 'It takes a JSON object'],
  [['set', 'x', '--kind', 'a.b', '--window', '0 1 * * *'], 'goes together with --window-minutes'],
  [['set', 'x', '--cron', '0 1 * * *'], "required option '--kind <kind>' not specified"],
])('refuses %j with exit code 2', async (args, message) => {
  await using api = await startFakeApi({});
  const { exitCode, stderr } = await runCli(['schedules', ...args], environmentOf(api));
  expect(stderr).toContain(message);
  expect(exitCode).toBe(2);
});

test('shows what became of the moments of a schedule', async () => {
  const run = {
    __typename: 'ScheduleRun',
    ...{ dueAt: nextRun.dueAt, recordedAt: nextRun.dueAt, outcome: 'MISSED', moments: 3, errorCode: null },
    ...{ reason: 'no worker was there in time, for 3 moments', requestedBy: null, operation: null },
  };
  await using api = await startFakeApi({ fields: { schedule: { ...schedule, runs: page([run]) } } });
  const { exitCode, stdout } = await runCli(['schedules', 'runs', 'nightly'], environmentOf(api));
  expect(exitCode).toBe(0);
  expect(stdout).toContain('2026-11-23 01:00:00Z  MISSED');
  expect(stdout).toContain('no worker was there in time, for 3 moments');
});

test('does not find a schedule that is not there', async () => {
  await using api = await startFakeApi({ fields: { schedule: null } });
  const { exitCode, stdout } = await runCli(['schedules', 'show', 'nobody', '--json'], environmentOf(api));
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SCHEDULE_NOT_FOUND' } });
});

test('starts the operation of a schedule under a key of its own, and prints its id', async () => {
  const triggerSchedule = { __typename: 'TriggerScheduleSuccess', operation: fakeOperation(), schedule };
  await using api = await startFakeApi({ fields: { triggerSchedule } });
  const { exitCode, stdout } = await runCli(['schedules', 'run', 'nightly', '--no-wait'], environmentOf(api));
  expect([exitCode, stdout]).toEqual([0, `${SHORT_ID}\n`]);
  expect(api.requests[0]?.variables['input']).toMatchObject({
    name: 'nightly',
    idempotencyKey: expect.any(String) as string,
  });
});

test.each([
  ['pause', 'pauseSchedule', { __typename: 'PauseScheduleSuccess', schedule }, 'paused'],
  ['resume', 'resumeSchedule', { __typename: 'ResumeScheduleSuccess', schedule }, 'resumed'],
  [
    'delete',
    'deleteSchedule',
    { __typename: 'DeleteScheduleSuccess', deletedId: 'x', name: 'nightly' },
    'deleted',
  ],
])('%s says that it is done', async (verb, field, answer, done) => {
  await using api = await startFakeApi({ fields: { [field]: answer } });
  const { exitCode, stdout } = await runCli(['schedules', verb, 'nightly'], environmentOf(api));
  expect([exitCode, stdout]).toEqual([0, `✓ nightly is ${done}\n`]);
});
