import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type BackupService,
  type BackupOperations,
  createBackupOperations,
  createBackups,
} from '../../src/backups/backups.ts';
import { createRepositories } from '../../src/backups/repositories/service.ts';
import { listDefaultSchedules } from '../../src/wiring/backups.ts';
import { ensureDefaultSchedules } from '../../src/schedules/defaults.ts';
import { schedulable } from '../../src/schedules/kinds.ts';
import type { ScheduleService } from '../../src/schedules/schedules.ts';
import { createSchedules } from '../../src/schedules/service.ts';
import { REQUESTER, startApi, type TestApi } from '../server/api.ts';
import { perform } from './harness.ts';
import { createScratch, fillTables, type Scratch } from './scratch.ts';

/** Sets are made one after the other on a machine that runs other suites too. */
const LONG = { timeout: 120_000 };

let api: TestApi;
let scratch: Scratch;
let definitions: BackupOperations;
let backups: BackupService;
let schedules: ScheduleService;
let labels: readonly string[];

/** What needs the database of the API is made once that has started. */
const late = <Service extends object>(made: () => Service) =>
  new Proxy({} as Service, { get: (_target, method) => made()[method as keyof Service] });

beforeAll(async () => {
  scratch = await createScratch();
  await fillTables(scratch.admin);
  api = await startApi({
    services: () => ({
      fleet: scratch.fleet,
      backups: late(() => backups),
      schedules: late(() => schedules),
      repositories: createRepositories({ fleet: scratch.fleet }),
    }),
  });
  const deps = {
    ...{ fleet: scratch.fleet, db: api.db, runDirectory: scratch.root },
    postgresBinaries: scratch.server.binaries,
    protectedDirectories: [join(scratch.root, 'repository')],
  };
  const { operations, access } = api;
  definitions = createBackupOperations(deps);
  backups = createBackups({
    findOperation: () => Promise.resolve(null),
    ...deps,
    operations,
    definitions,
    recordAudit: (tx, one) => access.record(tx, one),
  });
  schedules = createSchedules({
    ...{ db: api.db, events: api.events, operations, recordAudit: access.record },
    kinds: [
      schedulable({ ...definitions.start, scope: 'backup:write', start: backups.start }),
      schedulable({ ...definitions.verify, scope: 'backup:write', start: backups.verify }),
      schedulable({ ...definitions.expire, scope: 'backup:write', start: backups.expire }),
    ],
    requireCluster: (name) => void scratch.fleet.get(name),
    onError: (error) => console.error(error),
  });
  const start = (type: 'FULL' | 'INCREMENTAL') => perform(definitions.start, { cluster: 'main', type });
  labels = [(await start('FULL')).label, (await start('INCREMENTAL')).label, (await start('FULL')).label];
}, 120_000);
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await scratch.close();
});

async function ask<Data>(query: string, variables: object = {}, token?: string): Promise<Data> {
  const reply = await api.query(query, variables, token);
  expect(reply.body.errors).toBe(undefined);
  return reply.body.data as Data;
}
const mutate = async (name: string, input: object, selection: string, token?: string) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const document = `mutation ($input: ${type}Input!) { ${name}(input: $input) {
    __typename ... on ${type}Success { ${selection} } ... on UserError { code path hint }
  } }`;
  return (await ask<Record<string, Record<string, unknown>>>(document, { input }, token))[name];
};
const RETENTION = { cluster: 'main', keepFulls: 1, recoveryDays: 0 };

