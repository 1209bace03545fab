import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkDisk } from '../../src/moves/preflight/disk.ts';
import { stopServer } from '../../src/postgres/server.ts';
import { untilAvailable } from '../../src/postgres/retry.ts';
import { isThorough } from '../support/thorough.ts';
import { move, type MoveEngine } from './harness.ts';
import { type Pair, startPair } from './pair.ts';
import { fingerprint, ORGANIZATION, type TestShard } from './shards.ts';
import { mayMount, startOnSmallDisk } from './small-disk.ts';

const ITEMS = 20_000;
const SPARE_MB = 6;

let pair: Pair;
let a: TestShard;
let b: TestShard;
let engine: MoveEngine;
let disk: { stop(): Promise<void> };

test('warns of a disk with less room than may be needed, and says when it is none of this machine', async () => {
  const judge = (databaseBytes: bigint, dataDirectory = tmpdir()) =>
    checkDisk({ shard: 'shard-b' }, { source: { databaseBytes }, target: { dataDirectory } });
  expect(await judge(1n)).toMatchObject({ state: 'OK' });
  expect(await judge(2n ** 62n)).toMatchObject({
    ...{ state: 'WARNING', detail: expect.stringContaining(`twice has ${2n ** 63n}`) as unknown },
  });
  expect(await judge(1n, '/nowhere')).toMatchObject({ state: 'UNKNOWN' });
});

describe.runIf(isThorough && (await mayMount()))('a target whose disk is full', () => {
  beforeAll(async () => {
    pair = await startPair({
      ...{ items: ITEMS, itemsOfNeighbour: 20 },
      async prepare(_, { server, rows }) {
        await stopServer(server);
        disk = startOnSmallDisk(server, SPARE_MB);
        const patience = AbortSignal.timeout(60_000);
        await untilAvailable(
          () => rows('SELECT 1'),
          () => patience.throwIfAborted(),
        );
      },
    });
    ({ a, b, engine } = pair);
  }, 120_000);
  afterAll(async () => {
    await disk?.stop();
    await pair?.stop();
  });

  test('ends the move, frees the source of it, and leaves nothing; the organization lives on where it was', async () => {
    const before = await fingerprint(a, ORGANIZATION);
    const others = await fingerprint(b, '10000000-0000-4000-8000-000000000003');
    const { operation, move: ended } = await move(engine, ORGANIZATION, 'shard-b');
    expect(operation).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_STREAM_BROKEN' } });
    expect(ended.state).toBe('ABORTED');
    expect(b.readLog()).toContain('No space left on device');
    expect(await a.rows('SELECT FROM pg_replication_slots')).toEqual([]);
    expect(await a.rows(`SELECT ops.enter_tenant('${ORGANIZATION}', 1) AS epoch`)).toEqual([{ epoch: 1n }]);
    expect(await fingerprint(a, ORGANIZATION)).toEqual(before);
    expect(await fingerprint(b, ORGANIZATION)).toEqual({});
    expect(await fingerprint(b, '10000000-0000-4000-8000-000000000003')).toEqual(others);
    expect(await engine.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
  }, 120_000);
});
