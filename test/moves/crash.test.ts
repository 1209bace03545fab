import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { waitForEnd } from '../support/operations.ts';
import { isThorough } from '../support/thorough.ts';
import { findMove, follow, request } from './harness.ts';
import { fingerprint, NEIGHBOUR, ORGANIZATION } from './shards.ts';
import { type CrashSite, startCrashSite } from './site.ts';

let site: CrashSite;
let neighbour: Record<string, string>;

beforeAll(async () => {
  site = await startCrashSite();
  neighbour = await fingerprint(site.shards['shard-a'], NEIGHBOUR);
});
afterEach(async () => {
  await site.control.db.rows(sql`DROP TRIGGER IF EXISTS slow ON test_placement`);
  await site.hold(null);
});
afterAll(() => site?.[Symbol.asyncDispose]());

test('goes on from wherever its worker was killed, again and again in one move', async () => {
  await site.hold('PREFLIGHT');
  const id = await site.start('shard-b');
  for (const [state, next] of [
    ['PREFLIGHT', 'VERIFYING'],
    ['VERIFYING', 'REVERSIBLE'],
    ['REVERSIBLE', null],
  ] as const) {
    await site.waitUntilHeld();
    expect((await findMove(site.client, id)).state).toBe(state);
    await site.killWorker(() => site.hold(next));
  }
  await site.expectReversible(id);
  await site.expectCompleted(id);
}, 150_000);

test('opens the old home and cuts over anew when its worker dies between fence and flip', async () => {
  await slowFlips();
  const id = await site.start('shard-a');
  const flip = await waitForFlip();
  await site.killWorker(async () => {
    await site.control.db.rows(sql`SELECT pg_terminate_backend(${flip})`);
    expect(await site.homeOn('shard-b')).toBe('MOVING');
    await site.control.db.rows(sql`DROP TRIGGER slow ON test_placement`);
  });
  await site.expectReversible(id);
  await site.expectCompleted(id);
}, 120_000);

const inFull = test.skipIf(!isThorough);

inFull(
  'opens the new home when its worker dies before it hears that the flip has gone through',
  async () => {
    await slowFlips();
    const id = await site.start('shard-b');
    await waitForFlip();
    await site.killWorker();
    await site.expectReversible(id);
    await site.expectCompleted(id);
  },
  120_000,
);

inFull(
  'leaves nothing when its worker is killed while it takes an aborted move away',
  async () => {
    const before = await fingerprint(site.shards['shard-a'], ORGANIZATION);
    expect(before).toEqual({});
    const id = await site.start('shard-a', { cutover: 'MANUAL' });
    await site.waitForPhase(id, ['copy', 'catch up', 'compare']);
    await site.client.moves.abort(id, request);
    await site.waitForPhase(id, [
      'take the streams away',
      'delete the rows that are not needed',
      'take the fence away',
    ]);
    await site.killWorker();
    expect((await waitForEnd(site.client, id, 60_000)).state).toBe('CANCELLED');
    expect(await findMove(site.client, id)).toMatchObject({ state: 'ABORTED' });
    expect(await fingerprint(site.shards['shard-a'], ORGANIZATION)).toEqual({});
    expect(await site.homeOn('shard-b')).toBe('ACTIVE');
    await site.expectNothingLeft();
  },
  120_000,
);

inFull(
  'is ready for the cutover after the source was killed under it, and cuts over',
  async () => {
    await site.hold('CATCHING_UP');
    const id = await site.start('shard-a');
    await site.waitUntilHeld();
    await stopServer(site.shards['shard-b'].server, 'immediate');
    await site.hold(null);
    await sleep(500);
    await startServer(site.shards['shard-b'].server);
    await site.expectReversible(id);
    await site.expectCompleted(id);
  },
  120_000,
);

test('lets the writers go by itself when the network swallows the target in the middle of a cutover, and cuts over when it is back', async () => {
  const id = await site.start('shard-b', { cutover: 'MANUAL' });
  await waitForEnd(site.client, id, 60_000);
  await site.hold('READY');
  const cutover = follow(site.client, 'cutover', id);
  await site.waitUntilHeld();
  site.networks['shard-b'].set('HANG');
  await site.hold(null);
  const before = site.writer.acknowledged();
  // Longer than it takes to find out that nobody answers.
  await expect
    .poll(async () => (await progressOf('moves.cutover'))?.message, { timeout: 40_000 })
    .toMatch(/does not answer/);
  expect(site.writer.acknowledged()).toBeGreaterThan(before);
  site.networks['shard-b'].set('PASS');
  expect(await cutover).toMatchObject({ error: null, state: 'SUCCEEDED', result: { state: 'REVERSIBLE' } });
  await site.expectCompleted(id);
}, 150_000);

test('has lost nothing and doubled nothing in all of that, and touched nobody else', async () => {
  await site.writer.stop();
  expect(site.writer.acknowledged()).toBeGreaterThan(50);
  expect(await site.writer.compare(site.shards['shard-b'])).toEqual([]);
  expect(await fingerprint(site.shards['shard-a'], NEIGHBOUR)).toEqual(neighbour);
});

async function progressOf(kind: string) {
  const page = { limit: 1, after: null, before: null, fromEnd: false };
  return (await site.client.operations.list({ kind }, page))[0];
}

/** The directory's one moment takes a second, so that a worker can be killed in it. */
async function slowFlips(): Promise<void> {
  await site.control.db.rows(
    raw(`CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE UPDATE ON test_placement FOR EACH ROW EXECUTE FUNCTION slow()`),
  );
}

async function waitForFlip(): Promise<number> {
  for (let look = 0; look < 4_000; look++) {
    const [row] = await site.control.db.rows<{ pid: number }>(
      sql`SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%UPDATE test_placement%' AND datname = current_database()`,
    );
    if (row) return row.pid;
    await sleep(10);
  }
  throw new Error('nobody has flipped');
}
