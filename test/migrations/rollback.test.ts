import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readMigrationFiles } from '../../src/migrations/files/files.ts';
import { planRollback } from '../../src/migrations/rollback-plan.ts';
import { rollbackTo } from '../../src/migrations/run/rollback-runner.ts';
import { applyPending, readStatus } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createBareDirectory, type MigrationDirectory } from './directory.ts';

const by = { appliedBy: 'ann' };
const THREE = {
  '001_a.sql': 'CREATE TABLE a (id int);',
  '001_a.down.sql': 'DROP TABLE a;',
  '002_b.sql': 'CREATE TABLE b (id int);',
  '002_b.down.sql': 'DROP TABLE b;',
  '003_c.sql': '-- depends: 002\nCREATE TABLE c (id int);',
  '003_c.down.sql': 'DROP TABLE c;',
};

let database: TestDatabase;
let db: Database;
let directory: MigrationDirectory;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
  directory = createBareDirectory(THREE);
  await applyPending(db, directory.path, by);
});
afterEach(async () => {
  directory[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const versions = async () => (await readLedger(db)).map((one) => one.version);
const status = async () => readStatus(db, await readMigrationFiles(directory.path));
const states = async () => (await status()).map((one) => one.state);
const tables = async () =>
  (
    await db.rows<{ name: string }>(
      sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    )
  ).map((one) => one.name);

test.each([
  ['2', ['001', '002'], ['003']],
  ['001_a', ['001'], ['003', '002']],
  ['000', [], ['003', '002', '001']],
  ['003', ['001', '002', '003'], []],
])('goes back to %s, newest first', async (target, left, gone) => {
  const ended = await rollbackTo(db, directory.path, { ...by, target });
  expect(ended.map((one) => one.version)).toEqual(gone);
  expect(await versions()).toEqual(left);
  expect(await tables()).toHaveLength(left.length);
});

test('remembers who took it back, with the row it had, and applies it once more', async () => {
  await rollbackTo(db, directory.path, { ...by, target: '002', onBehalfOf: 'bea', operationId: 'op-2' });
  expect((await status())[2]).toMatchObject({
    state: 'ROLLED_BACK',
    applied: null,
    attempt: { outcome: 'ROLLED_BACK', requestedBy: 'ann', onBehalfOf: 'bea', operationId: 'op-2' },
  });
  const [row] = await db.rows(
    sql`SELECT ledger_row ->> 'version' AS version FROM sunday_ledger.migration_attempt`,
  );
  expect(row).toEqual({ version: '003' });
  await applyPending(db, directory.path, by);
  expect((await status())[2]).toMatchObject({ state: 'APPLIED', attempt: null });
});

test('refuses to take back alone what others that are applied declare to need', async () => {
  await expect(rollbackTo(db, directory.path, { ...by, only: '002' })).rejects.toMatchObject({
    code: 'MIGRATION_NEEDED',
    version: '002',
    dependents: ['003'],
  });
  expect(await versions()).toEqual(['001', '002', '003']);
});

test('takes one back alone, and puts it back into its place', async () => {
  await rollbackTo(db, directory.path, { ...by, only: '001' });
  expect(await states()).toEqual(['ROLLED_BACK', 'APPLIED', 'APPLIED']);
  await applyPending(db, directory.path, by);
  expect(await states()).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
});

test('refuses as a whole when one of them is irreversible, has no way back or no file, and says why', async () => {
  directory.write('004_d.sql', '-- irreversible: the old values are gone\nSELECT 1;');
  directory.write('005_e.sql', 'SELECT 1;');
  directory.write('005_e.down.sql', 'SELECT 1;');
  await applyPending(db, directory.path, by);
  directory.remove('005_e.down.sql');
  directory.remove('003_c.sql');
  directory.remove('003_c.down.sql');
  await expect(rollbackTo(db, directory.path, { ...by, target: '001' })).rejects.toMatchObject({
    code: 'MIGRATION_IRREVERSIBLE',
    reasons: [
      { version: '005', reason: 'it has no down script' },
      { version: '004', reason: 'the old values are gone' },
      { version: '003', reason: 'its file is missing' },
    ],
  });
  expect(await versions()).toEqual(['001', '002', '003', '004', '005']);
});

test('leaves a migration applied when its down script fails, and shows the failure', async () => {
  directory.write('003_c.down.sql', 'DROP TABLE c;\nDROP TABLE nothing;');
  await expect(rollbackTo(db, directory.path, { ...by, target: '001' })).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: 'rollback of migration 003_c failed at line 2: table "nothing" does not exist (42P01)',
  });
  expect(await tables()).toEqual(['a', 'b', 'c']);
  expect((await status())[2]).toMatchObject({
    state: 'APPLIED',
    attempt: { direction: 'DOWN', outcome: 'FAILED', statementNumber: 2, sqlState: '42P01' },
  });
});

test('goes on with a rollback that stopped in the middle of a script without a transaction, and applies nothing meanwhile', async () => {
  const down = '-- transaction: none\nDROP TABLE c;\nDROP TABLE ';
  directory.write('003_c.down.sql', `${down}nothing;`);
  await expect(rollbackTo(db, directory.path, { ...by, target: '002' })).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
  });
  expect(await states()).toEqual(['APPLIED', 'APPLIED', 'FAILED']);
  directory.write('004_d.sql', 'SELECT 1;');
  directory.write('004_d.down.sql', 'SELECT 1;');
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
    code: 'MIGRATION_UNFINISHED',
    version: '003',
  });
  directory.write('003_c.down.sql', `${down}IF EXISTS nothing;`);
  await rollbackTo(db, directory.path, { ...by, target: '002' });
  expect(await states()).toEqual(['APPLIED', 'APPLIED', 'ROLLED_BACK', 'PENDING']);
});

test('is fenced off by a newer holder', async () => {
  await rollbackTo(db, directory.path, { ...by, target: '002', fence: { lane: 'schema', token: 9n } });
  await expect(
    rollbackTo(db, directory.path, { ...by, target: '000', fence: { lane: 'schema', token: 8n } }),
  ).rejects.toMatchObject({ code: 'FENCED' });
  expect(await versions()).toEqual(['001', '002']);
});

describe('the plan', () => {
  test('says what would be done, what it takes away, and what to know', async () => {
    directory.write('002_b.sql', 'CREATE TABLE b (id bigint);');
    const plan = planRollback('main', { target: '001' }, await status());
    expect(plan).toMatchObject({
      migrations: [
        { version: '003', statementCount: 1 },
        { version: '002', statementCount: 1 },
      ],
      warnings: ['002_b was changed after it was applied; its down script may be of another one'],
    });
  });

  test('has another id as soon as a script or the ledger is another one', async () => {
    const idOf = async () => planRollback('main', { target: '001' }, await status()).id;
    const first = await idOf();
    expect(await idOf()).toBe(first);
    directory.write('003_c.down.sql', 'DROP TABLE c CASCADE;');
    expect(await idOf()).not.toBe(first);
  });

  test('refuses a down script that cannot be read', async () => {
    directory.write('003_c.down.sql', 'DROP TABEL c;');
    await expect(rollbackTo(db, directory.path, { ...by, target: '001' })).rejects.toMatchObject({
      code: 'MIGRATION_INVALID',
      problems: ['003_c.down.sql: line 1, column 6: syntax error at or near "TABEL": DROP TABEL c;'],
    });
  });
});
