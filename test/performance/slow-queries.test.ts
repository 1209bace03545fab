import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import type { PerformanceService } from '../../src/performance/performance.ts';
import { recordPlans } from '../../src/maintenance/plan-store.ts';
import { reviewPlans } from '../../src/maintenance/reviews/plans.ts';
import { createPerformance } from '../../src/performance/service.ts';
import { createRecorder, recordInterval } from '../../src/performance/statements/recorder.ts';
import { listIntervals } from '../../src/performance/statements/store.ts';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createSources } from '../../src/wiring/maintenance.ts';
import { makeFleetConfig, type TestFleetConfig } from '../fleet/fleet-config.ts';
import { runCli } from '../cli/run-cli.ts';
import { type ReplicatedCluster, startReplicatedCluster } from '../fleet/replicated-cluster.ts';
import { startApi, type TestApi } from '../server/api.ts';

const AT = { cluster: 'main', instance: 'main-1' };

/** How many plans were asked for at once, each time. */
const batches: number[] = [];

const noHistory = () => Promise.resolve({ unit: 'percent', buckets: [], reason: null });

let servers: ReplicatedCluster;
let fleetConfig: TestFleetConfig;
let fleet: Fleet;
let api: TestApi;
let app: Database;
beforeAll(async () => {
  servers = await startReplicatedCluster({ shared_preload_libraries: 'pg_stat_statements' });
  await servers.admin.rows(sql`CREATE ROLE watcher LOGIN PASSWORD 'test-only' IN ROLE pg_monitor`);
  await servers.admin.rows(sql`CREATE ROLE stranger LOGIN PASSWORD 'test-only'`);
  const cluster = (name: string, monitor: string, operator = 'postgres') => ({
    ...{ name, database: 'postgres', instances: [{ name: `${name}-1`, port: servers.primary.port }] },
    monitor: { user: monitor, password: 'test-only' },
    operator: { user: operator, password: 'test-only' },
  });
  fleetConfig = makeFleetConfig([
    ...[cluster('main', 'watcher'), cluster('hidden', 'stranger'), cluster('blind', 'watcher', 'stranger')],
  ]);
  fleet = createFleet(fleetConfig.config);
  api = await startApi({
    services: (small) => ({ ...small, fleet, performance: countingPlans() }),
  });
  app = openDatabase({
    ...{ host: '127.0.0.1', port: servers.primary.port, database: 'postgres', user: 'postgres' },
    ...{ password: 'test-only', applicationName: 'app' },
  });
});
afterAll(async () => {
  await app?.close();
  await api?.[Symbol.asyncDispose]();
  await fleet?.close();
  fleetConfig?.[Symbol.dispose]();
  await servers?.[Symbol.asyncDispose]();
});

const makePerformance = () => createPerformance({ fleet, db: api.db, readHistory: noHistory });
/** The database of the service is that of the API, which takes the service: so it is made when it is asked. */
const countingPlans = () =>
  ({
    slowQueries: (input) => makePerformance().slowQueries(input),
    samplePlans: (wanted) => {
      batches.push(wanted.length);
      return makePerformance().samplePlans(wanted);
    },
  }) satisfies Partial<PerformanceService> as unknown as PerformanceService;

const slowest = (cluster = 'main', windowSeconds = 3_600) =>
  makePerformance().slowQueries({
    ...{ cluster, instance: null, windowSeconds, orderBy: 'CALLS', limit: 100 },
  });
const findSlow = async (part: string) =>
  (await slowest()).queries.find(({ query }) => query?.includes(part) ?? false);
const runTimes = async (statement: string, times: number) => {
  for (let n = 0; n < times; n++) await app.rows(raw(statement));
};

test('says what would make the figures known', async () => {
  expect(await slowest()).toMatchObject({
    ...{ method: 'NONE', queries: [], hint: 'CREATE EXTENSION pg_stat_statements' },
  });
  await servers.admin.rows(sql`CREATE EXTENSION pg_stat_statements`);
  expect(await slowest('hidden')).toMatchObject({
    ...{ method: 'NONE', hint: 'GRANT pg_read_all_stats TO stranger' },
  });
});

