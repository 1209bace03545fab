import { totalmem } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster, Fleet, Instance } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { judgeCost, judgeHot, lookHot } from '../../src/health/collect/hot.ts';
import { countLocks } from '../../src/health/collect/hot-probe.ts';
import { hostFunction, readHost } from '../../src/health/collect/host.ts';
import { judgeUnused } from '../../src/health/collect/objects.ts';
import { readRights } from '../../src/health/collect/rights-probe.ts';
import { judgeWarm, lookWarm } from '../../src/health/collect/warm.ts';
import type { Figure } from '../../src/health/measure.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import { makeFleetConfig, type TestFleetConfig } from '../fleet/fleet-config.ts';
import { startReplicatedCluster, type ReplicatedCluster } from '../fleet/replicated-cluster.ts';

let servers: ReplicatedCluster;
let config: TestFleetConfig;
let fleet: Fleet;

const SETUP = `
  CREATE EXTENSION pg_stat_statements;
  CREATE EXTENSION pgstattuple;
  CREATE ROLE watcher LOGIN PASSWORD 'test-only' IN ROLE pg_monitor;
  CREATE ROLE stranger LOGIN PASSWORD 'test-only';
  GRANT SELECT (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct) ON pg_statistic TO watcher;
  CREATE TABLE items (id serial PRIMARY KEY, board_id int NOT NULL, title text NOT NULL);
  GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO watcher;
  INSERT INTO items (board_id, title) SELECT n % 100, repeat('x', 100) FROM generate_series(1, 120000) AS n;
  CREATE INDEX items_board ON items (board_id);
  CREATE INDEX items_board_again ON items (board_id);
  DELETE FROM items WHERE id % 2 = 0;
  ANALYZE items;
`;

beforeAll(async () => {
  servers = await startReplicatedCluster({
    shared_preload_libraries: 'pg_stat_statements',
    autovacuum: 'off',
    max_prepared_transactions: 5,
  });
  await servers.admin.rows(raw(SETUP));
  config = makeFleetConfig(
    ['watcher', 'stranger'].map((user) => ({
      name: user,
      database: 'postgres',
      monitor: { user, password: 'test-only' },
      operator: { user: 'postgres', password: 'test-only' },
      instances: [servers.primary, servers.standby].map(({ port }, index) => ({
        name: `${user}-${index + 1}`,
        port,
      })),
    })),
  );
  fleet = createFleet(config.config);
});
afterAll(async () => {
  await fleet?.close();
  config?.[Symbol.dispose]();
  await servers?.[Symbol.asyncDispose]();
});

const subject = (name: string, index = 0) => {
  const cluster = fleet.get(name);
  return { cluster, instance: cluster.instances[index] as Instance } satisfies {
    cluster: Cluster;
    instance: Instance;
  };
};
const find = (figures: readonly Figure[], name: string) => figures.find((one) => one.name === name);

async function look(name: string, index = 0) {
  const { instance } = subject(name, index);
  const db = fleet.collector(instance);
  return lookHot(db, instance, { rights: await readRights(db), locks: await countLocks(db) });
}

async function warm(name: string, index = 0) {
  const { instance } = subject(name, index);
  const db = fleet.collector(instance);
  const rights = await readRights(db);
  return { rights, look: await lookWarm(db, { isStandby: index === 1, rights }), instance: instance.name };
}

const judgeAlone = ({ rights, look: after, instance }: Awaited<ReturnType<typeof warm>>) =>
  judgeWarm({ instance, rights }, null, after);

test('tells what the database did between two looks, not since it began', async () => {
  const before = await look('watcher');
  for (let round = 0; round < 150; round++)
    await servers.admin.rows(raw('SELECT count(*) FROM items WHERE board_id = 7'));
  await servers.admin.rows(raw('SELECT pg_stat_force_next_flush()'));
  await servers.admin.rows(raw('SELECT 1'));
  const figures = judgeHot(subject('watcher'), before, await look('watcher'));
  expect(find(figures, 'query_p95')).toMatchObject({ state: 'OK', unit: 'milliseconds' });
  expect(find(figures, 'query_p95')?.reason).toMatch(
    /^mixture of inverse Gaussians, 15\d calls; at most .* covers 100 %$/,
  );
  expect(find(figures, 'cache_hit_ratio')?.value).toBeGreaterThan(95);
  expect(find(figures, 'commits')?.value).toBeGreaterThan(0);
  expect(find(figures, 'deadlocks')).toMatchObject({ value: 0, state: 'OK' });
  expect(find(figures, 'throughput')?.value).toBeGreaterThan(0);
});

