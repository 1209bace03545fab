import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MoveCheck } from '../../src/moves/moves.ts';
import { checkMove } from '../../src/moves/preflight/checks.ts';
import { sql } from '../../src/postgres/sql.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { checkStream } from '../../src/moves/stream/copy.ts';
import { waitForEnd } from '../support/operations.ts';
import { isThorough } from '../support/thorough.ts';
import { findMove, follow, move, type MoveEngine, request } from './harness.ts';
import { type Pair, startPair } from './pair.ts';
import { fingerprint, ORGANIZATION, type TestShard } from './shards.ts';

const full = test.skipIf(!isThorough);
let pair: Pair;
let a: TestShard;
let b: TestShard;
let engine: MoveEngine;

beforeAll(async () => {
  pair = await startPair({ items: 20 });
  ({ a, b, engine } = pair);
});
afterAll(() => pair?.stop());

const sides = () => ({
  from: { shard: a.name, db: a.db, login: a.login },
  to: { shard: b.name, db: b.db, login: b.login },
});
const check = async () => checkMove(sides(), ORGANIZATION);
const wrong = (checks: readonly MoveCheck[]) =>
  checks.filter(({ state }) => state !== 'OK').map(({ name, state }) => `${name} ${state}`);

test('finds nothing wrong with two shards that are alike', async () => {
  expect(wrong(await check())).toEqual([]);
});

// Each breaks one thing, looks, and mends it again. The detail has to name what is wrong.
test.each([
  [
    'a table whose leaf lost its replica identity',
    'REPLICA_IDENTITY',
    /activity_log_\d{6} on shard-a has a?n?o? ?/,
    {
      on: 'a',
      breaks: `DO $$ BEGIN EXECUTE (SELECT 'ALTER TABLE ' || oid::regclass || ' REPLICA IDENTITY NOTHING' FROM pg_class WHERE relname ~ '^activity_log_' AND relkind = 'r' LIMIT 1); END $$`,
      mends: `DO $$ DECLARE leaf record; BEGIN FOR leaf IN SELECT c.oid::regclass AS name, i.indexrelid::regclass AS key FROM pg_class c JOIN pg_index i ON indrelid = c.oid AND indisprimary WHERE relname ~ '^activity_log_' AND relkind = 'r' LOOP EXECUTE format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %s', leaf.name, leaf.key); END LOOP; END $$`,
    },
  ],
  [
    'a column that only one side has',
    'SCHEMA',
    /COLUMN public\.items\.extra is ADDED/,
    {
      on: 'b',
      breaks: 'ALTER TABLE items ADD COLUMN extra text',
      mends: 'ALTER TABLE items DROP COLUMN extra',
    },
  ],
  [
    'a unique key without the organization',
    'UNIQUE_KEYS',
    /numbers_key/,
    { on: 'both', breaks: 'CREATE UNIQUE INDEX numbers_key ON tags (name)', mends: 'DROP INDEX numbers_key' },
  ],
  [
    'a partition that the target lacks',
    'PARTITIONS',
    /activity_log_209901/,
    {
      on: 'a',
      breaks: `SELECT create_monthly_partition('activity_log', '2099-01-01')`,
      mends: 'DROP TABLE activity_log_209901',
    },
  ],
  [
    'a trigger that fires for replicated rows',
    'TRIGGERS',
    /set_updated_at on items/,
    {
      on: 'both',
      breaks: 'ALTER TABLE items ENABLE ALWAYS TRIGGER set_updated_at',
      mends: 'ALTER TABLE items ENABLE TRIGGER set_updated_at',
    },
  ],
  [
    'a user who is not on the target',
    'REFERENCE_ROWS',
    /1 rows of users that organization_members needs/,
    {
      on: 'b',
      breaks: `SET session_replication_role = replica; UPDATE users SET id = '20000000-0000-4000-8000-0000000000ff' WHERE name = 'Ann'; RESET session_replication_role`,
      mends: `SET session_replication_role = replica; UPDATE users SET id = '20000000-0000-4000-8000-000000000001' WHERE name = 'Ann'; RESET session_replication_role`,
    },
  ],
  [
    'rows of it on the target',
    'TARGET_EMPTY',
    /shard-b has rows of it in: tags/,
    {
      on: 'b',
      breaks: `SET session_replication_role = replica; INSERT INTO tags (organization_id, name) VALUES ('${ORGANIZATION}', 'left'); RESET session_replication_role`,
      mends: `DELETE FROM tags WHERE organization_id = '${ORGANIZATION}'`,
    },
  ],
] as const)('sees %s', async (...[, name, detail, { on, breaks, mends }]) => {
  const shards = on === 'both' ? [a, b] : on === 'a' ? [a] : [b];
  for (const shard of shards) await shard.rows(breaks);
  const found = await check();
  for (const shard of shards) await shard.rows(mends);
  const failed = found.filter(({ state }) => state === 'FAILED');
  expect(failed.map((one) => one.name)).toContain(name);
  expect(failed.find((one) => one.name === name)?.detail).toMatch(detail);
  expect(wrong(await check())).toEqual([]);
});

test('sees a target that takes no writes', async () => {
  const reload = () => b.rows('SELECT pg_reload_conf(), pg_sleep(0.3)');
  await b.rows('ALTER SYSTEM SET default_transaction_read_only = on');
  await reload();
  const found = await check();
  await b.rows('ALTER SYSTEM RESET default_transaction_read_only');
  await reload();
  expect(found.find(({ name }) => name === 'WRITABLE')).toMatchObject({
    ...{ state: 'FAILED', detail: 'read-only is: shard-b' },
  });
});

