import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { testFleet } from '../support/fleet.ts';
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

const HEALTH =
  '{ cluster(name: "main") { health { state metrics { name instance value state source sampledAt } } } }';

beforeAll(async () => {
  plane = await createControlPlane(await testFleet());
  await plane.start();
  environment = { SUNDAY_HOME: plane.home };
});
afterAll(() => plane?.[Symbol.asyncDispose]());

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
