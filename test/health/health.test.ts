import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { createHealth, type HealthReport, type LiveHealth } from '../../src/health/health.ts';
import { stopServer } from '../../src/postgres/server.ts';
import { sql } from '../../src/postgres/sql.ts';
import { startSilentServer, type SilentServer } from '../fleet/fake-servers.ts';
import { makeFleetConfig, type TestCluster, type TestFleetConfig } from '../fleet/fleet-config.ts';
import { startReplicatedCluster, type ReplicatedCluster } from '../fleet/replicated-cluster.ts';

let servers: ReplicatedCluster;
let silent: SilentServer;
let fleetConfig: TestFleetConfig;
let fleet: Fleet;
let health: LiveHealth;

beforeAll(async () => {
  [servers, silent] = await Promise.all([
    startReplicatedCluster({ archive_mode: 'on', archive_command: '/bin/true', archive_timeout: 60 }),
    startSilentServer(),
  ]);
  await servers.admin.rows(sql`CREATE ROLE watcher LOGIN PASSWORD 'test-only' IN ROLE pg_monitor`);
  await servers.admin.rows(sql`CREATE ROLE stranger LOGIN PASSWORD 'test-only'`);
  await warmTheCache();
  fleetConfig = makeFleetConfig([
    cluster('main', 'watcher', [servers.primary.port, servers.standby.port]),
    cluster('hidden', 'stranger', [servers.primary.port]),
    cluster('locked', 'nobody', [servers.primary.port]),
    cluster('half', 'watcher', [servers.primary.port, silent.port, 1]),
    cluster('dead', 'watcher', [1, silent.port]),
  ]);
  fleet = createFleet(fleetConfig.config);
  health = createHealth({ fleet });
});
afterAll(async () => {
  await fleet?.close();
  fleetConfig?.[Symbol.dispose]();
  await Promise.all([servers?.[Symbol.asyncDispose](), silent?.[Symbol.asyncDispose]()]);
});

function cluster(name: string, monitor: string, ports: readonly number[]): TestCluster {
  return {
    name,
    database: 'postgres',
    monitor: { user: monitor, password: 'test-only' },
    operator: { user: 'postgres', password: 'test-only' },
    instances: ports.map((port, index) => ({ name: `${name}-${index + 1}`, port })),
  };
}

async function warmTheCache(): Promise<void> {
  await servers.admin.rows(sql`CREATE TABLE warm AS SELECT generate_series(1, 50000) AS id`);
  for (let round = 0; round < 60; round++) await servers.admin.rows(sql`SELECT count(*) FROM warm`);
  await servers.admin.rows(sql`SELECT pg_switch_wal()`);
  for (let attempt = 0; attempt < 200; attempt++) {
    const [row] = await servers.admin.rows<{ hit: bigint; archived: string | null }>(
      sql`SELECT pg_stat_force_next_flush(), blks_hit AS hit, last_archived_wal AS archived
          FROM pg_stat_database, pg_stat_archiver WHERE datname = 'postgres'`,
    );
    if (row !== undefined && row.hit > 10_000n && row.archived !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the statistics do not arrive');
}

const metric = (report: HealthReport, name: string, instance?: string) =>
  report.metrics.find((one) => one.name === name && (instance === undefined || one.instance === instance));

test('gives every figure of a healthy cluster with its unit and limits', async () => {
  const report = await health.check('main');
  expect(report.metrics.map((one) => `${one.name} ${one.instance} ${one.state}`)).toEqual([
    'primary main-1 OK',
    'connections main-1 OK',
    'longest_transaction main-1 OK',
    'connections main-2 OK',
    'longest_transaction main-2 OK',
    'replication_lag main-2 OK',
    'cache_hit_ratio main-1 OK',
    'database_size main-1 OK',
    'archive_age main-1 OK',
  ]);
  expect(report.state).toBe('OK');
  expect(metric(report, 'connections', 'main-1')).toMatchObject({
    unit: 'percent',
    target: 80,
    critical: 95,
  });
  expect(metric(report, 'connections', 'main-1')?.reason).toMatch(/^\d+ of 40$/);
  expect(metric(report, 'cache_hit_ratio')?.value).toBeGreaterThan(95);
  expect(metric(report, 'database_size')?.value).toBeGreaterThan(1_000_000);
});

test('counts a transaction that is left open', async () => {
  await servers.admin.transaction(async (tx) => {
    await tx.rows(sql`SELECT pg_sleep(0.2)`);
    const report = await health.check('main');
    expect(metric(report, 'longest_transaction', 'main-1')?.value).toBeGreaterThan(0.2);
  });
});

test('does not know what a role without pg_monitor may not see, and names the GRANT', async () => {
  const report = await health.check('hidden');
  expect(report.state).toBe('UNKNOWN');
  for (const name of ['longest_transaction', 'archive_age']) {
    expect(metric(report, name)).toMatchObject({
      state: 'UNKNOWN',
      value: null,
      hint: 'GRANT pg_monitor TO stranger;',
    });
  }
  expect(metric(report, 'connections')).toMatchObject({ state: 'OK' });
  expect(metric(report, 'database_size')).toMatchObject({ state: 'OK' });
});

test('does not know the state of a server that refuses the monitor role', async () => {
  const report = await health.check('locked');
  expect(report.state).toBe('UNKNOWN');
  expect(metric(report, 'primary')?.reason).toContain('password authentication failed');
});

test('reports standbys that hang or are down as CRITICAL beside the figures of the primary', async () => {
  const report = await health.check('half');
  expect(report.state).toBe('CRITICAL');
  expect(metric(report, 'primary')).toMatchObject({ instance: 'half-1', value: 1, state: 'OK' });
  expect(metric(report, 'replication_lag', 'half-2')).toMatchObject({ value: null, state: 'CRITICAL' });
  expect(metric(report, 'replication_lag', 'half-3')?.reason).toBe(
    'half-3 is down: connect ECONNREFUSED 127.0.0.1:1',
  );
  expect(metric(report, 'cache_hit_ratio')).toMatchObject({ state: 'OK' });
});

test('reports a cluster without any answer as CRITICAL instead of throwing', async () => {
  const report = await health.check('dead');
  expect(report.state).toBe('CRITICAL');
  expect(metric(report, 'primary')).toMatchObject({ value: 0, state: 'CRITICAL' });
  expect(metric(report, 'primary')?.reason).toContain('dead-1 is down: connect ECONNREFUSED');
  expect(metric(report, 'archive_age')).toMatchObject({
    state: 'UNKNOWN',
    reason: 'no instance says that it is the primary',
  });
});

test('refuses a cluster that is not configured', async () => {
  await expect(health.check('mian')).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
});

// The last one: it stops the primary.
test('reports a primary that was stopped as CRITICAL and the lag of its standby as unknown', async () => {
  await stopServer(servers.primary, 'immediate');
  const report = await health.check('main');
  expect(report.state).toBe('CRITICAL');
  expect(metric(report, 'primary')?.reason).toMatch(/^main-1 is down: .*; main-2 is a standby$/);
  expect(metric(report, 'replication_lag', 'main-2')).toMatchObject({
    state: 'UNKNOWN',
    reason: 'no primary says how much there is to replay',
  });
});
