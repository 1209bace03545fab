import { afterEach, beforeEach, expect, test } from 'vitest';
import { MigrationFailedError } from '../../src/migrations/run/run-errors.ts';
import type { MigrationProgress } from '../../src/migrations/run/run.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { readLedger, recordApplied } from '../../src/migrations/ledger/store.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { identifier, literal, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';

const by = { appliedBy: 'ann' };
const TWO = { '001_a.sql': 'CREATE TABLE a (id int);', '002_b.sql': 'CREATE TABLE b (id int);' };

let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterEach(() => database[Symbol.asyncDispose]());

const versions = async () => (await readLedger(db)).map((one) => one.version);
const tables = async () =>
  (
    await db.rows<{ name: string }>(
      sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    )
  ).map((one) => one.name);
/** Holders of advisory locks: a runner must leave none. */
const leftovers = () =>
  db.rows(sql`
    SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()
  `);

test('applies what is pending and keeps who, when and how in the ledger', async () => {
  using directory = createDirectory(TWO);
  await applyPending(db, directory.path, { ...by, onBehalfOf: 'bea', operationId: 'op-1' });
  expect(await tables()).toEqual(['a', 'b']);
  expect(await readLedger(db)).toMatchObject([
    {
      version: '001',
      name: 'a',
      appliedBy: 'ann',
      onBehalfOf: 'bea',
      operationId: 'op-1',
      statementCount: 1,
    },
    {
      version: '002',
      name: 'b',
      appliedBy: 'ann',
      onBehalfOf: 'bea',
      operationId: 'op-1',
      statementCount: 1,
    },
  ]);
  expect(await leftovers()).toEqual([]);
});

test('does nothing the second time', async () => {
  using directory = createDirectory(TWO);
  await applyPending(db, directory.path, by);
  const before = await readLedger(db);
  expect(await applyPending(db, directory.path, by)).toEqual([]);
  expect(await readLedger(db)).toEqual(before);
});

test.each(['1', '001', '001_a'])('stops at the target %s', async (target) => {
  using directory = createDirectory(TWO);
  await applyPending(db, directory.path, { ...by, target });
  expect(await versions()).toEqual(['001']);
});

test('refuses a target that no file has', async () => {
  using directory = createDirectory(TWO);
  await expect(applyPending(db, directory.path, { ...by, target: '003' })).rejects.toMatchObject({
    code: 'MIGRATION_NOT_FOUND',
    hint: 'Known versions: 001, 002.',
  });
});

test('refuses everything when an applied file was changed', async () => {
  using directory = createDirectory(TWO);
  await applyPending(db, directory.path, { ...by, target: '001' });
  directory.write('001_a.sql', 'CREATE TABLE a (id bigint);');
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
    code: 'MIGRATION_DRIFTED',
    versions: ['001'],
  });
  expect(await versions()).toEqual(['001']);
});

test('refuses a number below one that is applied', async () => {
  using directory = createDirectory({ '002_b.sql': TWO['002_b.sql'] });
  await applyPending(db, directory.path, by);
  directory.write('001_a.sql', TWO['001_a.sql']);
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
    code: 'MIGRATION_OUT_OF_ORDER',
    versions: ['001'],
  });
});

test('goes on when an applied file is missing, as it is for an older release', async () => {
  using directory = createDirectory(TWO);
  await applyPending(db, directory.path, by);
  directory.remove('002_b.sql');
  expect(await applyPending(db, directory.path, by)).toEqual([]);
});

test('leaves nothing of a migration that fails in the middle, keeps the ones before it, and says where', async () => {
  using directory = createDirectory({
    ...TWO,
    '003_bad.sql':
      'CREATE TABLE c (id int);\nINSERT INTO c VALUES (1);\n\nCREATE TABLE a (id int);\nCREATE TABLE d ();',
  });
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    retryable: false,
    message: 'migration 003_bad failed at line 4: relation "a" already exists (42P07)',
  });
  expect(await tables()).toEqual(['a', 'b']);
  expect(await versions()).toEqual(['001', '002']);
  expect(await leftovers()).toEqual([]);
});

