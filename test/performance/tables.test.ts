import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { createPerformance } from '../../src/performance/service.ts';
import type { PerformanceService } from '../../src/performance/performance.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { makeFleetConfig, type TestFleetConfig } from '../fleet/fleet-config.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const SCHEMA = `
  CREATE EXTENSION pgstattuple;
  CREATE TABLE big (id int PRIMARY KEY, name text, note text) WITH (autovacuum_enabled = off);
  INSERT INTO big SELECT n, 'name ' || n, repeat('x', 80) FROM generate_series(1, 120000) AS n;
  CREATE INDEX big_name ON big (name);
  CREATE INDEX big_name_again ON big (name);
  CREATE TABLE log (id int, at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
  CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
  CREATE INDEX log_at ON log (at);
`;

const noHistory = () => Promise.resolve({ unit: 'percent', buckets: [], reason: null });

let database: TestDatabase;
let fleetConfig: TestFleetConfig;
let fleet: Fleet;
let performance: PerformanceService;
beforeAll(async () => {
  database = await createTestDatabase();
  // What a session has counted goes to the statistics now and then; here before VACUUM counts for itself.
  await database.db.session(async (session) => {
    await session.rows(raw(SCHEMA));
    await session.rows(sql`SELECT pg_stat_force_next_flush()`);
  });
  await database.db.rows(raw('VACUUM ANALYZE big'));
  await database.db.session(async (session) => {
    await session.rows(raw('DELETE FROM big WHERE id % 2 = 0'));
    await session.rows(sql`SELECT FROM big WHERE id = 7`);
    await session.rows(sql`SELECT pg_stat_force_next_flush()`);
  });
  const { port, user = 'postgres', password = '' } = database.connection;
  const cluster = (name: string, ports: readonly number[]) => ({
    ...{ name, database: database.connection.database },
    instances: ports.map((one, n) => ({ name: `${name}-${n + 1}`, port: one })),
    ...{ monitor: { user, password }, operator: { user, password } },
  });
  fleetConfig = makeFleetConfig([cluster('main', [port]), cluster('half', [port, 1])]);
  fleet = createFleet(fleetConfig.config);
  performance = createPerformance({ fleet, db: database.db, readHistory: noHistory });
});
afterAll(async () => {
  await fleet?.close();
  fleetConfig?.[Symbol.dispose]();
  await database?.[Symbol.asyncDispose]();
});

const find = async (name: string) =>
  (
    await performance.tableStats({ cluster: 'main', instance: null, orderBy: 'SIZE', limit: 500 })
  ).tables.find((one) => one.name === name);

test('counts rows, dead rows and scans, and says what VACUUM is due and that it never comes', async () => {
  await expect.poll(async () => (await find('big'))?.deadRows, { timeout: 5_000 }).toBe(60_000);
  const big = await find('big');
  expect(big).toMatchObject({ schema: 'public', parent: null, liveRows: 60_000, deadShare: 0.5 });
  expect(big?.needs.map(({ reason }) => reason)).toEqual(['DEAD_ROWS', 'STALE_STATISTICS', 'VACUUM_OFF']);
  const { tables } = await performance.vacuumNeeds({ cluster: 'main', instance: null, limit: 10 });
  expect(tables.map(({ name }) => name)).toEqual(['big']);
});

test('names the table that a leaf belongs to', async () => {
  expect(await find('log_1')).toMatchObject({ parent: 'log' });
});

test('estimates bloat within five points of what pgstattuple counts', async () => {
  await database.db.rows(raw('VACUUM ANALYZE big'));
  const [exact] = await database.db.rows<{ share: number }>(
    sql`SELECT (free_space::float8 / table_len) AS share FROM pgstattuple('big')`,
  );
  const { tables } = await performance.tableStats({
    ...{ cluster: 'main', instance: null, orderBy: 'BLOAT', limit: 1 },
  });
  expect(tables[0]).toMatchObject({ name: 'big', bloat: { schema: 'public' } });
  expect(Math.abs((tables[0]?.bloat?.share ?? 0) - (exact?.share ?? 1))).toBeLessThan(0.05);
});

test('judges indexes: a copy, one in use, one that nobody used for too short a time', async () => {
  const { indexes, silent, total } = await performance.indexUsage('main', 50);
  expect(silent).toEqual([]);
  expect(total).toBe(4);
  const verdicts = Object.fromEntries(indexes.map((one) => [one.name, one.verdict]));
  expect(verdicts).toEqual({
    ...{ big_name: 'UNKNOWN', big_name_again: 'DUPLICATE', big_pkey: 'USED', log_at: 'UNKNOWN' },
  });
  expect(indexes.find(({ name }) => name === 'big_pkey')?.scans).toBeGreaterThan(0);
  expect(indexes[0]).toMatchObject({ statement: 'DROP INDEX CONCURRENTLY public.big_name_again;' });
});

test('says of no index that it is unused while an instance is silent', async () => {
  const { indexes, silent, countedSince } = await performance.indexUsage('half', 50);
  expect({ silent, countedSince }).toEqual({ silent: ['half-2'], countedSince: null });
  expect(indexes.find(({ name }) => name === 'log_at')).toMatchObject({
    ...{ verdict: 'UNKNOWN', because: 'half-2 did not say whether it is used there', statement: null },
  });
});
