import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Requester } from '../../src/access/principals.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import {
  createCollector,
  type Collector,
  type CollectorOptions,
} from '../../src/health/collect/collector.ts';
import { createHealth, type HealthReport } from '../../src/health/health.ts';
import { createControlArchive } from '../../src/health/history/control-archive.ts';
import type { HealthMetric } from '../../src/health/measure.ts';
import { createHealthService, type HealthService } from '../../src/health/service.ts';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import { stopServer } from '../../src/postgres/server.ts';
import { raw } from '../../src/postgres/sql.ts';
import { startSilentServer, type SilentServer } from '../fleet/fake-servers.ts';
import { makeFleetConfig, type TestFleetConfig } from '../fleet/fleet-config.ts';
import { startReplicatedCluster, type ReplicatedCluster } from '../fleet/replicated-cluster.ts';
import { createControlDatabase, createTestEvents } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

let servers: ReplicatedCluster;
let silent: SilentServer;
let standby: Database;
let control: TestDatabase;
let config: TestFleetConfig;
let fleet: Fleet;
let health: HealthService;
let collector: Collector;
let wiring: CollectorOptions;
const told: HealthMetric[] = [];
const failures: unknown[] = [];
const requester: Requester = {
  principal: { id: '1', name: 'admin', role: 'ADMIN', scopes: ['health:write'] },
  ...{ action: 'upsertThreshold', onBehalfOf: null, reason: 'a test', requestId: 'test' },
};

beforeAll(async () => {
  [servers, silent, control] = await Promise.all([
    startReplicatedCluster({ shared_preload_libraries: 'pg_stat_statements' }),
    startSilentServer(),
    createControlDatabase(),
  ]);
  await servers.admin.rows(raw("CREATE ROLE watcher LOGIN PASSWORD 'test-only' IN ROLE pg_monitor"));
  await servers.admin.rows(raw('CREATE EXTENSION pg_stat_statements'));
  standby = openDatabase({
    ...{ host: '127.0.0.1', port: servers.standby.port, database: 'postgres', user: 'postgres' },
    ...{ password: 'test-only', applicationName: 'sunday-test', maxConnections: 1 },
  });
  const one = (name: string, ports: readonly number[]) => ({
    name,
    database: 'postgres',
    monitor: { user: 'watcher', password: 'test-only' },
    operator: { user: 'postgres', password: 'test-only' },
    instances: ports.map((port, index) => ({ name: `${name}-${index + 1}`, port })),
  });
  config = makeFleetConfig([
    one('main', [servers.primary.port, servers.standby.port]),
    one('half', [servers.primary.port, silent.port, 1]),
  ]);
  fleet = createFleet(config.config);
  const { events } = createTestEvents(control);
  const archive = createControlArchive(control.db);
  const log = {
    error: (entry: object) => failures.push(entry),
    warn: (entry: object) => failures.push(entry),
  };
  wiring = {
    ...{ fleet, db: control.db, events, archive, workerId: 'one' },
    log: log,
    warmEveryMs: 0,
    onSamples: async (_cluster, metrics) => void told.push(...metrics),
  };
  collector = createCollector(wiring);
  const live = createHealth({ fleet });
  health = createHealthService({
    ...{ fleet, live, db: control.db, events, archive },
    recordAudit: async (_tx, request) => void audited.push(request),
  });
  await archive.maintain();
});
afterAll(async () => {
  await collector?.stop();
  await Promise.all([standby?.close(), fleet?.close()]);
  config?.[Symbol.dispose]();
  await Promise.all([
    control?.[Symbol.asyncDispose](),
    servers?.[Symbol.asyncDispose](),
    silent?.[Symbol.asyncDispose](),
  ]);
});

const find = (report: HealthReport | undefined, name: string, instance?: string) =>
  report?.metrics.find((one) => one.name === name && (instance === undefined || one.instance === instance));

const audited: unknown[] = [];

test('shows what was collected of every instance, and tells whoever judges', async () => {
  await collector.collect();
  expect(failures).toEqual([]);
  const [main] = await health.current(['main']);
  for (const name of ['main-1', 'main-2']) {
    expect(find(main, 'instance_up', name)).toMatchObject({ value: 1, state: 'OK' });
    expect(find(main, 'scrape_cost', name)?.value).toBeGreaterThan(0);
  }
  expect(find(main, 'primary')).toMatchObject({ value: 1, instance: 'main-1' });
  expect(find(main, 'replication_lag_bytes', 'main-2')?.unit).toBe('bytes');
  expect(find(main, 'database_size')?.value).toBeGreaterThan(1_000_000);
  expect(find(main, 'unused_indexes')).toMatchObject({ instance: null });
  const own = told.filter(({ cluster, name }) => cluster === 'main' && name === 'connections');
  expect(own.map(({ instance }) => instance).toSorted()).toEqual(['main-1', 'main-2']);
  expect(own[0]?.sampledAt).toEqual(find(main, 'connections', own[0]?.instance ?? '')?.sampledAt);
});

