import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { runCli } from '../cli/run-cli.ts';
import { type Plane, startPlane } from '../migrations/plane.ts';
import { keepLedger, makeItems, textOf, WISH } from './items.ts';
import { contentOf, holdOpen, month, tablesOf } from './tables.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

const CLUSTERS = ['story', 'refused', 'tampered', 'altered', 'blocked', 'changing', 'emptied'] as const;

let plane: Plane;
beforeAll(async () => {
  plane = await startPlane({ clusters: CLUSTERS });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

const wish = (cluster: string, more: object = {}) => ({ cluster, ...WISH, ...more });

test('turns a table into partitions under writers, and loses none of what they wrote', async () => {
  const db = await plane.create('story');
  await makeItems(db, { rows: 6_000 });
  const { plan } = await plane.ask(
    'partitionTable',
    wish('story', { dryRun: true }),
    'operation { id } plan { summary problems { check } locks { lock on } partitions rows warnings steps }',
  );
  expect(plan).toMatchObject({
    ...{ problems: [], partitions: 7 },
    locks: [{ lock: 'SHARE ROW EXCLUSIVE' }, { on: 'public.organizations' }, { lock: 'ACCESS EXCLUSIVE' }],
    steps: expect.arrayContaining([
      expect.stringContaining('1 trigger(s), 1 policies, 2 grant(s), 1 sequence(s), 1 view(s) come along'),
    ]) as unknown,
  });
  const ledger = keepLedger(db);
  const id = await plane.start('partitionTable', wish('story', { rowsPerSecond: 4_000 }));
  await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'copy rows'));
  const written = ledger.count();
  const ended = await plane.waitForEnd(id);
  await expect.poll(() => ledger.count(), { timeout: 30_000 }).toBeGreaterThan(written + 20);
  const kept = await ledger.end();
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    result: { partitions: 7, keptTable: 'sunday_old.items', pauseMs: expect.any(Number) as unknown },
  });
  expect(kept.errors).toEqual([]);
  expect(await kept.compare()).toEqual({ missing: 0, extra: 0 });
  const [table] = await tablesOf(plane, 'story');
  expect(table).toMatchObject({ name: 'items', interval: 'MONTH', retentionMonths: 12, problems: [] });
  expect(table?.partitions).toHaveLength(7);
  expect(table?.partitions[0]).toMatchObject({ indexesValid: true, state: 'ATTACHED' });
});

test('carries over identity, defaults, keys, triggers, rights, policies, comments and views', async () => {
  const db = plane.openOn('story');
  const [row] = await db.rows<{ id: bigint; high: bigint }>(sql`
    INSERT INTO items (organization_id, note) VALUES (1, 'new') RETURNING id, (SELECT max(id) FROM items) AS high
  `);
  expect(row?.id).toBeGreaterThan(row?.high ?? 0n);
  expect(await textOf(db, `SELECT upper_note FROM items WHERE note = 'new'`)).toBe('NEW');
  expect(await textOf(db, `SELECT count(*)::int FROM seen WHERE note = 'new'`)).toBe(1);
  expect(await textOf(db, `SELECT count(*)::int FROM recent WHERE note = 'new'`)).toBe(1);
  expect(await textOf(db, `pg_get_serial_sequence('items', 'id')`)).toBe('public.items_id_seq');
  expect(await textOf(db, `obj_description('items'::regclass)`)).toBe('what is to be done');
  expect(await textOf(db, `col_description('items'::regclass, 3)`)).toBe('free text');
  await expect(db.rows(sql`INSERT INTO items (organization_id) VALUES (77)`)).rejects.toMatchObject({
    code: '23503',
  });
  await expect(db.rows(sql`INSERT INTO items (organization_id, note) VALUES (1, '')`)).rejects.toMatchObject({
    code: '23514',
  });
  expect(
    await textOf(
      db,
      `SELECT array_agg(DISTINCT grantee || ' ' || privilege_type ORDER BY grantee || ' ' || privilege_type)
       FROM information_schema.role_table_grants WHERE table_name = 'items' AND grantee IN ('PUBLIC', 'pg_monitor')`,
    ),
  ).toEqual(['PUBLIC SELECT', 'pg_monitor INSERT']);
  expect(
    await textOf(db, `SELECT array_agg(polname::text) FROM pg_policy WHERE polrelid = 'items'::regclass`),
  ).toEqual(['own']);
  expect(await textOf(db, `SELECT relrowsecurity FROM pg_class WHERE oid = 'items'::regclass`)).toBe(true);
  expect(await textOf(db, `SELECT count(*)::int FROM pg_namespace WHERE nspname = 'sunday_new'`)).toBe(0);
  expect(await textOf(db, `SELECT count(*)::int FROM pg_trigger WHERE tgname LIKE 'sunday%'`)).toBe(0);
});

