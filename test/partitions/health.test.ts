import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { createNoStore } from '../../src/partitions/archive/bucket.ts';
import { checkNeeds } from '../../src/partitions/archive/needs.ts';
import { checkHealth, type PartitionCheck } from '../../src/partitions/health/health.ts';
import { readPartitions } from '../../src/partitions/read.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { toDefaultRules } from '../../src/alerts/rules.ts';
import { RECORD_METRICS } from '../../src/wiring/alert-sources.ts';
import { toCoverage } from '../../src/wiring/partition-samples.ts';
import { runSqlFile } from '../sunday/product-database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createFleetDatabase, type FleetDatabase, openOnFleet, testFleet } from '../support/fleet.ts';
import { addMonth, leafOf, month } from './tables.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

const CONTROL = new URL('../../migrations/control', import.meta.url).pathname;

let product: FleetDatabase;
let control: TestDatabase;
let fleet: Fleet;
let db: Database;
beforeAll(async () => {
  const test = await testFleet();
  product = await createFleetDatabase(test);
  control = await createTestDatabase();
  await applyPending(control.db, CONTROL, { appliedBy: 'test' });
  const superuser = openOnFleet(test, 'superuser', 'main-1', product.name);
  await superuser.rows(sql`CREATE EXTENSION pg_stat_statements`);
  await superuser.close();
  db = openOnFleet(test, 'operator', 'main-1', product.name);
  await db.transaction(async (tx) => {
    await runSqlFile(tx, '001_init_schema.sql');
    await runSqlFile(tx, '004_partitioning_sharding.sql');
  });
  const clusters = test.config.clusters.slice(0, 1).map((one) => ({ ...one, database: product.name }));
  fleet = createFleet({ ...test.config, clusters });
}, 90_000);
afterAll(async () => {
  await fleet.close();
  await db.close();
  await control[Symbol.asyncDispose]();
  await product[Symbol.asyncDispose]();
});

const check = async (now = new Date()) => checkHealth({ fleet, db: control.db }, 'main', now);
const notOk = (checks: readonly PartitionCheck[]) =>
  checks.filter(({ state }) => state !== 'OK').map((one) => [one.table, one.check, one.state]);

test('a fresh product database is well, but nobody has counted its rows', async () => {
  const { checks } = await check();
  expect(notOk(checks)).toEqual(
    ['activity_log', 'automation_executions', 'webhook_deliveries'].map((table) => [
      table,
      'SKEW',
      'UNKNOWN',
    ]),
  );
  expect(new Set(checks.map((one) => one.check))).toEqual(
    new Set([
      ...[
        'COVERAGE',
        'GAPS',
        'DEFAULT_PARTITION',
        'DETACH',
        'RETENTION',
        'INDEXES',
        'CONSTRAINTS',
        'TRIGGERS',
      ],
      ...['REPLICA_IDENTITY', 'ROW_SECURITY', 'GRANTS', 'OVERLAPS', 'SKEW', 'PRUNING'],
    ]),
  );
});

test('warns when months are missing, and is critical two weeks before the edge', async () => {
  const coverage = async (now: Date) =>
    (await check(now)).checks.find((one) => one.table === 'activity_log' && one.check === 'COVERAGE');
  expect(await coverage(month(1))).toMatchObject({ state: 'WARNING', hint: 'sunday partitions maintain' });
  expect(await coverage(new Date(month(4).getTime() - 13 * 86_400_000))).toMatchObject({ state: 'CRITICAL' });
});

test('feeds an alert that warns two weeks before the edge, with the table and what helps', async () => {
  const tables = (await readPartitions({ fleet, db: control.db }, 'main', new Date())).map(
    ({ shown }) => shown,
  );
  const edge = tables[0]?.coverageUntil?.getTime() ?? 0;
  const sample = (daysBefore: number) =>
    toCoverage('main', tables, new Date(edge - daysBefore * 86_400_000))[0];
  expect(sample(15)).toMatchObject({ state: 'OK', value: 15 * 86_400, reason: null });
  expect(sample(13)).toMatchObject({
    ...{ name: 'partition_coverage', state: 'WARNING', hint: 'sunday partitions maintain --cluster main' },
    reason: expect.stringContaining('activity_log') as unknown,
  });
  expect(sample(2)).toMatchObject({ state: 'CRITICAL', value: 2 * 86_400 });
  expect(sample(-1)).toMatchObject({ state: 'CRITICAL' });
  expect(toDefaultRules(RECORD_METRICS)).toContainEqual(
    expect.objectContaining({ metric: 'partition_coverage', comparison: 'BELOW' }),
  );
});

