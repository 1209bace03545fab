import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyPending } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { CancelledError } from '../../src/errors.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
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
/** Pid of the session that runs pg_sleep: the runner is in the middle of a file then. */
const untilAsleep = async (): Promise<number> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const [row] = await db.rows<{ pid: number }>(
      sql`SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    if (row) return row.pid;
    await sleep(25);
  }
  throw new Error('nobody sleeps');
};
/** Holders of advisory locks: a runner must leave none. */
const leftovers = () =>
  db.rows(sql`
    SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()
  `);

test('gives up on a lock that another session holds and calls that worth a retry', async () => {
  using directory = createDirectory({
    '001_a.sql': TWO['001_a.sql'],
    '002_x.sql': 'ALTER TABLE a ADD b int;',
  });
  await applyPending(db, directory.path, { ...by, target: '001' });
  await db.transaction(async (tx) => {
    await tx.rows(sql`LOCK TABLE a IN ACCESS SHARE MODE`);
    await expect(
      applyPending(db, directory.path, { ...by, lockTimeoutMs: 200, retry: { attempts: 2 } }),
    ).rejects.toMatchObject({
      code: 'MIGRATION_BLOCKED',
      retryable: true,
      failure: { sqlState: '55P03', line: 1 },
      blockers: [{ applicationName: 'sunday-test', state: 'idle in transaction' }],
    });
  });
  await applyPending(db, directory.path, by);
  expect(await versions()).toEqual(['001', '002']);
});

test('lets three runners at once end well: one applies, the others see it done', async () => {
  using directory = createDirectory({
    ...TWO,
    '001_a.sql': 'CREATE TABLE a (id int); SELECT pg_sleep(0.3);',
  });
  const runs = await Promise.all(
    [1, 2, 3].map((n) => applyPending(db, directory.path, { appliedBy: `${n}` })),
  );
  expect(runs.map((one) => one.length).sort()).toEqual([0, 0, 2]);
  expect(await versions()).toEqual(['001', '002']);
});

test('waits for the lock only so long and names its holder', async () => {
  using directory = createDirectory(TWO);
  const other = openDatabase({ ...database.connection, applicationName: 'the-other' });
  await other.session(async (session) => {
    const [row] = await session.rows<{ pid: number }>(
      sql`SELECT pg_backend_pid() AS pid, pg_advisory_lock(${0x5355}::int, 1)`,
    );
    await expect(applyPending(db, directory.path, { ...by, lockWaitMs: 250 })).rejects.toMatchObject({
      code: 'MIGRATION_LOCKED',
      retryable: true,
      holder: { pid: row?.pid, applicationName: 'the-other' },
    });
    await session.rows(sql`SELECT pg_advisory_unlock_all()`);
  });
  await other.close();
  expect(await tables()).toEqual([]);
});

test('cancels the statement that runs when aborted; the migration is rolled back', async () => {
  using directory = createDirectory({
    ...TWO,
    '002_b.sql': 'CREATE TABLE b (id int);\nSELECT pg_sleep(60);',
  });
  const controller = new AbortController();
  const run = applyPending(db, directory.path, {
    ...by,
    signal: controller.signal,
  });
  void untilAsleep().then(() => controller.abort(new CancelledError('it')));
  await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await tables()).toEqual(['a']);
  expect(await versions()).toEqual(['001']);
  expect(await leftovers()).toEqual([]);
});

test('rolls back when the last check before the commit refuses', async () => {
  using directory = createDirectory(TWO);
  const beforeCommit = () => {
    throw new CancelledError('the lease');
  };
  await expect(applyPending(db, directory.path, { ...by, beforeCommit })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(await tables()).toEqual([]);
});

test('goes on behind what is committed after its connection was killed', async () => {
  using directory = createDirectory({
    ...TWO,
    '002_b.sql': 'CREATE TABLE b (id int);\nSELECT pg_sleep(60);',
  });
  const run = applyPending(db, directory.path, by);
  void untilAsleep().then((pid) => db.rows(sql`SELECT pg_terminate_backend(${pid})`));
  await expect(run).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  directory.write('002_b.sql', TWO['002_b.sql']);
  await applyPending(db, directory.path, by);
  expect(await tables()).toEqual(['a', 'b']);
});

test('refuses a runner whose token is older than one that has begun, even with nothing to apply', async () => {
  using directory = createDirectory(TWO);
  await applyPending(db, directory.path, { ...by, target: '001', fence: { lane: 'schema', token: 7n } });
  await applyPending(db, directory.path, { ...by, target: '001', fence: { lane: 'schema', token: 8n } });
  await expect(
    applyPending(db, directory.path, { ...by, fence: { lane: 'schema', token: 7n } }),
  ).rejects.toMatchObject({ code: 'FENCED' });
  expect(await versions()).toEqual(['001']);
  await applyPending(db, directory.path, { ...by, fence: { lane: 'schema', token: 8n } });
  expect(await versions()).toEqual(['001', '002']);
});

test('keeps a newer holder from beginning while an older one is about to commit', async () => {
  using directory = createDirectory({ '001_a.sql': 'CREATE TABLE a (id int); SELECT pg_sleep(0.5);' });
  const order: string[] = [];
  const older = applyPending(db, directory.path, { ...by, fence: { lane: 'schema', token: 1n } }).then(() =>
    order.push('older'),
  );
  await untilAsleep();
  const newer = applyPending(db, directory.path, { ...by, fence: { lane: 'schema', token: 2n } }).then(() =>
    order.push('newer'),
  );
  await Promise.all([older, newer]);
  expect(order).toEqual(['older', 'newer']);
});

test('refuses a server that does not answer', async () => {
  using directory = createDirectory(TWO);
  const dead = openDatabase({ ...database.connection, port: 1 });
  await expect(applyPending(dead, directory.path, by)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
  });
  await dead.close();
});
