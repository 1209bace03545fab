import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBackupOperations, type BackupOperations } from '../../src/backups/backups.ts';
import { listByCluster } from '../../src/backups/store.ts';
import { serverPid } from '../../src/postgres/server.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { createHarness, perform } from './harness.ts';
import { createScratch, fillTables, type Scratch } from './scratch.ts';

// Each restore copies and syncs a thousand files, next to other suites.
vi.setConfig({ testTimeout: 90_000 });

let scratch: Scratch;
let control: TestDatabase;
let operations: BackupOperations;
let full: string;

beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  await fillTables(scratch.admin);
  operations = createBackupOperations({
    fleet: scratch.fleet,
    db: control.db,
    postgresBinaries: scratch.server.binaries,
    runDirectory: scratch.root,
    protectedDirectories: [join(scratch.root, 'repository')],
  });
  full = (await perform(operations.start, { cluster: 'main', type: 'FULL' })).label;
});
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

const record = async (label: string) =>
  (await listByCluster(control.db, ['main']))[0]?.find((one) => one.label === label);
const destination = (name: string) => join(scratch.root, name);

test('restores into a new directory, proves every row and reports the recovery time', async () => {
  const harness = createHarness();
  const wanted = { cluster: 'main', label: full, destination: destination('proven') };
  await scratch.admin.rows(sql`INSERT INTO notes SELECT 8`); // after the backup: must not come back
  const result = await perform(operations.restore, wanted, harness);
  expect(harness.steps).toEqual(['check', 'restore files', 'recover', 'prove rows', 'record proof']);
  expect(result).toMatchObject({
    label: full,
    destination: wanted.destination,
    proven: true,
    note: null,
    tablesChecked: 3,
    tablesFailed: 0,
    tablesNotCounted: 0,
    recoveredTo: { restorePoint: expect.stringMatching(/^sunday_/) as string },
  });
  expect(result.tables.map((one) => [one.table, one.found]).sort()).toEqual([
    ['public.items', 20_000],
    ['public.notes', 7],
    ['public.odd "name', 1],
  ]);
  expect(result.rtoSeconds).toBeCloseTo((result.rtoMs.restore + result.rtoMs.recovery) / 1000);
  expect(result.ofWhichMs.fixed).toBeGreaterThan(0);
  expect(result.ofWhichMs.fixed).toBeLessThan(result.rtoMs.restore);
  expect(result.ofWhichMs.replay).toBeLessThan(result.rtoMs.recovery);
  expect(serverPid(wanted.destination)).toBeNull();
  expect(
    readdirSync(scratch.root).filter((name) => name.startsWith('restore-') || name.startsWith('.proven')),
  ).toEqual([]);
  expect(readFileSync(join(wanted.destination, 'postgresql.auto.conf'), 'utf8')).toContain(
    "archive_mode = 'off'",
  );
  await scratch.admin.rows(sql`DELETE FROM notes WHERE id = 8`);
});

test('fails the proof when a table has other rows than were noted, and removes what it restored', async () => {
  const label = full;
  const kept = (await record(label))?.manifest;
  const wrong = {
    ...kept,
    tables: kept?.tables.map((one) =>
      one.name === 'items' ? { ...one, rowsMin: 20_001, rowsMax: 20_001 } : one,
    ),
  };
  await control.db.rows(sql`UPDATE backup SET manifest = ${JSON.stringify(wrong)} WHERE label = ${label}`);
  const wanted = { cluster: 'main', label, destination: destination('disproven') };
  await expect(perform(operations.restore, wanted)).rejects.toMatchObject({
    code: 'PROOF_FAILED',
    tables: ['public.items'],
  });
  expect(existsSync(wanted.destination)).toBe(false);
  await control.db.rows(sql`UPDATE backup SET manifest = ${JSON.stringify(kept)} WHERE label = ${label}`);
});

test('restores a set that nobody noted the rows of, and says that it is not proven', async () => {
  await control.db.rows(sql`UPDATE backup SET manifest = NULL WHERE label = ${full} RETURNING manifest`);
  const result = await perform(operations.restore, {
    cluster: 'main',
    label: full,
    destination: destination('unproven'),
  });
  expect(result).toMatchObject({
    proven: false,
    tablesChecked: 0,
    recoveredTo: { restorePoint: null, at: null },
  });
  expect(result.note).toContain('no rows were noted');
});

