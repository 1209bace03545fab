import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { createLeaf } from '../../src/partitions/leaf-runner.ts';
import { untilUnblocked } from '../../src/partitions/lock-runner.ts';
import { findPlace } from '../../src/partitions/maintenance/perform.ts';
import { identifier, literal, sql } from '../../src/postgres/sql.ts';
import { runCli } from '../cli/run-cli.ts';
import { type Plane, startPlane } from '../migrations/plane.ts';
import { addMonth, fill, holdOpen, leafOf, makeLog, month, tablesOf } from './tables.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let plane: Plane;
beforeAll(async () => {
  plane = await startPlane({
    adjust: (config) => ({ ...config, partitions: { lockPatienceSeconds: 2 } }),
    clusters: ['reader', 'locked', 'defaults', 'pending', 'one', 'two', 'gone'],
  });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

const maintain = (cluster: string) => plane.finish('maintainPartitions', { clusters: [cluster] });

test('makes all months of a rollover under a long reader, alike in indexes and replica identity', async () => {
  const db = await plane.create('reader');
  await makeLog(db, { first: -1, last: -1 });
  const reader = await holdOpen(db, 'SELECT count(*) FROM log');
  const { plans } = await plane.ask(
    'maintainPartitions',
    { clusters: ['reader'], dryRun: true },
    'operation { id } plans { cluster problem actions { kind partition text } }',
  );
  const wanted = [0, 1, 2].map((offset) => leafOf('log', offset));
  expect(plans).toMatchObject([
    { cluster: 'reader', problem: null, actions: wanted.map((partition) => ({ kind: 'CREATE', partition })) },
  ]);
  const [table] = await tablesOf(plane, 'reader');
  expect(table).toMatchObject({ coverageUntil: null, problems: ['rows of now have no partition'] });
  expect(await maintain('reader')).toMatchObject({
    state: 'SUCCEEDED',
    result: { created: wanted, finalized: [], archived: [] },
  });
  await reader.end();
  const [after] = await tablesOf(plane, 'reader');
  expect(after).toMatchObject({ interval: 'MONTH', problems: [], coverageUntil: month(3).toISOString() });
  expect(after?.partitions.slice(1)).toMatchObject(
    wanted.map((name) => ({ name, state: 'ATTACHED', indexesValid: true, replicaIdentity: `${name}_pkey` })),
  );
  expect(await maintain('reader')).toMatchObject({ state: 'SUCCEEDED', result: { created: [] } });
});

test('does all that it can and fails with the rest, naming who is in the way', async () => {
  const db = await plane.create('locked');
  await makeLog(db, { first: 0, last: 0 });
  await db.rows(sql`CREATE TABLE other (id int, at timestamptz NOT NULL) PARTITION BY RANGE (at)`);
  await db.rows(sql`INSERT INTO ops.partition_policies VALUES ('other', 1, 1), ('lost', 1, 1)`);
  const locker = plane.openOn('locked', { applicationName: 'somebody' });
  const holder = await holdOpen(locker, 'LOCK TABLE log IN SHARE UPDATE EXCLUSIVE MODE');
  const ended = await maintain('locked');
  await holder.end();
  expect(ended).toMatchObject({
    state: 'FAILED',
    error: { code: 'PARTITION_MAINTENANCE_INCOMPLETE', retryable: true },
  });
  expect(ended.error?.message).toMatch(
    /^2 of 4 could not be done: .*cannot create log_\d+: blocked by process \d+ \(.*somebody/,
  );
  const tables = await tablesOf(plane, 'locked');
  expect(tables.find(({ name }) => name === 'other')?.partitions).toMatchObject([
    { name: leafOf('other', 0) },
    { name: leafOf('other', 1) },
  ]);
  const { operation } = await plane.ask('retryOperation', { id: ended.id });
  expect(await plane.waitForEnd(operation?.id ?? '')).toMatchObject({
    state: 'SUCCEEDED',
    result: {
      created: [leafOf('log', 1), leafOf('log', 2)],
      warnings: ['ops.partition_policies names lost, but there is no such partitioned table'],
    },
  });
});

test('moves rows of the default partition to where they belong, and nobody ever misses one', async () => {
  const db = await plane.create('defaults');
  await makeLog(db, { first: 0, last: 2 });
  await db.rows(sql`CREATE TABLE log_rest PARTITION OF log DEFAULT`);
  await fill(db, 5, 15_000);
  await fill(db, -3, 10);
  expect((await tablesOf(plane, 'defaults'))[0]).toMatchObject({
    rowsInDefault: '15010',
    problems: ['15010 row(s) in the default partition'],
  });
  const counts: number[] = [];
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      const [row] = await db
        .rows<{ count: number }>(sql`SELECT count(*)::int AS count FROM log`)
        .catch(() => []);
      if (row) counts.push(row.count);
    }
  })();
  const ended = await maintain('defaults');
  isWatching = false;
  await watching;
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    result: { created: [leafOf('log', -3), leafOf('log', 5)], movedRows: '15010' },
  });
  expect(new Set(counts)).toEqual(new Set([15_010]));
  expect((await tablesOf(plane, 'defaults'))[0]).toMatchObject({ rowsInDefault: '0' });
  expect(await db.rows(sql`SELECT count(*)::int AS count FROM ${identifier(leafOf('log', 5))}`)).toEqual([
    { count: 15_000 },
  ]);
});

test('finishes a detach that broke off, once nobody can see the partition any more', async () => {
  const db = await plane.create('pending');
  await makeLog(db, { first: -1, last: 2 });
  await fill(db, -1, 10);
  const old = leafOf('log', -1);
  await breakOffDetach(plane.openOn('pending'), old);
  expect((await tablesOf(plane, 'pending'))[0]?.problems).toEqual([
    `${old} is half detached: its rows are out of sight`,
  ]);
  expect(await maintain('pending')).toMatchObject({
    state: 'SUCCEEDED',
    result: { finalized: [old], archived: [] },
  });
  expect((await tablesOf(plane, 'pending'))[0]?.partitions[0]).toMatchObject({
    name: old,
    state: 'DETACHED',
  });
});

