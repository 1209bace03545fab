import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPending } from '../../src/migrations/runner.ts';
import { type ConnectionOptions, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { type BenchServer, startBenchServer } from '../postgres-server.ts';

const MIGRATIONS = new URL('../../migrations/control', import.meta.url).pathname;
const OPERATIONS = 5_000;

/** A PostgreSQL server of its own with a control database full of operations. */
export interface ControlServer extends Pick<BenchServer, 'root' | 'version'>, AsyncDisposable {
  /** A `sunday.yaml` for it. */
  readonly fleetFile: string;
  readonly connection: ConnectionOptions;
}

export async function startControlServer(): Promise<ControlServer> {
  await using stack = new AsyncDisposableStack();
  const { root, version, login } = stack.use(await startBenchServer({ shared_buffers: '128MB' }));
  await seed(login);
  const fleetFile = writeFleetFile(root, login);
  const running = stack.move();
  return {
    root,
    version,
    fleetFile,
    connection: { ...login, database: 'sunday_control' },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
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

function writeFleetFile(root: string, { host, port, password }: BenchServer['login']): string {
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const login = { user: 'postgres', passwordFile };
  const server = { host, port };
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
