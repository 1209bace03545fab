import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkDrift, KEEPS_CATALOG } from '../../src/migrations/drift/drift.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { type RunningProcess, startProcess } from '../../src/process.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory, type MigrationDirectory } from './directory.ts';

const FILES = {
  '001_one.sql': 'CREATE TABLE effects (id int);\nINSERT INTO effects VALUES (1);',
  '002_none.sql': `-- transaction: none
    INSERT INTO effects VALUES (2);
    CREATE INDEX CONCURRENTLY effects_id ON effects (id);
    INSERT INTO effects VALUES (3);
    DROP INDEX CONCURRENTLY effects_id;
    INSERT INTO effects VALUES (4);`,
};

let database: TestDatabase;
let db: Database;
let directory: MigrationDirectory;
let worker: RunningProcess | null = null;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterEach(async () => {
  await worker?.stop(1_000);
  directory[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const start = (diesAt: number, onLine: (line: string) => void = () => {}, keepsCatalog = false) => {
  chmodSync(directory.path, 0o755);
  const orders = { connection: database.connection, directory: directory.path, diesAt, keepsCatalog };
  worker = startProcess(process.execPath, ['test/migrations/runner-worker.ts'], {
    env: { TEST_ORDERS: JSON.stringify(orders) },
    onLine,
  });
  return worker;
};
const effects = async () =>
  (await db.rows<{ id: number }>(sql`SELECT id FROM effects ORDER BY 1`)).map((one) => one.id);
const indexes = () =>
  db.rows(sql`SELECT relname AS name FROM pg_index JOIN pg_class ON oid = indexrelid
  WHERE relnamespace = 'public'::regnamespace`);

// Statements: 2 and 5. Commits: 1 of the first file; of the second 3 of statements with a transaction, which also mark
// their neighbours without one as sent and as done, and the last one, which writes the ledger.
const MOMENTS = 2 + 5 + 1 + 3 + 1;

test('does everything once when its process is killed before any statement or commit', async () => {
  directory = createDirectory(FILES);
  for (let diesAt = 1; diesAt <= MOMENTS; diesAt += 1) {
    expect(await start(diesAt).ended, `before ${diesAt}`).toMatchObject({ signal: 'SIGKILL' });
    await applyPending(db, directory.path, { appliedBy: 'ann' });
    expect(await effects(), `killed before ${diesAt}`).toEqual([1, 2, 3, 4]);
    expect(await indexes()).toEqual([]);
    expect(await readLedger(db)).toMatchObject([{ version: '001' }, { version: '002', statementCount: 5 }]);
    await db.rows(sql`DROP TABLE effects`);
    await db.rows(sql`DELETE FROM sunday_ledger.migration`);
  }
  expect(await start(MOMENTS + 1).ended).toMatchObject({ exitCode: 0, signal: null });
}, 180_000);

test('has all or nothing of small ones that are committed together, and of their catalogs', async () => {
  const versions = Array.from({ length: 9 }, (_, index) => `00${index + 1}`);
  directory = createDirectory(
    Object.fromEntries(versions.map((one) => [`${one}_t.sql`, `CREATE TABLE t${one} (id int);`])),
  );
  // In the middle, and right before the commit of all.
  for (const diesAt of [5, versions.length + 1]) {
    expect(await start(diesAt, () => {}, true).ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await readLedger(db)).toEqual([]);
    expect(await db.rows(sql`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([]);
  }
  await applyPending(db, directory.path, { appliedBy: 'ann', ...KEEPS_CATALOG });
  expect((await readLedger(db)).map(({ version }) => version)).toEqual(versions);
  expect(await checkDrift(db)).toMatchObject({ state: 'NONE', version: '009' });
}, 60_000);

test('finishes a concurrent index whose process was killed in the middle of the build', async () => {
  directory = createDirectory({
    '001_a.sql': 'CREATE TABLE a (id int);',
    '002_x.sql': '-- transaction: none\nCREATE INDEX CONCURRENTLY a_id ON a (id);',
  });
  await applyPending(db, directory.path, { appliedBy: 'ann', target: '001' });
  const writer = openDatabase({ ...database.connection, applicationName: 'writer' });
  await writer.transaction(async (tx) => {
    await tx.rows(sql`INSERT INTO a VALUES (1)`);
    const blocked = Promise.withResolvers<void>();
    const killed = start(0, (line) => line === 'BLOCKED' && blocked.resolve());
    await blocked.promise;
    process.kill(killed.pid, 'SIGKILL');
    await killed.ended;
    const [left] = await tx.rows(
      sql`SELECT indisvalid AS valid FROM pg_index WHERE indrelid = 'a'::regclass`,
    );
    expect(left).toEqual({ valid: false });
  });
  await writer.close();
  expect(await applyPending(db, directory.path, { appliedBy: 'ann' })).toMatchObject([{ version: '002' }]);
  expect(await db.rows(sql`SELECT indisvalid AS valid FROM pg_index WHERE indrelid = 'a'::regclass`)).toEqual(
    [{ valid: true }],
  );
}, 60_000);
