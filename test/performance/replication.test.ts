import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { createPerformance } from '../../src/performance/service.ts';
import { type OpenedDatabase, openDatabase } from '../../src/postgres/pool.ts';
import { identifier, literal, sql } from '../../src/postgres/sql.ts';
import { runCli } from '../cli/run-cli.ts';
import { makeFleetConfig, type TestFleetConfig } from '../fleet/fleet-config.ts';
import { type ReplicatedCluster, startReplicatedCluster } from '../fleet/replicated-cluster.ts';
import { startApi, type TestApi } from '../server/api.ts';

const MOVE = `sunday_move_${'0'.repeat(32)}`;
const POLL = { timeout: 25_000 };

let servers: ReplicatedCluster;
let config: TestFleetConfig;
let fleet: Fleet;
let api: TestApi;
let standby: OpenedDatabase;

beforeAll(async () => {
  servers = await startReplicatedCluster({ wal_level: 'logical', max_slot_wal_keep_size: '1GB' });
  const { admin, password } = servers;
  standby = open(servers.standby.port);
  await admin.rows(sql`SELECT pg_create_physical_replication_slot('two_of_main', true)`);
  await standby.rows(sql`ALTER SYSTEM SET primary_slot_name = 'two_of_main'`);
  await standby.rows(sql`SELECT pg_reload_conf()`);
  await admin.rows(sql`CREATE TABLE behind AS SELECT generate_series(1, 10000) AS id`);
  await admin.rows(sql`CREATE ROLE blind LOGIN PASSWORD 'blind'`);
  const operator = { user: 'postgres', password };
  const one = { name: 'one', port: servers.primary.port };
  const two = { name: 'two', port: servers.standby.port };
  const away = { name: 'away', port: 1 };
  const like = { database: 'postgres', monitor: operator, operator };
  config = makeFleetConfig([
    { ...like, name: 'main', instances: [one, two] },
    { ...like, name: 'holed', instances: [one, two, away] },
    { ...like, name: 'headless', instances: [away, two] },
    { ...like, name: 'hidden', instances: [one, two], monitor: { user: 'blind', password: 'blind' } },
  ]);
  fleet = createFleet(config.config);
  const noHistory = () => Promise.resolve({ unit: 'percent', buckets: [], reason: null });
  api = await startApi({
    services: (small) => ({
      fleet,
      performance: createPerformance({ fleet, db: small as never, readHistory: noHistory }),
    }),
  });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await Promise.all([fleet?.close(), standby?.close()]);
  config?.[Symbol.dispose]();
  await servers?.[Symbol.asyncDispose]();
});

function open(port: number, database = 'postgres'): OpenedDatabase {
  return openDatabase({
    ...{ host: '127.0.0.1', port, database, user: 'postgres', password: servers.password },
    ...{ applicationName: 'sunday-test-admin', maxConnections: 1 },
  });
}

const QUERY = `query ($cluster: String!) { replication(cluster: $cluster) {
  primary endLsn
  instances { name role state reason hint }
  streams { instance source kind application clientAddress state syncState sentLsn replayLsn sentLagBytes
    replayLagBytes replayLagSeconds reason hint
    receiver { status slotName receivedLsn replayedLsn waitingBytes lastMessageSeconds isReplayPaused conflicts { kind count } } }
  slots { name instance type plugin database isActive walStatus retainedBytes safeWalBytes owner ownerName because }
  subscriptions { name instance database slotName workerPid receivedLsn applyErrors copyErrors }
} }`;

interface Stream {
  readonly instance: string | null;
  readonly source: string | null;
  readonly replayLagBytes: string | null;
  readonly receiver: { readonly isReplayPaused: boolean; readonly waitingBytes: string } | null;
}
interface Found {
  readonly primary: string | null;
  readonly endLsn: string | null;
  readonly instances: readonly { readonly name: string }[];
  readonly streams: readonly Stream[];
  readonly slots: readonly { readonly name: string; readonly retainedBytes: string | null }[];
  readonly subscriptions: readonly { readonly name: string }[];
}

async function read(cluster: string): Promise<Found> {
  const { body } = await api.query(QUERY, { cluster });
  expect(body.errors).toBeUndefined();
  return (body.data as { replication: Found }).replication;
}
const streamTo = async (cluster: string, instance: string) =>
  (await read(cluster)).streams.find((one) => one.instance === instance);