test('keeps the plain table until its name is typed once more', async () => {
  const { plans } = await plane.ask(
    'maintainPartitions',
    { clusters: ['story'], dryRun: true },
    'plans { warnings }',
  );
  expect(plans).toMatchObject([
    { warnings: [expect.stringMatching(/^sunday_old\.items, .* is kept with \d+ bytes/)] },
  ]);
  const refused = await plane.ask('completePartitionTable', { cluster: 'story', table: 'items' });
  expect(refused).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'confirm'] });
  const sunday = (...args: readonly string[]) =>
    runCli(['partitions', ...args, '--cluster', 'story'], plane.environment);
  const convert = await sunday('convert', 'items', '--column', 'created_at', '--keep', '12', '--dry-run');
  expect([convert.exitCode, convert.stdout]).toEqual([
    5,
    expect.stringContaining('stopped by TABLE: items is no plain table'),
  ]);
  const complete = await sunday('complete', 'items', '--confirm', 'items', '--json');
  expect([complete.exitCode, complete.stderr]).toEqual([0, '']);
  expect(
    await textOf(
      plane.openOn('story'),
      `SELECT count(*)::int FROM pg_namespace WHERE nspname = 'sunday_old'`,
    ),
  ).toBe(0);
  expect(
    await plane.ask('completePartitionTable', { cluster: 'story', table: 'items', dryRun: true }),
  ).toMatchObject({
    code: 'TABLE_NOT_FOUND',
  });
});

test('refuses what cannot be carried over, or would be lost, with all of it at once', async () => {
  const db = await plane.create('refused');
  await makeItems(db, { rows: 10 });
  await db.rows(sql`ALTER TABLE items ALTER created_at DROP NOT NULL, ADD UNIQUE (id)`);
  await db.rows(sql`INSERT INTO items (organization_id, created_at) VALUES (1, NULL)`);
  await db.rows(sql`CREATE TABLE notes (item_id bigint REFERENCES items (id))`);
  await db.rows(sql`CREATE MATERIALIZED VIEW counted AS SELECT count(note) FROM items`);
  await db.rows(sql`CREATE PUBLICATION all_items FOR TABLE items`);
  await db.rows(sql`CREATE TABLE items_202001 ()`);
  const asked = wish('refused', { extendKeys: false });
  const found = await plane.ask('partitionTable', { ...asked, dryRun: true }, 'plan { problems { check } }');
  const { problems } = found['plan'] as { problems: readonly { check: string }[] };
  expect(problems.map(({ check }) => check)).toEqual([
    ...['NULLS', 'KEY', 'FOREIGN_KEYS', 'PUBLICATIONS', 'DEPENDENTS', 'NULLS'],
  ]);
  expect(await plane.ask('partitionTable', asked)).toMatchObject({
    code: 'TABLE_NOT_CONVERTIBLE',
    message: expect.stringMatching(
      /items_pkey.* would be unique only .*notes\.notes_item_id_fkey.*all_items.*counted/,
    ) as unknown,
  });
  expect(await plane.ask('partitionTable', wish('refused', { table: 'nothing' }))).toMatchObject({
    code: 'TABLE_NOT_FOUND',
  });
  await db.rows(sql`DELETE FROM items WHERE created_at IS NULL`);
  await db.rows(sql`INSERT INTO items (organization_id, created_at) VALUES (1, '0800-01-01')`);
  const far = await plane.ask(
    'partitionTable',
    { ...asked, dryRun: true },
    'plan { partitions problems { check } }',
  );
  expect(far['plan']).toMatchObject({
    partitions: null,
    problems: expect.arrayContaining([{ check: 'MOMENTS' }]) as unknown,
  });
});

/** Starts a slow conversion and waits until it copies. */
async function begin(cluster: string, more: object = {}, adjust = async (_db: Database) => {}) {
  const db = await plane.create(cluster);
  await makeItems(db, { rows: 3_000 });
  await adjust(db);
  const before = await contentOf(db, 'items', ITEM_COLUMNS);
  const id = await plane.start('partitionTable', wish(cluster, { rowsPerSecond: 1_000, ...more }));
  await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'copy rows'));
  return { db, id, before };
}
const ITEM_COLUMNS = 'organization_id, id, note, created_at';

