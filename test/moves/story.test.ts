import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { OrganizationMove } from '../../src/moves/moves.ts';
import { createSides } from '../../src/moves/sides.ts';
import { verifyMove } from '../../src/moves/verify/verify.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { waitForEnd } from '../support/operations.ts';
import { countRounds } from '../support/thorough.ts';
import { findMove, follow, move, type MoveEngine, request } from './harness.ts';
import { type Pair, startPair } from './pair.ts';
import { fingerprint, NEIGHBOUR, ORGANIZATION, type TestShard } from './shards.ts';
import { leaveBehind, leaveOwn } from './strays.ts';
import { startWriters, type Writer } from './writer.ts';

let pair: Pair;
let a: TestShard;
let b: TestShard;
let engine: MoveEngine;
const writers: Writer[] = [];

beforeAll(async () => {
  pair = await startPair({ organizations: [ORGANIZATION, NEIGHBOUR] });
  ({ a, b, engine } = pair);
});
afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.stop();
});
afterAll(() => pair?.stop());

/** A move that is reversed, and one that is completed; in a full run ten of each. */
const MOVES = countRounds({ usual: 2, full: 20 });

const write = (options: { readonly clients: number; readonly entersTenant?: boolean }) => {
  const started = startWriters({
    ...{ directory: engine.directory, shards: [a, b], organization: ORGANIZATION, roundMs: 10 },
    ...options,
  });
  writers.push(started);
  return started;
};
/** A busy machine must not let these fail: what a pause may take is another test's business. */
const patient = { pauseBudgetMs: 5_000 };

