import { applyPending } from '../../src/migrations/runner.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createDirectoryTable, type MoveEngine, startMoveEngine } from '../../test/moves/harness.ts';
import { NEIGHBOUR, ORGANIZATION, seed, startShard, type TestShard } from '../../test/moves/shards.ts';
import { startTargetServer } from '../target-server.ts';
import { tell } from '../report.ts';

/** Two shards, of which the first has the organization, and an engine that moves it. */
export interface BenchSite extends AsyncDisposable {
  readonly a: TestShard;
  readonly b: TestShard;
  readonly engine: MoveEngine;
  readonly version: string;
}

const ROWS_PER_ITEM = 3;
const NEIGHBOURS_ITEMS = 10_000;
/** Commits are durable, and no checkpoint comes into a measurement because of its log. */
const SETTINGS = {
  ...{ log_statement: 'none', fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB', jit: 'off' },
  ...{ max_wal_size: '8GB', checkpoint_timeout: '30min', wal_retrieve_retry_interval: '5s' },
};

export async function startBenchSite(rows: number): Promise<BenchSite> {
  await using stack = new AsyncDisposableStack();
  const [a, b] = await Promise.all([startShard('shard-a', SETTINGS), startShard('shard-b', SETTINGS)]);
  stack.use(a);
  stack.use(b);
  tell(`filling the first shard with ${rows} rows of one organization`);
  await seed(a, b, Math.ceil(rows / ROWS_PER_ITEM), NEIGHBOURS_ITEMS);
  for (const one of [a, b]) await one.rows('ANALYZE');
  const server = await startTargetServer();
  stack.use(server);
  const control = await openControl(server, stack);
  const { engine } = await startEngine(control, { a, b });
  stack.defer(() => engine.stop());
  const all = stack.move();
  return { a, b, engine, version: server.version, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

type Server = Awaited<ReturnType<typeof startTargetServer>>;

/** The control database stays as long as the server does. */
async function openControl(server: Server, stack: AsyncDisposableStack) {
  const given = Promise.withResolvers<Parameters<Parameters<Server['withDatabase']>[0]>[0]>();
  const ended = Promise.withResolvers<void>();
  const using = server.withDatabase(async (connection) => {
    given.resolve(connection);
    await ended.promise;
  });
  using.catch((error: unknown) => given.reject(error));
  const connection = await given.promise;
  stack.defer(async () => {
    ended.resolve();
    await using;
  });
  const db = openDatabase({ ...connection, statementTimeoutMs: 60_000 });
  await applyPending(db, new URL('../../migrations/control', import.meta.url).pathname, {
    appliedBy: 'bench',
  });
  await createDirectoryTable(db, 'shard-a', [ORGANIZATION, NEIGHBOUR]);
  await db.rows(sql`/* bench.analyze */ ANALYZE`);
  await db.close();
  return connection;
}

async function startEngine(
  control: Parameters<typeof openDatabase>[0],
  { a, b }: { readonly a: TestShard; readonly b: TestShard },
): Promise<{ readonly engine: MoveEngine }> {
  const site = {
    control,
    shards: { 'shard-a': a.login, 'shard-b': b.login },
    directory: a.server.socketDirectory,
  };
  return { engine: await startMoveEngine(site, 'WORKER') };
}
