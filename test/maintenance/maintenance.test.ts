import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { runCli } from '../cli/run-cli.ts';
import { type Ended, type Plane, startPlane } from '../migrations/plane.ts';
import { holdOpen } from '../partitions/tables.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let plane: Plane;
let db: Database;
beforeAll(async () => {
  plane = await startPlane({ clusters: ['main'] });
  db = await plane.create('main');
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

interface Found {
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
  readonly statement: string | null;
}

const run = (task: string, more: object = {}) =>
  plane.finish('runMaintenanceTask', { cluster: 'main', task, ...more });
const findingsOf = ({ result }: Ended) => (result?.['findings'] ?? []) as readonly Found[];
const subjectsOf = (ended: Ended) => findingsOf(ended).map(({ subject }) => subject);

test('lists the tasks of the guide with schedules, runs and those of other operations', async () => {
  const wanted = {
    ...{ name: 'audit', kind: 'maintenance.run', cluster: 'main', cron: '0 6 1 * *' },
    operationInput: { task: 'SECURITY_AUDIT' },
  };
  await plane.ask('upsertSchedule', wanted, 'schedule { name }');
  const { maintenanceTasks } = await plane.graphql<{ maintenanceTasks: readonly object[] }>(
    '{ maintenanceTasks(cluster: "main") { name cadence kinds schedules { name } lastRun { finishedAt } } }',
  );
  expect(maintenanceTasks).toHaveLength(15);
  expect(maintenanceTasks).toEqual(
    expect.arrayContaining([
      {
        ...{ name: 'SECURITY_AUDIT', cadence: 'MONTHLY', kinds: ['maintenance.run'] },
        ...{ schedules: [{ name: 'audit' }], lastRun: null },
      },
      {
        ...{ name: 'PARTITION_MAINTENANCE', cadence: 'MONTHLY', lastRun: null },
        ...{ kinds: ['partitions.maintainAll', 'partitions.maintain'] },
        schedules: [{ name: 'partition-maintenance' }],
      },
    ]),
  );
  const refused = await plane.ask('runMaintenanceTask', { cluster: 'main', task: 'DR_DRILL' });
  expect(refused).toMatchObject({ code: 'INVALID_INPUT' });
});

test('a run that finds nothing says what it looked at, and is kept', async () => {
  const ended = await run('INDEX_USAGE_REVIEW');
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    result: { findings: [], lookedAt: ['the use of 0 index(es) on all instances'] },
  });
  const { maintenanceTasks } = await plane.graphql<{
    maintenanceTasks: readonly { readonly name: string; readonly lastRun: object | null }[];
  }>(
    '{ maintenanceTasks(cluster: "main") { name lastRun { lookedAt findings { subject } operation { state } } } }',
  );
  expect(maintenanceTasks.find(({ name }) => name === 'INDEX_USAGE_REVIEW')?.lastRun).toEqual({
    ...{ lookedAt: ['the use of 0 index(es) on all instances'], findings: [] },
    operation: { state: 'SUCCEEDED' },
  });
});

test('a review of plans says what would make the statements known', async () => {
  const ended = await run('PLAN_REVIEW');
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    result: {
      findings: [{ severity: 'UNKNOWN', subject: 'pg_stat_statements' }],
      lookedAt: ['pg_stat_statements on main-1, which could not be read'],
    },
  });
});

test('capacity planning asks the forecast, and says how many points it lacks', async () => {
  const ended = await run('CAPACITY_PLANNING');
  expect(ended).toMatchObject({ state: 'SUCCEEDED' });
  const unknown = findingsOf(ended).find(({ subject }) => subject === 'forecast of main-1');
  expect(unknown).toMatchObject({ severity: 'UNKNOWN' });
  expect(unknown?.message).toMatch(/^DISK: only \d points are known, 8 are needed; CONNECTIONS: /);
});

