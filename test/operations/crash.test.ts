import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { type RunningProcess, startProcess } from '../../src/process.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  createEffectTables,
  request,
  requester,
  startTestEngine,
  type TestEngine,
  toolOperation,
} from '../support/engine.ts';
import { waitForEnd } from '../support/operations.ts';
import { expectOneAtATime, readToolLog } from '../support/tool-log.ts';

let database: TestDatabase;
let client: TestEngine;
const workers: RunningProcess[] = [];
const directory = mkdtempSync(join(tmpdir(), 'sunday-crash-'));

beforeAll(async () => {
  database = await createControlDatabase();
  await createEffectTables(database.db);
  await (await startWorker()).stop(); // makes DBOS's tables
  client = await startTestEngine(database.connection, 'CLIENT');
});
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    signal(worker, 'SIGCONT');
    await worker.stop(5_000);
  }
});
afterAll(async () => {
  await client.stop();
  await database[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

test('ends once, with one effect for each step, when its worker is killed inside a step', async () => {
  const file = join(directory, 'inside');
  const first = await startWorker();
  const { id } = await start('inside', [300, 300], file);
  await waitForPhase(id, 'tool 1');
  await sleep(100);
  signal(first, 'SIGKILL');
  await startWorker();
  await expectOneEnd(id, 2);
  expectOneAtATime(file);
});

test.each([0, 1, 2])('ends once when its worker is killed at the boundary of step %i', async (step) => {
  const file = join(directory, `boundary-${step}`);
  const first = await startWorker();
  const { id } = await start(`boundary-${step}`, [50, 50], file);
  // The last boundary is the one between the last step and the end.
  await (step === 2 ? waitForEffects(id, 2) : waitForPhase(id, `tool ${step}`));
  signal(first, 'SIGKILL');
  await startWorker();
  await expectOneEnd(id, 2);
  expectOneAtATime(file);
});

test('takes over from a frozen worker, which acts no more when it wakes up', async () => {
  const file = join(directory, 'frozen');
  const first = await startWorker();
  const { id } = await start('frozen', [3_000], file);
  await waitForPhase(id, 'tool 0');
  await sleep(200);
  signal(first, 'SIGSTOP');
  const second = await startWorker();
  await waitForSecondToken(file);
  signal(first, 'SIGCONT');
  await expectOneEnd(id, 1);
  expectOneAtATime(file);
  expect(second.pid).not.toBe(first.pid);
});

test('takes over from a worker that is frozen inside a transaction, with its locks', async () => {
  const file = join(directory, 'locked');
  const first = await startWorker();
  const { id } = await start('locked', [1_000], file);
  await waitForPhase(id, 'tool 0');
  await client.db.transaction(async (tx) => {
    await tx.rows(sql`SELECT FROM operation WHERE id = ${id} FOR UPDATE`);
    await expect.poll(() => listBlocked(client.db), { timeout: 20_000 }).toHaveLength(1);
    signal(first, 'SIGSTOP');
  });
  // The lock that it waited for is now its own, and it can't let it go.
  const isHeld = async () =>
    (await client.db.rows(sql`SELECT FROM operation WHERE id = ${id} FOR UPDATE SKIP LOCKED`)).length === 0;
  await expect.poll(isHeld).toBe(true);
  await startWorker();
  await expectOneEnd(id, 1);
  signal(first, 'SIGCONT');
  expectOneAtATime(file);
});

test('ends once when all clocks jump, which ends every lease and heartbeat while its worker is at it', async () => {
  const file = join(directory, 'jump');
  await startWorker();
  await startWorker();
  const { id } = await start('jump', [1_500, 50], file);
  await waitForPhase(id, 'tool 0');
  // A clock that runs an hour ahead, as the database sees it: whatever it wrote down is an hour older.
  await client.db.rows(sql`
    WITH jumped AS (UPDATE lease SET expires_at = expires_at - interval '1 hour')
    UPDATE worker SET heartbeat_at = heartbeat_at - interval '1 hour'
  `);
  await expectOneEnd(id, 2);
  expectOneAtATime(file);
});

test('cancels an operation whose worker was killed, and leaves no process of it', async () => {
  const file = join(directory, 'cancel');
  const first = await startWorker();
  const { id } = await start('cancel', [20_000], file);
  await waitForPhase(id, 'tool 0');
  signal(first, 'SIGKILL');
  await client.operations.cancel(id, requester);
  await startWorker();
  expect((await waitForEnd(client, id)).state).toBe('CANCELLED');
  const lines = readToolLog(file).length;
  await sleep(200);
  expect(readToolLog(file).length).toBe(lines);
});

test('hands a step over when it is asked to stop, and another worker finishes it', async () => {
  const file = join(directory, 'handover');
  const first = await startWorker();
  const { id } = await start('handover', [1_500], file);
  await waitForPhase(id, 'tool 0');
  await first.stop();
  expect((await client.operations.findMany([id]))[0]?.state).toBe('RUNNING');
  await startWorker();
  await expectOneEnd(id, 1);
  expectOneAtATime(file);
});

test('hands a step over whose tool was stopped together with its worker', async () => {
  const file = join(directory, 'together');
  const first = await startWorker();
  const { id } = await start('together', [1_500], file);
  await waitForPhase(id, 'tool 0');
  const listTools = () =>
    readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8').split(' ').filter(Boolean);
  await expect.poll(() => listTools().length).toBe(1);
  const tools = listTools().map(Number);
  const stopping = first.stop();
  await sleep(50); // its own signal first, or it could not know that it is to stop
  tools.forEach((pid) => process.kill(pid, 'SIGTERM'));
  await stopping;
  expect((await client.operations.findMany([id]))[0]?.state).toBe('RUNNING');
  await startWorker();
  await expectOneEnd(id, 1);
});

async function startWorker(): Promise<RunningProcess> {
  const ready = Promise.withResolvers<void>();
  const worker = startProcess(process.execPath, ['test/support/worker.ts'], {
    env: { TEST_CONNECTION: JSON.stringify(database.connection) },
    onLine: (line) => (line === 'ready' ? ready.resolve() : console.log(line)),
  });
  void worker.ended.then((ended) => ready.reject(new Error(ended.stderr)));
  ready.promise.catch(() => {});
  workers.push(worker);
  await ready.promise;
  return worker;
}

/** Only the worker itself: what it started must be found by its successor. */
function signal({ pid }: RunningProcess, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended
  }
}

function start(cluster: string, steps: number[], file: string) {
  return client.operations.start(toolOperation(client.db), { cluster, steps, file }, request());
}

async function expectOneEnd(id: string, steps: number): Promise<void> {
  expect(await waitForEnd(client, id)).toMatchObject({ state: 'SUCCEEDED', result: { steps } });
  const effects = await client.db.rows(sql`SELECT step FROM effect WHERE operation_id = ${id} ORDER BY step`);
  expect(effects).toEqual(Array.from({ length: steps }, (_, step) => ({ step })));
  const ends = await client.db.rows(sql`
    SELECT FROM outbox_event WHERE subject = ${id} AND payload ->> 'state' IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
  `);
  expect(ends.length).toBe(1);
}

/** Sessions that wait for one of ours. */
function listBlocked(db: Database) {
  return db.rows(sql`
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND cardinality(pg_blocking_pids(pid)) > 0
  `);
}

async function waitForPhase(id: string, phase: string): Promise<void> {
  for await (const delivery of client.operations.watch(id, null, AbortSignal.timeout(20_000))) {
    if (delivery.kind === 'EVENT' && delivery.event.phase === phase) return;
  }
}

async function waitForEffects(id: string, count: number): Promise<void> {
  for (let attempt = 0; attempt < 2_000; attempt++) {
    const effects = await client.db.rows(sql`SELECT FROM effect WHERE operation_id = ${id}`);
    if (effects.length === count) return;
    await sleep(5);
  }
  throw new Error(`operation ${id} did not come to ${count} effects`);
}

async function waitForSecondToken(file: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (new Set(readToolLog(file).map((line) => line.token)).size > 1) return;
    await sleep(50);
  }
  throw new Error('nobody took over');
}
