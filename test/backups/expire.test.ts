import { createHash } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccess } from '../../src/access/service.ts';
import { createBackupOperations, type BackupOperations } from '../../src/backups/backups.ts';
import { createCatalogue } from '../../src/backups/catalogue.ts';
import { planExpiry } from '../../src/backups/retention/expire-plan.ts';
import type { BackupType } from '../../src/backups/pgbackrest/info.ts';
import { listArchive, readInfo, runBackup, runVerify } from '../../src/backups/pgbackrest/pgbackrest.ts';
import { createRetention, type RetentionService } from '../../src/backups/retention/service.ts';
import { claimExpiry } from '../../src/backups/retention/store.ts';
import { judge } from '../../src/backups/verification/verification.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { REQUESTER } from '../server/api.ts';
import { createHarness, perform } from './harness.ts';
import { createScratch, fillTables, waitUntil, type Scratch } from './scratch.ts';

/** Sets are made one after the other on a machine that runs other suites too. */
const LONG = { timeout: 180_000 };

let scratch: Scratch;
let control: TestDatabase;
let operations: BackupOperations;
let retention: RetentionService;
/** A full set with three that depend on it, then two more full ones; each with write-ahead log behind it. */
let labels: Record<'first' | 'diff' | 'incr' | 'other' | 'second' | 'third', string>;

beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  await fillTables(scratch.admin);
  const deps = {
    fleet: scratch.fleet,
    db: control.db,
    postgresBinaries: scratch.server.binaries,
    runDirectory: scratch.root,
    protectedDirectories: [join(scratch.root, 'repository')],
  };
  operations = createBackupOperations(deps);
  const access = createAccess(control.db);
  retention = createRetention({ ...deps, recordAudit: (tx, entry) => access.record(tx, entry) });
  labels = {
    first: await backUp('FULL'),
    diff: await backUp('DIFFERENTIAL'),
    incr: await backUp('INCREMENTAL'),
    other: await backUp('DIFFERENTIAL'),
    second: await backUp('FULL'),
    third: await backUp('FULL'),
  };
}, 180_000);
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

async function backUp(type: BackupType): Promise<string> {
  const { label } = await perform(operations.start, { cluster: 'main', type });
  for (let n = 0; n < 2; n++) {
    await scratch.admin.rows(sql`INSERT INTO notes SELECT 1`);
    await scratch.admin.rows(sql`SELECT pg_switch_wal()`);
  }
  return label;
}
const because = (reason: string | null) => ({ ...REQUESTER, reason });
const listLabels = async () => (await readInfo(scratch.stanza)).sets.map(({ label }) => label);
const plan = () => planExpiry({ fleet: scratch.fleet, db: control.db }, { cluster: 'main' });
const wal = () => listArchive(scratch.stanza, { archiveId: '15-1', repository: 1 });
const archiveHash = async () =>
  createHash('sha256')
    .update((await wal()).join())
    .digest('hex');
const catalogue = () => createCatalogue({ fleet: scratch.fleet, db: control.db });
const find = async (label: string) => {
  const [live] = await catalogue().listByCluster(['main']);
  if (live === undefined || live instanceof Error) throw live ?? new Error('no list');
  return [...live, ...(await catalogue().listExpired('main'))].find((one) => one.label === label);
};

test('takes backups that expire nothing by themselves, whatever the configuration says', async () => {
  const one = scratch.variant('one', { 'repo1-retention-full': '1' });
  await runBackup(one, {
    type: 'INCREMENTAL',
    repository: 1,
    isFromStandby: false,
    annotations: {},
    changedSince: null,
    onProgress: () => {},
    onPhase: () => {},
  });
  expect(await listLabels()).toEqual(expect.arrayContaining(Object.values(labels)));
  expect(await listLabels()).toHaveLength(7);
});