test('maintains every cluster of the fleet, also when one of them cannot be reached', async () => {
  const [one, two] = [await plane.create('one'), await plane.create('two')];
  for (const db of [one, two]) await makeLog(db, { first: 0, last: 0 });
  const ended = await plane.finish('maintainPartitions', { clusters: ['one', 'gone', 'two'] });
  expect(ended).toMatchObject({
    state: 'FAILED',
    error: { code: 'PARTITION_MAINTENANCE_INCOMPLETE', retryable: true },
  });
  expect(ended.error?.message).toMatch(/^1 of 3 could not be done: gone: maintenance: /);
  expect(ended.children.map(({ target, state }) => [target, state]).sort()).toEqual([
    ['gone', 'FAILED'],
    ['one', 'SUCCEEDED'],
    ['two', 'SUCCEEDED'],
  ]);
  const { plans } = await plane.ask(
    'maintainPartitions',
    { dryRun: true },
    'plans { cluster actions { kind } }',
  );
  expect(plans).toHaveLength(7);
  expect(await plane.ask('maintainPartitions', { clusters: ['nowhere'] })).toMatchObject({
    code: 'CLUSTER_NOT_FOUND',
  });
});

test('makes the partition of one moment, and refuses one in the place of another', async () => {
  const db = plane.openOn('one');
  const input = { cluster: 'one', table: 'log', at: month(9).toISOString() };
  expect(
    await plane.ask('createPartition', { ...input, dryRun: true }, 'operation { id } plan { steps }'),
  ).toMatchObject({
    operation: null,
    plan: { steps: [expect.stringContaining(`create ${leafOf('log', 9)}`)] },
  });
  expect(await plane.finish('createPartition', input)).toMatchObject({
    state: 'SUCCEEDED',
    result: { partition: leafOf('log', 9), isNew: true },
  });
  expect(await plane.finish('createPartition', input)).toMatchObject({ result: { isNew: false } });
  const [from, to] = [month(11), month(13)].map((at) => literal(at.toISOString()));
  await db.rows(sql`CREATE TABLE odd PARTITION OF log FOR VALUES FROM (${from}) TO (${to})`);
  expect(await plane.ask('createPartition', { ...input, at: month(12).toISOString() })).toMatchObject({
    code: 'PARTITION_EXISTS',
  });
  // Who comes between the plan and the lock is seen by ATTACH.
  const { live } = await findPlace(db, 'one', { schema: 'public', table: 'log' });
  const make = (offset: number) =>
    untilUnblocked({ db, what: 'make it', patienceMs: 30_000 }, (session) =>
      createLeaf(session, {
        ...{ table: live, name: 'other', from: month(offset), to: month(offset + 1), defaultPartition: null },
      }),
    );
  expect(await make(9)).toEqual({ isNew: false, movedRows: 0n });
  await expect(make(12)).rejects.toMatchObject({ code: 'PARTITION_EXISTS' });
  expect(await plane.ask('createPartition', { ...input, table: 'organizations' })).toMatchObject({
    code: 'PARTITIONED_TABLE_NOT_FOUND',
  });
  await addMonth(db, 10);
});

test('shows time lines, plans and health in the terminal, with exit codes for scripts', async () => {
  const sunday = (...args: readonly string[]) => runCli(['partitions', ...args], plane.environment);
  const list = await sunday('list', 'log', '--cluster', 'one');
  expect([list.exitCode, list.stderr]).toEqual([0, '']);
  expect(list.stdout).toMatch(
    /^log {2}by month of created_at; 12 months kept, 2 made ahead; rows are taken until /,
  );
  for (const label of ['parts', 'rows', 'policy'])
    expect(list.stdout).toMatch(new RegExp(`^${label}\\b`, 'm'));
  expect(list.stdout).toMatch(new RegExp(`^${leafOf('log', 9)} +ATTACHED`, 'm'));
  const plan = await sunday('maintain', '--cluster', 'one', 'two', '--dry-run', '--json');
  expect(JSON.parse(plan.stdout)).toMatchObject({
    plans: [{ cluster: 'one' }, { cluster: 'two', actions: [] }],
  });
  const refused = await sunday('archive', 'log', 'nothing', '--cluster', 'one', '--json');
  expect([refused.exitCode, refused.stdout + refused.stderr]).toEqual([
    3,
    expect.stringContaining('PARTITION_NOT_FOUND'),
  ]);
  const health = await sunday('health', '--cluster', 'two', '--json');
  expect([health.exitCode, JSON.parse(health.stdout)]).toMatchObject([
    0,
    {
      health: {
        checks: expect.arrayContaining([
          expect.objectContaining({ check: 'PRUNING', state: 'UNKNOWN' }),
        ]) as unknown,
      },
    },
  ]);
});

/** As a crash in the middle of DETACH CONCURRENTLY leaves it: its second transaction gets no lock. */
async function breakOffDetach(db: Database, partition: string): Promise<void> {
  const reader = await holdOpen(db, 'SELECT count(*) FROM log');
  await db.session(async (session) => {
    await session.rows(sql`SET lock_timeout = '300ms'`);
    const statement = `ALTER TABLE log DETACH PARTITION ${partition} CONCURRENTLY`;
    await expect(session.rows({ text: statement, values: [] })).rejects.toMatchObject({ code: '55P03' });
    await session.rows(sql`RESET lock_timeout`);
  });
  await reader.end();
}
