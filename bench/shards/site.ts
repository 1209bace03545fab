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
/** Commits are durable, no checkpoint comes into a measurement because of its log, and files of the log are used again. */
const SETTINGS = {
  ...{ log_statement: 'none', fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB', jit: 'off' },
  ...{ max_wal_size: '8GB', min_wal_size: '2GB', checkpoint_timeout: '30min' },
  wal_retrieve_retry_interval: '5s',
};

/** 1 GB of log that says nothing: more than a round needs. */
const WRITE_LOG = `SELECT count(pg_logical_emit_message(false, 'bench', repeat('x', 1000000))) FROM generate_series(1, 1000)`;

export async function startBenchSite(rows: number): Promise<BenchSite> {
  await using stack = new AsyncDisposableStack();
  const [a, b] = await Promise.all([startShard('shard-a', SETTINGS), startShard('shard-b', SETTINGS)]);
  stack.use(a);
  stack.use(b);
  tell(`filling the first shard with ${rows} rows of one organization`);
  await seed(a, b, Math.ceil(rows / ROWS_PER_ITEM), NEIGHBOURS_ITEMS);
  for (const one of [a, b]) {
    await one.rows('VACUUM (ANALYZE)');
    await one.rows(WRITE_LOG);
    await settle(one);
  }
  const server = await startTargetServer();
  stack.use(server);
  const control = await openControl(server, stack);
  const { engine } = await startEngine(control, { a, b });
  stack.defer(() => engine.stop());
  const all = stack.move();
  return { a, b, engine, version: server.version, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/**
 * What was written before is on the disk, and files of the log are there to be used again, as on a server that has run
 * for a while. A new one makes each of them first, 16 MB on the disk, and every commit waits; and the kernel writes what
 * filled the shards half a minute later, in the middle of the first measurement.
 */
export async function settle({ rows }: TestShard): Promise<void> {
  await rows('CHECKPOINT');
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
