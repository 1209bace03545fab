import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  createEffectTables,
  pairOperation,
  request,
  startTestEngine,
  type TestEngine,
  waitingOperation,
} from '../support/engine.ts';
import { waitForEnd, waitForState } from '../support/operations.ts';

let database: TestDatabase;
let one: TestEngine;
const directory = mkdtempSync(join(tmpdir(), 'sunday-pair-'));
const file = (name: string) => join(directory, name);

beforeAll(async () => {
  database = await createControlDatabase();
  await createEffectTables(database.db);
  one = await startTestEngine(database.connection, 'WORKER');
});
afterAll(async () => {
  await one.stop();
  await database[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

const startPair = (cluster: string, other: string, ms = 300) =>
  one.operations.start(
    pairOperation(one.db),
    { cluster, other, steps: [ms], file: file(cluster + other) },
    request(),
  );
const startSingle = (cluster: string, ms = 300) =>
  one.operations.start(waitingOperation(one.db), { cluster, steps: [ms], file: file(cluster) }, request());
const stateOf = async (id: string) => (await one.operations.findMany([id]))[0]?.state;

test('holds its lanes on both clusters, and gives both back', async () => {
  const { id } = await startPair('a', 'b');
  await waitForState(one, id, 'RUNNING');
  expect(
    await one.db.rows(sql`SELECT cluster, lane FROM lease WHERE operation_id = ${id} ORDER BY cluster, lane`),
  ).toEqual([
    { cluster: 'a', lane: 'backup' },
    { cluster: 'a', lane: 'data' },
    { cluster: 'b', lane: 'backup' },
    { cluster: 'b', lane: 'data' },
  ]);
  expect((await waitForEnd(one, id)).alsoOn).toEqual(['b']);
  expect(await one.db.rows(sql`SELECT FROM lease WHERE operation_id = ${id}`)).toEqual([]);
});

test('lets what comes later on its second cluster wait', async () => {
  const pair = await startPair('c', 'd', 500);
  const later = await startSingle('d', 10);
  await waitForState(one, pair.id, 'RUNNING');
  expect(await stateOf(later.id)).toBe('QUEUED');
  expect((await waitForEnd(one, pair.id)).state).toBe('SUCCEEDED');
  expect((await waitForEnd(one, later.id)).state).toBe('SUCCEEDED');
});

test('waits for both clusters, also when the two become free at the same time', async () => {
  for (let round = 0; round < 3; round++) {
    const [left, right] = await Promise.all([startSingle('e', 200), startSingle('f', 200)]);
    const pair = await startPair('e', 'f', 10);
    expect(await stateOf(pair.id)).toBe('QUEUED');
    const ended = await waitForEnd(one, pair.id);
    expect(ended.state).toBe('SUCCEEDED');
    for (const { id } of [left, right]) expect(await stateOf(id)).toBe('SUCCEEDED');
  }
});

test('runs two pairs that name their clusters in opposite orders one after the other', async () => {
  const pairs = await Promise.all([
    startPair('g', 'h', 50),
    startPair('h', 'g', 50),
    startPair('g', 'h', 50),
  ]);
  for (const { id } of pairs) expect((await waitForEnd(one, id)).state).toBe('SUCCEEDED');
});
