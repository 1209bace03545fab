import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChildren } from '../../src/operations/children.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  createEffectTables,
  parentOperation,
  request,
  requester,
  startTestEngine,
  type TestEngine,
} from '../support/engine.ts';
import { waitForEnd, waitForState } from '../support/operations.ts';

let database: TestDatabase;
let one: TestEngine;
const directory = mkdtempSync(join(tmpdir(), 'sunday-children-'));

beforeAll(async () => {
  database = await createControlDatabase();
  await createEffectTables(database.db);
  one = await startTestEngine(database.connection, 'WORKER', 1);
});
afterAll(async () => {
  await one.stop();
  await database[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

const definition = parentOperation(createChildren(() => ({ operations: one.operations, definitions: [] })));
const start = (clusters: string[], child: { steps: number[]; failAt?: number }) =>
  one.operations.start(
    definition,
    { clusters, child: { ...child, file: join(directory, clusters.join('')) } },
    request(),
  );
const childrenOf = async (id: string) => (await one.operations.childrenOf([id]))[0] ?? [];

test('waits for the operations it has started, although the worker has one place only', async () => {
  const parents = await Promise.all([
    start(['a', 'b'], { steps: [10] }),
    start(['c'], { steps: [10] }),
    start(['d'], { steps: [10] }),
  ]);
  const ends = await Promise.all(parents.map(({ id }) => waitForEnd(one, id)));
  expect(ends.map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  expect(ends[0]?.result).toEqual({ ends: ['SUCCEEDED', 'SUCCEEDED'] });
  const children = await childrenOf(parents[0].id);
  expect(children.map(({ cluster, parentId, requestedBy }) => [cluster, parentId, requestedBy])).toEqual([
    ['a', parents[0].id, 'tester'],
    ['b', parents[0].id, 'tester'],
  ]);
});

test('gets the end of a child that failed, as its state', async () => {
  const { id } = await start(['e', 'f'], { steps: [10], failAt: 0 });
  expect(await waitForEnd(one, id)).toMatchObject({
    state: 'SUCCEEDED',
    result: { ends: ['FAILED', 'FAILED'] },
  });
});

test('cancels the child that is under way, and starts no other', async () => {
  const { id } = await start(['g', 'h'], { steps: [30_000] });
  await waitForState(one, id, 'RUNNING');
  await expect.poll(async () => (await childrenOf(id))[0]?.state, { timeout: 10_000 }).toBe('RUNNING');
  await one.operations.cancel(id, requester);
  expect((await waitForEnd(one, id)).state).toBe('CANCELLED');
  expect((await childrenOf(id)).map(({ cluster, state }) => [cluster, state])).toEqual([['g', 'CANCELLED']]);
});