test('keeps the archive of production as it is while a clone recovers', async () => {
  const segments = () =>
    readdirSync(join(scratch.root, 'repository/archive/scratch'), { recursive: true }).length;
  const { label } = await perform(operations.start, { cluster: 'main', type: 'INCREMENTAL' });
  const before = segments();
  await perform(operations.restore, { cluster: 'main', label, destination: destination('fenced') });
  expect(segments() - before).toBeLessThanOrEqual(1); // production itself may close one
  expect(
    readdirSync(join(scratch.root, 'repository/archive/scratch/15-1')).filter((name) =>
      name.endsWith('.history'),
    ),
  ).toEqual([]);
});

test('restores again over its own half-restored files after a crash', async () => {
  const id = randomUUID();
  const wanted = { cluster: 'main', label: full, destination: destination('crashed') };
  const dying = createHarness(id, (step) => {
    if (step === 'recover') throw new Error('killed');
  });
  await expect(operations.restore.run(dying.context, wanted)).rejects.toThrow('killed');
  expect(existsSync(join(wanted.destination, 'PG_VERSION'))).toBe(true);
  expect(await perform(operations.restore, wanted, createHarness(id))).toMatchObject({ label: full });
});

test('puts everything away when it is cancelled in the middle of the recovery', async () => {
  const wanted = { cluster: 'main', label: full, destination: destination('cancelled') };
  const harness = createHarness(randomUUID(), (step) => {
    if (step === 'prove rows') harness.abort.abort(new Error('cancelled'));
  });
  await expect(perform(operations.restore, wanted, harness)).rejects.toThrow('cancelled');
  expect(existsSync(wanted.destination)).toBe(false);
  expect(
    readdirSync(scratch.root).filter((name) => name.startsWith('restore-') || name.startsWith('.cancelled')),
  ).toEqual([]);
});

test.each([
  ['relative/path', 'not absolute'],
  ['/tmp/../tmp/x', 'parts like'],
  ['/tmp/x; rm -rf', 'may hold'],
  ['/nowhere/at/all', 'does not exist'],
  ['/proc/sunday', 'may not write'],
])('refuses the destination %s', async (path, reason) => {
  await expect(
    operations.restore.plan?.({ cluster: 'main', label: full, destination: path }),
  ).rejects.toMatchObject({
    code: 'DESTINATION_REFUSED',
    argument: ['input', 'destination'],
    message: expect.stringContaining(reason) as string,
  });
});

test('refuses a destination in, above or at what is in use', async () => {
  mkdirSync(destination('taken'));
  writeFileSync(join(destination('taken'), 'file'), '');
  const paths: readonly (readonly [string, string])[] = [
    [join(scratch.server.dataDirectory, 'inside'), 'lies inside'],
    [scratch.server.dataDirectory, 'lies inside'],
    [join(scratch.root, 'repository', 'inside'), 'lies inside'],
    [scratch.root, 'contains'],
    [destination('taken'), 'is not empty'],
    [destination('n'.repeat(201)), 'its last part is longer than 200 characters'],
  ];
  for (const [path, reason] of paths) {
    const planned = operations.restore.plan?.({ cluster: 'main', label: full, destination: path });
    await expect(planned, path).rejects.toMatchObject({
      code: 'DESTINATION_REFUSED',
      message: expect.stringContaining(reason) as string,
    });
  }
});

test('keeps an empty directory that was there before a restore that failed', async () => {
  const path = destination('was-there');
  mkdirSync(path);
  const harness = createHarness(randomUUID(), (step) => {
    if (step === 'recover') throw new Error('killed');
  });
  await expect(
    perform(operations.restore, { cluster: 'main', label: full, destination: path }, harness),
  ).rejects.toThrow();
  expect(readdirSync(path)).toEqual([]);
  rmSync(path, { recursive: true });
});

test('plans a restore without doing anything', async () => {
  const path = destination('planned');
  const plan = await operations.restore.plan?.({ cluster: 'main', label: full, destination: path });
  expect(plan?.summary).toContain(full);
  expect(plan?.steps).toHaveLength(5);
  expect(existsSync(path)).toBe(false);
});
