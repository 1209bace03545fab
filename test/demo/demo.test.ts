import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDemo } from '../../src/demo/demo.ts';
import { loadDemoOperation } from '../../src/demo/operation.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import type { Progress } from '../../src/operations/define.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { collectStarts, contextOf, fleetOf, REQUEST } from '../migrations/fleet.ts';

const DIRECTORY = join(import.meta.dirname, '../../migrations/sunday');
const wanted = { cluster: 'main', organizations: 2, items: 30, seed: 1 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const define = () => loadDemoOperation({ fleet: fleetOf(database.db), shareTables: async () => {} });
const serve = () => {
  const operations = collectStarts();
  const deps = { fleet: fleetOf(database.db), operations };
  return { operations, demo: createDemo({ ...deps, definition: define() }) };
};

test('refuses a database without the schema before anything is started', async () => {
  const { demo, operations } = serve();
  await expect(demo.load(wanted, REQUEST)).rejects.toMatchObject({ code: 'DEMO_DATA_REFUSED' });
  expect(operations.started).toEqual([]);
});

test.each([
  ['organizations', 0],
  ['organizations', 1_001],
  ['items', 0],
  ['items', 5_000_001],
  ['items', 1.5],
  ['seed', -1],
])('refuses %s = %d', async (name, value) => {
  await expect(serve().demo.load({ ...wanted, [name]: value }, REQUEST)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    argument: ['input', name],
  });
});

test('refuses a cluster that is not configured', async () => {
  await expect(serve().demo.load({ ...wanted, cluster: 'nowhere' }, REQUEST)).rejects.toMatchObject({
    code: 'CLUSTER_NOT_FOUND',
  });
});

test('starts the operation with its arguments, whose run ends the same after a lost result', async () => {
  await applyPending(database.db, DIRECTORY, { appliedBy: 'test' });
  const { demo, operations } = serve();
  await demo.load(wanted, REQUEST);
  expect(operations.started).toEqual([{ kind: 'demo.load', input: wanted }]);

  const memory = new Map<string, unknown>();
  const progress: Progress[] = [];
  const first = await define().run(contextOf(memory, { progress: (one) => progress.push(one) }), wanted);
  expect(progress.at(-1)).toMatchObject({ fractionDone: 1 });
  memory.delete('load rows');
  const again = contextOf(memory, { token: 2n });
  expect(await define().run(again, wanted)).toEqual(first);
  expect(again.ran).toEqual(['load rows']);
  expect(await database.db.rows(sql`SELECT count(*)::int AS n FROM items`)).toEqual([{ n: 30 }]);
});
