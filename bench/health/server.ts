import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import type { Cluster, Fleet, Instance } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../../src/postgres/pool.ts';
import { appendSettings, initialiseServer, startServer, stopServer } from '../../src/postgres/server.ts';
import { identifier, literal, raw, sql } from '../../src/postgres/sql.ts';
import { makeFleetConfig, type TestRole } from '../../test/fleet/fleet-config.ts';
import { freePort } from '../../test/support/ports.ts';

/** One PostgreSQL server that counts what its statements cost, by role. */
export interface HealthServer extends AsyncDisposable {
  /** Directory that goes away with it. */
  readonly root: string;
  readonly logFile: string;
  readonly version: string;
  readonly port: number;
  /** Of the superuser. */
  readonly superuser: TestRole;
  /** As superuser, in the database `postgres`: its statements are in nobody's figures. */
  readonly admin: Database;
  /** A database of its own, seen as the cluster `main`; it is gone after `work`. */
  withDatabase<T>(work: (database: WatchedDatabase) => Promise<T>): Promise<T>;
}

/** A database, and the fleet that has nothing but it. */
export interface WatchedDatabase {
  readonly name: string;
  /** As superuser. */
  readonly db: Database;
  readonly fleet: Fleet;
  readonly cluster: Cluster;
  readonly instance: Instance;
  open(role: TestRole, applicationName: string): Database;
}

/** What we watch with, and what the exporter does: each counts for itself. Both have pg_monitor, and no more. */
export const WATCHER = 'bench_watcher';
export const EXPORTER = 'bench_exporter';

/** Autovacuum comes at moments of its own. Nothing is kept, and no part measures how fast something is written. */
const SETTINGS = {
  ...{ listen_addresses: '127.0.0.1', shared_buffers: '256MB', max_connections: 400, jit: 'off' },
  ...{ autovacuum: 'off', fsync: 'off', max_wal_size: '4GB', max_locks_per_transaction: 256 },
  ...{ shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' },
};
const STATEMENT_TIMEOUT_MS = 120_000;
const MOST_CLIENTS = 16;

export async function startHealthServer(): Promise<HealthServer> {
  const [binaries] = await findPostgresBinaries();
  if (binaries === undefined) throw new Error('no PostgreSQL server programs were found');
  await using stack = new AsyncDisposableStack();
  const root = mkdtempSync(join(tmpdir(), 'sunday-bench-health-'));
  stack.defer(() => rmSync(root, { recursive: true, force: true }));
  const superuser = { user: 'postgres', password: randomBytes(16).toString('base64url') };
  const port = await freePort();
  const options = {
    ...{ binaries: binaries.directory, dataDirectory: join(root, 'data'), port },
    ...{ socketDirectory: root, logFile: join(root, 'postgres.log') },
  };
  await initialiseServer({ ...options, password: superuser.password });
  appendSettings(options.dataDirectory, SETTINGS);
  await startServer(options);
  stack.defer(() => stopServer(options, 'immediate'));
  const login = {
    ...{ host: '127.0.0.1', port, ...superuser },
    ...{ statementTimeoutMs: STATEMENT_TIMEOUT_MS, maxConnections: MOST_CLIENTS },
  };
  const admin = openDatabase({ ...login, database: 'postgres', applicationName: 'sunday-bench' });
  stack.defer(() => admin.close());
  for (const role of [WATCHER, EXPORTER])
    await admin.rows(sql`/* bench.createRole */
      CREATE ROLE ${identifier(role)} LOGIN PASSWORD ${literal(superuser.password)} IN ROLE pg_monitor`);
  await admin.rows(raw('/* bench.createExtension */ CREATE EXTENSION pg_stat_statements'));
  const running = stack.move();
  let made = 0;
  return {
    ...{ root, logFile: options.logFile, version: binaries.version, port, superuser, admin },
    withDatabase: (work) => withDatabase({ admin, login }, `bench_${++made}`, work),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface Access {
  readonly admin: Database;
  readonly login: Omit<ConnectionOptions, 'database' | 'applicationName'>;
}

async function withDatabase<T>(
  { admin, login }: Access,
  name: string,
  work: (database: WatchedDatabase) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack();
  await admin.rows(sql`/* bench.createDatabase */ CREATE DATABASE ${identifier(name)}`);
  stack.defer(async () => {
    await admin.rows(sql`/* bench.dropDatabase */ DROP DATABASE ${identifier(name)} WITH (FORCE)`);
  });
  const open = (role: TestRole, applicationName: string) => {
    const db = openDatabase({ ...login, ...role, database: name, applicationName });
    stack.defer(() => db.close());
    return db;
  };
  const superuser = { user: login.user, password: login.password ?? '' };
  const db = open(superuser, 'sunday-bench');
  for (const statement of PREPARATION) await db.rows(raw(`/* bench.prepare */ ${statement}`));
  const config = stack.use(
    makeFleetConfig([
      {
        ...{ name: 'main', database: name, instances: [{ name: 'main-1', port: login.port }] },
        ...{ monitor: { ...superuser, user: WATCHER }, operator: superuser },
      },
    ]),
  );
  const fleet = createFleet(config.config);
  stack.defer(() => fleet.close());
  const cluster = fleet.get('main');
  const [instance] = cluster.instances;
  if (instance === undefined) throw new Error('a cluster without an instance');
  return await work({ name, db, fleet, cluster, instance, open });
}

/** What the product asks for in production: without it, bloat and statements are UNKNOWN, and cost nothing. */
const PREPARATION = [
  'CREATE EXTENSION pg_stat_statements',
  `GRANT SELECT (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct) ON pg_statistic TO ${WATCHER}`,
  `GRANT pg_read_all_data TO ${WATCHER}`,
];