test('plans, then vacuums the tables in need, the most pressing first, leaves a locked one, and says who keeps dead rows', async () => {
  await fill('little', 500);
  for (const name of ['much', 'held']) await fill(name, 2_000);
  const named = plane.openOn('main', { applicationName: 'onlooker' });
  const onlooker = await holdOpen(named, 'SELECT pg_current_xact_id()');
  await fill('seen', 1_000);
  const wanted = { cluster: 'main', task: 'VACUUM', dryRun: true };
  await vi.waitFor(async () => {
    const { plan } = await plane.ask('runMaintenanceTask', wanted, 'plan { steps }');
    const { steps } = plan as { readonly steps: readonly string[] };
    expect(steps.map((one) => one.split(':')[0]).toSorted()).toEqual([
      ...['VACUUM (ANALYZE) public.held', 'VACUUM (ANALYZE) public.little', 'VACUUM (ANALYZE) public.much'],
      'VACUUM (ANALYZE) public.seen',
    ]);
    expect(steps[3]).toMatch(/^VACUUM \(ANALYZE\) public\.little: 500 dead rows/);
  }, 10_000);
  const locker = plane.openOn('main', { applicationName: 'somebody' });
  const holder = await holdOpen(locker, 'LOCK TABLE held IN SHARE UPDATE EXCLUSIVE MODE');
  const ended = await run('VACUUM', { costDelayMs: 0 });
  await holder.end();
  await onlooker.end();
  expect(ended).toMatchObject({ state: 'SUCCEEDED', steps: { length: 6 } });
  const off = findingsOf(ended).filter(({ message }) => message === 'autovacuum does not visit it');
  expect(off).toHaveLength(4);
  const [held, seen, ...done] = findingsOf(ended).filter((one) => !off.includes(one));
  expect(held).toMatchObject({ severity: 'WARNING', subject: 'public.held' });
  expect(held?.message).toMatch(/^not done: somebody holds a lock on it: process \d+ .*somebody/);
  expect(seen).toMatchObject({ severity: 'WARNING', subject: 'public.seen' });
  expect(seen?.message).toMatch(
    /; 1000 dead rows had to stay, .* see them: process \d+ \(.*onlooker, idle in tr/,
  );
  expect(done.map(({ severity, subject }) => [severity, subject])).toEqual([
    ['INFO', 'public.much'],
    ['INFO', 'public.little'],
  ]);
  // Not the count of dead rows: what the session that made them has counted may reach the statistics later.
  const vacuumed = await db.rows<{ name: string }>(
    sql`SELECT relname AS name FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL ORDER BY 1`,
  );
  expect(vacuumed).toEqual([{ name: 'little' }, { name: 'much' }, { name: 'seen' }]);
});

test('analyzes what has changed, partitioned tables by their root', async () => {
  await db.rows(sql`CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at)`);
  await db.rows(
    sql`CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
  );
  await counted(`INSERT INTO parted SELECT n, '2026-05-01' FROM generate_series(1, 100) AS n`);
  await vi.waitFor(async () => {
    const { plan } = await plane.ask(
      'runMaintenanceTask',
      { cluster: 'main', task: 'ANALYZE', dryRun: true },
      'plan { steps }',
    );
    expect((plan as { steps: readonly string[] }).steps.join()).toMatch('ANALYZE public.parted: 100 row(s)');
  }, 10_000);
  const ended = await run('ANALYZE');
  expect(subjectsOf(ended)).toContain('public.parted');
  expect(subjectsOf(ended)).not.toContain('public.parted_1');
  const stats = await db.rows(
    sql`SELECT tablename, inherited FROM pg_stats WHERE tablename LIKE 'parted%' AND attname = 'id' ORDER BY 1`,
  );
  expect(stats).toEqual([
    { tablename: 'parted', inherited: true },
    { tablename: 'parted_1', inherited: false },
  ]);
});

test('rebuilds bloated and invalid indexes, and puts leftovers of a broken rebuild away', async () => {
  await db.rows(sql`CREATE TABLE big AS SELECT n AS id, n % 7 AS kind FROM generate_series(1, 450000) AS n`);
  await db.rows(sql`CREATE INDEX big_id ON big (id)`);
  await db.rows(sql`DELETE FROM big WHERE id % 10 <> 0`);
  await db.rows(sql`VACUUM (ANALYZE) big`);
  await db.rows(sql`INSERT INTO big VALUES (10, 1)`);
  // What a failed build leaves behind, made by one that fails.
  const failing = db.rows(sql`CREATE UNIQUE INDEX CONCURRENTLY big_id_ccnew ON big (id)`);
  await expect(failing).rejects.toMatchObject({ code: '23505' });
  await expect(db.rows(sql`CREATE UNIQUE INDEX CONCURRENTLY big_once ON big (id)`)).rejects.toMatchObject({
    code: '23505',
  });
  const sizeOf = async () =>
    (await db.rows<{ bytes: number }>(sql`SELECT pg_relation_size('big_id')::float8 AS bytes`))[0]?.bytes ??
    0;
  const before = await sizeOf();
  const ended = await run('REINDEX');
  expect(findingsOf(ended).map(({ severity, subject, statement }) => [severity, subject, statement])).toEqual(
    [
      ['WARNING', 'public.big_once', 'REINDEX INDEX CONCURRENTLY public.big_once;'],
      ['INFO', 'public.big_id_ccnew', 'DROP INDEX CONCURRENTLY public.big_id_ccnew;'],
      ['INFO', 'public.big_id', 'REINDEX INDEX CONCURRENTLY public.big_id;'],
    ],
  );
  expect(findingsOf(ended)[0]?.message).toMatch('could not create unique index');
  expect(await sizeOf()).toBeLessThan(before / 5);
  const indexes = await db.rows(
    sql`SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index
      WHERE indrelid = 'big'::regclass ORDER BY 1`,
  );
  expect(indexes).toEqual([
    { name: 'big_id', valid: true },
    { name: 'big_once', valid: false },
  ]);
});

test('a cancel ends a rebuild that waits, and leaves nothing behind', async () => {
  await db.rows(sql`DROP INDEX big_once`);
  await db.rows(sql`DELETE FROM big WHERE ctid IN (SELECT ctid FROM big WHERE id = 10 LIMIT 1)`);
  await expect(db.rows(sql`ALTER TABLE big ADD CONSTRAINT no CHECK (id < 0)`)).rejects.toBeDefined();
  await db.rows(sql`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'big_id'::regclass`);
  const writer = await holdOpen(plane.openOn('main'), 'LOCK TABLE big IN ROW EXCLUSIVE MODE');
  const id = await plane.start('runMaintenanceTask', { cluster: 'main', task: 'REINDEX' });
  await vi.waitFor(async () => {
    const [row] = await db.rows(sql`SELECT FROM pg_class WHERE relname = 'big_id_ccnew'`);
    expect(row).toBeDefined();
  }, 20_000);
  await plane.ask('cancelOperation', { id });
  await writer.end();
  expect(await plane.waitForEnd(id)).toMatchObject({ state: 'CANCELLED' });
  await vi.waitFor(async () => {
    expect(await db.rows(sql`SELECT relname FROM pg_class WHERE relname LIKE 'big_id_cc%'`)).toEqual([]);
  }, 10_000);
});

test('runs a task from a terminal and shows what was found', async () => {
  await db.rows(sql`GRANT INSERT ON little TO PUBLIC`);
  const { stdout, exitCode } = await runCli(
    ['maintenance', 'run', 'security-audit', '--cluster', 'main'],
    plane.environment,
  );
  expect(exitCode).toBe(7);
  expect(stdout).toMatch('CRITICAL  public.little: every role has INSERT on it');
  expect(stdout).toMatch('REVOKE INSERT ON TABLE public.little FROM PUBLIC;');
  expect(stdout).toMatch(/looked at \d+ role\(s\)/);
  const listed = await runCli(['maintenance', 'list', '--cluster', 'main'], plane.environment);
  expect(listed.stdout).toMatch(/SECURITY_AUDIT +monthly .*1 CRITICAL/);
});

test('writes a report and watches for as long as it was told, as lines where there is no terminal', async () => {
  const output = join(plane.home, 'report.html');
  const at = ['--cluster', 'main'];
  const [report, monitor] = await Promise.all([
    runCli(['performance', 'report', ...at, `--output=${output}`], plane.environment),
    runCli(['performance', 'monitor', ...at, '--duration=1', '--interval=1'], plane.environment),
  ]);
  expect(report).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readFileSync(output, 'utf8')).toMatch('<h1>Performance of main</h1>');
  expect(monitor.exitCode).toBe(0);
  expect(monitor.stdout).toMatch(/connections\[main-1\]=\S+ .*blockers=0/);
});

async function fill(name: string, rows: number): Promise<void> {
  await counted(
    `CREATE TABLE ${name} (id int) WITH (autovacuum_enabled = false)`,
    `INSERT INTO ${name} SELECT generate_series(1, ${rows})`,
    `DELETE FROM ${name}`,
  );
}

/** The server tells its counters of a session's changes at once, and not within ten seconds. */
function counted(...statements: readonly string[]) {
  return db.session(async (session) => {
    for (const text of [...statements, 'SELECT pg_stat_force_next_flush()']) await session.rows(raw(text));
  });
}
