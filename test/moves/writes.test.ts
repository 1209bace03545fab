import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkMove } from '../../src/moves/preflight/checks.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { waitForEnd } from '../support/operations.ts';
import { isThorough } from '../support/thorough.ts';
import { findMove, follow, move, type MoveEngine, request } from './harness.ts';
import { type Pair, startPair } from './pair.ts';
import { fingerprint, ORGANIZATION, type TestShard } from './shards.ts';

let pair: Pair;
let a: TestShard;
let b: TestShard;
let engine: MoveEngine;

const sides = () => ({
  from: { shard: a.name, db: a.db, login: a.login },
  to: { shard: b.name, db: b.db, login: b.login },
});
const patient = { cutover: 'MANUAL', pauseBudgetMs: 5_000 } as const;
const NOTHING = { found: [], unknown: [] };

describe.runIf(isThorough)('a move', () => {
  beforeAll(async () => {
    pair = await startPair({
      ...{ items: 200, settings: { max_prepared_transactions: 4 }, user: 'mover' },
      async prepare(...shards) {
        for (const { rows, login } of shards)
          await rows(`CREATE ROLE mover SUPERUSER REPLICATION LOGIN PASSWORD '${login.password}'`);
      },
    });
    ({ a, b, engine } = pair);
  });
  afterAll(() => pair?.stop());

  const takeWrites = async (shard: TestShard, isWritable: boolean) => {
    await shard.rows(`ALTER SYSTEM SET default_transaction_read_only = ${isWritable ? 'off' : 'on'}`);
    await shard.rows('SELECT pg_reload_conf()');
    const state = () => shard.rows('SHOW default_transaction_read_only');
    const expected = [{ default_transaction_read_only: isWritable ? 'off' : 'on' }];
    await expect.poll(state, { timeout: 30_000 }).toEqual(expected);
  };
  const messageOf = async (id: string) => (await engine.operations.findMany([id]))[0]?.message;
  const tableRows = (shard: TestShard) => fingerprint(shard, ORGANIZATION);

  test('is refused by a target that is a standby', async () => {
    await stopServer(b.server);
    writeFileSync(join(b.server.dataDirectory, 'standby.signal'), '');
    await startServer(b.server);
    const found = await checkMove(sides(), ORGANIZATION);
    await b.rows('SELECT pg_promote()');
    expect(found.filter(({ state }) => state === 'FAILED')).toMatchObject([
      { name: 'WRITABLE', detail: 'read-only is: shard-b' },
    ]);
    await expect
      .poll(() => b.rows('SELECT pg_is_in_recovery() AS is'), { timeout: 30_000 })
      .toEqual([{ is: false }]);
  });

  test('warns of a transaction that was prepared and never ended, waits for it no longer than it was told, and names it', async () => {
    await a.rows(`BEGIN; CREATE TABLE prepared (n int); PREPARE TRANSACTION 'left by the bank'`);
    const checks = await checkMove(sides(), ORGANIZATION);
    expect(checks.find(({ name }) => name === 'LONG_TRANSACTIONS')).toMatchObject({
      ...{ state: 'WARNING', hint: expect.stringContaining('ROLLBACK PREPARED') as unknown },
      detail: expect.stringMatching(/a prepared transaction \(postgres, .*: left by the bank$/) as unknown,
    });
    const { operation, move: ended } = await move(engine, ORGANIZATION, 'shard-b', {
      ...{ ...patient, slotTimeoutSeconds: 2 },
    });
    expect(operation).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_BLOCKED' } });
    expect(operation.error?.message).toMatch(/in the way: a prepared transaction \(.*: left by the bank$/);
    expect(ended.state).toBe('ABORTED');
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
    await a.rows(`ROLLBACK PREPARED 'left by the bank'`);
  }, 60_000);

  test('is refused when our role has lost its rights, says so when that comes later, and goes on when it has them again', async () => {
    const loseRights = () => b.rows('ALTER ROLE mover NOSUPERUSER');
    const haveRights = () => b.rows('ALTER ROLE mover SUPERUSER');
    await loseRights();
    const { operation, move: refused } = await move(engine, ORGANIZATION, 'shard-b', patient);
    expect(operation).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_REFUSED' } });
    expect(operation.error?.message).toMatch(/^ROLE: .* on: shard-b$/);
    expect(refused.state).toBe('ABORTED');
    const wanted = { organization: ORGANIZATION, toShard: 'shard-b', settings: {} };
    await expect(engine.moves.plan(wanted)).rejects.toMatchObject({ code: 'MOVE_REFUSED' });
    await haveRights();
    const { move: ready } = await move(engine, ORGANIZATION, 'shard-b', patient);
    await loseRights();
    for (const what of ['cutover', 'abort'] as const)
      expect(await follow(engine, what, ready.id)).toMatchObject({
        error: { code: 'MOVE_RIGHTS_MISSING', message: expect.stringMatching(/on shard-b: /) as unknown },
      });
    expect(await findMove(engine, ready.id)).toMatchObject({ state: 'READY' });
    await haveRights();
    expect(await follow(engine, 'abort', ready.id)).toMatchObject({ error: null, state: 'SUCCEEDED' });
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
  }, 60_000);

  test('is not cut over to a target that takes no writes, and goes on when that takes them', async () => {
    const before = await tableRows(a);
    const { move: ready } = await move(engine, ORGANIZATION, 'shard-b', patient);
    await takeWrites(b, false);
    const { id } = await engine.moves.cutover(ready.id, request);
    await expect.poll(() => messageOf(id), { timeout: 30_000 }).toBe('shard-b takes no writes');
    expect(await engine.directory.find(ORGANIZATION)).toMatchObject({ shard: 'shard-a' });
    expect(await a.rows(`SELECT ops.enter_tenant('${ORGANIZATION}', 1) AS epoch`)).toEqual([{ epoch: 1n }]);
    await takeWrites(b, true);
    expect(await waitForEnd(engine, id, 60_000)).toMatchObject({ error: null, state: 'SUCCEEDED' });
    expect(await tableRows(b)).toEqual(before);
  }, 90_000);

  test('whose old home takes no writes any more is completed when that takes them', async () => {
    const [{ id } = { id: '' }] = await engine.moves.list({ states: ['REVERSIBLE'] }, FIRST);
    await takeWrites(a, false);
    const completing = await engine.moves.complete(id, { ...request, acceptDifferences: false });
    await expect.poll(() => messageOf(completing.id), { timeout: 30_000 }).toBe('shard-a takes no writes');
    await takeWrites(a, true);
    expect(await waitForEnd(engine, completing.id, 60_000)).toMatchObject({
      error: null,
      state: 'SUCCEEDED',
    });
    expect(await findMove(engine, id)).toMatchObject({ state: 'COMPLETED' });
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
  }, 90_000);

  test('fails with the name of the shard that takes no writes, and is taken away when it does', async () => {
    const before = await tableRows(b);
    const { move: ready } = await move(engine, ORGANIZATION, 'shard-a', patient);
    await takeWrites(a, false);
    const { id } = await engine.moves.abort(ready.id, request);
    expect(await waitForEnd(engine, id, 200_000)).toMatchObject({
      ...{ state: 'FAILED', error: { code: 'MOVE_READ_ONLY', message: 'shard-a takes no writes' } },
    });
    await takeWrites(a, true);
    const again = await engine.moves.abort(ready.id, request);
    expect(await waitForEnd(engine, again.id, 60_000)).toMatchObject({ error: null, state: 'SUCCEEDED' });
    expect(await findMove(engine, ready.id)).toMatchObject({ state: 'ABORTED' });
    expect([await tableRows(a), await tableRows(b)]).toEqual([{}, before]);
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
  }, 300_000);
});

const FIRST = { after: null, before: null, fromEnd: false, limit: 1 };