test('has the counters as they are while nothing was recorded, and says so', async () => {
  await runTimes(`SELECT 'secret of ann' AS early`, 3);
  expect(await slowest()).toMatchObject({ method: 'SINCE_RESET' });
  expect(await findSlow('early')).toMatchObject({ calls: 3, rows: 3, query: 'SELECT $1 AS early' });
});

test('has the differences of the window once it was looked at, with what ran since', async () => {
  await recordInterval(fleet.monitor(fleet.get('main').instances[0] as never), api.db, AT);
  expect(await findSlow('early')).toBeUndefined();
  await runTimes('SELECT 1 AS late', 2);
  expect(await findSlow('late')).toMatchObject({ calls: 2 });
  await recordInterval(fleet.monitor(fleet.get('main').instances[0] as never), api.db, AT);
  await runTimes('SELECT 1 AS late', 4);
  const found = await slowest();
  expect(found).toMatchObject({ method: 'INTERVALS', instance: 'main-1', reason: null });
  expect(found.queries.find(({ query }) => query === 'SELECT $1 AS late')).toMatchObject({
    calls: 6,
    rows: 6,
  });
  expect(found.queries.reduce((sum, one) => sum + one.shareOfTime, 0)).toBeCloseTo(1, 6);
});

test('loses nothing that ran since a reset of the counters', async () => {
  await servers.admin.rows(sql`SELECT pg_stat_statements_reset()`);
  await runTimes('SELECT 1 AS late', 1);
  expect(await findSlow('late')).toMatchObject({ calls: 1 + 2 });
});

test('leaves out the strings of statements that PostgreSQL does not normalise', async () => {
  await app.rows(raw(`CREATE ROLE visitor PASSWORD 'never shown'`));
  expect(await findSlow('CREATE ROLE visitor')).toMatchObject({ query: `CREATE ROLE visitor PASSWORD '…'` });
});

const listPlans = async (selection: string) => {
  const { body } = await api.query(
    `{ slowQueries(cluster: "main", orderBy: CALLS, first: 100) { queries { query ${selection} } } }`,
  );
  expect(body.errors).toBeUndefined();
  return (body.data as { slowQueries: { queries: { query: string; plan?: Record<string, unknown> }[] } })
    .slowQueries.queries;
};

test('gives the generic plan of a statement to those who ask for it, and executes nothing', async () => {
  await app.rows(sql`CREATE TABLE goods (id int PRIMARY KEY, name text)`);
  await app.rows(sql`CREATE TABLE gone (id int)`);
  await app.rows(sql`CREATE SEQUENCE ticket`);
  for (const one of ['SELECT name FROM goods WHERE id = 7', 'TABLE gone', `SELECT nextval('ticket')`])
    await app.rows(raw(one));
  await app.rows(sql`DROP TABLE gone`);
  await listPlans('calls');
  expect(batches).toEqual([]);
  const found = await listPlans('plan { text totalCost plannedAs reason hint }');
  expect(batches).toEqual([found.length]);
  const planOf = (query: string) => found.find((one) => one.query === query)?.plan;
  expect(planOf('SELECT name FROM goods WHERE id = $1')).toEqual({
    text: 'Index Scan using goods_pkey on goods (cost 8.17, rows 1) [(id = $1)]',
    ...{ totalCost: 8.17, plannedAs: 'postgres', reason: null, hint: null },
  });
  expect(planOf('SELECT nextval($1)')).toMatchObject({ text: expect.stringMatching(/^Result /) as string });
  const [ticket] = await app.rows(sql`SELECT last_value::int AS value FROM ticket`);
  expect(ticket).toEqual({ value: 1 });
  const unknown = { text: null, totalCost: null };
  expect(planOf('TABLE gone')).toMatchObject({
    ...{ ...unknown, reason: 'the server cannot plan it: relation "gone" does not exist' },
  });
  expect(planOf(`CREATE ROLE visitor PASSWORD '…'`)).toMatchObject({
    ...{ ...unknown, reason: 'strings were left out of its text' },
  });
});

