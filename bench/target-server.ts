import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPostgresBinaries } from '../src/fleet/embedded/binaries.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../src/postgres/pool.ts';
import { appendSettings, initialiseServer, startServer, stopServer } from '../src/postgres/server.ts';
import { identifier, sql } from '../src/postgres/sql.ts';
import { freePort } from '../test/support/ports.ts';

const LEAVE_ATTEMPTS = 200;
const LEAVE_PAUSE_MS = 25;

/** A PostgreSQL server of its own, on which every measurement begins with a new database. */
export interface TargetServer extends AsyncDisposable {
  /** Directory that goes away with it. */
  readonly root: string;
  readonly version: string;
  /** A database that nobody has touched; it is gone after `work`. */
  withDatabase<T>(work: (connection: ConnectionOptions) => Promise<T>): Promise<T>;
}

export async function startTargetServer(): Promise<TargetServer> {
  const root = mkdtempSync(join(tmpdir(), 'sunday-bench-migrations-'));
  const binaries = (await findPostgresBinaries())[0];
  if (binaries === undefined) throw new Error('no PostgreSQL server programs were found');
  const password = randomBytes(16).toString('base64url');
  const port = await freePort();
  const options = {
    binaries: binaries.directory,
    dataDirectory: join(root, 'data'),
    port,
    socketDirectory: root,
    logFile: join(root, 'postgres.log'),
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(root, { recursive: true, force: true }));
  await initialiseServer({ ...options, password });
  // Autovacuum comes at moments of its own and would hit one contender and not the other. Commits stay durable.
  const settings = { listen_addresses: '127.0.0.1', shared_buffers: '64MB', autovacuum: 'off', jit: 'off' };
  appendSettings(options.dataDirectory, settings);
  await startServer(options);
  stack.defer(() => stopServer(options, 'immediate'));
  const login = { host: '127.0.0.1', port, user: 'postgres', password, applicationName: 'sunday-bench' };
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
    version: binaries.version,
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
