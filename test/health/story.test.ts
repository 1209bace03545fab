import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram } from '../../src/fleet/embedded/binaries.ts';
import type { FleetFile } from '../../src/config.ts';
import { startRedis, stopRedis } from '../../src/fleet/embedded/redis.ts';
import { createControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { testFleet } from '../support/fleet.ts';
import { freePort } from '../support/ports.ts';
import { runCli } from '../cli/run-cli.ts';

interface Report {
  readonly state: string;
  readonly metrics: readonly {
    readonly name: string;
    readonly instance: string | null;
    readonly value: number | null;
    readonly state: string;
    readonly source: string;
    readonly sampledAt: string;
  }[];
}

let plane: ControlPlane;
let environment: Record<string, string>;
let cache: Parameters<typeof startRedis>[0];
const directory = mkdtempSync(join(tmpdir(), 'sunday-health-'));

const HEALTH =
  '{ cluster(name: "main") { health { state metrics { name instance value state source sampledAt } } } }';

beforeAll(async () => {
  const program = findProgram('redis-server', 'valkey-server');
  cache = { program, directory: join(directory, 'cache'), port: await freePort(), password: 'test-only' };
  await startRedis(cache);
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, cache.password, { mode: 0o600 });
  const redis = [{ name: 'cache', url: `redis://127.0.0.1:${cache.port}`, passwordFile }];
  const adjust = (config: FleetFile) => ({ ...config, platform: { redis } });
  plane = await createControlPlane(await testFleet(), { adjust });
  await plane.start();
  environment = { SUNDAY_HOME: plane.home };
});
afterAll(async () => {
  await plane?.[Symbol.asyncDispose]();
  await stopRedis(cache);
  rmSync(directory, { recursive: true, force: true });
});

async function readHealth(): Promise<Report> {
  return (await plane.graphql<{ cluster: { health: Report } }>(HEALTH)).cluster.health;
}
const find = (report: Report, name: string, instance = 'main-1') =>
  report.metrics.find((one) => one.name === name && (one.instance ?? 'main-1') === instance);

test('a worker collects by itself, and the API shows each metric with its source and moment', async () => {
  const costOf = async () => find(await readHealth(), 'scrape_cost')?.value ?? 0;
  await expect.poll(costOf, { timeout: 30_000 }).toBeGreaterThan(0);
  const report = await readHealth();
  const connections = find(report, 'connections');
  expect(connections).toMatchObject({ source: 'pg_stat_activity' });
  expect(Date.now() - Date.parse(connections?.sampledAt ?? '')).toBeLessThan(60_000);
  expect(find(report, 'disk_used')?.value).toBeGreaterThan(0);
  expect(find(report, 'replication_lag', 'main-2')?.state).toBe('OK');
});

test('limits are set from the terminal, and a subscriber sees the state that follows', async () => {
  let isSeen = false;
  const watching = plane.subscribe<Report>(
    'subscription { healthUpdates(cluster: "main") { state metrics { name instance value state source sampledAt } } }',
    {},
    20,
    (report) => {
      if (find(report, 'connections')?.state === 'CRITICAL') isSeen = true;
    },
  );
  watching.catch(() => {}); // it ends with the plane
  const set = ['health', 'thresholds', 'set', 'connections', '--cluster', 'main'];
  const done = await runCli([...set, '--target', '0', '--critical', '0', '--reason', 'a test'], environment);
  expect(done).toMatchObject({ exitCode: 0, stdout: '✓ connections of main has target 0 %, critical 0 %\n' });
  await expect.poll(() => isSeen, { timeout: 25_000 }).toBe(true);
  const check = await runCli(['health', '--cluster', 'main', '--check'], environment);
  expect(check.exitCode).toBe(7);
  expect(check.stdout).toMatch(/^main is CRITICAL: \d+ critical/);
  expect(check.stdout).toMatch(/CRITICAL +connections +main-1/);
  const list = await runCli(['health', 'thresholds', 'list', '--set', '--cluster', 'main'], environment);
  expect(list.stdout).toMatch(/connections +lower +0 % +0 % +cluster +Set by .*: a test/);
  expect((await runCli([...set, '--default'], environment)).stdout).toContain('target 80 %, critical 95 %');
});

test('the terminal plots a metric over time', async () => {
  const history = ['health', 'history', 'connections', '--cluster', 'main', '--instance', 'main-1'];
  const { exitCode, stdout } = await runCli([...history, '--from', '10m'], environment);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^connections of main-1, one column for 10 s/);
  expect(stdout).toMatch(/newest +\d/);
  const wrong = await runCli(['health', 'history', 'conections', '--cluster', 'main'], environment);
  expect(wrong.exitCode).toBe(2);
});

test('refuses a history of too many steps', async () => {
  const { errors } = await plane.send({
    query: `{ metricHistory(cluster: "main", metric: "primary", step: 10, range: { from: "2026-01-01T00:00:00Z", to: "2026-06-01T00:00:00Z" }) { unit } }`,
  });
  expect(errors[0]?.extensions.code).toBe('INVALID_INPUT');
});

