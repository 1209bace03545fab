import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import { type RunningProcess, startProcess } from '../../src/process.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { waitForEnd } from '../support/operations.ts';
import {
  createDirectoryTable,
  findMove,
  follow,
  type MoveEngine,
  request,
  type Site,
  startMoveEngine,
} from './harness.ts';
import { fingerprint, ORGANIZATION, seed, startShard, type TestShard } from './shards.ts';
import { startWriters, type Writer } from './writer.ts';

let control: TestDatabase;
let a: TestShard;
let b: TestShard;
let site: Site;
let client: MoveEngine;
let worker: RunningProcess;
let writer: Writer;

beforeAll(async () => {
  [control, a, b] = await Promise.all([
    createControlDatabase(),
    startShard('shard-a'),
    startShard('shard-b'),
  ]);
  await seed(a, b, 500);
  await createDirectoryTable(control.db, 'shard-a', [ORGANIZATION]);
  site = {
    control: control.connection,
    shards: { 'shard-a': a.login, 'shard-b': b.login },
    directory: a.server.socketDirectory,
  };
  worker = await startWorker(); // makes the tables of the workflow engine
  client = await startMoveEngine(site, 'CLIENT');
  writer = startWriters({
    directory: client.directory,
    shards: [a, b],
    organization: ORGANIZATION,
    clients: 2,
  });
});
afterEach(() => control.db.rows(sql`DROP TRIGGER IF EXISTS slow ON test_placement`));
afterAll(async () => {
  await writer?.stop();
  await worker?.stop(5_000);
  await client?.stop();
  for (const one of [control, a, b]) await one?.[Symbol.asyncDispose]();
});

test('goes on with the copy when its worker is killed in it', async () => {
  const id = await start('shard-b');
  await waitForPhase(id, ['copy']);
  await kill();
  await expectMoved(id, b, a);
}, 60_000);

test('opens the old home and cuts over anew when its worker dies between fence and flip', async () => {
  await slowFlips();
  const id = await start('shard-a');
  const flip = await waitForFlip();
  process.kill(worker.pid, 'SIGKILL');
  await control.db.rows(sql`SELECT pg_terminate_backend(${flip})`);
  expect(await homeOn(b)).toBe('MOVING');
  await control.db.rows(sql`DROP TRIGGER slow ON test_placement`);
  await worker.ended;
  worker = await startWorker();
  await expectMoved(id, a, b);
}, 60_000);

test('opens the new home when its worker dies before it hears that the flip has gone through', async () => {
  await slowFlips();
  const id = await start('shard-b');
  await waitForFlip();
  await kill();
  await expectMoved(id, b, a);
}, 60_000);

test('leaves nothing when its worker is killed while it takes an aborted move away', async () => {
  const before = await fingerprint(a, ORGANIZATION);
  expect(before).toEqual({});
  const id = await start('shard-a', { cutover: 'MANUAL' });
  await waitForPhase(id, ['copy', 'catch up', 'compare']);
  await client.moves.abort(id, request);
  await waitForPhase(id, [
    'take the streams away',
    'delete the rows that are not needed',
    'take the fence away',
  ]);
  await kill();
  expect((await waitForEnd(client, id, 60_000)).state).toBe('CANCELLED');
  expect(await findMove(client, id)).toMatchObject({ state: 'ABORTED' });
  expect(await fingerprint(a, ORGANIZATION)).toEqual({});
  expect(await homeOn(b)).toBe('ACTIVE');
  expect(await client.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
}, 60_000);

test('has lost nothing and doubled nothing in all of that', async () => {
  await writer.stop();
  expect(writer.acknowledged()).toBeGreaterThan(50);
  expect(await writer.compare(b)).toEqual([]);
});

async function start(toShard: string, settings: { readonly cutover?: 'MANUAL' } = {}): Promise<string> {
  const wanted = { organization: ORGANIZATION, toShard, settings: { pauseBudgetMs: 10_000, ...settings } };
  return (await client.moves.move(wanted, request)).id;
}

async function expectMoved(id: string, to: TestShard, from: TestShard): Promise<void> {
  expect(await waitForEnd(client, id, 60_000)).toMatchObject({
    state: 'SUCCEEDED',
    result: { state: 'REVERSIBLE' },
  });
  expect(await homeOn(to)).toBe('ACTIVE');
  expect(await homeOn(from)).toBe('GONE');
  expect(await follow(client, 'complete', id)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await fingerprint(from, ORGANIZATION)).toEqual({});
  expect(await client.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
}

async function homeOn(shard: TestShard): Promise<string | undefined> {
  const [row] = await shard.rows<{ state: string }>(
    `SELECT state FROM ops.tenant_home WHERE organization_id = '${ORGANIZATION}'`,
  );
  return row?.state;
}

/** The directory's one moment takes a second, so that a worker can be killed in it. */
async function slowFlips(): Promise<void> {
  await control.db.rows(
    raw(`CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE UPDATE ON test_placement FOR EACH ROW EXECUTE FUNCTION slow()`),
  );
}

async function waitForFlip(): Promise<number> {
  for (let look = 0; look < 4_000; look++) {
    const [row] = await control.db.rows<{ pid: number }>(
      sql`SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%UPDATE test_placement%' AND datname = current_database()`,
    );
    if (row) return row.pid;
    await sleep(10);
  }
  throw new Error('nobody has flipped');
}

async function waitForPhase(id: string, phases: readonly string[]): Promise<void> {
  for (let look = 0; look < 4_000; look++) {
    const [operation] = await client.operations.findMany([id]);
    if (operation && phases.includes(operation.phase ?? '')) return;
    await sleep(5);
  }
  throw new Error(`it is never in ${phases.join(' or ')}`);
}

async function kill(): Promise<void> {
  process.kill(worker.pid, 'SIGKILL');
  await worker.ended;
  worker = await startWorker();
}

async function startWorker(): Promise<RunningProcess> {
  const ready = Promise.withResolvers<void>();
  const started = startProcess(
    process.execPath,
    ['--disable-warning=DeprecationWarning', 'test/moves/worker.ts'],
    {
      env: { TEST_SITE: JSON.stringify(site) },
      onLine: (line) => (line === 'ready' ? ready.resolve() : console.log(line)),
    },
  );
  void started.ended.then((ended) => ready.reject(new Error(ended.stderr)));
  await ready.promise;
  return started;
}