test('says which GRANT makes a plan known, and shows plans in a terminal', async () => {
  const query = 'SELECT name FROM goods WHERE id = $1';
  expect(await makePerformance().samplePlans([{ cluster: 'blind', instance: 'blind-1', query }])).toEqual([
    {
      steps: [],
      ...{ text: null, totalCost: null, plannedAs: null },
      reason: 'neither watcher nor the operator role may read what the statement names',
      hint: 'GRANT SELECT ON goods TO watcher',
    },
  ]);
  const { stdout, exitCode } = await runCli(
    ['performance', 'slow-queries', '--cluster', 'main', '--by', 'calls', '--limit', '100', '--plan'],
    { SUNDAY_URL: api.url, SUNDAY_TOKEN: api.admin },
  );
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(`${query}\nIndex Scan using goods_pkey on goods (cost 8.17, rows 1) [(id = $1)]`);
  expect(stdout).toMatch('UNKNOWN: strings were left out of its text');
});

test('is recorded once when two workers do it, and one of them is enough', async () => {
  const count = async () =>
    (await listIntervals(api.db, { ...AT, from: new Date(0), to: new Date(Date.now() + 60_000) })).length;
  const before = await count();
  const one = fleet.monitor(fleet.get('main').instances[0] as never);
  await Promise.all([recordInterval(one, api.db, AT), recordInterval(one, api.db, AT)]);
  // The one that comes second finds a look that is as young as its own, or makes an interval of what ran between.
  expect(await count()).toBeGreaterThan(before);
  const errors: unknown[] = [];
  const recorder = createRecorder({ fleet, db: api.db, onError: (error) => errors.push(error) });
  const settled = await count();
  await recorder.start();
  await recorder.stop();
  expect(await count()).toBe(settled);
  expect(errors).toEqual([]);
});

test('a review finds the statement whose plan has lost its index, and says what it looked at when none has changed', async () => {
  await app.rows(sql`CREATE TABLE parcels (id int PRIMARY KEY, place int, note text)`);
  await app.rows(sql`INSERT INTO parcels SELECT n, n, 'x' FROM generate_series(1, 5000) AS n`);
  await app.rows(sql`CREATE INDEX parcels_place_idx ON parcels (place)`);
  await app.rows(sql`ANALYZE parcels`);
  await runTimes('SELECT note FROM parcels WHERE place = 7', 300); // so that it is among the costliest
  const nobody = () => {
    throw new Error('a review of plans asks nobody else');
  };
  const sources = createSources({
    ...{ checkHealth: nobody, instances: nobody, moves: nobody, directory: { listShards: nobody } },
    performance: makePerformance,
  });
  const review = async () => {
    const found = await reviewPlans({ db: api.db, sources }, 'main');
    await recordPlans(api.db, 'main', found.plans);
    return found;
  };
  const first = await review();
  expect(first.findings).toEqual([]);
  const second = await review();
  expect(second.findings).toEqual([]);
  expect(second.lookedAt[0]).toMatch(
    /^the plans of the \d+ costliest statements of the last week on main-1: [1-9]\d* compared with the last review, \d+ seen for the first time, \d+ without a plan$/,
  );
  await app.rows(sql`DROP INDEX parcels_place_idx`);
  const third = await review();
  expect(third.findings).toHaveLength(1);
  expect(third.findings[0]).toMatchObject({
    severity: 'CRITICAL',
    subject: 'SELECT note FROM parcels WHERE place = $1',
    suggestedAction: expect.stringContaining('`optimizeQuery`') as string,
  });
  expect(third.findings[0]?.message).toMatch(
    /^its plan has changed since \d{4}-\d\d-\d\d: Index Scan using parcels_place_idx on parcels → Seq Scan on parcels; cost ×[\d.]+, [\d.]+ before and [\d.]+ now$/,
  );
  expect((await review()).findings).toEqual([]);
});
