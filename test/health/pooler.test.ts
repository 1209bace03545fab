import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLEET_FILE_SCHEMA } from '../../src/config.ts';
import { findProgram } from '../../src/fleet/embedded/binaries.ts';
import { judgePooler, lookAtPooler, type Pooler } from '../../src/health/collect/pooler.ts';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import { type RunningProcess, startProcess } from '../../src/process.ts';
import { openPoolers } from '../../src/wiring/health.ts';
import { startSilentServer } from '../fleet/fake-servers.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';

const program = findPgBouncer();
const directory = mkdtempSync(join(tmpdir(), 'sunday-pgbouncer-'));
const PASSWORD = 'test-only';

/** Null, and a line that says so: it is not installed. */
function findPgBouncer(): string | null {
  try {
    return findProgram('pgbouncer');
  } catch {
    console.log('no pgbouncer here (apt-get install pgbouncer): what needs a real one is left out');
    return null;
  }
}

/** As `sunday.yaml` has it, opened as the wiring does. */
function openPooler(port: number, { password = PASSWORD, database = 'none' } = {}): Pooler {
  const passwordFile = join(directory, `password-${password}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const login = { user: 'unused', passwordFile };
  const config = FLEET_FILE_SCHEMA.parse({
    control: { host: '127.0.0.1', user: 'unused' },
    clusters: [
      {
        ...{ name: 'main', database, operator: login, monitor: login },
        instances: [{ name: 'main-1', host: '127.0.0.1' }],
        pooler: { host: '127.0.0.1', port, user: 'reader', passwordFile },
      },
    ],
  });
  const pooler = openPoolers(config).get('main');
  if (pooler === undefined) throw new Error('no pooler is configured');
  opened.push(pooler);
  return pooler;
}

const opened: Pooler[] = [];
afterAll(async () => {
  await Promise.all(opened.map(({ console: one }) => one.close()));
  rmSync(directory, { recursive: true, force: true });
});

describe.skipIf(program === null)('a real PgBouncer', () => {
  let product: TestDatabase;
  let server: RunningProcess;
  let port: number;
  let pooler: Pooler;

  beforeAll(async () => {
    product = await createTestDatabase();
    port = await freePort();
    const { host, port: serverPort, database, user, password = '' } = product.connection;
    const behind = `host=${host} port=${serverPort} dbname=${database} user=${user} password=${password} pool_size=2`;
    const settings = [
      ...[
        '[databases]',
        `app = ${behind}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${port}`,
      ],
      ...['auth_type = md5', `auth_file = ${join(directory, 'users')}`, 'stats_users = reader'],
      ...['unix_socket_dir =', 'pool_mode = transaction', 'max_client_conn = 50'],
      'ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout',
    ];
    writeFileSync(join(directory, 'pgbouncer.ini'), settings.join('\n'));
    writeFileSync(join(directory, 'users'), `"reader" "${PASSWORD}"\n"app" "${PASSWORD}"\n`);
    server = startProcess(program ?? '', [join(directory, 'pgbouncer.ini')], { cwd: directory });
    pooler = openPooler(port, { database });
  }, 60_000);
  afterAll(async () => {
    await server?.stop(0);
    await product?.[Symbol.asyncDispose]();
  });

  test('tells the fullest of its pools, and who waits', async () => {
    await expect.poll(async () => (await lookAtPooler(pooler))[0]?.state, { timeout: 30_000 }).toBe('OK');
    const app: Database = openDatabase({
      ...{ host: '127.0.0.1', port, database: 'app', user: 'app', password: PASSWORD },
      ...{ applicationName: 'app', maxConnections: 4, statementTimeoutMs: 60_000 },
    });
    const done = Promise.withResolvers<void>();
    const hold = () => app.transaction((tx) => tx.rows(raw('SELECT 1')).then(() => done.promise));
    const holding = [hold(), hold(), hold()]; // for two server connections
    const look = async () => (await lookAtPooler(pooler))[0];
    await expect.poll(async () => (await look())?.value, { timeout: 30_000 }).toBe(100);
    const full = await look();
    expect(full).toMatchObject({ name: 'pool_utilisation', instance: null, state: 'CRITICAL', target: 80 });
    expect(full?.reason).toMatch(
      /^PgBouncer: 2 of 2 server connections of \S+ to app; 1 clients wait, the longest for [\d.]+ s$/,
    );
    done.resolve();
    await Promise.all(holding);
    await app.close();
    await expect.poll(async () => (await look())?.state, { timeout: 30_000 }).toBe('OK');
  });

  test('with a wrong password it is UNKNOWN, with what to check', async () => {
    const [figure] = await lookAtPooler(openPooler(port, { password: 'guessed' }));
    expect(figure).toMatchObject({ value: null, state: 'UNKNOWN' });
    expect(figure?.hint).toContain('stats_users');
    expect(JSON.stringify(figure)).not.toContain('guessed');
  });

  test('a cluster that it leads nobody to is UNKNOWN', async () => {
    const [figure] = await lookAtPooler(openPooler(port, { database: 'elsewhere' }));
    expect(figure).toMatchObject({ state: 'UNKNOWN', reason: 'PgBouncer leads nobody to elsewhere' });
  });
});

test('one that is down or hangs is CRITICAL', async () => {
  const silent = await startSilentServer();
  const [[down], [late]] = await Promise.all([
    lookAtPooler(openPooler(1)),
    lookAtPooler(openPooler(silent.port)),
  ]);
  expect(down).toMatchObject({ value: null, state: 'CRITICAL' });
  expect(down?.reason).toContain('ECONNREFUSED');
  expect(late).toMatchObject({ value: null, state: 'CRITICAL' });
  await silent[Symbol.asyncDispose]();
});

test('limits of a whole database and of clients count, too', () => {
  const database = { name: 'app', database: 'sunday', poolSize: 20, maxConnections: 20, isPaused: true };
  const pool = { database: 'app', busy: 9, clients: 9, waiting: 0, waitSeconds: 0 };
  const look = {
    pools: ['a', 'b'].map((user) => ({ ...pool, user })),
    databases: [database],
    maxClients: 19,
  };
  const judge = (more: object = {}) =>
    judgePooler({ database: 'sunday', names: null }, { ...look, ...more })[0];
  expect(judge()).toMatchObject({ value: 94.7, reason: 'PgBouncer: 18 of 19 clients; app is paused' });
  expect(judge({ maxClients: null })).toMatchObject({
    ...{
      value: 90,
      state: 'WARNING',
      reason: 'PgBouncer: 18 of 20 server connections to app; app is paused',
    },
  });
});
