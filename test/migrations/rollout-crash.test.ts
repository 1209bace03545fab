import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { isThorough } from '../support/thorough.ts';
import { type Plane, startPlane } from './plane.ts';

const CLUSTERS = ['a', 'b', 'c', 'd'];

let plane: Plane;
beforeAll(async () => {
  plane = await startPlane({ role: 'CLIENT', clusters: CLUSTERS });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

// Dangerous, so that each child is told the id of a plan that is out of date as soon as it has begun.
const FILES = {
  '001_a.sql': 'DROP TABLE old;\nCREATE TABLE effects AS SELECT 1 AS id;',
  '002_b.sql':
    '-- transaction: none\nINSERT INTO effects VALUES (2);\nSELECT pg_sleep(1);\nINSERT INTO effects VALUES (3);',
};

test.skipIf(!isThorough)(
  'is finished by another worker when the first is killed in the middle, each cluster once',
  async () => {
    plane.write(FILES);
    const databases: Database[] = [];
    for (const cluster of CLUSTERS) databases.push(await plane.create(cluster));
    for (const db of databases) {
      await db.rows(sql`CREATE TABLE old AS SELECT 1 AS id`);
      await db.rows(sql`ANALYZE old`);
    }
    const input = { clusters: CLUSTERS, concurrency: 2, observeSeconds: 0 };
    expect(await plane.ask('rolloutMigrations', input)).toMatchObject({ code: 'MIGRATION_PLAN_REQUIRED' });
    const { plans } = await plane.ask('rolloutMigrations', { ...input, dryRun: true }, 'plans { id }');
    const planIds = (plans as readonly { readonly id: string }[]).map(({ id }) => id);
    const first = await plane.startWorker();
    const id = await plane.start('rolloutMigrations', { ...input, planIds });
    const isAsleep = async () =>
      (await databases[1]?.rows(
        sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      )) ?? [];
    await expect.poll(isAsleep, { timeout: 20_000, interval: 20 }).toHaveLength(1);
    process.kill(first.pid, 'SIGKILL');
    await plane.startWorker();
    const ended = await plane.waitForEnd(id);
    expect(ended).toMatchObject({ state: 'SUCCEEDED', error: null });
    expect(ended.children.map(({ target, state }) => [target, state]).sort()).toEqual(
      CLUSTERS.map((cluster) => [cluster, 'SUCCEEDED']),
    );
    for (const db of databases)
      expect(await db.rows(sql`SELECT id FROM effects ORDER BY id`)).toEqual([
        { id: 1 },
        { id: 2 },
        { id: 3 },
      ]);
  },
  60_000,
);
