import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  toolOperation,
  createEffectTables,
  request,
  requester,
  startTestEngine,
  type TestEngine,
  waitingOperation,
} from '../support/engine.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { sql } from '../../src/postgres/sql.ts';
import { waitForEnd, waitForState } from '../support/operations.ts';
import { expectOneAtATime } from '../support/tool-log.ts';

let database: TestDatabase;
let one: TestEngine;
const directory = mkdtempSync(join(tmpdir(), 'sunday-engine-'));
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

const start = (
  input: { cluster: string; steps: number[]; file: string; failAt?: number },
  key: string | null = null,
) => one.operations.start(toolOperation(one.db), input, request(key));

test('runs the steps in order, keeps the result and writes the audit row', async () => {
  const { id, state } = await start({ cluster: 'a', steps: [10, 10], file: file('a') });
  expect(state).toBe('QUEUED');
  const ended = await waitForEnd(one, id);
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    result: { steps: 2 },
    attempts: 1,
    fractionDone: 1,
    requestedBy: 'tester',
  });
  const [steps] = await one.operations.stepsOf([id]);
  expect(steps?.map(({ name, state }) => [name, state])).toEqual([
    ['tool 0', 'SUCCEEDED'],
    ['tool 1', 'SUCCEEDED'],
  ]);
  expect(await one.db.rows(sql`SELECT action FROM test_audit WHERE operation_id = ${id}`)).toEqual([
    { action: 'startTool' },
  ]);
});

test('refuses a second operation of the same kind on a cluster and names the first', async () => {
  const first = await start({ cluster: 'b', steps: [3_000], file: file('b') });
  await expect(start({ cluster: 'b', steps: [10], file: file('b') })).rejects.toMatchObject({
    code: 'OPERATION_CONFLICT',
    operationId: first.id,
  });
  await one.operations.cancel(first.id, requester);
  expect((await waitForEnd(one, first.id)).state).toBe('CANCELLED');
});

test('lets an operation of another kind wait for the lane and then run', async () => {
  const first = await start({ cluster: 'c', steps: [400], file: file('c') });
  const second = await one.operations.start(
    waitingOperation(one.db),
    { cluster: 'c', steps: [100], file: file('c') },
    request(),
  );
  await waitForState(one, first.id, 'RUNNING');
  expect((await one.operations.findMany([second.id]))[0]?.state).toBe('QUEUED');
  await waitForEnd(one, second.id);
  expectOneAtATime(file('c'));
});

test('starts right after a cancel, and never acts before the cancelled one has stopped', async () => {
  let id = (await start({ cluster: 'd', steps: [5_000], file: file('d') })).id;
  for (let round = 0; round < 5; round++) {
    await waitForState(one, id, 'RUNNING');
    await one.operations.cancel(id, requester);
    const next = await start({ cluster: 'd', steps: [round === 4 ? 50 : 5_000], file: file('d') });
    expect((await waitForEnd(one, id)).state).toBe('CANCELLED');
    id = next.id;
  }
  expect((await waitForEnd(one, id)).state).toBe('SUCCEEDED');
  expectOneAtATime(file('d'));
});

test('runs the compensation of a cancelled operation', async () => {
  const { id } = await start({ cluster: 'e', steps: [10, 5_000], file: file('e') });
  await waitForPhase(id, 'tool 1');
  await one.operations.cancel(id, requester);
  expect((await waitForEnd(one, id)).state).toBe('CANCELLED');
  expect(await one.db.rows(sql`SELECT FROM effect WHERE operation_id = ${id}`)).toEqual([]);
  const [steps] = await one.operations.stepsOf([id]);
  expect(steps?.map(({ name, state }) => [name, state])).toEqual([
    ['tool 0', 'SUCCEEDED'],
    ['tool 1', 'CANCELLED'],
    ['clean up', 'SUCCEEDED'],
  ]);
});

test('fails with the code of the refusal, and a retry is the next attempt of the same operation', async () => {
  const { id } = await start({ cluster: 'f', steps: [10, 10], failAt: 1, file: file('f') });
  expect(await waitForEnd(one, id)).toMatchObject({
    state: 'FAILED',
    error: { code: 'INVALID_INPUT' },
    attempts: 1,
  });
  const retried = await one.operations.retry(id, request());
  expect(retried).toMatchObject({ id, state: 'QUEUED', attempts: 2, error: null });
  expect(await waitForEnd(one, id)).toMatchObject({ state: 'FAILED', attempts: 2 });
});

test('gives the same operation for the same key and arguments, and refuses the key with others', async () => {
  const input = { cluster: 'g', steps: [10], file: file('g') };
  const calls = await Promise.all([start(input, 'k1'), start(input, 'k1'), start(input, 'k1')]);
  expect(new Set(calls.map((call) => call.id)).size).toBe(1);
  await waitForEnd(one, calls[0].id);
  await expect(start({ ...input, steps: [20] }, 'k1')).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
    operationId: calls[0].id,
  });
});

test('cancels a queued operation at once and refuses to cancel one that has ended', async () => {
  const first = await start({ cluster: 'h', steps: [300], file: file('h') });
  const waiting = await one.operations.start(
    waitingOperation(one.db),
    { cluster: 'h', steps: [10], file: file('h') },
    request(),
  );
  expect((await one.operations.cancel(waiting.id, requester)).state).toBe('CANCELLED');
  await waitForEnd(one, first.id);
  await expect(one.operations.cancel(first.id, requester)).rejects.toMatchObject({ code: 'OPERATION_ENDED' });
  await expect(one.operations.cancel(crypto.randomUUID(), requester)).rejects.toMatchObject({
    code: 'OPERATION_NOT_FOUND',
  });
});

test('limits the unfinished operations of a cluster', async () => {
  const first = await start({ cluster: 'i', steps: [5_000], file: file('i') });
  const more = () =>
    one.operations.start(waitingOperation(one.db), { cluster: 'i', steps: [10], file: file('i') }, request());
  const waiting = [await more(), await more(), await more(), await more()];
  await expect(more()).rejects.toMatchObject({ code: 'TOO_MANY_OPERATIONS' });
  for (const { id } of [...waiting, first]) await one.operations.cancel(id, requester);
  await waitForEnd(one, first.id);
});

test('replays every event once after a cursor and ends with the operation', async () => {
  const { id } = await start({ cluster: 'j', steps: [300, 300], file: file('j') });
  const all = await collect(id, null);
  expect(all.map((event) => event.state)).toContain('QUEUED');
  expect(all.at(-1)?.state).toBe('SUCCEEDED');
  const middle = all[Math.floor(all.length / 2)];
  const rest = await collect(id, middle?.id ?? 0n);
  expect(rest.map((event) => event.id)).toEqual(
    all.filter((event) => event.id > (middle?.id ?? 0n)).map((event) => event.id),
  );
  expect(await collect(id, all.at(-1)?.id ?? 0n)).toEqual([]);
});

async function collect(id: string, after: bigint | null) {
  const events = [];
  for await (const delivery of one.operations.watch(id, after, AbortSignal.timeout(20_000))) {
    if (delivery.kind === 'EVENT') events.push(delivery.event);
  }
  return events;
}

async function waitForPhase(id: string, phase: string) {
  for await (const delivery of one.operations.watch(id, null, AbortSignal.timeout(20_000))) {
    if (delivery.kind === 'EVENT' && delivery.event.phase === phase) return;
  }
}