test('shows all of a backup, by its alias too, with edges to those it builds on', async () => {
  const [full = '', incremental = ''] = labels;
  const alias = `incremental_${incremental.slice(-16, -1).replace('-', '_')}`;
  const { cluster } = await ask<{ cluster: { backup: object } }>(
    `query ($label: String!) { cluster(name: "main") { backup(label: $label) {
      label alias type state timeline isEncrypted compression hasPageErrors annotations
      prior { label } references { label } verification { state } hold { reason }
      keptBecause { rule text until } expiresAt expiredAt expiredBecause
    } } }`,
    { label: alias },
  );
  expect(cluster.backup).toMatchObject({
    ...{ label: incremental, alias, type: 'INCREMENTAL', state: 'COMPLETE', timeline: 1 },
    ...{ isEncrypted: true, compression: 'zst', hasPageErrors: false, verification: null, hold: null },
    ...{ prior: { label: full }, references: [{ label: full }], expiresAt: null, expiredAt: null },
    keptBecause: [
      { rule: 'COUNT', text: 'one of the newest 4 valid full sets', until: null },
      { rule: 'RECOVERY', text: 'recovery to any moment of the last 30 days' },
    ],
  });
});

test('sets the policy, plans without removing, and shows the policy', async () => {
  const selection = 'retention { keepFulls keepDays recoveryDays updatedBy }';
  expect(await mutate('updateBackupRetention', RETENTION, selection)).toMatchObject({
    retention: { keepFulls: 1, keepDays: null, recoveryDays: 0, updatedBy: 'test ADMIN' },
  });
  expect(await mutate('updateBackupRetention', { ...RETENTION, keepFulls: 0 }, selection)).toMatchObject({
    ...{ code: 'INVALID_INPUT', path: ['input', 'keepFulls'] },
  });
  const planned = await mutate(
    'expireBackups',
    { cluster: 'main', dryRun: true },
    'operation { id } plan { expiring { label } kept { label reasons } freedBytes windows { earliestAfter } }',
  );
  expect(planned).toMatchObject({
    operation: null,
    plan: { expiring: [{ label: labels[1] }, { label: labels[0] }], kept: [{ label: labels[2] }] },
  });
});

test('holds a backup until it is released, with a line in the audit log for each', async () => {
  const selection = 'backup { label hold { reason heldBy onBehalfOf } keptBecause { text } }';
  const named = { cluster: 'main', label: labels[1] };
  const held = await mutate('holdBackup', { ...named, reason: 'case 17', onBehalfOf: 'ada' }, selection);
  expect(held).toMatchObject({
    backup: {
      label: labels[1],
      hold: { reason: 'case 17', heldBy: 'test ADMIN', onBehalfOf: 'ada' },
      keptBecause: [{ text: 'held until it is released: case 17' }],
    },
  });
  const over = { ...named, reason: 'case 17', until: '2001-01-01T00:00:00Z' };
  expect(await mutate('holdBackup', over, selection)).toMatchObject({
    ...{ code: 'INVALID_INPUT', path: ['input', 'until'] },
  });
  expect(await mutate('holdBackup', { ...named, reason: ' ' }, selection)).toMatchObject({
    ...{ code: 'INVALID_INPUT', path: ['input', 'reason'] },
  });
  expect(await mutate('releaseBackup', named, selection)).toMatchObject({ backup: { hold: null } });
  const { secret: viewer } = await api.createToken('VIEWER');
  expect(await mutate('holdBackup', { ...named, reason: 'x' }, selection, viewer)).toMatchObject({
    code: 'FORBIDDEN',
  });
  const page = { limit: 8, after: null, before: null, fromEnd: false };
  const lines = (await api.access.listAudit({}, page)).filter(({ target }) => target === `main/${labels[1]}`);
  expect(lines.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'holdBackup FORBIDDEN',
    'releaseBackup ACCEPTED',
    'holdBackup INVALID_INPUT',
    'holdBackup INVALID_INPUT',
    'holdBackup ACCEPTED',
  ]);
});

test('refuses a base that pgBackRest would not take', async () => {
  const input = { cluster: 'main', type: 'INCREMENTAL', base: labels[0] };
  expect(await mutate('startBackup', input, 'operation { id }')).toMatchObject({
    __typename: 'BackupBaseRefusedError',
    hint: expect.stringContaining(`full_${labels[2]?.slice(0, 15).replace('-', '_')}`) as string,
  });
});