test('names statements that read every partition, and not those that leave some out', async () => {
  const since = month(0);
  await db.rows(sql`SELECT count(*) AS whole FROM activity_log WHERE action = ${'nothing'}`);
  await db.rows(
    sql`SELECT count(*) AS part FROM activity_log WHERE created_at >= ${since} AND action = ${'nothing'}`,
  );
  const found = (await check()).checks.find((one) => one.table === 'activity_log' && one.check === 'PRUNING');
  expect(found).toMatchObject({ state: 'WARNING' });
  expect(found?.detail).toMatch(/read all 10 partitions: .*count\(\*\) AS whole/);
  expect(found?.detail).not.toMatch(/AS part/);
});

test('finds one month that has many times the rows of the others', async () => {
  await db.rows(sql`CREATE TABLE log (created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at)`);
  for (const offset of [-3, -2, -1, 0]) await addMonth(db, offset);
  for (const [offset, rows] of [
    [-3, 100],
    [-2, 20_000],
    [-1, 120],
  ] as const)
    await db.rows(
      sql`INSERT INTO ${identifier(leafOf('log', offset))} SELECT ${month(offset)}::timestamptz FROM generate_series(1, ${rows}::int)`,
    );
  await db.rows(sql`ANALYZE log`);
  const { checks } = await check();
  expect(checks.find((one) => one.table === 'log' && one.check === 'SKEW')).toMatchObject({
    state: 'WARNING',
    detail: `the middle one has 120: ${leafOf('log', -2)} has about 20000 rows`,
  });
  expect(checks.find((one) => one.table === 'log' && one.check === 'POLICY')).toMatchObject({
    state: 'WARNING',
  });
});

test('says what it does not know where the functions of migration 004 are not allowed to us', async () => {
  await db.rows(sql`ALTER FUNCTION check_partition_health(timestamptz) RENAME TO hidden`);
  const { state, checks } = await check();
  await db.rows(sql`ALTER FUNCTION hidden(timestamptz) RENAME TO check_partition_health`);
  expect(checks.find((one) => one.check === 'CATALOG' && one.table === '')).toMatchObject({
    state: 'UNKNOWN',
    detail: 'the database has no check_partition_health()',
  });
  expect(state).toBe('WARNING');
});

test('refuses to archive while a move or the next backup still needs the rows', async () => {
  const [table] = await readPartitions({ fleet, db: control.db }, 'main', new Date());
  const leaf = table?.leaves[0];
  if (!table || !leaf) throw new Error('activity_log has partitions');
  const named = { cluster: 'main', schema: 'public', table: 'activity_log', partition: leaf.name };
  const end = leaf.to?.getTime() ?? 0;
  const ask = (moved: readonly string[], startedAt: Date | null) =>
    checkNeeds(
      {
        ...{ fleet, db: control.db, store: createNoStore(), patienceMs: 100 },
        tablesBeingMoved: async () => moved,
        backupCoverage: async () => ({ startedAt }),
      },
      named,
      { leaf, context: { signal: AbortSignal.timeout(30_000) } },
    );
  const needed = (words: string) => ({
    code: 'PARTITION_NEEDED',
    message: expect.stringContaining(words) as unknown,
  });
  await expect(ask(['activity_log'], new Date())).rejects.toMatchObject(needed('is being moved'));
  await expect(ask([], null)).rejects.toMatchObject(needed('there is none'));
  await expect(ask([], new Date(end - 1))).rejects.toMatchObject(needed('the newest began'));
  await expect(ask(['boards'], new Date(end + 1))).resolves.toBeUndefined();
});
