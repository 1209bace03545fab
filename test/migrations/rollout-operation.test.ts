import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { type Ended, type Plane, startPlane } from './plane.ts';

// Each test has four clusters of its own.
const clustersOf = (letter: string) => [1, 2, 3, 4].map((number) => `${letter}${number}`);

let plane: Plane;
beforeAll(async () => {
  plane = await startPlane({ clusters: ['a', 'b', 'c'].flatMap(clustersOf) });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

async function begin(letter: string, files: Parameters<Plane['write']>[0]) {
  plane.write(files);
  const clusters = clustersOf(letter);
  const databases: Database[] = [];
  for (const cluster of clusters) databases.push(await plane.create(cluster));
  return { clusters, databases };
}

/** What each child applied, in the order in which they were started. */
const appliedBy = ({ children }: Ended) =>
  children.map(({ target, result }) => [target, (result?.applied ?? []).map(({ version }) => version)]);

test('applies to the canary alone, then to so many at once as are allowed', async () => {
  const { clusters } = await begin('a', { '001_a.sql': 'CREATE TABLE a (id int);\nSELECT pg_sleep(0.2);' });
  const input = { clusters, concurrency: 2, observeSeconds: 0, onBehalfOf: 'bea' };
  expect(
    await plane.ask(
      'rolloutMigrations',
      { ...input, dryRun: true },
      'plans { verdict migrations { version } }',
    ),
  ).toMatchObject({ plans: clusters.map(() => ({ verdict: 'SAFE', migrations: [{ version: '001' }] })) });
  const { id, ...ended } = await plane.finish('rolloutMigrations', input);
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    result: {
      clusters: clusters.map((cluster) => ({ cluster, state: 'SUCCEEDED', error: null })),
      canary: null,
    },
  });
  expect(ended.steps.map(({ name }) => name)).toEqual([
    ...['plan a1', 'apply to a1', 'plan a2, a3', 'apply to a2, a3', 'plan a4', 'apply to a4'],
  ]);
  const { operation } = await plane.graphql<{ operation: { children: readonly Child[] } }>(
    `query ($id: ID!) { operation(id: $id) { children { target requestedBy onBehalfOf createdAt finishedAt } } }`,
    { id },
  );
  const { children } = operation;
  expect(children.map(({ target }) => target).sort()).toEqual(clusters);
  expect(children.every(({ requestedBy, onBehalfOf }) => requestedBy === 'ann' && onBehalfOf === 'bea')).toBe(
    true,
  );
  const atOnce = children.map(({ createdAt }) =>
    children.filter((one) => one.createdAt <= createdAt && createdAt < one.finishedAt),
  );
  expect(Math.max(...atOnce.map(({ length }) => length))).toBe(2);
  const [canary, ...others] = children;
  expect(others.every(({ createdAt }) => createdAt >= (canary?.finishedAt ?? ''))).toBe(true);
});

interface Child {
  readonly target: string;
  readonly requestedBy: string;
  readonly onBehalfOf: string;
  readonly createdAt: string;
  readonly finishedAt: string;
}

test('stops at the cluster that fails, says where, and goes on from there when it is retried', async () => {
  const { clusters, databases } = await begin('b', {
    '001_a.sql': 'CREATE TABLE a (id int);',
    '002_b.sql': 'CREATE TABLE b AS SELECT 1 / (SELECT count(*) FROM ready) AS id;',
  });
  for (const db of databases) await db.rows(sql`CREATE TABLE ready AS SELECT 1 AS id`);
  await databases[2]?.rows(sql`DELETE FROM ready`);
  const stopped = await plane.finish('rolloutMigrations', { clusters, concurrency: 1, observeSeconds: 0 });
  expect(stopped).toMatchObject({
    state: 'FAILED',
    error: {
      code: 'ROLLOUT_STOPPED',
      message: expect.stringMatching(/^the rollout stopped at b3: .*002_b.*division by zero/) as string,
      hint: 'Applied on: b1, b2. Not begun on: b4. Mend it, then retry: it goes on where it stopped.',
      retryable: true,
    },
  });
  expect(stopped.children.map(({ target, state }) => [target, state])).toEqual([
    ['b1', 'SUCCEEDED'],
    ['b2', 'SUCCEEDED'],
    ['b3', 'FAILED'],
  ]);
  await databases[2]?.rows(sql`INSERT INTO ready VALUES (1)`);
  expect(await plane.finish('retryOperation', { id: stopped.id })).toMatchObject({
    ...{ id: stopped.id, state: 'SUCCEEDED', attempts: 2 },
  });
  expect(appliedBy(await plane.operationOf(stopped.id)).slice(3)).toEqual([
    ['b1', []],
    ['b2', []],
    ['b3', ['002']],
    ['b4', ['001', '002']],
  ]);
});

test('ends cancelled with the child that was under way, and begins no other', async () => {
  const { clusters, databases } = await begin('c', {
    '001_a.sql': 'CREATE TABLE a (id int);\nSELECT pg_sleep(seconds) FROM patience;',
  });
  for (const [index, db] of databases.entries())
    await db.rows(sql`CREATE TABLE patience AS SELECT ${index === 1 ? 60 : 0}::int AS seconds`);
  const id = await plane.start('rolloutMigrations', { clusters, concurrency: 1, observeSeconds: 0 });
  const isSleeping = async () =>
    databases[1]?.rows(
      sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
  await expect.poll(isSleeping, { timeout: 20_000 }).toHaveLength(1);
  expect(await plane.ask('cancelOperation', { id })).toMatchObject({ operation: { id } });
  const ended = await plane.waitForEnd(id);
  expect(ended).toMatchObject({ state: 'CANCELLED' });
  expect(ended.children.map(({ target, state }) => [target, state])).toEqual([
    ['c1', 'SUCCEEDED'],
    ['c2', 'CANCELLED'],
  ]);
  expect(await isSleeping()).toEqual([]);
  expect(await databases[1]?.rows(sql`SELECT FROM pg_class WHERE relname = 'a'`)).toEqual([]);
});