test(
  'starts one expiry, refuses a second one meanwhile, and lets a backup wait for its end',
  LONG,
  async () => {
    const first = await mutate('expireBackups', { cluster: 'main' }, 'operation { kind state }');
    expect(first).toMatchObject({ operation: { kind: 'backups.expire' } });
    expect(await mutate('expireBackups', { cluster: 'main' }, 'operation { id }')).toMatchObject({
      code: 'OPERATION_CONFLICT',
    });
    expect(await mutate('startBackup', { cluster: 'main' }, 'operation { state }')).toMatchObject({
      operation: { state: 'QUEUED' },
    });
  },
);

test('lists expired backups when they are asked for', LONG, async () => {
  await perform(definitions.expire, { cluster: 'main' });
  const list = `query ($all: Boolean!) { cluster(name: "main") {
    backups(first: 10, includeExpired: $all) { edges { node { label state expiredBecause } } }
  } }`;
  type List = { cluster: { backups: { edges: { node: { label: string; state: string } }[] } } };
  const listed = async (all: boolean) =>
    (await ask<List>(list, { all })).cluster.backups.edges.map(({ node }) => `${node.label} ${node.state}`);
  await expect.poll(() => listed(false), { timeout: 10_000 }).toEqual([`${labels[2]} COMPLETE`]);
  expect(await listed(true)).toEqual([
    `${labels[2]} COMPLETE`,
    `${labels[1]} EXPIRED`,
    `${labels[0]} EXPIRED`,
  ]);
});

test('makes the default schedules once, and not again what people changed or deleted', async () => {
  const ensure = () =>
    ensureDefaultSchedules({ db: api.db, schedules }, listDefaultSchedules('main', 'Europe/Berlin'));
  await ensure();
  const query = '{ backupSchedules(cluster: "main") { name backupAction cron timezone missedPolicy input } }';
  type Found = { backupSchedules: { name: string; cron: string }[] };
  expect((await ask<Found>(query)).backupSchedules).toEqual([
    expect.objectContaining({ name: 'main-backup-cleanup', backupAction: 'CLEANUP', cron: '0 1 1 * *' }),
    {
      ...{ name: 'main-full-backup', backupAction: 'FULL', cron: '0 2 * * SUN', timezone: 'Europe/Berlin' },
      ...{ missedPolicy: 'RUN_ONCE', input: { cluster: 'main', type: 'FULL', verify: true } },
    },
    expect.objectContaining({ backupAction: 'INCREMENTAL', cron: '0 2 * * MON-SAT' }),
    expect.objectContaining({ name: 'main-verification', backupAction: 'VERIFY', cron: '0 14 * * *' }),
  ]);
  const changed = { cluster: 'main', action: 'FULL', cron: '0 3 * * SAT', verify: false };
  expect(await mutate('upsertBackupSchedule', changed, 'schedule { name input }')).toMatchObject({
    schedule: { name: 'main-full-backup', input: { type: 'FULL', verify: false } },
  });
  // One for a repository stands beside that of the first, and a repository that is not there is refused.
  const named = { cluster: 'main', action: 'VERIFY', cron: '0 15 * * *', repository: 'repo1' };
  expect(await mutate('upsertBackupSchedule', named, 'schedule { name input }')).toMatchObject({
    schedule: { name: 'main-verification-repo1', input: { repository: 'repo1' } },
  });
  const wrong = { ...named, repository: 'elsewhere' };
  expect(await mutate('upsertBackupSchedule', wrong, 'schedule { name }')).toMatchObject({
    code: 'REPOSITORY_NOT_FOUND',
    hint: 'Known: repo1.',
  });
  await schedules.remove('main-verification-repo1', REQUESTER);
  await schedules.remove('main-verification', REQUESTER);
  await ensure();
  const after = (await ask<Found>(query)).backupSchedules;
  expect(after.map(({ name, cron }) => [name, cron])).toEqual([
    ['main-backup-cleanup', '0 1 1 * *'],
    ['main-full-backup', '0 3 * * SAT'],
    ['main-incremental-backup', '0 2 * * MON-SAT'],
  ]);
});
