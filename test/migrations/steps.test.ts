import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readMigrationFiles } from '../../src/migrations/files/files.ts';
import { applyPending, readStatus } from '../../src/migrations/runner.ts';
import type { RunOptions } from '../../src/migrations/run/run.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { countOpenStatements } from '../../src/migrations/state.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';

const by = { appliedBy: 'ann' };
const NONE = '-- transaction: none\n';

let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
  await db.rows(sql`CREATE TABLE a (id int, name text, at timestamptz)`);
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
});

const apply = async (text: string, options: Partial<RunOptions> = {}) => {
  using directory = createDirectory({ '001_x.sql': NONE + text });
  return await applyPending(db, directory.path, { ...by, ...options });
};
const stateOf = async (text: string) => {
  using directory = createDirectory({ '001_x.sql': NONE + text });
  return (await readStatus(db, await readMigrationFiles(directory.path)))[0];
};
describe('a file without a transaction', () => {
  test('keeps what is done when a statement fails, shows where, and goes on there with the corrected file', async () => {
    const text = 'CREATE TABLE b (id int);\nINSERT INTO b VALUES (1);\n';
    await expect(apply(`${text}INSERT INTO nothing VALUES (1);`)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: 'migration 001_x failed at line 4: relation "nothing" does not exist (42P01)',
      failure: { statementNumber: 3, isUndone: false },
    });
    expect(await stateOf(text)).toMatchObject({
      state: 'FAILED',
      openSteps: { direction: 'UP', doneCount: 2 },
      attempt: { statementNumber: 3, statement: 'INSERT INTO nothing VALUES (1)', sqlState: '42P01' },
    });
    const status = await stateOf(`${text}SELECT 1; SELECT 2;`);
    expect(status && countOpenStatements(status)).toBe(4);
    await apply(`${text}INSERT INTO b VALUES (2);`);
    expect(await db.rows(sql`SELECT id FROM b ORDER BY 1`)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await db.rows(sql`SELECT version FROM sunday_ledger.migration_step`)).toEqual([]);
    expect(await readLedger(db)).toMatchObject([{ version: '001', statementCount: 3 }]);
  });

  test('writes down that an index is done before a failure of the statement behind it', async () => {
    const text = 'SELECT 1;\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n';
    await expect(apply(`${text}SELECT 1 / 0;`)).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(
      await db.rows(sql`
        SELECT statement_number AS number, state FROM sunday_ledger.migration_step ORDER BY statement_number
      `),
    ).toEqual([
      { number: 1, state: 'DONE' },
      { number: 2, state: 'DONE' },
    ]);
    expect(await apply(`${text}SELECT 1;`)).toMatchObject([{ statementCount: 3 }]);
  });

  test('lets what was announced and never sent be another statement tomorrow', async () => {
    const text = 'SELECT 1;\n';
    const stop = new AbortController();
    let commits = 0;
    // Behind the commit that ends the first statement and announces the second.
    const beforeCommit = () => void (++commits === 1 && setImmediate(() => stop.abort(new Error('stopped'))));
    const signal = stop.signal;
    const stopped = apply(`${text}CREATE INDEX CONCURRENTLY a_id ON a (id);`, { signal, beforeCommit });
    await expect(stopped).rejects.toThrow('stopped');
    expect(await apply(`${text}CREATE INDEX CONCURRENTLY a_name ON a (name);`)).toMatchObject([
      { statementCount: 2 },
    ]);
  });

  test.each([
    ['that is done was changed', 'CREATE TABLE b (id bigint);\nSELECT 1;'],
    ['that is done is gone', '-- empty but for this\nSELECT 1;'],
  ])('is refused when a statement %s', async (_what, text) => {
    await expect(apply('CREATE TABLE b (id int);\nSELECT 1 / 0;')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
    });
    await expect(apply(text)).rejects.toMatchObject({ code: 'MIGRATION_UNFINISHED', version: '001' });
  });

  test('is refused when it wants a transaction after it has begun without one', async () => {
    await expect(apply('CREATE TABLE b (id int);\nSELECT 1 / 0;')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
    });
    using directory = createDirectory({ '001_x.sql': 'CREATE TABLE b (id int);' });
    await expect(applyPending(db, directory.path, by)).rejects.toMatchObject({
      code: 'MIGRATION_UNFINISHED',
    });
  });

  test('gives a session that goes on the settings of the statements that are done', async () => {
    const text = "SET search_path = s;\nCREATE TABLE b (name text);\nINSERT INTO b VALUES ('x');\n";
    await db.rows(sql`CREATE SCHEMA s`);
    await expect(apply(`${text}SELECT 1 / 0;`)).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    await apply(`${text}INSERT INTO b VALUES ('y');`);
    expect(await db.rows(sql`SELECT name FROM s.b ORDER BY 1`)).toEqual([{ name: 'x' }, { name: 'y' }]);
  });

  test('lets a procedure commit its batches', async () => {
    await apply(`CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN
        FOR i IN 1..3 LOOP INSERT INTO a (id) VALUES (i); COMMIT; END LOOP; END $$;
      CALL fill(); VACUUM a;`);
    expect(await db.rows(sql`SELECT count(DISTINCT xmin::text)::int AS batches FROM a`)).toEqual([
      { batches: 3 },
    ]);
  });
});
