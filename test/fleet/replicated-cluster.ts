import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import {
  appendSettings,
  initialiseServer,
  startServer,
  stopServer,
  type ServerOptions,
} from '../../src/postgres/server.ts';
import { sql } from '../../src/postgres/sql.ts';
import { run } from '../../src/process.ts';
import { freePort } from '../support/ports.ts';

export interface ReplicatedCluster extends AsyncDisposable {
  readonly primary: ServerOptions;
  readonly standby: ServerOptions;
  readonly password: string;
  /** As superuser on the primary. */
  readonly admin: Database;
}

const PASSWORD = 'test-only';
const BINARIES = '/usr/lib/postgresql/15/bin';

/** A primary and a streaming standby, small and without durability; stopped and removed when disposed of. */
export async function startReplicatedCluster(
  settings: Readonly<Record<string, string | number>> = {},
): Promise<ReplicatedCluster> {
  const root = mkdtempSync(join(tmpdir(), 'sunday-replicated-'));
  const primary = await describeServer(root, 'primary');
  const standby = await describeServer(root, 'standby');
  await initialiseServer({ ...primary, password: PASSWORD });
  appendFileSync(
    join(primary.dataDirectory, 'pg_hba.conf'),
    'host replication all 127.0.0.1/32 scram-sha-256\n',
  );
  appendSettings(primary.dataDirectory, { ...SMALL, ...settings });
  await startServer(primary);
  await cloneStandby(primary, standby);
  await startServer(standby);
  const admin = openDatabase({
    host: '127.0.0.1',
    port: primary.port,
    database: 'postgres',
    user: 'postgres',
    password: PASSWORD,
    applicationName: 'sunday-test-admin',
    maxConnections: 1,
  });
  await waitForStreaming(admin);
  return {
    primary,
    standby,
    password: PASSWORD,
    admin,
    async [Symbol.asyncDispose]() {
      await admin.close();
      await Promise.all([stopServer(primary, 'immediate'), stopServer(standby, 'immediate')]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const SMALL = {
  listen_addresses: '127.0.0.1',
  shared_buffers: '16MB',
  max_connections: 40,
  fsync: 'off', // these servers do not outlive the run
  wal_keep_size: '64MB',
  wal_receiver_status_interval: '1s',
};

async function describeServer(root: string, name: string): Promise<ServerOptions> {
  const directory = join(root, name);
  mkdirSync(directory);
  return {
    binaries: BINARIES,
    dataDirectory: join(directory, 'data'),
    port: await freePort(),
    socketDirectory: directory,
    logFile: join(directory, 'postgres.log'),
  };
}

async function cloneStandby(primary: ServerOptions, standby: ServerOptions): Promise<void> {
  const passwordFile = join(standby.socketDirectory, 'pgpass');
  writeFileSync(passwordFile, `*:*:*:*:${PASSWORD}\n`, { mode: 0o600 });
  await run(
    join(BINARIES, 'pg_basebackup'),
    [
      ...['--host', '127.0.0.1', '--port', String(primary.port), '--username', 'postgres'],
      ...['--pgdata', standby.dataDirectory, '--checkpoint', 'fast', '--write-recovery-conf', '--no-sync'],
    ],
    { env: { PGPASSFILE: passwordFile }, timeoutMs: 60_000 },
  );
}

async function waitForStreaming(admin: Database): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const rows = await admin.rows(
      sql`/* test.streaming */ SELECT pid FROM pg_stat_replication WHERE state = 'streaming'`,
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the standby does not stream');
}