test('keeps everything of the last 30 days while nobody has set a policy', async () => {
  const planned = await plan();
  expect(planned.policy).toMatchObject({ keepFulls: 4, keepDays: null, recoveryDays: 30 });
  expect(planned.expiring).toEqual([]);
  expect(planned.kept.find(({ label }) => label === labels.second)?.reasons).toContain(
    'recovery to any moment of the last 30 days',
  );
});

test('says what would go and which windows shrink, and touches nothing', async () => {
  await retention.updatePolicy('main', { keepFulls: 2, keepDays: null, recoveryDays: 0 }, because(null));
  const [before, hash] = [await listLabels(), await archiveHash()];
  const planned = await plan();
  expect(planned.expiring.map(({ label }) => label)).toEqual([
    labels.other,
    labels.incr,
    labels.diff,
    labels.first,
  ]);
  expect(planned.freedBytes).toBe(planned.expiring.reduce((sum, one) => sum + one.freedBytes, 0n));
  const { sets } = await readInfo(scratch.stanza);
  const finishedAt = (label: string) => sets.find((one) => one.label === label)?.finishedAt;
  expect(planned.windows).toEqual([
    {
      repositoryKey: 1,
      earliestBefore: finishedAt(labels.first),
      earliestAfter: finishedAt(labels.third),
      momentsLost: [],
    },
  ]);
  expect(await listLabels()).toEqual(before);
  expect(await archiveHash()).toBe(hash);
});

test('refuses to hold without a reason, and until a moment that is over', async () => {
  const held = { cluster: 'main', label: labels.incr, until: null };
  await expect(retention.hold(held, because(null))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    argument: ['input', 'reason'],
  });
  await expect(retention.hold({ ...held, until: new Date(0) }, because('case 17'))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    argument: ['input', 'until'],
  });
  await expect(
    retention.hold({ ...held, label: '20200101-000000F' }, because('case 17')),
  ).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND' });
});

test('holds a set, by its alias, with all that it needs', async () => {
  const alias = `incremental_${labels.incr.slice(-16, -1).replace('-', '_')}`;
  expect(await retention.hold({ cluster: 'main', label: alias, until: null }, because('case 17'))).toBe(
    labels.incr,
  );
  const planned = await plan();
  expect(planned.expiring.map(({ label }) => label)).toEqual([labels.other]);
  const reasonsOf = (label: string) => planned.kept.find((one) => one.label === label)?.reasons;
  expect(reasonsOf(labels.incr)).toEqual(['held until it is released: case 17']);
  for (const needed of [labels.diff, labels.first]) {
    expect(reasonsOf(needed)).toEqual([`needed by ${labels.incr}, which is held until it is released`]);
  }
  expect(await find(labels.incr)).toMatchObject({ hold: { reason: 'case 17', heldBy: 'test', until: null } });
  const lines = await control.db.rows<{ action: string; target: string }>(
    sql`SELECT action, target FROM audit_entry WHERE target = ${`main/${labels.incr}`}`,
  );
  expect(lines).toHaveLength(1);
});

test(
  'removes what nothing keeps, and held sets stay whole when their write-ahead log goes',
  LONG,
  async () => {
    const before = await wal();
    const harness = createHarness();
    const result = await perform(operations.expire, { cluster: 'main' }, harness);
    expect(harness.steps).toEqual(['remove sets', 'remove write-ahead log']);
    expect(result).toMatchObject({ cluster: 'main', expired: [labels.other], spared: [] });
    const there = await listLabels();
    expect(there).not.toContain(labels.other);
    expect(there).toEqual(expect.arrayContaining([labels.first, labels.diff, labels.incr]));
    const { sets } = await readInfo(scratch.stanza);
    const third = sets.find(({ label }) => label === labels.third);
    const after = await wal();
    expect(after.length).toBeLessThan(before.length);
    expect(after.filter((one) => one >= (third?.walStart ?? ''))).toEqual(
      before.filter((one) => one >= (third?.walStart ?? '')),
    );
    const found = await runVerify(scratch.stanza, 1);
    const verdicts = sets.map((set) => judge(set, found, new Set(after)));
    expect(verdicts.map(({ isValid }) => isValid)).toEqual(sets.map(() => true));
  },
);