/** The plain table as it was, and nothing else. */
async function mustBeUntouched(db: Database, before: unknown) {
  expect(await contentOf(db, 'items', ITEM_COLUMNS)).toEqual(before);
  expect(
    await textOf(db, `SELECT count(*)::int FROM pg_namespace WHERE nspname IN ('sunday_new', 'sunday_old')`),
  ).toBe(0);
  expect(
    await textOf(db, `SELECT count(*)::int FROM pg_class WHERE relname LIKE 'items_2%' OR relkind = 'p'`),
  ).toBe(0);
  expect(await textOf(db, `SELECT count(*)::int FROM pg_trigger WHERE tgname LIKE 'sunday%'`)).toBe(0);
}

test('never swaps a table of which one row is another one, and removes what it made', async () => {
  const { db, id, before } = await begin('tampered');
  const spoil = () =>
    db.rows(
      sql`UPDATE sunday_new.items SET note = 'spoilt' WHERE id = (SELECT min(id) FROM sunday_new.items) RETURNING id`,
    );
  await expect.poll(async () => (await spoil()).length, { timeout: 30_000 }).toBe(1);
  expect(await plane.waitForEnd(id)).toMatchObject({
    state: 'FAILED',
    error: { code: 'PARTITION_CONVERSION_DIFFERS' },
  });
  await mustBeUntouched(db, before);
});

test('never swaps a table that somebody has given a column meanwhile', async () => {
  const { db, id, before } = await begin('altered');
  await db.rows(sql`ALTER TABLE items ADD COLUMN colour text DEFAULT 'red'`);
  const ended = await plane.waitForEnd(id);
  expect(ended).toMatchObject({ state: 'FAILED', error: { code: 'PARTITION_CONVERSION_DIFFERS' } });
  expect(ended.error?.message).toMatch(/somebody has changed it meanwhile: its columns/);
  await mustBeUntouched(db, before);
});

test('gives up naming who holds the table, and a cancel while it copies leaves nothing', async () => {
  const { db, id, before } = await begin('blocked', { swapPatienceSeconds: 2 });
  const reader = await holdOpen(
    plane.openOn('blocked', { applicationName: 'report' }),
    'SELECT count(*) FROM items',
  );
  const ended = await plane.waitFor(id, ({ steps }) =>
    steps.some(({ name }) => name === 'remove what was made'),
  );
  expect(ended.steps.map(({ name }) => name)).toContain('swap');
  await reader.end();
  expect(await plane.waitForEnd(id)).toMatchObject({
    state: 'FAILED',
    error: { code: 'PARTITION_BLOCKED', message: expect.stringContaining('report') as unknown },
  });
  await mustBeUntouched(db, before);
  const again = await plane.start('partitionTable', wish('blocked', { rowsPerSecond: 500 }));
  await plane.waitFor(again, ({ steps }) => steps.some(({ name }) => name === 'copy rows'));
  await plane.ask('cancelOperation', { id: again });
  expect(await plane.waitForEnd(again)).toMatchObject({ state: 'CANCELLED' });
  await mustBeUntouched(db, before);
});

test('makes partitions for moments that nobody foresaw, and follows rows that exchange a unique value', async () => {
  const { db, id } = await begin('changing', {}, async (early) => {
    await early.rows(sql`ALTER TABLE items ADD COLUMN place int, ADD UNIQUE (place) DEFERRABLE`);
    await early.rows(sql`UPDATE items SET place = id, created_at = ${month(0)}`);
  });
  await db.rows(sql`INSERT INTO items (organization_id, note, created_at) VALUES (1, 'old', ${month(-8)})`);
  await db.transaction(async (tx) => {
    await tx.rows(sql`SET CONSTRAINTS ALL DEFERRED`);
    await tx.rows(sql`UPDATE items SET place = 3 - place WHERE id IN (1, 2)`);
  });
  expect(await plane.waitForEnd(id)).toMatchObject({
    error: null,
    state: 'SUCCEEDED',
    result: { partitions: 12 },
  });
  expect(await textOf(db, `SELECT array_agg(place ORDER BY id) FROM items WHERE id IN (1, 2)`)).toEqual([
    2, 1,
  ]);
  expect(await textOf(db, `SELECT count(*)::int FROM items WHERE note = 'old'`)).toBe(1);
});

test('empties the new table when the plain one is emptied, and keeps what came after', async () => {
  const { db, id } = await begin('emptied');
  await db.rows(sql`TRUNCATE items`);
  await db.rows(sql`INSERT INTO items (organization_id, note) VALUES (1, 'after'), (2, 'after')`);
  expect(await plane.waitForEnd(id)).toMatchObject({ state: 'SUCCEEDED', result: { rowsCompared: '2' } });
  expect(await textOf(db, `SELECT array_agg(note) FROM items`)).toEqual(['after', 'after']);
});
