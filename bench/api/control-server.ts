import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { type ConnectionOptions, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { appendSettings, initialiseServer, startServer, stopServer } from '../../src/postgres/server.ts';
import { freePort } from '../../test/support/ports.ts';

const MIGRATIONS = new URL('../../migrations/control', import.meta.url).pathname;
const OPERATIONS = 5_000;

/** A PostgreSQL server of its own with a control database full of operations. */
export interface ControlServer extends AsyncDisposable {
  /** Directory that goes away with it. */
  readonly root: string;
  /** A `sunday.yaml` for it. */
  readonly fleetFile: string;
  readonly connection: ConnectionOptions;
  readonly version: string;
}

export async function startControlServer(): Promise<ControlServer> {
  const root = mkdtempSync(join(tmpdir(), 'sunday-bench-'));
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
  await initialiseServer({ ...options, password });
  appendSettings(options.dataDirectory, { listen_addresses: '127.0.0.1', shared_buffers: '128MB' });
  await startServer(options);
  const connection = { host: '127.0.0.1', port, user: 'postgres', password, applicationName: 'sunday-bench' };
  await seed(connection);
  return {
    root,
    fleetFile: writeFleetFile(root, { port, password }),
    connection: { ...connection, database: 'sunday_control' },
    version: binaries.version,
    async [Symbol.asyncDispose]() {
      await stopServer(options, 'immediate');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Operations as a fleet of eight clusters leaves them behind, with two to six steps each. */
async function seed(connection: Omit<ConnectionOptions, 'database'>): Promise<void> {
  const admin = openDatabase({ ...connection, database: 'postgres', maxConnections: 1 });
  await admin.rows(sql`/* bench.createDatabase */ CREATE DATABASE sunday_control`);
  await admin.close();
  const db = openDatabase({ ...connection, database: 'sunday_control', statementTimeoutMs: 60_000 });
  await applyPending(db, MIGRATIONS, { appliedBy: 'bench' });
  await db.rows(sql`/* bench.seedOperations */
    INSERT INTO operation (id, kind, cluster, target, lanes, state, phase, message, requested_by, request_id, input,
      result, created_at, started_at, finished_at)
    SELECT gen_random_uuid(), (ARRAY['backups.start', 'backups.verify', 'migrations.apply', 'demo.load'])[1 + n % 4]
      , 'cluster-' || n % 8, 'cluster-' || n % 8, '{backup}'
      , (ARRAY['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED', 'CANCELLED'])[1 + n % 5]
      , 'record backup', 'done', 'night-shift', gen_random_uuid()::text
      , jsonb_build_object('cluster', 'cluster-' || n % 8, 'type', 'FULL'), jsonb_build_object('label', 'set-' || n)
      , at, at + interval '1 s', at + interval '90 s'
    FROM generate_series(1, ${OPERATIONS}::int) AS n, LATERAL (SELECT now() - n * interval '7 min') AS t (at)
  `);
  await db.rows(sql`/* bench.seedSteps */
    INSERT INTO operation_step (operation_id, attempt, position, name, state, started_at, finished_at)
    SELECT id, 1, position, (ARRAY['check', 'copy files', 'note rows', 'record backup', 'expire', 'report'])[position]
      , 'SUCCEEDED', started_at, finished_at
    FROM operation, generate_series(1, 2 + abs(hashtext(id::text)) % 5) AS position
  `);
  await db.rows(sql`/* bench.analyze */ ANALYZE operation, operation_step`);
  await db.close();
}

function writeFleetFile(root: string, { port, password }: { port: number; password: string }): string {
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const login = { user: 'postgres', passwordFile };
  const server = { host: '127.0.0.1', port };
  const file = join(root, 'sunday.yaml');
  mkdirSync(join(root, 'home'), { mode: 0o700 });
  // JSON is YAML. The limit of what a token may spend in a minute is out of the way; counting it is not.
  const config = {
    control: { ...server, database: 'sunday_control', ...login },
    clusters: [{ name: 'main', instances: [{ name: 'main-1', ...server }], operator: login, monitor: login }],
    limits: { costPerMinute: 100_000_000 },
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
