import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../postgres/pool.ts';
import {
  appendSettings,
  initialiseServer,
  startServer,
  stopServer,
  type ServerOptions,
} from '../../postgres/server.ts';
import { machineIdentity, processIdentity } from '../../process-table.ts';

export interface ScratchOptions {
  /** Directory of initdb, pg_ctl, pg_dump and psql. */
  readonly binaries: string;
  /** Holds the directory of the scratch. Short: a socket path has at most 107 bytes. */
  readonly runDirectory: string;
  /** Environment of the server, so that a successor finds what a killed worker left running. */
  readonly marks?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A PostgreSQL server that lives as long as one trial. No network, a password of its own, nothing on it is durable. */
export interface Scratch extends AsyncDisposable {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  /** Of its superuser `postgres` and of every other role that may log in. */
  readonly password: string;
  /** A pool that ends with the scratch. */
  open(database: string, user: string): Database;
}

const PREFIX = 'scratch-';
const OWNER_FILE = 'owner';
const PORT = 5432; // names the socket only
/** What cannot be told to be dead is left alone for so long: no trial takes a day. */
const ABANDONED_MS = 24 * 3_600_000;

/**
 * Starts an empty server, and removes what trials of dead processes have left behind. Dispose of it whatever happens;
 * after a crash, the next one does.
 */
export async function startScratch(options: ScratchOptions): Promise<Scratch> {
  const { binaries, runDirectory, signal } = options;
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  await removeAbandoned(options);
  const directory = await mkdtemp(join(runDirectory, PREFIX));
  const server = serverOf(binaries, directory, options.marks);
  const password = randomBytes(24).toString('hex');
  try {
    await writeFile(join(directory, OWNER_FILE), processIdentity() ?? '', { mode: 0o600 });
    await initialiseServer({ ...server, password, ...(signal ? { signal } : {}) });
    appendSettings(server.dataDirectory, SETTINGS);
    await startServer(server);
    signal?.throwIfAborted();
  } catch (error) {
    await remove(server, directory);
    throw error;
  }
  return toScratch(server, directory, password);
}

function toScratch(server: ServerOptions, directory: string, password: string): Scratch {
  const pools: Database[] = [];
  return {
    directory,
    host: directory,
    port: PORT,
    password,
    open(database, user) {
      const pool = openDatabase({
        host: directory,
        port: PORT,
        database,
        user,
        password,
        applicationName: 'sunday-scratch',
        maxConnections: 3,
        statementTimeoutMs: 60_000,
      });
      pools.push(pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(pools.map((pool) => pool.close()));
      await remove(server, directory);
    },
  };
}

const SETTINGS = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  fsync: 'off', // it does not outlive the trial
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
  shared_buffers: '16MB',
  max_connections: 20,
  max_locks_per_transaction: 1024, // a whole schema is restored in one transaction
  wal_level: 'logical', // a migration may make publications
  max_wal_size: '256MB',
  logging_collector: 'off',
  cluster_name: 'sunday-scratch',
};

function serverOf(
  binaries: string,
  directory: string,
  marks: Readonly<Record<string, string>> = {},
): ServerOptions {
  return {
    binaries,
    dataDirectory: join(directory, 'data'),
    port: PORT,
    socketDirectory: directory,
    logFile: join(directory, 'postgres.log'),
    env: { ...marks, LC_ALL: 'C' },
  };
}

async function remove(server: ServerOptions, directory: string): Promise<void> {
  try {
    await stopServer(server, 'immediate'); // nothing in there is worth a checkpoint
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function removeAbandoned({ binaries, runDirectory }: ScratchOptions): Promise<void> {
  for (const name of await readdir(runDirectory)) {
    const directory = join(runDirectory, name);
    if (name.startsWith(PREFIX) && (await isAbandoned(directory)))
      await remove(serverOf(binaries, directory), directory);
  }
}

/** A pid alone may have been given to another process since; its start time tells. */
async function isAbandoned(directory: string): Promise<boolean> {
  const owner = await readFile(join(directory, OWNER_FILE), 'utf8').catch(() => '');
  if (owner.startsWith(`${machineIdentity()}/`))
    return processIdentity(Number(owner.split('/').at(-2))) !== owner;
  const { mtimeMs } = await stat(directory).catch(() => ({ mtimeMs: Infinity }));
  return Date.now() - mtimeMs > ABANDONED_MS;
}
