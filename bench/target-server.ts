import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, type Database, openDatabase } from '../src/postgres/pool.ts';
import { identifier, sql } from '../src/postgres/sql.ts';
import { type BenchServer, startBenchServer } from './postgres-server.ts';

const LEAVE_ATTEMPTS = 200;
const LEAVE_PAUSE_MS = 25;

/** A PostgreSQL server of its own, on which every measurement begins with a new database. */
export interface TargetServer extends Pick<BenchServer, 'root' | 'version'>, AsyncDisposable {
  /** A database that nobody has touched; it is gone after `work`. */
  withDatabase<T>(work: (connection: ConnectionOptions) => Promise<T>): Promise<T>;
}

export async function startTargetServer(): Promise<TargetServer> {
  await using stack = new AsyncDisposableStack();
  // Autovacuum comes at moments of its own and would hit one contender and not the other.
  const { root, version, login } = stack.use(
    await startBenchServer({ shared_buffers: '64MB', autovacuum: 'off', jit: 'off' }),
  );
  const admin = openDatabase({
    ...login,
    database: 'postgres',
    maxConnections: 1,
    statementTimeoutMs: 60_000,
  });
  stack.defer(() => admin.close());
  const running = stack.move();
  let made = 0;
  return {
    root,
    version,
    async withDatabase(work) {
      const database = `bench_${++made}`;
      await createDatabase(admin, database);
      try {
        return await work({ ...login, database });
      } finally {
        await dropDatabase(admin, database);
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What the one before has left in the buffers is written first, so that nobody pays for another. */
async function createDatabase(admin: Database, name: string): Promise<void> {
  await admin.rows(sql`/* bench.createDatabase */ CREATE DATABASE ${identifier(name)}`);
  await admin.rows(sql`/* bench.checkpoint */ CHECKPOINT`);
}

/** Some let go of a connection without waiting for its end, and would fall over a server that ends it for them. */
async function dropDatabase(admin: Database, name: string): Promise<void> {
  for (let attempt = 0; attempt < LEAVE_ATTEMPTS; attempt++) {
    const [row] = await admin.rows<{ count: number }>(sql`/* bench.countSessions */
      SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = ${name}
    `);
    if (row?.count === 0) break;
    await sleep(LEAVE_PAUSE_MS);
  }
  await admin.rows(sql`/* bench.dropDatabase */ DROP DATABASE ${identifier(name)} WITH (FORCE)`);
}

/** With the password in it: for a child's environment, never for its arguments. */
export function toUrl({ host, port, user, password, database }: ConnectionOptions): string {
  return `postgres://${user}:${encodeURIComponent(password ?? '')}@${host}:${port}/${database}?sslmode=disable`;
}
