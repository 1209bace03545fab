import { afterEach, beforeEach, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import type { Database, Transaction } from '../../src/postgres/pool.ts';
import { createProductDatabase, type ProductDatabase } from './partitions-database.ts';

let database: ProductDatabase;
beforeEach(async () => {
  database = await createProductDatabase();
});
afterEach(() => database[Symbol.asyncDispose]());

const make = (db: Pick<Database, 'rows'>, month: string) =>
  db.rows<{ name: string }>(sql`SELECT create_monthly_partition('activity_log', ${month}::date) AS name`);
const locksOf = (tx: Transaction) =>
  tx.rows<{ table: string; mode: string }>(sql`
    SELECT relation::regclass::text AS table, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND relation IN ('activity_log'::regclass, 'organizations'::regclass)
      AND mode NOT IN ('AccessShareLock', 'RowShareLock')
    ORDER BY 1, 2`);

test('takes no stronger lock on the parent than SHARE UPDATE EXCLUSIVE', async () => {
  const held = await database.db.transaction(async (tx) => {
    await make(tx, '2024-12-01');
    return locksOf(tx);
  });
  expect(held).toEqual([
    { table: 'activity_log', mode: 'ShareUpdateExclusiveLock' },
    { table: 'organizations', mode: 'ShareRowExclusiveLock' },
  ]);
});

test('takes no lock but a reader’s when the partition exists', async () => {
  await make(database.db, '2024-12-01');
  const held = await database.db.transaction(async (tx) => {
    await make(tx, '2024-12-31');
    return locksOf(tx);
  });
  expect(held).toEqual([]);
});

test('makes a partition behind a reader and a writer of the parent that do not end', async () => {
  await database.db.transaction(async (open) => {
    await open.rows(sql`SELECT count(*) FROM activity_log`);
    await open.rows(sql`DELETE FROM activity_log`);
    expect(await make(database.db, '2024-12-01')).toEqual([{ name: 'activity_log_202412' }]);
    // Nobody waits behind it either.
    expect(await database.db.rows(sql`SELECT count(*)::int FROM activity_log`)).toEqual([{ count: 0 }]);
  });
});

test('lets readers and writers of the parent go on while its transaction is open', async () => {
  const organization = '00000000-0000-4000-8000-000000000001';
  await database.db.rows(sql`INSERT INTO organizations (id, name, slug) VALUES (${organization}, 'a', 'a')`);
  await database.db.transaction(async (tx) => {
    await make(tx, '2024-12-01');
    const inserted = await database.db.rows(
      sql`INSERT INTO activity_log (organization_id, action) VALUES (${organization}, 'x') RETURNING action`,
    );
    expect(inserted).toEqual([{ action: 'x' }]);
  });
});

test('gives up with 55P03 and leaves nothing behind when somebody holds the parent', async () => {
  await database.db.transaction(async (open) => {
    await open.rows(sql`LOCK TABLE activity_log IN SHARE UPDATE EXCLUSIVE MODE`);
    await expect(make(database.db, '2024-12-01')).rejects.toMatchObject({ code: '55P03' });
  });
  const left = await database.db.rows(sql`SELECT to_regclass('activity_log_202412') AS leaf`);
  expect(left).toEqual([{ leaf: null }]);
});

test('makes one partition when two callers ask for the same month at once', async () => {
  const both = await database.db.transaction(async (first) => {
    await make(first, '2024-12-01');
    const second = make(database.db, '2024-12-15');
    await untilOneWaits();
    return { second };
  });
  expect(await both.second).toEqual([{ name: 'activity_log_202412' }]);
});

test('makes the month itself when the one it waited for is rolled back', async () => {
  let second: ReturnType<typeof make> | undefined;
  const first = database.db.transaction(async (tx) => {
    await make(tx, '2024-12-01');
    second = make(database.db, '2024-12-15');
    await untilOneWaits();
    throw new Error('changed my mind');
  });
  await expect(first).rejects.toThrow('changed my mind');
  expect(await second).toEqual([{ name: 'activity_log_202412' }]);
});

test('refuses a month whose partition is half detached, and says how to end that', async () => {
  await make(database.db, '2024-12-01');
  await database.db.transaction(async (open) => {
    await open.rows(sql`SELECT count(*) FROM activity_log`);
    await expect(
      database.db.session(async (session) => {
        await session.rows(raw(`SET lock_timeout = '100ms'`));
        await session.rows(raw('ALTER TABLE activity_log DETACH PARTITION activity_log_202412 CONCURRENTLY'));
      }),
    ).rejects.toMatchObject({ code: '55P03' });
  });
  await expect(make(database.db, '2024-12-01')).rejects.toMatchObject({
    code: '55000',
    hint: 'ALTER TABLE public.activity_log DETACH PARTITION public.activity_log_202412 FINALIZE;',
  });
  const health = await database.db.rows<{ detail: string }>(
    sql`SELECT detail FROM check_partition_health() WHERE parent = 'activity_log' AND check_name = 'DETACH' AND state = 'CRITICAL'`,
  );
  expect(health[0]?.detail).toContain('activity_log_202412 FINALIZE');
});

async function untilOneWaits(): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const waiting = await database.admin.rows(
      sql`SELECT pid FROM pg_locks WHERE NOT granted AND relation = to_regclass('activity_log')
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    if (waiting.length > 0) return;
  }
  throw new Error('nobody waits');
}