test.each([
  ['a name that is unknown', "SELECT '😀';\nSELECT 1,\n  nothing FROM a;", 3, '42703'],
  ['an error inside a block', 'SELECT 1;\nDO $$ BEGIN\n  PERFORM 1 / 0;\nEND $$;', 2, '22012'],
])('gives the line of %s', async (_what, text, line, sqlState) => {
  using directory = createDirectory({ '001_a.sql': TWO['001_a.sql'], '002_bad.sql': text });
  const error: unknown = await applyPending(db, directory.path, by).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MigrationFailedError);
  expect((error as MigrationFailedError).failure).toMatchObject({ version: '002', line, sqlState });
});

test('gives the line of a statement that our parser knows and the server does not', async () => {
  // PostgreSQL 17 has JSON_SERIALIZE; it is the first statement, which goes along with the beginning.
  using directory = createDirectory({
    '001_a.sql': "-- ä\nSELECT 'ä',\n  json_serialize('1' RETURNING text);",
  });
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    failure: { statementNumber: 1, line: 3, sqlState: '42601' },
  });
});

test('writes no row for a migration whose transaction is over', async () => {
  using directory = createDirectory(TWO);
  const [applied] = await applyPending(db, directory.path, { ...by, target: '001' });
  if (!applied) throw new Error('it was not applied');
  const entry = { ...applied, version: '002', name: "o'b\\" };
  const record = (idOf: (id: string) => string) =>
    db.transaction(async (tx) => {
      const [own] = await tx.rows<{ id: string }>(sql`SELECT pg_current_xact_id()::text AS id`);
      return recordApplied(tx, entry, idOf(own?.id ?? ''));
    });
  expect(await record(() => '3').catch((error: unknown) => error)).toBe(null);
  expect(await versions()).toEqual(['001']);
  expect(await record((id) => id)).toMatchObject({ version: '002', name: "o'b\\" });
});

test('says that a deferred constraint failed at the commit', async () => {
  using directory = createDirectory({
    '001_a.sql': `CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO a VALUES (1, 2);`,
  });
  await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    failure: { line: null, sqlState: '23503' },
  });
  expect(await tables()).toEqual([]);
});

test('keeps the settings of one file from the next, and from the session afterwards', async () => {
  using directory = createDirectory({
    '001_a.sql': "SET search_path = pg_temp; SET work_mem = '1MB'; SET ROLE pg_monitor; RESET ROLE;",
    '002_b.sql': 'CREATE TABLE b (id int);',
  });
  const single = openDatabase({ ...database.connection, maxConnections: 1 });
  await applyPending(single, directory.path, by);
  const [row] = await single.rows(
    sql`SELECT current_setting('work_mem') AS memory, current_setting('idle_session_timeout') AS idle`,
  );
  await single.close();
  expect(await tables()).toEqual(['b']);
  expect(row).toEqual({ memory: '4MB', idle: '0' });
});

test('needs no more than to own the database', async () => {
  using directory = createDirectory(TWO);
  const role = `owner_${database.connection.database}`;
  await db.rows(sql`CREATE ROLE ${identifier(role)} LOGIN PASSWORD ${literal('x')}`);
  await db.rows(sql`ALTER DATABASE ${identifier(database.connection.database)} OWNER TO ${identifier(role)}`);
  const owner = openDatabase({ ...database.connection, user: role, password: 'x' });
  await applyPending(owner, directory.path, { ...by, fence: { lane: 'schema', token: 1n } });
  await owner.close();
  expect(await versions()).toEqual(['001', '002']);
  await db.rows(sql`REASSIGN OWNED BY ${identifier(role)} TO postgres`);
  await db.rows(sql`DROP ROLE ${identifier(role)}`);
});

test('tells how far it is', async () => {
  using directory = createDirectory(TWO);
  const seen: MigrationProgress[] = [];
  await applyPending(db, directory.path, { ...by, onProgress: (progress) => seen.push(progress) });
  const statement = { number: 1, count: 1, line: 1 };
  expect(seen).toEqual([
    { phase: 'APPLYING', version: '001', done: 0, total: 2 },
    { phase: 'STATEMENT', version: '001', done: 0, total: 2, statement },
    { phase: 'APPLIED', version: '001', done: 1, total: 2 },
    { phase: 'APPLYING', version: '002', done: 1, total: 2 },
    { phase: 'STATEMENT', version: '002', done: 1, total: 2, statement },
    { phase: 'APPLIED', version: '002', done: 2, total: 2 },
  ]);
});