test('remembers an expired set, why it went, and the operation that removed it', async () => {
  expect(await find(labels.other)).toMatchObject({
    label: labels.other,
    state: 'EXPIRED',
    expiredAt: expect.any(Date) as Date,
    expiredBecause: 'the policy keeps 2 full set(s) and 0 days of recovery',
    keptBecause: [],
  });
});

test('never removes the last full set that is valid, nor anything when none is', LONG, async () => {
  const spoil = (label: string, state: string) =>
    control.db.rows(sql`UPDATE backup SET state = ${state} WHERE label = ${label}`);
  await retention.updatePolicy('main', { keepFulls: 1, keepDays: null, recoveryDays: 0 }, because(null));
  await spoil(labels.third, 'INVALID');
  const planned = await plan();
  expect(planned.expiring.map(({ label }) => label)).toEqual([]);
  expect(planned.kept.find(({ label }) => label === labels.second)?.reasons[0]).toBe('newest valid full set');
  await spoil(labels.second, 'INVALID');
  await spoil(labels.first, 'INVALID');
  expect((await plan()).expiring).toEqual([]);
  expect((await plan()).kept.at(0)?.reasons).toEqual(['no full set is valid, so nothing goes']);
  for (const label of [labels.first, labels.second, labels.third]) await spoil(label, 'COMPLETE');
});

test('refuses to hold a set that is going already, and gives it free when the operation fails', async () => {
  const set = (await readInfo(scratch.stanza)).sets.find(({ label }) => label === labels.second);
  if (set === undefined) throw new Error('there is no such set');
  const operationId = randomUUID();
  expect(await claimExpiry(control.db, { cluster: 'main', set, operationId, because: 'test' })).toBe(true);
  const held = { cluster: 'main', label: labels.second, until: null };
  await expect(retention.hold(held, because('late'))).rejects.toMatchObject({ code: 'BACKUP_EXPIRING' });
  const harness = createHarness(operationId);
  await operations.expire.compensate?.(harness.context, { cluster: 'main' });
  expect(await retention.hold(held, because('in time'))).toBe(labels.second);
  expect(await claimExpiry(control.db, { cluster: 'main', set, operationId, because: 'test' })).toBe(false);
  await retention.release(held, because(null));
});

test('removes nothing that was held after the plan was made', LONG, async () => {
  const set = { cluster: 'main', label: labels.second };
  expect((await plan()).expiring.map(({ label }) => label)).toEqual([labels.second]);
  await retention.hold({ ...set, until: new Date(Date.now() + 3_600_000) }, because('at the last moment'));
  expect(await perform(operations.expire, { cluster: 'main' })).toMatchObject({ expired: [], spared: [] });
  expect(await listLabels()).toContain(labels.second);
});

test('lets a hold end at its time', LONG, async () => {
  const set = { cluster: 'main', label: labels.second };
  await retention.hold({ ...set, until: new Date(Date.now() + 300) }, because('for a moment'));
  await waitUntil(async () => (await plan()).expiring.some(({ label }) => label === labels.second));
});

test('removes released sets and stays at the same end when its steps run again', LONG, async () => {
  await retention.release({ cluster: 'main', label: labels.incr }, because(null));
  const harness = createHarness();
  const first = await perform(operations.expire, { cluster: 'main' }, harness);
  expect(first.expired).toEqual([labels.second, labels.incr, labels.diff, labels.first]);
  const hash = await archiveHash();
  const again = await perform(operations.expire, { cluster: 'main' }, createHarness(harness.operationId));
  expect(again.expired).toEqual([]);
  expect(await archiveHash()).toBe(hash);
  const { sets } = await readInfo(scratch.stanza);
  expect(sets[0]?.label).toBe(labels.third);
  expect((await wal())[0]).toBe(sets[0]?.walStart);
});
