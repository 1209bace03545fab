import { afterAll, beforeAll, expect, test } from 'vitest';
import { withBackupDatabase } from '../../src/backups/pgbackrest/backup-role.ts';
import {
  countEarly,
  takeManifest,
  type EarlyCounts,
  type Manifest,
} from '../../src/backups/copy/manifest.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createScratch, fillTables, type Scratch } from './scratch.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await createScratch();
  await fillTables(scratch.admin);
});
afterAll(() => scratch.close());

const early = async () => countEarly(await scratch.fleet.primary('main'), new AbortController().signal);
let names = 0;
const take = async (
  counts: EarlyCounts | null,
  own: { budgetMs?: number; asBackupRole?: boolean } = {},
): Promise<Manifest> => {
  const db = await scratch.fleet.primary('main');
  return withBackupDatabase(scratch.stanza, (backupDb) =>
    takeManifest({
      db,
      backupDb: own.asBackupRole === false ? null : backupDb,
      database: 'sunday',
      restorePointName: `test_${names++}`,
      early: counts,
      budgetMs: own.budgetMs ?? 10_000,
      signal: new AbortController().signal,
    }),
  );
};
const rangeOf = (manifest: Manifest, name: string) => {
  const { rowsMin, rowsMax } = manifest.tables.find((one) => one.name === name) ?? {};
  return [rowsMin, rowsMax];
};

test('takes early counts over without counting again when nobody wrote', async () => {
  const manifest = await take(await early(), { budgetMs: 0 });
  expect(manifest.tables.map((one) => one.name).sort()).toEqual(['items', 'notes', 'odd "name']);
  expect(rangeOf(manifest, 'items')).toEqual([20_000, 20_000]);
  expect(manifest.restorePoint?.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
});

test('counts again what was written to in between', async () => {
  const counts = await early();
  await scratch.admin.rows(sql`INSERT INTO notes SELECT 100`);
  expect(rangeOf(await take(counts), 'notes')).toEqual([8, 8]);
});

test('notices a table that was truncated', async () => {
  await scratch.admin.rows(sql`CREATE TABLE gone AS SELECT 1 AS id`);
  await scratch.admin.rows(sql`ALTER TABLE gone OWNER TO sunday_operator`);
  const counts = await early();
  await scratch.admin.rows(sql`TRUNCATE gone`);
  expect(rangeOf(await take(counts), 'gone')).toEqual([0, 0]);
});

test('notes no number for a table that it has no time to count again', async () => {
  const counts = await early();
  await scratch.admin.rows(sql`DELETE FROM notes WHERE id = 100`);
  const manifest = await take(counts, { budgetMs: 0 });
  expect(rangeOf(manifest, 'notes')).toEqual([null, null]);
  expect(manifest.tables.find((one) => one.name === 'notes')?.note).toContain('no time');
});

test('counts everything when there are no early counts', async () => {
  expect(rangeOf(await take(null), 'items')).toEqual([20_000, 20_000]);
});

test('notes no number for a table that the role may not read, and counts the others', async () => {
  await scratch.admin.rows(sql`CREATE TABLE hidden AS SELECT 1 AS id`);
  const manifest = await take(null);
  expect(manifest.tables.find((one) => one.name === 'hidden')).toMatchObject({
    rowsMin: null,
    note: 'our role may not read all of it',
  });
  expect(rangeOf(manifest, 'items')).toEqual([20_000, 20_000]);
  await scratch.admin.rows(sql`DROP TABLE hidden`);
});

test('says which privilege is missing when no restore point can be made', async () => {
  const manifest = await take(await early(), { asBackupRole: false });
  expect(manifest.restorePoint).toBeNull();
  expect(manifest.note).toContain('GRANT EXECUTE ON FUNCTION pg_create_restore_point');
  expect(rangeOf(manifest, 'items')).toEqual([20_000, 20_000]);
});
