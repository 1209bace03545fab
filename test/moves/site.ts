import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { MoveState } from '../../src/moves/moves.ts';
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
import { type Network, startNetwork } from './proxy.ts';
import { fingerprint, NEIGHBOUR, ORGANIZATION, seed, startShard, type TestShard } from './shards.ts';
import { startWriters, type Writer } from './writer.ts';

type ShardName = TestShard['name'];

/** Two shards behind networks of their own, a control database, a worker that can be killed, and writers. */
export interface CrashSite extends AsyncDisposable {
  readonly control: TestDatabase;
  readonly shards: Readonly<Record<ShardName, TestShard>>;
  readonly networks: Readonly<Record<ShardName, Network>>;
  /** Starts and looks, and runs nothing itself. */
  readonly client: MoveEngine;
  readonly writer: Writer;
  /** The id of a move that begins. */
  start(toShard: ShardName, settings?: { readonly cutover?: 'MANUAL' }): Promise<string>;
  /** SIGKILL to the worker, and another one in its place. */
  killWorker(whileDead?: () => Promise<unknown>): Promise<void>;
  /** No move leaves `state` from now on; null: all go on. */
  hold(state: MoveState | null): Promise<void>;
  /** Until the worker wants to leave the state that is held. */
  waitUntilHeld(): Promise<void>;
  waitForState(id: string, state: MoveState): Promise<void>;
  waitForPhase(id: string, phases: readonly string[]): Promise<void>;
  homeOn(shard: ShardName): Promise<string | undefined>;
  /** REVERSIBLE, and the fences say so. */
  expectReversible(id: string): Promise<void>;
  /** Completes it, and looks that nothing is left behind anywhere. */
  expectCompleted(id: string): Promise<void>;
  expectNothingLeft(): Promise<void>;
}

const LONGEST_WAIT_MS = 60_000;
const GATE = 4_711;
const WAITS = sql`locktype = 'advisory' AND objid = ${GATE} AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** With `roundMs` the writers rest: what they add makes each move longer. */
export async function startCrashSite({ items = 500, roundMs = 15 } = {}): Promise<CrashSite> {
  const [control, a, b] = await Promise.all([
    createControlDatabase(),
    startShard('shard-a'),
    startShard('shard-b'),
  ]);
  await seed(a, b, items);
  await createDirectoryTable(control.db, 'shard-a', [ORGANIZATION, NEIGHBOUR]);
  const shards = { 'shard-a': a, 'shard-b': b };
  const networks = { 'shard-a': await startNetwork(a.login), 'shard-b': await startNetwork(b.login) };
  const loginOf = (name: ShardName) => ({ ...shards[name].login, port: networks[name].port });
  const site: Site = {
    control: control.connection,
    shards: { 'shard-a': loginOf('shard-a'), 'shard-b': loginOf('shard-b') },
    directory: a.server.socketDirectory,
  };
  let worker = await startWorker(site); // makes the tables of the workflow engine
  const client = await startMoveEngine(site, 'CLIENT');
  const writer = startWriters({
    ...{ directory: client.directory, shards: [a, b], organization: ORGANIZATION, clients: 2, roundMs },
  });
  await createGate(control);
  const held = Promise.withResolvers<void>();
  const holder = control.db.session(async (session) => {
    await session.rows(sql`SELECT pg_advisory_lock(${GATE})`);
    await held.promise;
    await session.rows(sql`SELECT pg_advisory_unlock(${GATE})`);
  });
  const of = (move: { readonly toShard: string; readonly fromShard: string }) => ({
    to: shards[move.toShard as ShardName],
    from: shards[move.fromShard as ShardName],
  });
  const poll = async (isThere: () => Promise<boolean>, what: string) => {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    while (!(await isThere())) {
      if (performance.now() > deadline) throw new Error(`never ${what}`);
      await sleep(5);
    }
  };
  const homeOn = async (name: ShardName) => {
    const [row] = await shards[name].rows<{ state: string }>(
      `SELECT state FROM ops.tenant_home WHERE organization_id = '${ORGANIZATION}'`,
    );
    return row?.state;
  };
  const expectNothingLeft = async () =>
    expect(await client.moves.findLeftovers()).toEqual({ found: [], unknown: [] });
  return {
    ...{ control, shards, networks, client, writer, homeOn, expectNothingLeft },
    async start(toShard, settings = {}) {
      const wanted = {
        organization: ORGANIZATION,
        toShard,
        settings: { pauseBudgetMs: 10_000, ...settings },
      };
      return (await client.moves.move(wanted, request)).id;
    },
    async killWorker(whileDead = () => Promise.resolve()) {
      process.kill(worker.pid, 'SIGKILL');
      await worker.ended;
      // What it has begun on the control database and not committed must not be done by a ghost.
      await control.db.rows(sql`
        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE ${WAITS}`);
      await whileDead();
      worker = await startWorker(site);
    },
    hold: async (state) => void (await control.db.rows(sql`UPDATE test_gate SET state = ${state}`)),
    waitUntilHeld: () =>
      poll(async () => {
        return (await control.db.rows(sql`SELECT FROM pg_locks WHERE ${WAITS}`)).length > 0;
      }, 'held'),
    waitForState: (id, state) =>
      poll(async () => (await client.moves.findMany([id]))[0]?.state === state, state),
    waitForPhase: (id, phases) =>
      poll(
        async () => phases.includes((await client.operations.findMany([id]))[0]?.phase ?? ''),
        phases.join(' or '),
      ),
    async expectReversible(id) {
      expect(await waitForEnd(client, id, LONGEST_WAIT_MS)).toMatchObject({
        ...{ error: null, state: 'SUCCEEDED', result: { state: 'REVERSIBLE' } },
      });
      const { from, to } = of(await findMove(client, id));
      expect([await homeOn(from.name), await homeOn(to.name)]).toEqual(['GONE', 'ACTIVE']);
    },
    async expectCompleted(id) {
      expect(await follow(client, 'complete', id)).toMatchObject({ error: null, state: 'SUCCEEDED' });
      expect(await fingerprint(of(await findMove(client, id)).from, ORGANIZATION)).toEqual({});
      await expectNothingLeft();
    },
    async [Symbol.asyncDispose]() {
      held.resolve();
      await holder;
      await writer.stop();
      await worker.stop(5_000);
      await client.stop();
      for (const one of [...Object.values(networks), control, a, b]) await one[Symbol.asyncDispose]();
    },
  };
}

/** Who would take a move out of the state that is written there waits until the gate is opened. */
async function createGate({ db }: TestDatabase): Promise<void> {
  await db.rows(
    raw(`CREATE TABLE test_gate (state text);
      INSERT INTO test_gate VALUES (NULL);
      CREATE FUNCTION test_gate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF OLD.state = (SELECT state FROM test_gate)
          AND (NEW.state <> OLD.state OR NEW.verifications <> OLD.verifications AND OLD.state = 'REVERSIBLE')
        THEN PERFORM pg_advisory_xact_lock(${GATE}); END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER test_gate BEFORE UPDATE ON organization_move FOR EACH ROW EXECUTE FUNCTION test_gate()`),
  );
}

async function startWorker(site: Site): Promise<RunningProcess> {
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
