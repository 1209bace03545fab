import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FLEET_FILE_SCHEMA, type FleetConfig, type StanzaConfig } from '../../src/config.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import { identifier, literal, sql } from '../../src/postgres/sql.ts';
import {
  appendSettings,
  initialiseServer,
  startServer,
  stopServer,
  type ServerOptions,
} from '../../src/postgres/server.ts';
import { run } from '../../src/process.ts';
import { freePort } from '../support/ports.ts';

/** A cluster of one server with a stanza of its own, which a test may damage. */
export interface Scratch {
  readonly root: string;
  readonly config: FleetConfig;
  readonly stanza: StanzaConfig;
  readonly server: ServerOptions;
  readonly fleet: Fleet;
  /** As the superuser, on the product's database. */
  readonly admin: Database;
  /** The same stanza and repository with other settings; those that begin with `pg1-` too. */
  variant(name: string, settings: Readonly<Record<string, string>>): StanzaConfig;
  /** The same stanza on a copy of the repository, which gets no more write-ahead log. */
  copyStanza(
    name: string,
    settings?: Readonly<Record<string, string>>,
  ): StanzaConfig & { readonly repository: string };
  close(): Promise<void>;
}

const PASSWORD = 'test-only';

export async function createScratch(): Promise<Scratch> {
  const root = mkdtempSync(join(tmpdir(), 'sunday-backups-'));
  const server = await startPrimary(root);
  const configFile = writeStanza(root, 'pgbackrest.conf', server, {});
  const stanza = { name: 'scratch', configFile, binary: 'pgbackrest' };
  const login = { host: '127.0.0.1', port: server.port, applicationName: 'sunday-test' };
  const postgres = openDatabase({ ...login, database: 'postgres', user: 'postgres', password: PASSWORD });
  await createRoles(postgres);
  await postgres.close();
  const admin = openDatabase({ ...login, database: 'sunday', user: 'postgres', password: PASSWORD });
  const config = fleetConfig(root, server, stanza);
  const fleet = createFleet(config);
  return {
    root,
    config,
    stanza,
    server,
    fleet,
    admin,
    variant: (name, settings) => ({
      ...stanza,
      configFile: writeStanza(root, `${name}.conf`, server, settings),
    }),
    copyStanza(name, settings = {}) {
      const repository = join(root, `repository-${name}`);
      cpSync(join(root, 'repository'), repository, { recursive: true });
      const copy = writeStanza(root, `${name}.conf`, server, {
        'repo1-path': repository,
        'lock-path': join(root, `lock-${name}`),
        ...settings,
      });
      return { ...stanza, configFile: copy, repository };
    },
    async close() {
      await fleet.close();
      await admin.close();
      await stopServer(server, 'immediate');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function startPrimary(root: string): Promise<ServerOptions> {
  const server: ServerOptions = {
    binaries: (await findPostgresBinaries())[0]?.directory ?? '',
    dataDirectory: join(root, 'data'),
    port: await freePort(),
    socketDirectory: join(root, 'run'),
    logFile: join(root, 'postgres.log'),
  };
  await initialiseServer({ ...server, password: PASSWORD });
  const config = writeStanza(root, 'pgbackrest.conf', server, {});
  await run('pgbackrest', [`--config=${config}`, '--stanza=scratch', '--no-online', 'stanza-create']);
  appendSettings(server.dataDirectory, {
    listen_addresses: '127.0.0.1',
    shared_buffers: '16MB',
    archive_mode: 'on',
    archive_command: `pgbackrest --config=${config} --stanza=scratch archive-push %p`,
    wal_level: 'replica',
    fsync: 'off',
    full_page_writes: 'off',
  });
  const rules = join(server.dataDirectory, 'pg_hba.conf');
  writeFileSync(rules, `local all sunday_backup peer map=os\n${readFileSync(rules, 'utf8')}`);
  writeFileSync(join(server.dataDirectory, 'pg_ident.conf'), `os ${userInfo().username} sunday_backup\n`);
  await startServer(server);
  return server;
}

function writeStanza(
  root: string,
  file: string,
  { dataDirectory, port, socketDirectory }: ServerOptions,
  changed: Readonly<Record<string, string>>,
): string {
  const global = {
    'repo1-path': join(root, 'repository'),
    'repo1-cipher-type': 'aes-256-cbc',
    'repo1-cipher-pass': 'test-passphrase',
    'repo1-bundle': 'y',
    'repo1-retention-full': '4',
    'compress-type': 'zst',
    'compress-level': '1',
    'process-max': '2',
    'start-fast': 'y',
    'archive-timeout': '20',
    'lock-path': join(root, 'lock'),
    'log-path': join(root, 'log'),
    'spool-path': join(root, 'spool'),
    'log-level-file': 'off',
    ...changed,
  };
  const own = {
    'pg1-path': dataDirectory,
    'pg1-port': String(port),
    'pg1-socket-path': socketDirectory,
    'pg1-user': 'sunday_backup',
    ...Object.fromEntries(Object.entries(changed).filter(([name]) => name.startsWith('pg1-'))),
  };
  const lines = (settings: Readonly<Record<string, string>>) =>
    Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const ofGlobal = Object.fromEntries(Object.entries(global).filter(([name]) => !name.startsWith('pg1-')));
  for (const directory of ['lock-path', 'log-path', 'spool-path'] as const) {
    mkdirSync(global[directory], { recursive: true });
  }
  const path = join(root, file);
  writeFileSync(path, ['[global]', ...lines(ofGlobal), '[scratch]', ...lines(own), ''].join('\n'), {
    mode: 0o600,
  });
  return path;
}

async function createRoles(postgres: Database): Promise<void> {
  for (const role of ['sunday_operator', 'sunday_monitor']) {
    await postgres.rows(sql`CREATE ROLE ${identifier(role)} LOGIN PASSWORD ${literal(PASSWORD)}`);
  }
  await postgres.rows(sql`CREATE ROLE sunday_backup LOGIN`);
  await postgres.rows(sql`GRANT pg_monitor TO sunday_monitor`);
  await postgres.rows(sql`GRANT pg_read_all_settings TO sunday_backup`);
  await postgres.rows(sql`GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean),
    pg_create_restore_point(text), pg_switch_wal() TO sunday_backup`);
  await postgres.rows(sql`CREATE DATABASE sunday OWNER sunday_operator`);
}

function fleetConfig(root: string, server: ServerOptions, stanza: StanzaConfig): FleetConfig {
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  return FLEET_FILE_SCHEMA.parse({
    control: { host: '127.0.0.1', port: 1, user: 'nobody' },
    runDirectory: root,
    clusters: [
      {
        name: 'main',
        instances: [{ name: 'main-1', host: '127.0.0.1', port: server.port }],
        operator: { user: 'sunday_operator', passwordFile },
        monitor: { user: 'sunday_monitor', passwordFile },
        stanza,
      },
      {
        name: 'bare',
        instances: [{ name: 'bare-1', host: '127.0.0.1', port: server.port }],
        operator: { user: 'sunday_operator', passwordFile },
        monitor: { user: 'sunday_monitor', passwordFile },
      },
    ],
  });
}

/** Tables `items`, `notes` and one with a name that needs quoting; `items` has 20,000 rows of 400 bytes. */
export async function fillTables(db: Database): Promise<void> {
  await db.rows(
    sql`CREATE TABLE items AS SELECT g AS id, repeat(md5(g::text), 12) AS body FROM generate_series(1, 20000) AS g`,
  );
  await db.rows(sql`CREATE TABLE notes AS SELECT g AS id FROM generate_series(1, 7) AS g`);
  await db.rows(sql`CREATE TABLE "odd ""name" AS SELECT 1 AS id`);
  await db.rows(sql`CREATE UNLOGGED TABLE forgotten AS SELECT 1 AS id`);
  for (const table of ['items', 'notes', '"odd ""name"']) {
    await db.rows({ text: `ALTER TABLE ${table} OWNER TO sunday_operator`, values: [] });
  }
}

/** Flips one bit in the middle of a file. */
export function flipByte(path: string): void {
  const content = readFileSync(path);
  const at = Math.floor(content.length / 2);
  content[at] = (content[at] ?? 0) ^ 1;
  writeFileSync(path, content);
}

export async function waitUntil(
  isThere: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isThere())) {
    if (performance.now() > deadline) throw new Error('it did not come to be in time');
    await sleep(20);
  }
}