const slot = async (cluster: string, name: string) =>
  (await read(cluster)).slots.find((one) => one.name === name);

const LSN = /^[0-9A-F]+\/[0-9A-F]+$/;
const anLsn = expect.stringMatching(LSN) as unknown;

test('shows the standby with both ends of its stream, and the slot that is its own', async () => {
  await expect.poll(() => streamTo('main', 'two'), POLL).toMatchObject({ state: 'streaming' });
  const found = await read('main');
  expect(found).toMatchObject({
    ...{ primary: 'one', endLsn: anLsn, subscriptions: [] },
    instances: [
      { name: 'one', role: 'PRIMARY', state: 'UP', reason: null },
      { name: 'two', role: 'STANDBY', state: 'UP', reason: null },
    ],
  });
  expect(found.streams).toEqual([
    expect.objectContaining({
      ...{ instance: 'two', source: 'one', kind: 'PHYSICAL', application: 'walreceiver', reason: null },
      ...{ clientAddress: '127.0.0.1', syncState: 'async', sentLsn: anLsn, replayLsn: anLsn },
      receiver: expect.objectContaining({
        ...{ status: 'streaming', slotName: 'two_of_main', receivedLsn: anLsn, replayedLsn: anLsn },
        ...{ isReplayPaused: false, lastMessageSeconds: expect.any(Number) as number },
        conflicts: ['bufferpin', 'deadlock', 'lock', 'snapshot', 'tablespace'].map((kind) => ({
          ...{ kind, count: 0 },
        })),
      }) as unknown,
    }),
  ]);
  expect(found.slots).toEqual([
    expect.objectContaining({
      ...{ name: 'two_of_main', instance: 'one', type: 'PHYSICAL', isActive: true, walStatus: 'reserved' },
      ...{ owner: 'STANDBY', ownerName: 'two', safeWalBytes: expect.stringMatching(/^\d+$/) as string },
    }),
  ]);
  const { body } = await api.query('{ clusters { name replication { primary } } }');
  expect(body.data).toMatchObject({
    clusters: [{ name: 'main', replication: { primary: 'one' } }, {}, {}, {}],
  });
});