test(
  'moves, reverses, moves again and completes under writers, and loses nothing, doubles nothing, touches nobody else',
  async () => {
    const neighbours = async () => [
      await fingerprint(a, NEIGHBOUR),
      await fingerprint(b, '10000000-0000-4000-8000-000000000003'),
    ];
    const before = await neighbours();
    const entering = write({ clients: 3 });
    const careless = write({ clients: 1, entersTenant: false });
    let [home, other] = [a, b];
    let epoch = 1n;
    for (let round = 0; round < MOVES; round++) {
      const { operation, move: made } = await move(engine, ORGANIZATION, other.name, patient);
      expect(operation).toMatchObject({ state: 'SUCCEEDED', result: { state: 'REVERSIBLE', problem: null } });
      expect(made.verifications.map(({ direction, isEqual }) => [direction, isEqual])).toEqual([
        ['FORWARD', true],
        ['REVERSE', true],
      ]);
      expect(made.pauses.map(({ reason }) => reason)).toEqual(['VERIFY', 'CUTOVER', 'VERIFY']);
      expect(await engine.directory.find(ORGANIZATION)).toEqual({ shard: other.name, epoch: ++epoch });
      const isReversed = round % 2 === 0;
      const end = await follow(engine, isReversed ? 'reverse' : 'complete', made.id);
      const state = isReversed ? 'REVERSED' : 'COMPLETED';
      expect(end).toMatchObject({ state: 'SUCCEEDED', result: { state } });
      if (isReversed) epoch++;
      else [home, other] = [other, home];
      expect(await engine.directory.find(ORGANIZATION)).toEqual({ shard: home.name, epoch });
      expect(await fingerprint(other, ORGANIZATION)).toEqual({});
    }

    for (const writer of writers.splice(0)) await writer.stop();
    expect(entering.acknowledged()).toBeGreaterThan(100);
    expect(careless.acknowledged()).toBeGreaterThan(30);
    expect(await entering.compare(home)).toEqual([]);
    expect(await careless.compare(home)).toEqual([]);
    expect(await entering.compare(other)).not.toEqual([]); // the comparison can fail
    expect(await neighbours()).toEqual(before);
    expect(await engine.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
  },
  MOVES * 60_000,
);

test('keeps the password out of the logs of both servers and out of the subscription', () => {
  const { password } = a.login;
  expect([a, b].map((one) => one.readLog().includes(password))).toEqual([false, false]);
  expect(b.readLog()).not.toContain('CREATE SUBSCRIPTION');
});

test('refuses an organization and a shard that nobody knows, its own shard, and a second move', async () => {
  const start = (organization: string, toShard: string) =>
    engine.moves.plan({ organization, toShard, settings: {} });
  await expect(start('10000000-0000-4000-8000-0000000000ff', 'shard-b')).rejects.toMatchObject({
    code: 'ORGANIZATION_NOT_FOUND',
  });
  await expect(start('x', 'shard-b')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(start(NEIGHBOUR, 'shard-x')).rejects.toMatchObject({ code: 'SHARD_NOT_FOUND' });
  await expect(start(NEIGHBOUR, 'shard-a')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('stays READY until somebody cuts it over, refuses what does not fit, and leaves nothing when it is aborted', async () => {
  const settings = { ...patient, cutover: 'MANUAL' } as const;
  const wanted = { organization: NEIGHBOUR, toShard: 'shard-b', settings };
  const begun = await Promise.all([engine.moves.move(wanted, request), engine.moves.move(wanted, request)]);
  const ended = await Promise.all(begun.map(({ id }) => waitForEnd(engine, id, 60_000)));
  const ready = ended.find(({ state }) => state === 'SUCCEEDED');
  if (!ready) throw new Error('one of two has to go through');
  expect(ready).toMatchObject({ result: { state: 'READY' } });
  expect(ended.find((one) => one !== ready)).toMatchObject({
    state: 'FAILED',
    error: { code: 'ORGANIZATION_MOVING' },
  });
  await expect(follow(engine, 'reverse', ready.id)).rejects.toMatchObject({ code: 'MOVE_STATE' });
  await expect(follow(engine, 'complete', ready.id)).rejects.toMatchObject({ code: 'MOVE_STATE' });
  await expect(
    engine.moves.plan({ organization: NEIGHBOUR, toShard: 'shard-b', settings: {} }),
  ).rejects.toMatchObject({
    ...{ code: 'ORGANIZATION_MOVING', moveId: ready.id },
  });
  expect((await engine.moves.findLeftovers()).found).toEqual([]);
  await expectPromptCancel(await findMove(engine, ready.id));
  expect(await follow(engine, 'abort', ready.id)).toMatchObject({
    state: 'SUCCEEDED',
    result: { state: 'ABORTED' },
  });
  expect(await fingerprint(b, NEIGHBOUR)).toEqual({});
  expect(
    await a.rows(`SELECT state, epoch FROM ops.tenant_home WHERE organization_id = '${NEIGHBOUR}'`),
  ).toEqual([{ state: 'ACTIVE', epoch: 1n }]);
  expect(await engine.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
  await expect(follow(engine, 'abort', ready.id)).rejects.toMatchObject({ code: 'MOVE_STATE' });
});

/** A comparison that rests a second for every byte would last for weeks; on both servers it ends with its signal. */
async function expectPromptCancel(ready: OrganizationMove): Promise<void> {
  const openSides = createSides((cluster) => Promise.resolve(cluster === 'shard-a' ? a.login : b.login));
  const cancelled = new AbortController();
  const comparing = openSides(ready, (sides) =>
    verifyMove({
      ...{ sides, move: ready, direction: 'FORWARD', signal: cancelled.signal, onTable() {} },
      pace: { bytes: 1, restMs: 1_000 },
    }),
  );
  const reason = new Error('nobody wants to know any more');
  const ended = expect(comparing).rejects.toBe(reason);
  const countResting = async () => {
    const resting = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%moves.hashTable%'`;
    return (await Promise.all([a, b].map((one) => one.rows(resting)))).map(({ length }) => length);
  };
  await expect.poll(countResting, { timeout: 30_000 }).toEqual([1, 1]);
  cancelled.abort(reason);
  await ended;
  expect(await countResting()).toEqual([0, 0]);
}

test('finds one corrupt row on the target and refuses the cutover', async () => {
  const { move: ready } = await move(engine, NEIGHBOUR, 'shard-b', { ...patient, cutover: 'MANUAL' });
  await b.rows(
    `SET session_replication_role = replica; UPDATE items SET name = 'item 8 ' WHERE organization_id = '${NEIGHBOUR}' AND name = 'item 8'; RESET session_replication_role`,
  );
  const refused = await follow(engine, 'cutover', ready.id);
  expect(refused).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_DIFFERS' } });
  expect(refused.error?.message).toBe('both sides differ: of the 2000 rows of items some are not the same');
  expect(await findMove(engine, ready.id)).toMatchObject({ state: 'READY', problem: refused.error?.message });
  expect(await engine.directory.find(NEIGHBOUR)).toEqual({ shard: 'shard-a', epoch: 1n });

  const { subscriptions } = await findMove(engine, ready.id);
  expect(subscriptions).toEqual([{ direction: 'FORWARD', oid: expect.stringMatching(/^\d+$/) as unknown }]);
  const { strays, remove } = await leaveOwn({ from: a, to: b }, ready.id, subscriptions[0]?.oid ?? '');
  const stillThere = { code: 'MOVE_LEFTOVERS', message: `of the move there is still: ${strays.join('; ')}` };
  expect(await follow(engine, 'abort', ready.id)).toMatchObject({ state: 'FAILED', error: stillThere });
  expect(await findMove(engine, ready.id)).toMatchObject({ state: 'READY' });
  await remove();
  expect(await follow(engine, 'abort', ready.id)).toMatchObject({ state: 'SUCCEEDED' });
});

test('finds whatever a move could leave behind, and says whose it was', async () => {
  const { strays, remove } = await leaveBehind(b, '30000000-0000-4000-8000-000000000001');
  const { found } = await engine.moves.findLeftovers();
  await remove();
  expect(found).toEqual(strays.map((one) => ({ shard: 'shard-b', ...one })));
  expect(await engine.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
});

test('gives up a cutover that a transaction of the organization holds up, and the writers go on', async () => {
  const { move: ready } = await move(engine, NEIGHBOUR, 'shard-b', {
    ...patient,
    cutover: 'MANUAL',
    pauseBudgetMs: 400,
  });
  const held = Promise.withResolvers<void>();
  const inside = a.db.transaction(async (tx) => {
    await tx.rows({ text: `SELECT ops.enter_tenant('${NEIGHBOUR}')`, values: [] });
    await held.promise;
  });
  const failed = await follow(engine, 'cutover', ready.id);
  held.resolve();
  await inside;
  expect(failed).toMatchObject({ state: 'FAILED', error: { code: 'PAUSE_BUDGET_EXCEEDED' } });
  expect((await findMove(engine, ready.id)).state).toBe('READY');
  expect(await a.rows(`SELECT ops.enter_tenant('${NEIGHBOUR}', 1) AS epoch`)).toEqual([{ epoch: 1n }]);
  expect(await follow(engine, 'abort', ready.id)).toMatchObject({ state: 'SUCCEEDED' });
});

test('waits for a long transaction on the source no longer than it was told, names it, and leaves nothing', async () => {
  const held = Promise.withResolvers<void>();
  const elsewhere = openDatabase({ ...a.login, database: 'template1', applicationName: 'sunday-test' });
  const long = elsewhere.transaction(async (tx) => {
    await tx.rows({ text: 'CREATE TEMPORARY TABLE anything (n int)', values: [] });
    await held.promise;
  });
  const { operation, move: ended } = await move(engine, NEIGHBOUR, 'shard-b', {
    ...patient,
    slotTimeoutSeconds: 1,
  });
  held.resolve();
  await long;
  await elsewhere.close();
  expect(operation).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_BLOCKED' } });
  expect(operation.error?.message).toContain('CREATE TEMPORARY TABLE anything');
  expect(ended.state).toBe('ABORTED');
  await engine.operations.retry(operation.id, request); // its move has ended: nothing may move by it any more
  expect(await waitForEnd(engine, operation.id, 60_000)).toMatchObject({ error: { code: 'MOVE_STATE' } });
  expect(await engine.directory.find(NEIGHBOUR)).toEqual({ shard: 'shard-a', epoch: 1n });
  expect(await engine.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
});