test('an instance that hangs or is down holds up no other, and is CRITICAL itself', async () => {
  const [half] = await health.current(['half']);
  expect(find(half, 'instance_up', 'half-1')).toMatchObject({ value: 1, state: 'OK' });
  expect(find(half, 'instance_up', 'half-2')).toMatchObject({ value: 0, state: 'CRITICAL' });
  expect(find(half, 'instance_up', 'half-3')?.reason).toContain('ECONNREFUSED');
  expect(find(half, 'replication_lag', 'half-2')).toMatchObject({ state: 'CRITICAL' });
});

test('of two workers one looks at a cluster, until it lets go', async () => {
  told.length = 0;
  const other = createCollector({ ...wiring, workerId: 'two' });
  await other.collect();
  expect(told).toEqual([]);
  await collector.stop();
  collector = createCollector({ ...wiring, fleet: only('main'), workerId: 'three' });
  await collector.collect();
  expect(new Set(told.map(({ cluster }) => cluster))).toEqual(new Set(['main']));
  await other.stop();
});

/** The same fleet, of which only one cluster is known. */
function only(name: string): Fleet {
  return { ...fleet, list: () => [fleet.get(name)] };
}

test('uses one connection for each instance', async () => {
  const rows = await servers.admin.rows<{ count: bigint }>(
    raw("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sunday-collector'"),
  );
  expect(rows[0]?.count).toBeLessThanOrEqual(2n); // main-1 and half-1 are the same server here
});

test('states follow limits that people set, for one cluster or for all, and the audit log knows', async () => {
  const limits = {
    metric: 'database_size',
    target: 1_000,
    critical: 2_000,
    isRestored: false,
    dryRun: false,
  };
  await health.upsertThreshold({ ...limits, cluster: null }, requester);
  const [warned] = await health.current(['main']);
  expect(find(warned, 'database_size')).toMatchObject({ state: 'CRITICAL', target: 1_000, critical: 2_000 });
  await health.upsertThreshold({ ...limits, cluster: 'main', target: 1e12, critical: null }, requester);
  const [own] = await health.current(['main']);
  expect(find(own, 'database_size')).toMatchObject({ state: 'OK', target: 1e12, critical: null });
  const held = (await health.thresholds('main')).find(({ metric }) => metric === 'database_size');
  expect(held).toMatchObject({ setFor: 'CLUSTER', source: 'Set by admin: a test' });
  for (const cluster of [null, 'main'])
    await health.upsertThreshold({ ...limits, cluster, isRestored: true }, requester);
  expect((await health.thresholds('main')).filter(({ setFor }) => setFor !== 'DEFAULT')).toEqual([]);
  expect(audited).toHaveLength(4);
});

test('refuses limits in the wrong order, and of a metric that there is not', async () => {
  const limits = { cluster: 'main', target: 90, critical: 95, isRestored: false, dryRun: false };
  for (const metric of ['cache_hit_ratio', 'cache_hits'])
    await expect(health.upsertThreshold({ ...limits, metric }, requester)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  await expect(
    health.upsertThreshold({ ...limits, metric: 'locks', cluster: 'mian' }, requester),
  ).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
});

test('a plan of limits changes nothing', async () => {
  const limits = {
    cluster: 'main',
    metric: 'locks',
    target: 5,
    critical: 9,
    isRestored: false,
    dryRun: true,
  };
  expect(await health.upsertThreshold(limits, requester)).toMatchObject({ target: 5, setFor: 'CLUSTER' });
  const held = (await health.thresholds('main')).find(({ metric }) => metric === 'locks');
  expect(held).toMatchObject({ target: null, setFor: 'DEFAULT' });
});

test('a subscriber sees now, and then a change of state, such as a promotion', async () => {
  const left = new AbortController();
  const reports = health.follow('main', left.signal)[Symbol.asyncIterator]();
  const first = (await reports.next()).value as HealthReport;
  expect(find(first, 'primary')).toMatchObject({ instance: 'main-1', state: 'OK' });
  const second = reports.next();
  await stopServer(servers.primary, 'immediate');
  await standby.rows(raw('SELECT pg_promote()'));
  await collector.collect();
  const report = (await second).value as HealthReport;
  expect(report.state).toBe('CRITICAL');
  await collector.collect();
  const [now] = await health.current(['main']);
  expect(find(now, 'primary')).toMatchObject({ instance: 'main-2', state: 'OK' });
  expect(find(now, 'instance_up', 'main-1')).toMatchObject({ value: 0, state: 'CRITICAL' });
  // What only a primary can tell is told by the new one; its counters went on.
  expect(find(now, 'database_size', 'main-2')?.value).toBeGreaterThan(1_000_000);
  expect(find(now, 'commits', 'main-2')?.value).toBeGreaterThanOrEqual(0);
  left.abort();
});

test('what nobody looks at any more is asked for live, and what was collected before is not shown as news', async () => {
  await control.db.rows(raw("UPDATE health_newest SET sampled_at = sampled_at - interval '1 hour'"));
  const [main] = await health.current(['main']);
  expect(find(main, 'primary')).toMatchObject({ instance: 'main-2' });
  expect(find(main, 'locks')).toBeUndefined();
  expect(Date.now() - (main?.checkedAt.getTime() ?? 0)).toBeLessThan(60_000);
});
