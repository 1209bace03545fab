import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { createDirectoryTable, type MoveEngine, startMoveEngine } from './harness.ts';
import { ORGANIZATION, seed, startShard, type TestShard } from './shards.ts';

/** Two shards, a control database, and a worker that moves organizations between them. */
export interface Pair {
  readonly control: TestDatabase;
  readonly a: TestShard;
  readonly b: TestShard;
  readonly engine: MoveEngine;
  stop(): Promise<void>;
}

export interface PairOptions {
  /** Of the organization, and of the other one when nothing else is said. */
  readonly items?: number;
  readonly itemsOfNeighbour?: number;
  readonly organizations?: readonly string[];
  /** Settings of the server of `shard-a`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Who moves, when it is not the superuser; `prepare` has to make that role. */
  readonly user?: string;
  /** Before the worker runs, and behind the rows. */
  prepare?(a: TestShard, b: TestShard): Promise<unknown>;
}

export async function startPair(options: PairOptions = {}): Promise<Pair> {
  const { items, itemsOfNeighbour, organizations = [ORGANIZATION], settings, user } = options;
  const [control, a, b] = await Promise.all([
    createControlDatabase(),
    startShard('shard-a', settings),
    startShard('shard-b'),
  ]);
  await seed(a, b, items, itemsOfNeighbour);
  await createDirectoryTable(control.db, 'shard-a', organizations);
  await options.prepare?.(a, b);
  const loginOf = ({ login }: TestShard) => (user === undefined ? login : { ...login, user });
  const shards = { 'shard-a': loginOf(a), 'shard-b': loginOf(b) };
  const site = { control: control.connection, shards, directory: a.server.socketDirectory };
  const engine = await startMoveEngine(site, 'WORKER');
  return {
    ...{ control, a, b, engine },
    async stop() {
      await engine.stop();
      for (const one of [control, a, b]) await one[Symbol.asyncDispose]();
    },
  };
}
