import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { untilAvailable } from '../../src/postgres/retry.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { waitForEnd } from '../support/operations.ts';
import { isThorough } from '../support/thorough.ts';
import { closeGate } from './gate.ts';
import {
  createDirectoryTable,
  findMove,
  follow,
  type MoveEngine,
  request,
  startMoveEngine,
} from './harness.ts';
import { fingerprint, ORGANIZATION, seed, startOwnServer, startShard, type TestShard } from './shards.ts';
import { startWriters, type Writer } from './writer.ts';

const AWAY_MS = 1_000;

let own: Awaited<ReturnType<typeof startOwnServer>>;
let control: Database;
let a: TestShard;
let b: TestShard;
let engine: MoveEngine;
let writer: Writer;

describe.runIf(isThorough)('a move whose control database is killed', () => {
  beforeAll(async () => {
    [own, a, b] = await Promise.all([startOwnServer(), startShard('shard-a'), startShard('shard-b')]);
    control = openDatabase({ ...own.login, applicationName: 'sunday-test' });
    const files = readdirSync('migrations/control').filter((name) => /^\d{3}_\w+\.sql$/.test(name));
    for (const file of files.sort())
      await control.rows(raw(readFileSync(`migrations/control/${file}`, 'utf8')));
    await seed(a, b, 200);
    await createDirectoryTable(control, 'shard-a', [ORGANIZATION]);
    engine = await startMoveEngine(
      {
        control: { ...own.login, applicationName: 'sunday-test' },
        shards: { 'shard-a': a.login, 'shard-b': b.login },
        directory: a.server.socketDirectory,
      },
      'WORKER',
    );
    const find = (id: string) => untilAvailable(() => engine.directory.find(id));
    writer = startWriters({
      ...{ directory: { ...engine.directory, find }, shards: [a, b], organization: ORGANIZATION },
      ...{ clients: 2, roundMs: 20 },
    });
  });
  afterAll(async () => {
    await writer?.stop();
    await engine?.stop();
    await control?.close();
    if (own) {
      await stopServer(own.server, 'immediate');
      rmSync(own.root, { recursive: true, force: true });
    }
    for (const one of [a, b]) await one?.[Symbol.asyncDispose]();
  });

  const begin = async (toShard: string) => {
    const wanted = { organization: ORGANIZATION, toShard, settings: { pauseBudgetMs: 10_000 } };
    return (await engine.moves.move(wanted, request)).id;
  };
  const killControl = async () => {
    await stopServer(own.server, 'immediate');
    await sleep(AWAY_MS);
    await startServer(own.server);
  };
  const expectCompleted = async (id: string, emptied: TestShard) => {
    await untilAvailable(() => findMove(engine, id));
    expect(await waitForEnd(engine, id, 90_000)).toMatchObject({
      ...{ error: null, state: 'SUCCEEDED', result: { state: 'REVERSIBLE' } },
    });
    expect(await follow(engine, 'complete', id)).toMatchObject({ error: null, state: 'SUCCEEDED' });
    expect(await fingerprint(emptied, ORGANIZATION)).toEqual({});
    expect(await engine.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
  };

  test('while tables are copied goes on when that is back', async () => {
    const gate = await closeGate([a, b], b);
    const id = await begin('shard-b');
    await gate.waitUntilReached();
    await killControl();
    await gate.remove();
    await expectCompleted(id, a);
  }, 180_000);

  test('in the middle of the flip asks it what has become of that, and goes on', async () => {
    await control.rows(
      raw(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END $$;
        CREATE TRIGGER slow BEFORE UPDATE ON test_placement FOR EACH ROW EXECUTE FUNCTION slow()`),
    );
    const id = await begin('shard-a');
    const flipping = () =>
      control.rows(
        sql`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%UPDATE test_placement%'`,
      );
    await expect.poll(flipping, { timeout: 60_000, interval: 10 }).toHaveLength(1);
    expect(await findMove(engine, id)).toMatchObject({ state: 'CUTOVER' });
    await killControl();
    await expectCompleted(id, b);
  }, 180_000);

  test('has lost nothing and doubled nothing', async () => {
    await writer.stop();
    expect(writer.acknowledged()).toBeGreaterThan(50);
    expect(await writer.compare(a)).toEqual([]);
  });
});
