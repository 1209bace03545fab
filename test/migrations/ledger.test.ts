import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMigrationFiles } from '../../src/migrations/files/files.ts';
import { readLedgerState } from '../../src/migrations/ledger/journal-store.ts';
import { applyPending, readStatus } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory, type MigrationDirectory } from './directory.ts';

const by = { appliedBy: 'ann' };

let database: TestDatabase;
let db: Database;
let directory: MigrationDirectory;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
  directory = createDirectory({ '001_a.sql': 'CREATE TABLE a (id int);' });
});
afterEach(async () => {
  directory[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const status = async () => readStatus(db, await readMigrationFiles(directory.path));

/** The ledger of the release before this one. */
const makeOldLedger = async () => {
  await db.rows(sql`CREATE SCHEMA sunday_ledger`);
  await db.rows(sql`CREATE TABLE sunday_ledger.migration (
    version text PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), applied_by text NOT NULL, on_behalf_of text,
    operation_id text, duration_ms integer NOT NULL, statement_count integer NOT NULL)`);
  const [file] = await readMigrationFiles(directory.path);
  await db.rows(sql`INSERT INTO sunday_ledger.migration
    (version, name, checksum, applied_by, duration_ms, statement_count)
    VALUES ('001', 'a', ${file?.checksum}, 'bea', 7, 1)`);
};

test('reads a ledger of an older release, and brings it up to date with the next migration', async () => {
  await makeOldLedger();
  expect(await readLedger(db)).toMatchObject([{ version: '001', appliedBy: 'bea', fingerprint: null }]);
  expect((await readLedgerState(db)).journal).toEqual({ attempts: [], openSteps: [] });
  expect((await status()).map((one) => one.state)).toEqual(['APPLIED']);
  directory.write('002_b.sql', 'CREATE TABLE b (id int);');
  await applyPending(db, directory.path, { ...by, fingerprint: () => Promise.resolve('f') });
  expect(await readLedger(db)).toMatchObject([
    { version: '001', appliedBy: 'bea', fingerprint: null },
    { version: '002', appliedBy: 'ann', fingerprint: 'f' },
  ]);
});

test('computes the fingerprint of a migration in its own transaction, behind its statements', async () => {
  const fingerprint = async (tx: Pick<Database, 'rows'>) => {
    const rows = await tx.rows(
      sql`SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
    );
    return JSON.stringify(rows);
  };
  await applyPending(db, directory.path, { ...by, fingerprint });
  expect(await readLedger(db)).toMatchObject([{ fingerprint: '[{"name":"a"}]' }]);
});

test('shows a migration that failed with its statement, until it goes through', async () => {
  directory.write('002_b.sql', 'SELECT 1;\n\nSELECT 1 / 0 AS b;');
  await expect(applyPending(db, directory.path, { ...by, operationId: 'op-1' })).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
  });
  expect((await status())[1]).toMatchObject({
    state: 'FAILED',
    applied: null,
    openSteps: null,
    attempt: {
      direction: 'UP',
      outcome: 'FAILED',
      requestedBy: 'ann',
      operationId: 'op-1',
      statementNumber: 2,
      line: 3,
      statement: 'SELECT 1 / 0 AS b',
      sqlState: '22012',
      message: 'division by zero',
    },
  });
  directory.write('002_b.sql', 'SELECT 1;');
  await applyPending(db, directory.path, by);
  expect((await status())[1]).toMatchObject({ state: 'APPLIED', attempt: null });
});

test('remembers no more than a hundred failures of a migration, and the beginning of a long statement', async () => {
  directory.write('002_b.sql', `SELECT 1 / 0, '${'x'.repeat(3_000)}';`);
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  await db.rows(sql`INSERT INTO sunday_ledger.migration_attempt
    (version, name, direction, outcome, duration_ms, requested_by)
    SELECT '002', 'b', 'UP', 'FAILED', 1, 'old' FROM generate_series(1, 150)`);
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  const [row] = await db.rows(sql`
    SELECT count(*)::int AS kept, max(length(statement)) AS length FROM sunday_ledger.migration_attempt`);
  expect(row).toEqual({ kept: 100, length: 2_000 });
});

test('reports a statement that the server has no space for, and leaves nothing of it', async () => {
  const text = "SET LOCAL work_mem = '64kB';\nSET LOCAL temp_file_limit = '100kB';\n";
  directory.write(
    '002_b.sql',
    `${text}CREATE TABLE b AS SELECT i FROM generate_series(1, 100000) AS i ORDER BY -i;`,
  );
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    retryable: false,
    failure: { sqlState: '53400', line: 3 },
  });
  expect(await db.rows(sql`SELECT to_regclass('b') AS b`)).toEqual([{ b: null }]);
});
