import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readMigrationFiles } from '../../src/migrations/files/files.ts';
import { applyPending, readStatus } from '../../src/migrations/runner.ts';
import type { MigrationProgress, RunOptions } from '../../src/migrations/run/run.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';

const by = { appliedBy: 'ann' };
const NONE = '-- transaction: none\n';

let database: TestDatabase;
let db: Database;
let other: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
  other = openDatabase({ ...database.connection, applicationName: 'the-other' });
  await db.rows(sql`CREATE TABLE a (id int, name text, at timestamptz)`);
});
afterEach(async () => {
  await other.close();
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
const indexes = () =>
  db.rows<{ name: string; valid: boolean; definition: string }>(sql`
    SELECT relname AS name, indisvalid AND indisready AS valid, pg_get_indexdef(oid) AS definition
    FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relnamespace = 'public'::regnamespace ORDER BY 1
  `);
const A_ID = { name: 'a_id', valid: true, definition: 'CREATE INDEX a_id ON public.a USING btree (id)' };
const breakIndex = async (definition: string) => {
  await db.rows(sql`INSERT INTO a (id) VALUES (1), (1)`);
  await db.rows(raw(definition)).catch(() => {});
  await db.rows(sql`DELETE FROM a`);
  expect(await indexes()).toMatchObject([{ name: 'a_id', valid: false }]);
};

describe('a concurrent index', () => {
  test('is built without a lock timeout, however the session is limited', async () => {
    const seen: MigrationProgress[] = [];
    await other.transaction(async (tx) => {
      await tx.rows(sql`INSERT INTO a VALUES (1)`);
      const released = Promise.withResolvers<void>();
      const run = apply('CREATE INDEX CONCURRENTLY a_id ON a (id);', {
        lockTimeoutMs: 50,
        onProgress(progress) {
          seen.push(progress);
          if (progress.phase === 'BLOCKED') released.resolve();
        },
      });
      await released.promise;
      await tx.rows(sql`COMMIT`);
      await run;
    });
    expect(await indexes()).toEqual([A_ID]);
    expect(seen.find((one) => one.phase === 'BLOCKED')).toMatchObject({
      wait: { blockers: [{ applicationName: 'the-other' }] },
    });
  });

  test('is not begun while an old transaction holds a snapshot; that one is named', async () => {
    await other.transaction(async (tx) => {
      await tx.rows(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
      const [row] = await tx.rows<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
      const limits = { oldTransactionAgeMs: 0, oldTransactionWaitMs: 300 };
      await expect(apply('CREATE INDEX CONCURRENTLY a_id ON a (id);', limits)).rejects.toMatchObject({
        code: 'MIGRATION_BLOCKED',
        blockers: [{ pid: row?.pid, applicationName: 'the-other', state: 'idle in transaction' }],
      });
    });
    expect(await indexes()).toEqual([]);
    await apply('CREATE INDEX CONCURRENTLY a_id ON a (id);');
    expect(await indexes()).toEqual([A_ID]);
  });

  test.each(['', 'IF NOT EXISTS '])('replaces what a broken build left behind: %s', async (clause) => {
    await breakIndex('CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id)');
    await apply(`CREATE INDEX CONCURRENTLY ${clause}a_id ON a (id);`);
    expect(await indexes()).toEqual([A_ID]);
  });

  test('is refused under IF NOT EXISTS when the one that exists is another', async () => {
    await db.rows(sql`CREATE INDEX a_id ON a (id, name)`);
    await expect(apply('CREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);')).rejects.toMatchObject({
      code: 'MIGRATION_INDEX_DIFFERS',
      expected: 'USING btree (id)',
      found: 'USING btree (id, name)',
    });
    expect(await stateOf('SELECT 1;')).toMatchObject({ state: 'FAILED' });
  });

  test.each(['TABLE a_id (id int)', 'INDEX a_id ON c (id)'])(
    'is refused when its name belongs to something else: %s',
    async (what) => {
      await db.rows(sql`CREATE TABLE c (id int)`);
      await db.rows(raw(`CREATE ${what}`));
      await expect(apply('CREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);')).rejects.toMatchObject({
        code: 'MIGRATION_INDEX_DIFFERS',
      });
    },
  );

  test.each([
    'a (id)',
    'ONLY public.a USING btree (id DESC NULLS LAST, name text_pattern_ops) INCLUDE (at)',
    `"public" . "a" (lower(name), (id + 1)) WITH (fillfactor = 70) WHERE name IN ('x', 'y') AND a.id > 0`,
    'a USING gin (to_tsvector(\'english\'::regconfig, name)) -- USING "a"',
  ])('is known again under IF NOT EXISTS by its meaning: %s', async (rest) => {
    await db.rows(raw(`CREATE INDEX a_id ON ${rest}`));
    const before = await indexes();
    await apply(`CREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON ${rest}\n;`);
    expect(await indexes()).toEqual(before);
  });

  test('finds tables and names that have to be quoted', async () => {
    await db.rows(sql`CREATE SCHEMA "S ""x"`);
    await db.rows(sql`CREATE TABLE "S ""x"."T USING (" (id int)`);
    const text = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "I ON" ON "S ""x"."T USING (" (id);';
    await apply(text);
    await db.rows(sql`DELETE FROM sunday_ledger.migration`);
    expect(await apply(text)).toMatchObject([{ version: '001' }]);
  });

  test('leaves no broken index behind when its build fails', async () => {
    await db.rows(sql`INSERT INTO a (id) VALUES (1), (1)`);
    await expect(apply('CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      failure: { sqlState: '23505', line: 2 },
    });
    expect(await indexes()).toEqual([]);
  });

  test('leaves no broken index behind when it is cancelled', async () => {
    const controller = new AbortController();
    await other.transaction(async (tx) => {
      await tx.rows(sql`INSERT INTO a VALUES (1)`);
      const cancelled = Promise.withResolvers<void>();
      const run = apply('CREATE INDEX CONCURRENTLY a_id ON a (id);', {
        signal: controller.signal,
        onProgress({ phase }) {
          if (phase !== 'BLOCKED') return;
          controller.abort(new Error('enough'));
          cancelled.resolve();
        },
      });
      run.catch(() => {});
      await cancelled.promise;
      // Not before the build has ended: it would be done faster than the cancel comes.
      await expect
        .poll(() =>
          db.rows(sql`SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()`),
        )
        .toEqual([]);
      await tx.rows(sql`COMMIT`);
      await expect(run).rejects.toThrow('enough');
    });
    expect(await indexes()).toEqual([]);
  });

  test('is built by one of three runners at once, and seen done by the others', async () => {
    using directory = createDirectory({ '001_x.sql': `${NONE}CREATE INDEX CONCURRENTLY a_id ON a (id);` });
    await db.rows(sql`INSERT INTO a SELECT generate_series(1, 20000)`);
    const runs = await Promise.all(
      [1, 2, 3].map((n) => applyPending(db, directory.path, { appliedBy: `${n}` })),
    );
    expect(runs.map((one) => one.length).sort()).toEqual([0, 0, 1]);
    expect(await indexes()).toEqual([A_ID]);
  });
});