test('lists locks only while somebody waits, and counts them once a minute', async () => {
  const after = await look('watcher');
  expect(after.hot).toMatchObject({ locks: null, blocked: 0, blockers: null, longestWaitSeconds: null });
  const { value, reason } = find(judgeHot(subject('watcher'), null, after), 'locks') ?? {};
  expect({ value, reason }).toEqual({
    value: after.locks,
    reason: 'counted within the last minute, as nobody waits',
  });
});

test('a first look knows no rates, and says so', async () => {
  const figures = judgeHot(subject('watcher'), null, await look('watcher'));
  for (const name of ['commits', 'cache_hit_ratio', 'query_p95', 'wal_rate'])
    expect(find(figures, name)).toMatchObject({ value: null, state: 'OK' });
  expect(find(figures, 'commits')?.reason).toBe('a rate needs two looks, and this was the first one');
});

test('takes no rate over a reset of the counters', async () => {
  const before = await look('watcher');
  await servers.admin.rows(raw('SELECT pg_stat_reset(), pg_stat_statements_reset()'));
  const figures = judgeHot(subject('watcher'), before, await look('watcher'));
  expect(find(figures, 'commits')).toMatchObject({
    value: null,
    reason: 'the statistics were reset since the look before',
  });
  expect(find(figures, 'query_p95')).toMatchObject({
    value: null,
    reason: 'pg_stat_statements was reset since the look before',
  });
});

test('names who blocks, and what was left prepared', async () => {
  await servers.admin.rows(raw("BEGIN; LOCK items; PREPARE TRANSACTION 'left'"));
  const waiting = openDatabase({
    ...{ host: '127.0.0.1', port: servers.primary.port, database: 'postgres', user: 'postgres' },
    ...{ password: 'test-only', applicationName: 'waits', lockTimeoutMs: 10_000 },
  });
  const waited = waiting.rows(raw('SELECT count(*) FROM items'));
  try {
    await expect.poll(async () => (await look('watcher')).hot.blocked).toBe(1);
    // Who may not see what sessions wait for counts what is not granted.
    expect((await look('stranger')).hot.blocked).toBe(1);
    const figures = judgeHot(subject('watcher'), null, await look('watcher'));
    expect(find(figures, 'locks')).toMatchObject({ reason: null });
    expect(find(figures, 'blocked_sessions')).toMatchObject({
      value: 1,
      reason: 'the longest waits for process 0 (a prepared transaction)',
    });
    expect(find(figures, 'longest_lock_wait')?.value).toBeGreaterThan(0);
    expect(find(figures, 'prepared_transactions')).toMatchObject({ value: 1 });
    // Nothing of this waits for the lock: sizes are those of the catalog.
    const sizes = judgeAlone(await warm('watcher'));
    expect(find(sizes, 'tables_size')?.reason).toMatch(/^the largest is public\.items with \d+ MB$/);
    expect(find(sizes, 'table_bloat')?.reason).toBe('estimated, of public.items');
    expect(sizes.filter(({ state }) => state === 'UNKNOWN')).toEqual([]);
  } finally {
    await servers.admin.rows(raw("ROLLBACK PREPARED 'left'"));
    await waited;
    await waiting.close();
  }
});