test('Prometheus gets the fleet with cluster and instance as labels', async () => {
  const { url } = JSON.parse(readFileSync(join(plane.home, 'api.json'), 'utf8')) as { url: string };
  const text = await (await fetch(url.replace('/graphql', '/metrics'))).text();
  expect(text).toMatch(/^sunday_fleet_connections_percent\{cluster="main",instance="main-1"\} \d/m);
  expect(text).toMatch(/^sunday_fleet_state\{cluster="main",instance="",metric="unused_indexes"\} 0$/m);
});

test('the Redis of the control plane itself is watched without being asked for, beside what is configured', async () => {
  const list = await runCli(['platform', 'list'], environment);
  expect(list).toMatchObject({ exitCode: 0, stderr: '' });
  // On a busy machine its answer may be slow.
  expect(list.stdout).toMatch(/^redis +redis +(OK|WARNING) +redis:\/\/127\.0\.0\.1:\d+/m);
  expect(list.stdout).toMatch(/^cache +redis +(OK|WARNING)/m);
  const show = await runCli(['platform', 'show', 'cache'], environment);
  expect(show.stdout).toMatch(/^role +primary$/m);
  expect(show.stdout).toMatch(/OK +memory used +\d.* 80 % +95 % +of maxmemory/);
  const history = await runCli(
    ['platform', 'history', 'cache', 'redis_memory', '--from', '10m'],
    environment,
  );
  expect(history.stdout).toMatch(/^redis memory of cache, one column for 10 s/);
  expect((await runCli(['platform', 'show', 'cash'], environment)).exitCode).toBe(3);
  const { url } = JSON.parse(readFileSync(join(plane.home, 'api.json'), 'utf8')) as { url: string };
  const text = await (await fetch(url.replace('/graphql', '/metrics'))).text();
  expect(text).toMatch(/^sunday_platform_service_up\{service="cache",kind="REDIS"\} 1$/m);
  expect(text).toMatch(
    /^sunday_platform_state\{service="redis",kind="REDIS",metric="redis_connections"\} 0$/m,
  );
});

test('limits of a service are set from the terminal, and what an alert of it suggests is done', async () => {
  const set = ['platform', 'thresholds', 'set', 'redis_memory_used', '--service', 'cache'];
  const done = await runCli([...set, '--target', '0', '--critical', '0', '--reason', 'a test'], environment);
  expect(done.stdout).toBe('✓ redis_memory_used of cache has target 0 %, critical 0 %\n');
  const list = await runCli(['platform', 'thresholds', 'list', 'cache', '--set'], environment);
  expect(list.stdout).toMatch(/redis_memory_used +lower +0 % +0 % +service +Set by .*: a test/);
  const other = await runCli(['platform', 'thresholds', 'list', 'redis', '--set'], environment);
  expect(other.stdout).toBe('Nobody has set limits for redis.\n');
  const status = await runCli(['status'], environment);
  expect(status.stdout).toMatch(/^cache +redis +CRITICAL/m);
  expect(status.stdout).toMatch(/^CRITICAL cache {2}redis memory used {2}\d/m);
  const health = await runCli(['health', '--cluster', 'main'], environment);
  expect(health.stdout).toMatch(/^cache +redis +CRITICAL/m);
  expect((await runCli([...set, '--default'], environment)).stdout).toContain('target 80 %, critical 95 %');
  const wrong = ['platform', 'thresholds', 'set', 'elasticsearch_status', '--service', 'cache', '--default'];
  expect((await runCli(wrong, environment)).exitCode).toBe(2);

  const save = ['platform', 'run', 'cache', 'save-snapshot'];
  const plan = await runCli([...save, '--dry-run'], environment);
  expect(plan.stdout).toMatch(/^would tell cache BGSAVE SCHEDULE\n/);
  expect(await runCli(save, environment)).toMatchObject({
    ...{ exitCode: 0, stderr: '' },
    stdout: expect.stringMatching(/^✓ cache was told BGSAVE SCHEDULE\n/) as string,
  });
  expect((await runCli(['platform', 'run', 'cache', 'retry-shards'], environment)).exitCode).toBe(2);
});

test('a service that goes down is one alert, and comes back with one recovery', async () => {
  const rule = `name: "service_up", metric: "service_up", comparison: BELOW, forSeconds: 0, resolveAfterSeconds: 0`;
  await plane.graphql(
    `mutation { upsertAlertRule(input: { ${rule} }) { __typename ... on UserError { message } } }`,
  );
  const open = async () => {
    const { alerts } = await plane.graphql<{
      alerts: { edges: { node: { state: string; summary: string } }[] };
    }>('{ alerts(filter: { clusters: ["platform"] }) { edges { node { state summary } } } }');
    return alerts.edges.map(({ node }) => `${node.state} ${node.summary}`);
  };
  await stopRedis(cache);
  const summary = 'platform: service up of cache: 0 instances, the limit is 1 instances';
  await expect.poll(open, { timeout: 40_000 }).toEqual([`FIRING ${summary}`]);
  const down = await runCli(['platform', 'list', '--check'], environment);
  expect(down.exitCode).toBe(7);
  expect(down.stdout).toMatch(/CRITICAL cache {2}service up {2}0 .*ECONNREFUSED/);
  await startRedis(cache);
  await expect.poll(open, { timeout: 40_000 }).toEqual([`RESOLVED ${summary}`]);
});