test('shows what waits while replay is paused, and in the terminal', async () => {
  await standby.rows(sql`SELECT pg_wal_replay_pause()`);
  try {
    await servers.admin.rows(sql`UPDATE behind SET id = id`);
    await expect
      .poll(async () => Number((await streamTo('main', 'two'))?.receiver?.waitingBytes), POLL)
      .toBeGreaterThan(100_000);
    const stream = await streamTo('main', 'two');
    expect(stream?.receiver?.isReplayPaused).toBe(true);
    expect(Number(stream?.replayLagBytes)).toBeGreaterThan(100_000);
    const { exitCode, stdout } = await runCli(['replication', '--cluster', 'holed'], {
      ...{ SUNDAY_URL: api.url, SUNDAY_TOKEN: api.admin },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^holed: one is the primary, its log ends at [0-9A-F]+\/[0-9A-F]+$/m);
    expect(stdout).toContain('away is DOWN: UNKNOWN, connect ECONNREFUSED 127.0.0.1:1');
    expect(stdout).toMatch(/^two +one +streaming +async .* [kM]B .* replay paused$/m);
    expect(stdout).toMatch(/^two_of_main +one +physical +\d+ +reserved .* standby two$/m);
  } finally {
    await standby.rows(sql`SELECT pg_wal_replay_resume()`);
  }
});

test('shows what a slot keeps that nobody reads, and whose it is', async () => {
  const { admin } = servers;
  try {
    await admin.rows(sql`SELECT pg_create_physical_replication_slot('forgotten', true)`);
    await admin.rows(sql`SELECT pg_create_physical_replication_slot('away', true)`);
    await admin.rows(sql`SELECT pg_create_logical_replication_slot(${MOVE}, 'pgoutput')`);
    await admin.rows(sql`UPDATE behind SET id = id`);
    const forgotten = await slot('main', 'forgotten');
    expect(forgotten).toMatchObject({
      ...{ isActive: false, owner: 'NOBODY', ownerName: null, walStatus: 'reserved' },
      because: 'nobody reads it, and no standby of the cluster names it',
    });
    expect(Number(forgotten?.retainedBytes)).toBeGreaterThan(100_000);
    expect(await slot('main', MOVE)).toMatchObject({
      ...{ type: 'LOGICAL', plugin: 'pgoutput', database: 'postgres', owner: 'MOVE' },
    });
    // One that does not answer may want it.
    expect(await slot('holed', 'forgotten')).toMatchObject({
      ...{ owner: 'UNKNOWN', because: 'nobody reads it, and away did not say whether it will' },
    });
    expect(await slot('holed', 'away')).toMatchObject({ owner: 'STANDBY', ownerName: 'away' });
  } finally {
    await admin.rows(
      sql`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active`,
    );
  }
});

test('says which instance is down, and answers the rest', async () => {
  const reason = 'connect ECONNREFUSED 127.0.0.1:1';
  const holed = await read('holed');
  expect(holed.instances[2]).toEqual({ name: 'away', role: 'UNKNOWN', state: 'DOWN', reason, hint: null });
  expect(holed.streams).toMatchObject([
    { instance: 'two', source: 'one', reason: null },
    { instance: 'away', source: null, receiver: null, reason: `away tells us nothing: ${reason}` },
  ]);
  const headless = await read('headless');
  expect(headless).toMatchObject({ primary: null, endLsn: null, slots: [] });
  expect(headless.streams).toMatchObject([
    {
      ...{ instance: 'two', source: null, receiver: { status: 'streaming' } },
      reason: 'nobody else sends to it, and away did not say',
    },
  ]);
});

test('says what the monitor role may not see, and the GRANT that helps', async () => {
  const sight = {
    reason: 'blind may not see what is sent and received',
    hint: 'GRANT pg_monitor TO blind;',
  };
  await expect.poll(async () => (await read('hidden')).instances[1], POLL).toMatchObject(sight);
  const { instances, streams, slots } = await read('hidden');
  expect(instances).toMatchObject([sight, sight]);
  expect(streams).toMatchObject([
    {
      ...{ instance: 'two', source: 'one', state: null, sentLsn: null, replayLagBytes: null, ...sight },
      receiver: { status: null, receivedLsn: anLsn, replayedLsn: anLsn },
    },
  ]);
  expect(slots).toMatchObject([{ name: 'two_of_main', owner: 'STANDBY', ownerName: 'two' }]);
});

test('shows a subscription with its worker, and counts the changes that it cannot apply', async () => {
  const { admin, primary, password } = servers;
  const name = `news_${randomBytes(3).toString('hex')}`;
  const id = identifier(name);
  await admin.rows(sql`CREATE DATABASE ${id}`);
  const follower = open(primary.port, name);
  for (const db of [admin, follower]) await db.rows(sql`CREATE TABLE ${id} (id int PRIMARY KEY)`);
  await admin.rows(sql`CREATE PUBLICATION ${id} FOR TABLE ${id}`);
  await admin.rows(sql`SELECT pg_create_logical_replication_slot(${name}, 'pgoutput')`);
  const connection = `host=127.0.0.1 port=${primary.port} dbname=postgres user=postgres password=${password}`;
  await follower.rows(sql`
    CREATE SUBSCRIPTION ${id} CONNECTION ${literal(connection)} PUBLICATION ${id}
    WITH (create_slot = false, slot_name = ${literal(name)}, copy_data = false, disable_on_error = true)
  `);
  const following = async () => (await read('main')).subscriptions.find((one) => one.name === name);
  await expect.poll(following, POLL).toMatchObject({
    ...{ name, instance: 'one', database: name, slotName: name, applyErrors: '0' },
    ...{ workerPid: expect.any(Number) as number, receivedLsn: anLsn },
  });
  const { streams } = await read('main');
  expect(streams).toContainEqual(
    expect.objectContaining({ application: name, kind: 'LOGICAL', instance: null, source: 'one' }),
  );
  expect(await slot('main', name)).toMatchObject({ owner: 'SUBSCRIPTION', ownerName: name });

  await follower.rows(sql`INSERT INTO ${id} VALUES (1)`);
  await admin.rows(sql`INSERT INTO ${id} VALUES (1)`);
  await expect.poll(following, POLL).toMatchObject({ workerPid: null, applyErrors: '1', copyErrors: '0' });
  await follower.close();
});
