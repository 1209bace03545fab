import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyPending } from '../../src/migrations/runner.ts';
import type { MigrationProgress } from '../../src/migrations/run/run.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import type { Database, Transaction } from '../../src/postgres/pool.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';

const by = { appliedBy: 'ann' };

let database: TestDatabase;
let db: Database;
let reader: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
  reader = openDatabase({ ...database.connection, applicationName: 'long-reader' });
  await db.rows(sql`CREATE TABLE a (id int)`);
  await db.rows(sql`CREATE TABLE b (id int)`);
});
afterEach(async () => {
  await reader.close();
  await database[Symbol.asyncDispose]();
});

/** Collects what a run reports, and lets a test wait for the first report of a phase. */
const watch = () => {
  const seen: MigrationProgress[] = [];
  const waiting: { readonly phase: string; readonly resolve: (progress: MigrationProgress) => void }[] = [];
  return {
    seen,
    onProgress(progress: MigrationProgress) {
      seen.push(progress);
      for (const one of waiting) if (one.phase === progress.phase) one.resolve(progress);
    },
    until<Phase extends MigrationProgress['phase']>(phase: Phase) {
      const { promise, resolve } = Promise.withResolvers<MigrationProgress>();
      waiting.push({ phase, resolve });
      return promise as Promise<MigrationProgress & { readonly phase: Phase }>;
    },
  };
};
const pidOf = async (tx: Transaction) => {
  const [row] = await tx.rows<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
  return row?.pid;
};

test('names the reader in the way, lets others pass it by, and goes through when it has ended', async () => {
  using directory = createDirectory({ '001_x.sql': 'SELECT 1;\nALTER TABLE a ADD x int;' });
  const report = watch();
  let run: Promise<unknown> = Promise.resolve();
  await reader.transaction(async (tx) => {
    await tx.rows(sql`SELECT count(*), 'a secret' FROM a`);
    const blocked = report.until('BLOCKED');
    const retried = report.until('RETRYING');
    run = applyPending(db, directory.path, { ...by, onProgress: report.onProgress });
    expect(await blocked).toMatchObject({
      version: '001',
      statement: { number: 2, count: 2, line: 2 },
      wait: {
        relation: 'a',
        mode: 'AccessExclusiveLock',
        blockers: [
          {
            pid: await pidOf(tx),
            applicationName: 'long-reader',
            state: 'idle in transaction',
            query: "SELECT count(*), '…' FROM a",
          },
        ],
      },
    });
    // Queued behind our ALTER TABLE now; it is through while the reader still holds its lock.
    expect(await db.rows(sql`SELECT count(*)::int AS rows FROM a`)).toEqual([{ rows: 0 }]);
    expect(await retried).toMatchObject({ attempt: 1, sqlState: '55P03' });
  });
  await run;
  expect(await readLedger(db)).toMatchObject([{ version: '001' }]);
});

test('leaves the text of strings out of what it says about a blocker', async () => {
  using directory = createDirectory({ '001_x.sql': 'ALTER TABLE a ADD x int;' });
  await reader.transaction(async (tx) => {
    await tx.rows(sql`SELECT count(*), 'it''s a secret' AS x FROM a`);
    const run = applyPending(db, directory.path, { ...by, retry: { attempts: 1 } });
    await expect(run).rejects.toMatchObject({
      code: 'MIGRATION_BLOCKED',
      blockers: [{ query: "SELECT count(*), '…' AS x FROM a" }],
    });
  });
});

test('takes the lock timeout of the header', async () => {
  using directory = createDirectory({
    '001_x.sql': `-- lock-timeout: 1234ms\nCREATE TABLE seen AS SELECT current_setting('lock_timeout') AS it;`,
    '002_y.sql': `INSERT INTO seen SELECT current_setting('lock_timeout');`,
  });
  await applyPending(db, directory.path, by);
  expect(await db.rows(sql`SELECT it FROM seen`)).toEqual([{ it: '1234ms' }, { it: '500ms' }]);
});

test('tries again as a whole when it was the victim of a deadlock', async () => {
  using directory = createDirectory({
    '001_x.sql': '-- lock-timeout: 20s\nALTER TABLE a ADD x int;\nALTER TABLE b ADD x int;',
  });
  const report = watch();
  let run: Promise<unknown> = Promise.resolve();
  await reader.transaction(async (tx) => {
    await tx.rows(sql`LOCK TABLE b`);
    const blocked = report.until('BLOCKED');
    run = applyPending(db, directory.path, { ...by, onProgress: report.onProgress });
    await blocked;
    await tx.rows(sql`SELECT FROM a`);
  });
  await run;
  expect(report.seen).toContainEqual(expect.objectContaining({ phase: 'RETRYING', sqlState: '40P01' }));
  expect(await db.rows(sql`SELECT x FROM a, b`).catch((error: unknown) => error)).toMatchObject({
    code: '42702', // both have it
  });
});

test('does not try again what another attempt could not mend', async () => {
  using directory = createDirectory({ '001_x.sql': 'SELECT 1 / 0;' });
  const report = watch();
  const run = applyPending(db, directory.path, { ...by, onProgress: report.onProgress });
  await expect(run).rejects.toMatchObject({ code: 'MIGRATION_FAILED', failure: { sqlState: '22012' } });
  expect(report.seen.map((one) => one.phase)).toEqual(['APPLYING', 'STATEMENT']);
});

test('ends the pause between two attempts when it is cancelled', async () => {
  using directory = createDirectory({ '001_x.sql': 'ALTER TABLE a ADD x int;' });
  const controller = new AbortController();
  await reader.transaction(async (tx) => {
    await tx.rows(sql`SELECT FROM a`);
    const run = applyPending(db, directory.path, {
      ...by,
      signal: controller.signal,
      retry: { firstDelayMs: 600_000, totalMs: 900_000_000 },
      onProgress: ({ phase }) => phase === 'RETRYING' && controller.abort(new Error('enough')),
    });
    await expect(run).rejects.toThrow('enough');
  });
});