test('finds what is badly kept: dead rows, bloat, copies of an index', async () => {
  const { dead, free } = await exactBloat();
  const figures = judgeAlone(await warm('watcher'));
  expect(Math.abs((find(figures, 'table_bloat')?.value ?? 0) - (dead + free))).toBeLessThan(5);
  expect(find(figures, 'duplicate_indexes')).toMatchObject({
    ...{ value: 1, state: 'WARNING', reason: 'public.items_board_again' },
    hint: 'DROP INDEX CONCURRENTLY public.items_board_again;',
  });
  expect(find(figures, 'invalid_indexes')).toMatchObject({ value: 0, state: 'OK' });
  expect(find(figures, 'sequence_used')?.reason).toBe('of public.items_id_seq');
  expect(find(figures, 'xid_age')?.state).toBe('OK');
});

async function exactBloat() {
  const [row] = await servers.admin.rows<{ dead: number; free: number }>(
    raw("SELECT dead_tuple_percent AS dead, free_percent AS free FROM pgstattuple('items')"),
  );
  return row ?? { dead: NaN, free: NaN };
}

test('an index counts as unused only when no instance uses it, and the counters are old enough', () => {
  const week = 8 * 86_400;
  const unused = [
    { oid: 1, name: 'a', bytes: 0 },
    { oid: 2, name: 'b', bytes: 0 },
  ];
  const one = { statisticsSeconds: week, unused, invalid: [], duplicate: [] };
  expect(judgeUnused([one, { ...one, unused: unused.slice(0, 1) }])).toMatchObject({ value: 1, reason: 'a' });
  expect(judgeUnused([one, { ...one, statisticsSeconds: 60 }])).toMatchObject({ value: null, state: 'OK' });
  expect(judgeUnused([one, null])).toMatchObject({ value: null, state: 'OK' });
});

test('a standby has figures of its own, and none that only a primary has', async () => {
  const figures = judgeHot(subject('watcher', 1), null, await look('watcher', 1));
  expect(find(figures, 'connections')).toMatchObject({ instance: 'watcher-2', state: 'OK' });
  expect(find(figures, 'archive_age')).toBeUndefined();
  const names = judgeAlone(await warm('watcher', 1)).map(({ name }) => name);
  expect(names).toEqual(['pending_restarts', 'cache_hit_heap', 'cache_hit_index']);
});

test('a role without pg_monitor gets UNKNOWN and the GRANT, never a zero', async () => {
  const figures = judgeHot(subject('stranger'), null, await look('stranger'));
  for (const name of [
    'longest_transaction',
    'connections_active',
    'idle_in_transaction',
    'query_p95',
    'disk_used',
  ])
    expect(find(figures, name)).toMatchObject({
      ...{ value: null, state: 'UNKNOWN' },
      hint: 'GRANT pg_monitor TO stranger;',
    });
  const stored = judgeAlone(await warm('stranger'));
  expect(find(stored, 'table_bloat')).toMatchObject({
    state: 'UNKNOWN',
    hint: 'GRANT SELECT (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct) ON pg_statistic TO stranger;',
  });
  expect(find(stored, 'sequence_used')).toMatchObject({
    state: 'UNKNOWN',
    hint: 'GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO stranger;',
  });
});

test('reads how busy a machine is through the function that it asks for', async () => {
  await servers.admin.rows(raw(hostFunction('watcher')));
  const db = fleet.collector(subject('watcher').instance);
  const rights = await readRights(db);
  expect(rights.canReadHost).toBe(true);
  // An instance whose host name is not ours.
  const { load, disk } = await readHost(db, 'db.example', rights);
  expect(load).toMatchObject({ memoryBytes: totalmem() });
  expect(disk).toEqual({
    reason: 'the instance runs on another machine, where nothing of ours runs',
    hint: null,
  });
});

test('without pg_stat_statements says how to get it', async () => {
  await servers.admin.rows(raw('DROP EXTENSION pg_stat_statements'));
  const figures = judgeHot(subject('watcher'), null, await look('watcher'));
  expect(find(figures, 'query_p95')).toMatchObject({
    ...{ state: 'UNKNOWN', value: null, reason: 'pg_stat_statements is not installed in this database' },
    hint: 'CREATE EXTENSION pg_stat_statements;',
  });
  expect(judgeCost('watcher-1', null, 5)[0]).toMatchObject({ value: 5, name: 'scrape_cost' });
});
