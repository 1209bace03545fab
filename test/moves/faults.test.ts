import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkMove } from '../../src/moves/preflight/checks.ts';
import { readServerFacts } from '../../src/moves/preflight/probe.ts';
import { checkServers } from '../../src/moves/preflight/servers.ts';
import { isServerError } from '../../src/postgres/errors.ts';
import { sql } from '../../src/postgres/sql.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { waitForEnd } from '../support/operations.ts';
import { isThorough } from '../support/thorough.ts';
import { closeGate } from './gate.ts';
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
    pair = await startPair({ items: 200 });
    ({ a, b, engine } = pair);
  });
  afterAll(() => pair?.stop());

  test.each([
    ['another PostgreSQL', 'VERSION', { major: 16 }, 'shard-a runs PostgreSQL 15, shard-b 16'],
    ['another encoding', 'ENCODING', { encoding: 'LATIN1' }, 'UTF8 is not LATIN1'],
    ['a role that may not subscribe', 'ROLE', { isSuperuser: false }, /no superuser .*: shard-b$/],
    ['log for standbys only', 'WAL_LEVEL', { walLevel: 'replica' }, /not logical on: shard-b$/],
    ['no slot that is free', 'SLOTS', { freeSlots: 3 }, /fewer than 4 .* free on: shard-b$/],
    ['no worker that is free', 'WORKERS', { freeWorkers: 1 }, /fewer than 2 .* free on: shard-b$/],
  ] as const)('is refused by a target with %s', async (...[, name, other, detail]) => {
    const facts = await readServerFacts(b.db);
    const failed = (target: typeof facts) =>
      checkServers(sides(), facts, target).filter(({ state }) => state !== 'OK');
    expect(failed(facts)).toEqual([]);
    const found = failed({ ...facts, ...other });
    expect(found).toMatchObject([{ name, state: 'FAILED' }]);
    expect(found[0]?.detail).toMatch(detail);
  });

  test.each([
    [
      'FENCE',
      'shard-b has no ops.tenant_home',
      () => b,
      'ALTER TABLE ops.move_marker RENAME TO hidden',
      'ALTER TABLE ops.hidden RENAME TO move_marker',
    ],
    [
      'SOURCE_HOME',
      'the fence on shard-a says GONE of it, not ACTIVE',
      () => a,
      `UPDATE ops.tenant_home SET state = 'GONE' WHERE organization_id = '${ORGANIZATION}'`,
      `UPDATE ops.tenant_home SET state = 'ACTIVE' WHERE organization_id = '${ORGANIZATION}'`,
    ],
    [
      'TARGET_EMPTY',
      'shard-b says that the organization is at home there',
      () => b,
      `INSERT INTO ops.tenant_home (organization_id, shard_name, epoch, state) VALUES ('${ORGANIZATION}', 'shard-b', 1, 'ACTIVE')`,
      `DELETE FROM ops.tenant_home WHERE organization_id = '${ORGANIZATION}'`,
    ],
  ] as const)('is refused by %s when %s', async (...[name, detail, on, breaks, mends]) => {
    await on().rows(breaks);
    const found = await checkMove(sides(), ORGANIZATION);
    await on().rows(mends);
    expect(found.filter(({ state }) => state === 'FAILED')).toMatchObject([{ name, detail }]);
  });

  test('waits for a transaction that is in the way of a copy no longer than it was told, names it, and leaves nothing', async () => {
    const before = await fingerprint(a, ORGANIZATION);
    const held = Promise.withResolvers<void>();
    const { id } = await engine.moves.move(
      { organization: ORGANIZATION, toShard: 'shard-b', settings: { ...patient, slotTimeoutSeconds: 3 } },
      request,
    );
    await expect
      .poll(async () => (await engine.operations.findMany([id]))[0]?.phase, { timeout: 30_000, interval: 5 })
      .toBe('copy');
    const long = a.db.transaction(async (tx) => {
      await tx.rows(sql`CREATE TEMPORARY TABLE anything (n int)`);
      await held.promise;
    });
    const ended = await waitForEnd(engine, id, 60_000);
    const slots = () => a.rows('SELECT slot_name FROM pg_replication_slots');
    await expect.poll(slots, { timeout: 10_000 }).toEqual([]);
    held.resolve();
    await long;
    expect(ended).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_BLOCKED' } });
    expect(ended.error?.message).toContain('CREATE TEMPORARY TABLE anything');
    expect(await findMove(engine, id)).toMatchObject({ state: 'ABORTED' });
    expect(await slots()).toEqual([]);
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
    expect(await fingerprint(a, ORGANIZATION)).toEqual(before);
  }, 90_000);

  test('whose subscription somebody drops while its source is away ends, with the slots of its copies', async () => {
    const gate = await closeGate([a, b], b);
    const wanted = { organization: ORGANIZATION, toShard: 'shard-b', settings: patient };
    const { id } = await engine.moves.move(wanted, request);
    await gate.waitUntilReached();
    const slots = () => a.rows(`SELECT slot_name FROM pg_replication_slots`);
    expect((await slots()).length).toBeGreaterThan(1);
    await stopServer(a.server, 'immediate');
    const subscription = `sunday_move_${id.replaceAll('-', '')}`;
    await b.rows(`ALTER SUBSCRIPTION ${subscription} DISABLE`);
    await b.rows(`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`);
    await b.rows(`DROP SUBSCRIPTION ${subscription}`);
    await startServer(a.server);
    const ended = await waitForEnd(engine, id, 60_000);
    await gate.remove();
    expect(ended).toMatchObject({ state: 'FAILED', error: { code: 'MOVE_STREAM_BROKEN' } });
    expect(ended.error?.message).toBe('the subscription on shard-b is gone');
    expect(await findMove(engine, id)).toMatchObject({ state: 'ABORTED' });
    expect(await slots()).toEqual([]);
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
  }, 90_000);

  test('whose stream a migration of the source has broken goes on when the target has it too', async () => {
    const { move: ready } = await move(engine, ORGANIZATION, 'shard-b', patient);
    await a.rows('ALTER TABLE tags ADD COLUMN extra text');
    await a.rows(`INSERT INTO tags (organization_id, name, extra) VALUES ('${ORGANIZATION}', 'new', 'yes')`);
    await expect.poll(() => b.readLog(), { timeout: 30_000 }).toContain('missing replicated column: "extra"');
    expect(await follow(engine, 'cutover', ready.id)).toMatchObject({ error: { code: 'MOVE_REFUSED' } });
    await b.rows('ALTER TABLE tags ADD COLUMN extra text');
    expect(await follow(engine, 'cutover', ready.id)).toMatchObject({ error: null, state: 'SUCCEEDED' });
    expect(await b.rows(`SELECT extra FROM tags WHERE organization_id = '${ORGANIZATION}'`)).toEqual([
      { extra: 'yes' },
    ]);
    expect(await follow(engine, 'reverse', ready.id)).toMatchObject({ error: null, state: 'SUCCEEDED' });
  }, 90_000);

  test('gives its way back up before the new home has to keep too much for an old one that is gone, and is completed', async () => {
    const settings = { ...patient, cutover: 'AUTOMATIC', maxRetainedWalBytes: 16_777_216 } as const;
    const { move: made } = await move(engine, ORGANIZATION, 'shard-b', settings);
    expect(made).toMatchObject({ state: 'REVERSIBLE', problem: null });
    await stopServer(a.server, 'immediate');
    await b.rows(
      `CREATE TABLE noise AS SELECT repeat(md5(n::text), 30) AS text FROM generate_series(1, 30000) AS n`,
    );
    await engine.watch();
    const slots = () => b.rows('SELECT slot_name FROM pg_replication_slots');
    await expect.poll(slots, { timeout: 30_000 }).toEqual([]);
    await b.rows('DROP TABLE noise');
    await startServer(a.server);
    const { state, problem } = await findMove(engine, made.id);
    expect([state, problem]).toEqual(['REVERSIBLE', expect.stringMatching(/shard-b keeps \d+ bytes/)]);
    expect(await follow(engine, 'reverse', made.id)).toMatchObject({
      ...{ state: 'FAILED', error: { code: 'MOVE_STREAM_BROKEN' } },
    });
    expect(await follow(engine, 'complete', made.id)).toMatchObject({ error: null, state: 'SUCCEEDED' });
    expect(await fingerprint(a, ORGANIZATION)).toEqual({});
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
  }, 90_000);

  test('whose way back is gone and that nobody has proven is completed only by who takes it on himself', async () => {
    const left = Promise.withResolvers<void>();
    const settings = { ...patient, cutover: 'AUTOMATIC', pauseBudgetMs: 1_000 } as const;
    const moving = move(engine, ORGANIZATION, 'shard-a', settings); // it has come to shard-b by now
    // The first to enter its new home stays in, so no comparison finds a moment of rest.
    const inside = stayIn(a, left.promise);
    const { operation, move: made } = await moving;
    left.resolve();
    await inside;
    expect(operation).toMatchObject({ state: 'SUCCEEDED', result: { state: 'REVERSIBLE' } });
    expect(made.problem).toMatch(/^not proven after the cutover: /);
    await b.rows(`ALTER SUBSCRIPTION sunday_move_${made.id.replaceAll('-', '')}_r DISABLE`);
    await b.rows(`ALTER SUBSCRIPTION sunday_move_${made.id.replaceAll('-', '')}_r SET (slot_name = NONE)`);
    await b.rows(`DROP SUBSCRIPTION sunday_move_${made.id.replaceAll('-', '')}_r`);
    const before = await fingerprint(b, ORGANIZATION);
    expect(await follow(engine, 'reverse', made.id)).toMatchObject({
      error: { code: 'MOVE_STREAM_BROKEN', hint: expect.stringMatching(/^Complete the move/) as unknown },
    });
    expect(await follow(engine, 'complete', made.id)).toMatchObject({ error: { code: 'MOVE_UNPROVEN' } });
    expect(await findMove(engine, made.id)).toMatchObject({ state: 'REVERSIBLE' });
    expect(await fingerprint(b, ORGANIZATION)).toEqual(before);
    expect(await follow(engine, 'complete', made.id, { acceptDifferences: true })).toMatchObject({
      ...{ error: null, state: 'SUCCEEDED' },
      result: {
        state: 'COMPLETED',
        problem: expect.stringMatching(/way back is gone; completed all the same, as was asked$/) as unknown,
      },
    });
    expect(await fingerprint(b, ORGANIZATION)).toEqual({});
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
  }, 90_000);

  test('whose organization is deleted meanwhile lets that happen, is not cut over, and leaves nothing', async () => {
    const { move: ready } = await move(engine, ORGANIZATION, 'shard-b', patient); // it lives on shard-a again
    await a.rows(`DELETE FROM organizations WHERE id = '${ORGANIZATION}'`);
    expect(await fingerprint(a, ORGANIZATION)).not.toHaveProperty('items');
    expect(await follow(engine, 'cutover', ready.id)).toMatchObject({
      error: { code: 'MOVE_STREAM_BROKEN', message: expect.stringMatching(/says nothing of/) as unknown },
    });
    expect(await follow(engine, 'abort', ready.id)).toMatchObject({ error: null, state: 'SUCCEEDED' });
    const homes = `SELECT state FROM ops.tenant_home WHERE organization_id = '${ORGANIZATION}'`;
    expect([await a.rows(homes), await b.rows(homes)]).toEqual([[], []]);
    expect(await fingerprint(b, ORGANIZATION)).toEqual({});
    expect(await engine.moves.findLeftovers()).toEqual(NOTHING);
  }, 90_000);
});

/** In a transaction of the organization, from the moment in which it lives there. */
async function stayIn({ db }: TestShard, left: Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await db.transaction(async (tx) => {
        await tx.rows(sql`SELECT ops.enter_tenant(${ORGANIZATION}::uuid)`);
        await left;
      });
    } catch (error) {
      if (!isServerError(error, 'SD001')) throw error;
    }
    await sleep(5);
  }
}
