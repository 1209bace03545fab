import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMigrationFiles } from '../../src/migrations/files/files.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { countGroup } from '../../src/migrations/run/group.ts';
import type { MigrationProgress } from '../../src/migrations/run/run.ts';
import { applyPending, readStatus } from '../../src/migrations/runner.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';

const by = { appliedBy: 'ann' };
const COUNT = 10;

let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterEach(() => database[Symbol.asyncDispose]());

const fileName = (number: number) => `${String(number).padStart(3, '0')}_m${number}.sql`;

/** Ten migrations that make a table each, but `others`, by their number. */
function tenTables(others: Readonly<Record<number, string>> = {}): ReturnType<typeof createDirectory> {
  const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);
  return createDirectory(
    Object.fromEntries(
      numbers.map((number) => [
        fileName(number),
        others[number] ?? `CREATE TABLE t${number} (id int PRIMARY KEY);`,
      ]),
    ),
  );
}

/** Transactions that wrote the ledger, with the versions of each. */
async function listTransactions(): Promise<readonly string[]> {
  const rows = await db.rows<{ versions: string }>(sql`
    SELECT string_agg(version, ' ' ORDER BY version) AS versions
    FROM sunday_ledger.migration GROUP BY xmin::text ORDER BY min(version)
  `);
  return rows.map((one) => one.versions);
}

const ALL = '001 002 003 004 005 006 007 008 009 010';

test.each([
  ['tables', {}, 10],
  [
    'what is added to tables of the group',
    { 2: 'ALTER TABLE t1 ADD COLUMN note text DEFAULT now()::text;' },
    10,
  ],
  ['an index and a comment', { 2: "CREATE INDEX ON t1 (id); COMMENT ON TABLE t1 IS 'one';" }, 10],
  ['a key to a table of the group', { 9: 'CREATE TABLE t9 (id int REFERENCES public.t1);' }, 10],
  ['a key to another table', { 9: 'CREATE TABLE t9 (id int REFERENCES users);' }, 8],
  ['a column of another table', { 9: 'ALTER TABLE users ADD COLUMN a int;' }, 8],
  ['a partition of another table', { 9: "CREATE TABLE t9 PARTITION OF log FOR VALUES IN ('a');" }, 8],
  ['a table that may exist', { 9: 'CREATE TABLE IF NOT EXISTS t9 (id int);' }, 8],
  ['a temporary table', { 9: 'CREATE TEMPORARY TABLE t9 (id int);' }, 8],
  ['rows', { 9: 'INSERT INTO t1 VALUES (1);' }, 8],
  ['a setting', { 9: 'SET work_mem = 1000; CREATE TABLE t9 (id int);' }, 8],
  ['a call in a default', { 9: 'ALTER TABLE t1 ADD COLUMN a text DEFAULT my.name();' }, 8],
  ['a block', { 9: 'DO $$ BEGIN END $$;' }, 8],
  ['a lock timeout of its own', { 9: '-- lock-timeout: 1s\nCREATE TABLE t9 (id int);' }, 8],
  ['no transaction', { 9: '-- transaction: none\nCREATE TABLE t9 (id int);' }, 8],
  ['fewer than eight', { 8: 'SELECT 1;' }, 0],
])('counts the first files that can share a transaction: %s', async (_what, others, count) => {
  using directory = tenTables(others);
  expect(countGroup(await readMigrationFiles(directory.path))).toBe(count);
});

test('begins another group behind 100 tables', async () => {
  const names = Array.from({ length: 120 }, (_, index) => index + 1);
  using directory = createDirectory(
    Object.fromEntries(names.map((number) => [fileName(number), `CREATE TABLE t${number} ();`])),
  );
  expect(countGroup(await readMigrationFiles(directory.path))).toBe(100);
});

test('applies many that only make tables in one transaction, each with its own row', async () => {
  using directory = tenTables();
  const seen: string[] = [];
  const onProgress = (at: MigrationProgress) => seen.push(`${at.phase} ${at.version} ${at.done}/${at.total}`);
  const applied = await applyPending(db, directory.path, { ...by, onBehalfOf: "o'neil\\", onProgress });
  expect(await listTransactions()).toEqual([ALL]);
  const ledger = await readLedger(db);
  expect(applied).toEqual(ledger);
  expect(ledger[9]).toMatchObject({ version: '010', name: 'm10', onBehalfOf: "o'neil\\", statementCount: 1 });
  expect(ledger.map((one) => one.appliedAt.getTime())).toEqual(
    ledger.map((one) => one.appliedAt.getTime()).sort((a, b) => a - b),
  );
  expect(seen.slice(0, 3)).toEqual(['APPLYING 001 0/10', 'STATEMENT 001 0/10', 'APPLYING 002 0/10']);
  expect(seen.slice(-2)).toEqual(['APPLIED 009 9/10', 'APPLIED 010 10/10']);
  const status = await readStatus(db, await readMigrationFiles(directory.path));
  expect(new Set(status.map((one) => one.state))).toEqual(new Set(['APPLIED']));
});

test('applies those before one that fails, and says which statement it was', async () => {
  using directory = tenTables({ 5: 'CREATE TABLE t5 (id int);\nCREATE INDEX t5_id\n  ON t5 (nothing);' });
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    failure: { version: '005', statementNumber: 2, line: 2, sqlState: '42703', isUndone: true },
  });
  expect((await readLedger(db)).map((one) => one.version)).toEqual(['001', '002', '003', '004']);
  const status = await readStatus(db, await readMigrationFiles(directory.path));
  expect(status[4]).toMatchObject({ state: 'FAILED', attempt: { sqlState: '42703', line: 2 } });
});

test('names the session in the way of a table, and applies it when that has ended', async () => {
  using directory = tenTables();
  const made = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const other = db.transaction(async (tx) => {
    await tx.rows(raw('CREATE TABLE t4 (id int)'));
    made.resolve();
    await left.promise;
    throw new Error('not kept');
  });
  other.catch(() => {});
  await made.promise;
  const queries: string[] = [];
  const onProgress = (at: MigrationProgress) => {
    if (at.phase !== 'BLOCKED') return;
    queries.push(...at.wait.blockers.map((one) => one.query));
    left.resolve();
  };
  await applyPending(db, directory.path, { ...by, lockTimeoutMs: 300, onProgress });
  await expect(other).rejects.toThrow('not kept');
  expect(queries).toContain('CREATE TABLE t4 (id int)');
  expect((await readLedger(db)).length).toBe(COUNT);
});

test('leaves nothing of a group that may not be committed', async () => {
  using directory = tenTables();
  const refused = new Error('the lease is gone');
  const beforeCommit = () => {
    throw refused;
  };
  await expect(applyPending(db, directory.path, { ...by, beforeCommit })).rejects.toBe(refused);
  expect(await readLedger(db)).toEqual([]);
  expect(await db.rows(sql`SELECT FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
});
