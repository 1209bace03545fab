import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CancelledError } from '../../src/errors.ts';
import { type DemoSize, generateDemo } from '../../src/demo/generate.ts';
import { loadDemo, type LoadOptions, type LoadProgress } from '../../src/demo/load.ts';
import { readToday } from '../../src/demo/store.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const DIRECTORY = join(import.meta.dirname, '../../migrations/sunday');

/** Migrated once; each test clones it. */
let template: TestDatabase;
let database: TestDatabase;
let db: Database;
let size: DemoSize;
const options: LoadOptions = { operationId: 'op-1', fence: { lane: 'data', token: 1n } };

beforeAll(async () => {
  template = await createTestDatabase();
  // Not through `template.db`: a database with connections cannot be cloned.
  const migrating = openDatabase(template.connection);
  await applyPending(migrating, DIRECTORY, { appliedBy: 'test' });
  await migrating.close();
});
afterAll(() => template[Symbol.asyncDispose]());
beforeEach(async () => {
  database = await createTestDatabase(template.connection.database);
  db = database.db;
  size = { organizations: 3, items: 3_000, seed: 7, anchor: await readToday(db) };
});
afterEach(() => database[Symbol.asyncDispose]());

const countItems = async () => {
  const rows = await db.rows<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM items GROUP BY organization_id ORDER BY n DESC`,
  );
  return rows.map((one) => one.n);
};

test('loads exactly the items asked for, most of them into the first organization', async () => {
  const rows = await loadDemo(db, size, options);
  expect(await countItems()).toEqual([1637, 818, 545]);
  expect(rows).toMatchObject({ organizations: 3, items: 3_000 });
  const [found] = await db.rows(sql`
    SELECT (SELECT count(*)::int FROM item_values) AS item_values
      , (SELECT count(*)::int FROM comments) AS comments
      , (SELECT count(*)::int FROM activity_log) AS activity_log
      , (SELECT count(*)::int FROM users) AS users`);
  expect(rows).toMatchObject(found as object);
  const [planner] = await db.rows(sql`SELECT reltuples::int AS items FROM pg_class WHERE relname = 'items'`);
  expect(planner).toEqual({ items: 3_000 });
});

test('refuses users that another shard has loaded, and leaves nothing', async () => {
  await loadDemo(db, size, options);
  await db.rows(sql`TRUNCATE organizations CASCADE`); // as on a shard whose home has the users
  await expect(loadDemo(db, size, { ...options, operationId: 'op-2' })).rejects.toMatchObject({
    ...{ code: 'DEMO_DATA_REFUSED', hint: 'Give another seed to load more.' },
  });
  expect(await countItems()).toEqual([]);
});

test('reads no table from end to end for the rows of another, also into tables that are known to be empty', async () => {
  await db.rows(sql`ANALYZE`);
  const readRows = async () => {
    // A session tells what it has read when it ends, so the load gets one of its own.
    const [found] = await db.rows<{ count: number }>(sql`
      SELECT sum(seq_tup_read)::int AS count FROM pg_stat_user_tables WHERE schemaname = 'public'`);
    return found?.count ?? 0;
  };
  const countInserted = async () => {
    const [found] = await db.rows<{ count: number }>(sql`
      SELECT n_tup_ins::int AS count FROM pg_stat_user_tables WHERE relid = 'items'::regclass`);
    return found?.count;
  };
  const before = await readRows();
  const loading = openDatabase(database.connection);
  const rows = await loadDemo(loading, size, options).finally(() => loading.close());
  const loaded = Object.values(rows).reduce((one, other) => one + other, 0);
  await expect.poll(countInserted, { timeout: 10_000 }).toBe(size.items);
  expect((await readRows()) - before).toBeLessThan(loaded);
});

test('makes the same rows for the same seed and day, and others for another seed', () => {
  const text = (one: DemoSize) =>
    [...generateDemo(one)].map((batch) => [...batch.values()].map((lines) => lines.join(''))).join();
  const small = { organizations: 2, items: 60, seed: 1, anchor: new Date('2026-11-22T00:00:00Z') };
  expect(text(small)).toBe(text({ ...small }));
  expect(text(small)).not.toBe(text({ ...small, seed: 2 }));
});

test('keeps every row inside its organization and in the order of time', async () => {
  await loadDemo(db, size, options);
  const [found] = await db.rows(sql`
    SELECT (SELECT count(*)::int FROM items WHERE created_at > updated_at OR updated_at > ${size.anchor}) AS times
      , (SELECT count(*)::int FROM comments JOIN items ON items.id = item_id WHERE comments.created_at < items.created_at) AS early
      , (SELECT count(*)::int FROM items AS child JOIN items AS parent ON parent.id = child.parent_id
          WHERE parent.board_id <> child.board_id) AS parents`);
  expect(found).toEqual({ times: 0, early: 0, parents: 0 });
});

test('refuses the same seed a second time, and takes another one', async () => {
  await loadDemo(db, size, options);
  await expect(
    loadDemo(db, { ...size, items: 5 }, { ...options, operationId: 'op-2' }),
  ).rejects.toMatchObject({
    code: 'DEMO_DATA_REFUSED',
    message: 'demo data is refused: the demo of seed 7 is there already',
  });
  await loadDemo(db, { ...size, seed: 8, items: 10 }, { ...options, operationId: 'op-3' });
  expect((await countItems()).reduce((one, other) => one + other)).toBe(3_010);
});

test('gives the same operation its counts again instead of a second load', async () => {
  const first = await loadDemo(db, size, options);
  expect(await loadDemo(db, size, { ...options, fence: { lane: 'data', token: 2n } })).toEqual(first);
  expect(await countItems()).toEqual([1637, 818, 545]);
});

test('leaves nothing when it is cancelled between batches', async () => {
  const controller = new AbortController();
  const seen: LoadProgress[] = [];
  const onProgress = (progress: LoadProgress) => {
    seen.push(progress);
    controller.abort(new CancelledError('it'));
  };
  await expect(
    loadDemo(db, size, { ...options, signal: controller.signal, onProgress }),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(seen.map((one) => one.itemsDone)).toEqual([2_500]);
  expect(await countItems()).toEqual([]);
  await loadDemo(db, size, options);
});

test('is fenced off by a newer holder of the lane', async () => {
  await loadDemo(db, { ...size, seed: 1 }, { ...options, fence: { lane: 'data', token: 5n } });
  await expect(loadDemo(db, size, { ...options, operationId: 'op-2' })).rejects.toMatchObject({
    code: 'FENCED',
  });
});

test('refuses a database without the tables of the product', async () => {
  await db.rows(sql`DROP TABLE item_values CASCADE`);
  await expect(loadDemo(db, size, options)).rejects.toMatchObject({
    code: 'DEMO_DATA_REFUSED',
    message: 'demo data is refused: the database has no public.item_values',
    hint: 'Apply the migrations first: sunday migrations apply.',
  });
});

test('refuses a day for which a partitioned table has no partition', async () => {
  const months = ['200008', '200009', '200010', '200011', '200012', '200101', '200102'];
  const names = ['activity_log', 'automation_executions', 'webhook_deliveries'].flatMap((table) =>
    months.map((month) => `${table}_${month}`),
  );
  const anchor = new Date('2001-02-03T00:00:00Z');
  await expect(loadDemo(db, { ...size, anchor }, options)).rejects.toMatchObject({
    code: 'DEMO_DATA_REFUSED',
    message: `demo data is refused: there is no partition ${names.join(', ')}`,
  });
});

test('refuses a database with an organization that no demo made', async () => {
  await db.rows(sql`INSERT INTO organizations (name, slug) VALUES ('Real', 'real')`);
  await expect(loadDemo(db, size, options)).rejects.toMatchObject({
    code: 'DEMO_DATA_REFUSED',
    message: 'demo data is refused: the database has organizations that are not of a demo',
  });
});
