import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { subscribe } from '../../src/moves/stream/connection.ts';
import { waitForEnd } from '../support/operations.ts';
import { isThorough } from '../support/thorough.ts';
import { closeGate } from './gate.ts';
import { findMove, type MoveEngine, request } from './harness.ts';
import { type Pair, startPair } from './pair.ts';
import { type Network, startNetwork } from './proxy.ts';
import { fingerprint, ORGANIZATION, type TestShard } from './shards.ts';

let pair: Pair;
let a: TestShard;
let b: TestShard;
let network: Network;
let engine: MoveEngine;

describe.runIf(isThorough)('a source that the network swallows', () => {
  beforeAll(async () => {
    pair = await startPair({ items: 200 });
    ({ a, b, engine } = pair);
    network = await startNetwork(a.login);
  });
  afterAll(async () => {
    network?.set('PASS');
    await network?.[Symbol.asyncDispose]();
    await pair?.stop();
  });

  /** From now on the target goes through the network, and nobody else. */
  const reroute = async (id: string) => {
    const name = `sunday_move_${id.replaceAll('-', '')}`;
    await b.rows(`DO $$ BEGIN
      EXECUTE (SELECT format('ALTER SUBSCRIPTION ${name} CONNECTION %L', replace(subconninfo, '${a.login.port}', '${network.port}'))
        FROM pg_subscription WHERE subname = '${name}'); END $$`);
  };

  test('does not keep an aborted move from leaving both sides while tables are copied', async () => {
    const gate = await closeGate([a, b], b);
    const settings = { cutover: 'MANUAL', pauseBudgetMs: 5_000 } as const;
    const wanted = { organization: ORGANIZATION, toShard: 'shard-b', settings };
    const { id } = await engine.moves.move(wanted, request);
    await gate.waitUntilReached();
    await reroute(id);
    network.set('HANG');
    await engine.moves.abort(id, request);
    expect(await waitForEnd(engine, id, 60_000)).toMatchObject({ state: 'CANCELLED' });
    await gate.remove();
    expect(await findMove(engine, id)).toMatchObject({ state: 'ABORTED' });
    expect(await a.rows('SELECT slot_name FROM pg_replication_slots')).toEqual([]);
    expect(await fingerprint(b, ORGANIZATION)).toEqual({});
    expect(await engine.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
  }, 90_000);

  test('is heard of by who waits for a subscription on the target, which then is not made', async () => {
    network.set('HANG');
    const sides = {
      from: { shard: a.name, db: a.db, login: { ...a.login, port: network.port } },
      to: { shard: b.name, db: b.db, login: b.login },
    };
    const request = { name: 'sunday_move_x', copiesRows: true, isEnabled: true };
    const { signal } = new AbortController();
    await expect(
      subscribe(sides, { ...request, directory: a.server.socketDirectory, signal }),
    ).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringMatching(/shard-b has waited 30 s for it$/) as unknown,
    });
    expect(await b.rows('SELECT subname FROM pg_subscription')).toEqual([]);
  }, 90_000);
});
