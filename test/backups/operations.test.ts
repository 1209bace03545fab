import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createBackupOperations,
  type BackupDependencies,
  type BackupOperations,
} from '../../src/backups/backups.ts';
import { createCatalogue } from '../../src/backups/catalogue.ts';
import { readInfo } from '../../src/backups/pgbackrest/pgbackrest.ts';
import { listByCluster } from '../../src/backups/store.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { createHarness, perform } from './harness.ts';
import { createScratch, fillTables, type Scratch } from './scratch.ts';

let scratch: Scratch;
let control: TestDatabase;
let deps: BackupDependencies;
let operations: BackupOperations;
let full: string;

beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  await fillTables(scratch.admin);
  deps = {
    fleet: scratch.fleet,
    db: control.db,
    postgresBinaries: scratch.server.binaries,
    runDirectory: scratch.root,
    protectedDirectories: [join(scratch.root, 'repository')],
  };
  operations = createBackupOperations(deps);
  full = (await perform(operations.start, { cluster: 'main', type: 'FULL' })).label;
});
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

const record = async (label: string) =>
  (await listByCluster(control.db, ['main']))[0]?.find((one) => one.label === label);

test('takes a full backup, reports its way and notes the exact rows of an idle database', async () => {
  const harness = createHarness();
  const result = await perform(operations.start, { cluster: 'main', type: 'FULL' }, harness);
  expect(harness.steps).toEqual(['copy files', 'record backup']);
  expect(result).toMatchObject({
    cluster: 'main',
    label: expect.stringMatching(/^\d{8}-\d{6}F$/) as string,
    type: 'FULL',
    requestedType: 'FULL',
    prior: null,
    tablesCounted: 3,
    tablesNotCounted: 0,
    warnings: [],
  });
  const fractions = harness.progress.flatMap((one) =>
    typeof one.fractionDone === 'number' ? [one.fractionDone] : [],
  );
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);
  expect(harness.progress.map((one) => one.message)).toContain('copying files');
  expect((await record(result.label))?.manifest).toMatchObject({
    database: 'sunday',
    role: 'sunday_operator',
    note: null,
    restorePoint: { name: expect.stringMatching(/^sunday_/) as string },
  });
  expect(
    (await record(result.label))?.manifest?.tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  ).toEqual([
    { schema: 'public', name: 'items', rowsMin: 20_000, rowsMax: 20_000, note: null },
    { schema: 'public', name: 'notes', rowsMin: 7, rowsMax: 7, note: null },
    { schema: 'public', name: 'odd "name', rowsMin: 1, rowsMax: 1, note: null },
  ]);
});

test('makes the restore point at or behind the stop of the backup, where recovery can stop', async () => {
  const { sets } = await readInfo(scratch.stanza);
  const positionOf = (lsn: string | null | undefined) => {
    const [high = '', low = ''] = (lsn ?? '').split('/');
    return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
  };
  for (const { label, lsnStop } of sets) {
    const point = (await record(label))?.manifest?.restorePoint;
    expect(positionOf(point?.lsn)).toBeGreaterThanOrEqual(positionOf(lsnStop));
  }
});

test('takes an incremental backup on top and says what it builds on', async () => {
  const result = await perform(operations.start, { cluster: 'main', type: 'INCREMENTAL' });
  expect(result).toMatchObject({ type: 'INCREMENTAL', requestedType: 'INCREMENTAL' });
  expect(result.label.startsWith(`${result.prior?.slice(0, 16)}`)).toBe(true);
});

test('finds its set again when the steps run a second time', async () => {
  const harness = createHarness();
  const first = await perform(operations.start, { cluster: 'main', type: 'INCREMENTAL' }, harness);
  const before = (await readInfo(scratch.stanza)).sets.length;
  const second = await perform(
    operations.start,
    { cluster: 'main', type: 'INCREMENTAL' },
    createHarness(harness.operationId),
  );
  expect(second.label).toBe(first.label);
  expect((await readInfo(scratch.stanza)).sets).toHaveLength(before);
});

test('lists sets newest first, with what the control database knows about them', async () => {
  const catalogue = createCatalogue(deps);
  const [main, bare, none] = await catalogue.listByCluster(['main', 'bare', 'none']);
  if (main instanceof Error || main === undefined) throw main ?? new Error('no list');
  const times = main.map((one) => one.startedAt.getTime());
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(main.at(-1)).toMatchObject({ cluster: 'main', label: full, state: 'COMPLETE', verifiedAt: null });
  expect(main.at(-1)?.operationId).toEqual(expect.stringMatching(/^[0-9a-f-]{36}$/));
  expect(bare).toMatchObject({ code: 'BACKUPS_NOT_CONFIGURED' });
  expect(none).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
});

test('verifies a set and remembers when', async () => {
  const result = await perform(operations.verify, { cluster: 'main', label: full });
  expect(result).toMatchObject({ isValid: true, otherProblems: 0 });
  const verdict = result.sets.find(({ label }) => label === full);
  expect(verdict).toMatchObject({ isValid: true, problem: null, files: [], segmentsMissing: [] });
  expect(verdict?.filesValid).toBe(verdict?.filesChecked);
  expect(await record(full)).toMatchObject({ state: 'COMPLETE', verifiedAt: expect.any(Date) as Date });
});

test('names the newest labels when one is unknown', async () => {
  const wanted = { cluster: 'main', label: '20200101-000000F' };
  await expect(operations.verify.plan?.(wanted)).rejects.toMatchObject({
    code: 'BACKUP_NOT_FOUND',
    argument: ['input', 'label'],
    hint: expect.stringContaining(full) as string,
  });
});

test('refuses to start on a cluster without a stanza', async () => {
  await expect(operations.start.plan?.({ cluster: 'bare', type: 'FULL' })).rejects.toMatchObject({
    code: 'BACKUPS_NOT_CONFIGURED',
  });
});
