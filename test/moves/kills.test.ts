import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BEFORE_CUTOVER, ENDED_MOVES, MOVE_STATES } from '../../src/moves/moves.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { waitForEnd } from '../support/operations.ts';
import { isThorough } from '../support/thorough.ts';
import { findMove, follow, request } from './harness.ts';
import { fingerprint, NEIGHBOUR, ORGANIZATION, type TestShard } from './shards.ts';
import { type CrashSite, startCrashSite } from './site.ts';

/** Some sixty moves: crash.test.ts has those of them that run each time. */
const STATES = MOVE_STATES.filter((state) => !ENDED_MOVES.includes(state));
const AWAY_MS = 1_000;

type Name = TestShard['name'];
interface Way {
  readonly from: Name;
  readonly to: Name;
}

let site: CrashSite;
let neighbour: Record<string, string>;

/** What happens while the move is held in a state. Each ends with everything being there again. */
const FAULTS = {
  'the controller is killed': () => site.killWorker(() => site.hold(null)),
  'the source is killed': ({ from }: Way) => restart(from),
  'the target is killed': ({ to }: Way) => restart(to),
  'the network to the source breaks': ({ from }: Way) => disturb(from, 'CUT'),
  'the network to the target breaks': ({ to }: Way) => disturb(to, 'CUT'),
  'the network to the source hangs': ({ from }: Way) => disturb(from, 'HANG'),
  'the network to the target hangs': ({ to }: Way) => disturb(to, 'HANG'),
} as const;
type Fault = keyof typeof FAULTS;
const faults = Object.keys(FAULTS) as readonly Fault[];

async function restart(name: Name): Promise<void> {
  await stopServer(site.shards[name].server, 'immediate');
  await site.hold(null);
  await sleep(AWAY_MS);
  await startServer(site.shards[name].server);
}

async function disturb(name: Name, how: 'CUT' | 'HANG'): Promise<void> {
  site.networks[name].set(how);
  await site.hold(null);
  await sleep(how === 'HANG' ? 3 * AWAY_MS : AWAY_MS);
  site.networks[name].set('PASS');
}

async function nextWay(): Promise<Way> {
  return (await site.homeOn('shard-a')) === 'ACTIVE'
    ? { from: 'shard-a', to: 'shard-b' }
    : { from: 'shard-b', to: 'shard-a' };
}

describe.runIf(isThorough)('a move under faults', () => {
  beforeAll(async () => {
    site = await startCrashSite({ roundMs: 50 });
    neighbour = await fingerprint(site.shards['shard-a'], NEIGHBOUR);
  });
  afterEach(() => site.hold(null));
  afterAll(() => site?.[Symbol.asyncDispose]());

  test.each(STATES.flatMap((state) => faults.map((fault) => [state, fault] as const)))(
    'that is %s goes on when %s',
    async (state, fault) => {
      const way = await nextWay();
      await site.hold(state);
      const id = await site.start(way.to);
      await site.waitUntilHeld();
      await FAULTS[fault](way);
      await site.expectReversible(id);
      await site.expectCompleted(id);
    },
    120_000,
  );

  test.each(STATES)(
    'that has just become %s goes on when the controller is killed',
    async (state) => {
      const way = await nextWay();
      const id = await site.start(way.to);
      await site.waitForState(id, state);
      await site.killWorker();
      await site.expectReversible(id);
      await site.expectCompleted(id);
    },
    120_000,
  );

  test.each(
    faults.flatMap((fault) => (['complete', 'reverse', 'abort'] as const).map((end) => [fault, end])),
  )(
    'ends clean when %s at the end of its %s',
    async (fault, end) => {
      const way = await nextWay();
      const id = await site.start(way.to, end === 'abort' ? { cutover: 'MANUAL' } : {});
      expect((await waitForEnd(site.client, id, 60_000)).state).toBe('SUCCEEDED');
      await site.hold(end === 'abort' ? 'READY' : 'REVERSIBLE');
      const ended = follow(site.client, end as 'complete' | 'reverse' | 'abort', id);
      await site.waitUntilHeld();
      await FAULTS[fault as Fault](way);
      expect(await ended).toMatchObject({ error: null, state: 'SUCCEEDED' });
      const [home, other] = end === 'complete' ? [way.to, way.from] : [way.from, way.to];
      expect(await site.homeOn(home)).toBe('ACTIVE');
      expect(await fingerprint(site.shards[other], ORGANIZATION)).toEqual({});
      await site.expectNothingLeft();
    },
    120_000,
  );

  test.each(BEFORE_CUTOVER.filter((state) => state !== 'PREFLIGHT'))(
    'that is %s is aborted clean when it is cancelled while its target is gone',
    async (state) => {
      const way = await nextWay();
      await site.hold(state);
      const id = await site.start(way.to, { cutover: 'MANUAL' });
      if (state === 'READY') await waitForEnd(site.client, id, 60_000);
      else await site.waitUntilHeld();
      await stopServer(site.shards[way.to].server, 'immediate');
      await site.hold(null);
      const aborting = await site.client.moves.abort(id, request);
      await sleep(AWAY_MS);
      await startServer(site.shards[way.to].server);
      await waitForEnd(site.client, aborting.id, 60_000);
      expect(await findMove(site.client, id)).toMatchObject({ state: 'ABORTED' });
      expect(await fingerprint(site.shards[way.to], ORGANIZATION)).toEqual({});
      await site.expectNothingLeft();
    },
    120_000,
  );

  test('has lost nothing and doubled nothing in all of that, and touched nobody else', async () => {
    await site.writer.stop();
    expect(site.writer.acknowledged()).toBeGreaterThan(1_000);
    expect(await site.writer.compare(site.shards[(await nextWay()).from])).toEqual([]);
    expect(await fingerprint(site.shards['shard-a'], NEIGHBOUR)).toEqual(neighbour);
  });
});