test('refuses to begin, makes nothing and says why when a check fails', async () => {
  await b.rows('ALTER TABLE items ADD COLUMN extra text');
  const { operation, move: refused } = await move(engine, ORGANIZATION, 'shard-b');
  await b.rows('ALTER TABLE items DROP COLUMN extra');
  expect(operation).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_REFUSED' } });
  expect(refused).toMatchObject({ state: 'ABORTED', problem: operation.error?.message });
  expect(await engine.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
});

full('finds a TRUNCATE on the source, which no stream carries, and refuses the cutover', async () => {
  await a.rows(`INSERT INTO tags (organization_id, name) VALUES ('${ORGANIZATION}', 'one')`);
  const { move: ready } = await move(engine, ORGANIZATION, 'shard-b', {
    cutover: 'MANUAL',
    pauseBudgetMs: 5_000,
  });
  await a.rows('TRUNCATE tags CASCADE');
  expect(await follow(engine, 'cutover', ready.id)).toMatchObject({
    ...{
      state: 'FAILED',
      error: { code: 'MOVE_DIFFERS', message: 'both sides differ: tags has 0 rows on shard-a, 1 on shard-b' },
    },
  });
  // Another organization of the target keeps its rows: TRUNCATE is not published.
  expect(await fingerprint(b, '10000000-0000-4000-8000-000000000003')).toHaveProperty('items');
  expect(await follow(engine, 'abort', ready.id)).toMatchObject({ state: 'SUCCEEDED' });
});

full('refuses the cutover after a migration or a new partition on one side only', async () => {
  const { move: ready } = await move(engine, ORGANIZATION, 'shard-b', {
    cutover: 'MANUAL',
    pauseBudgetMs: 5_000,
  });
  for (const [breaks, mends, names] of [
    ['ALTER TABLE items ADD COLUMN extra text', 'ALTER TABLE items DROP COLUMN extra', 'items.extra'],
    [
      `SELECT create_monthly_partition('activity_log', '2099-01-01')`,
      'DROP TABLE activity_log_209901',
      'activity_log_209901',
    ],
  ] as const) {
    await a.rows(breaks);
    const refused = await follow(engine, 'cutover', ready.id);
    await a.rows(mends);
    expect(refused).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_REFUSED' } });
    expect(refused.error?.message).toContain(names);
    expect(await findMove(engine, ready.id)).toMatchObject({ state: 'READY' });
  }
  expect(await follow(engine, 'abort', ready.id)).toMatchObject({ state: 'SUCCEEDED' });
});

test('says when the source would have to keep too much, and frees it of a target that is gone', async () => {
  const settings = { cutover: 'MANUAL', pauseBudgetMs: 5_000, maxRetainedWalBytes: 16_777_216 } as const;
  const { move: ready } = await move(engine, ORGANIZATION, 'shard-b', settings);
  await stopServer(b.server, 'immediate');
  await a.rows(
    `CREATE TABLE noise AS SELECT repeat(md5(n::text), 30) AS text FROM generate_series(1, 30000) AS n`,
  );
  await expect(
    checkStream({ sides: sides(), move: await findMove(engine, ready.id), direction: 'FORWARD' }),
  ).rejects.toMatchObject({ code: 'MOVE_WAL_LIMIT' });
  await engine.watch(); // nobody has to ask for it
  const slots = () => a.rows(`SELECT slot_name FROM pg_replication_slots`);
  await expect.poll(slots, { timeout: 30_000 }).toEqual([]);
  await startServer(b.server);
  await expect
    .poll(async () => (await findMove(engine, ready.id)).state, { timeout: 30_000 })
    .toBe('ABORTED');
  await a.rows('DROP TABLE noise');
}, 90_000);

test('waits for its window, and is cut over when that opens', async () => {
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);
  const settings = { pauseBudgetMs: 5_000, window: { from: at(120), to: at(180) } };
  const { operation, move: ready } = await move(engine, ORGANIZATION, 'shard-b', settings);
  expect(operation).toMatchObject({ state: 'SUCCEEDED', result: { state: 'READY' } });
  expect(await follow(engine, 'cutover', ready.id)).toMatchObject({
    state: 'FAILED',
    error: { code: 'MOVE_OUTSIDE_WINDOW' },
  });
  await engine.watch();
  expect((await findMove(engine, ready.id)).state).toBe('READY');
  const open = JSON.stringify({ from: at(-60), to: at(60) });
  await pair.control.db.rows(
    sql`UPDATE organization_move SET settings = jsonb_set(settings, '{window}', ${open}::jsonb) WHERE id = ${ready.id}`,
  );
  await engine.watch();
  await expect
    .poll(async () => (await findMove(engine, ready.id)).state, { timeout: 20_000 })
    .toBe('REVERSIBLE');
  expect(await follow(engine, 'complete', ready.id)).toMatchObject({ state: 'SUCCEEDED' });
}, 90_000);

test('goes on with the copy when the target is restarted in it', async () => {
  const before = await fingerprint(b, ORGANIZATION);
  const { id } = await engine.moves.move(
    { organization: ORGANIZATION, toShard: 'shard-a', settings: { pauseBudgetMs: 5_000 } },
    request,
  );
  await expect
    .poll(async () => (await engine.operations.findMany([id]))[0]?.phase, { timeout: 20_000, interval: 5 })
    .toBe('copy');
  await stopServer(a.server, 'immediate');
  await startServer(a.server);
  expect(await waitForEnd(engine, id, 60_000)).toMatchObject({
    ...{ error: null, state: 'SUCCEEDED', result: { state: 'REVERSIBLE' } },
  });
  expect(await fingerprint(a, ORGANIZATION)).toEqual(before);
}, 90_000);
