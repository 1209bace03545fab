import { appendFileSync, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, type Database } from '../../postgres/pool.ts';
import { isPortFree, PortTakenError } from '../../ports.ts';
import {
  formatSettings,
  initialiseServer,
  serverPid,
  ServerNotStartedError,
  startServer,
  stopServer,
  type ServerOptions,
} from '../../postgres/server.ts';
import { run } from '../../process.ts';
import { replaceFile, replaceFileIfChanged } from './files.ts';
import { STANDBY_SLOT } from './servers.ts';
import type { EmbeddedServer } from './settings.ts';
import { readServerVersion } from './store.ts';

const SETTINGS_FILE = 'sunday.conf';
const LOG_LIMIT_BYTES = 10_000_000;
const START_ATTEMPTS = 5;
const BASE_BACKUP_TIMEOUT_MS = 10 * 60_000;

/** What became of a server: `adopted` ran before, `restarted` too, but on older settings or an older program. */
export type BootOutcome = 'started' | 'adopted' | 'restarted';

/** Makes an empty primary, unless its data directory is there. True when it was made now. */
export async function initialisePrimary(
  server: EmbeddedServer,
  password: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { options } = server;
  return makeWhole(options.dataDirectory, async (draft) => {
    await initialiseServer({
      ...options,
      dataDirectory: draft,
      password,
      env: bootMark(options),
      ...(signal ? { signal } : {}),
    });
    appendIncludes(draft);
    // Everything has to be on the disk before the rename says that it is whole.
    if (isLasting(server)) {
      await run(join(options.binaries, 'initdb'), ['--sync-only', `--pgdata=${draft}`]);
    }
  });
}

/**
 * Copies the primary into a standby that streams from its slot, unless the data directory is there. True when
 * it was made now.
 */
export async function initialiseStandby(
  { options }: EmbeddedServer,
  primary: EmbeddedServer,
  passwordFile: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return makeWhole(options.dataDirectory, async (draft) => {
    await run(
      join(options.binaries, 'pg_basebackup'),
      [
        `--pgdata=${draft}`,
        '--host=127.0.0.1',
        `--port=${primary.options.port}`,
        '--username=sunday_replicator',
        '--no-password',
        `--slot=${STANDBY_SLOT}`,
        '--wal-method=stream',
        '--checkpoint=fast',
        ...(isLasting(primary) ? [] : ['--no-sync']),
      ],
      {
        env: { PGPASSFILE: passwordFile, ...bootMark(options) },
        timeoutMs: BASE_BACKUP_TIMEOUT_MS,
        ...(signal ? { signal } : {}),
      },
    );
    writeFileSync(join(draft, 'standby.signal'), '', { mode: 0o600 });
  });
}

/**
 * Brings the server up with its present settings, or takes over the one that an earlier process started.
 *
 * @throws {ServerNotStartedError}
 */
export async function bootServer(
  server: EmbeddedServer,
  version: string,
  adminPassword: string,
): Promise<BootOutcome> {
  const changed = writeConfiguration(server);
  const { options } = server;
  if (serverPid(options.dataDirectory) !== null) {
    if (!changed && (await runningVersion(server, adminPassword)) === version) return 'adopted';
    // New backends of a server whose program was upgraded under it fail to load their libraries.
    await stopServer(options, 'fast');
    await startPatiently(server);
    return 'restarted';
  }
  await startPatiently(server);
  return 'started';
}

/**
 * Looks at its port before anything is started: a server that finds it taken only says so in its log.
 *
 * @throws {PortTakenError} when somebody else listens on it.
 */
export async function checkPort({ options, name }: EmbeddedServer): Promise<void> {
  if (serverPid(options.dataDirectory) !== null || (await isPortFree(options.port))) return;
  throw new PortTakenError(options.port, name, 'Stop that program, then start again.');
}

/** A pool of the superuser, who comes in by socket only, for what only he may do. Close it. */
export function openAsAdmin({ options }: EmbeddedServer, password: string, database = 'postgres'): Database {
  return openDatabase({
    host: options.socketDirectory,
    port: options.port,
    database,
    user: 'postgres',
    password,
    applicationName: 'sunday-embedded',
    maxConnections: 1,
  });
}

/** True when its data directory is there, and so a whole one. */
export function isInitialised({ options }: EmbeddedServer): boolean {
  return existsSync(join(options.dataDirectory, 'PG_VERSION'));
}

/**
 * Children that make a data directory outlive a starter that was killed, and would go on writing into the draft
 * that the next one makes anew. They carry this mark, by which he finds and stops them.
 */
export const BOOT_MARK = 'SUNDAY_EMBEDDED_HOME';

function bootMark({ dataDirectory }: ServerOptions): Readonly<Record<string, string>> {
  return { [BOOT_MARK]: dirname(dataDirectory) };
}

function isLasting({ settings }: EmbeddedServer): boolean {
  return settings['fsync'] !== 'off';
}

/** Initialises under a temporary name and renames: a data directory under its own name is always a whole one. */
async function makeWhole(dataDirectory: string, make: (draft: string) => Promise<void>): Promise<boolean> {
  if (existsSync(join(dataDirectory, 'PG_VERSION'))) return false;
  const draft = `${dataDirectory}.new`;
  rmSync(draft, { recursive: true, force: true });
  await make(draft);
  renameSync(draft, dataDirectory);
  return true;
}

function appendIncludes(dataDirectory: string): void {
  writeFileSync(join(dataDirectory, SETTINGS_FILE), '', { mode: 0o600 });
  appendFileSync(join(dataDirectory, 'postgresql.conf'), `\ninclude '${SETTINGS_FILE}'\n`);
}

/** True when a file changed, so that a running server does not know it yet. */
function writeConfiguration({ options, settings, accessRules, userMap }: EmbeddedServer): boolean {
  const write = (name: string, text: string) =>
    replaceFileIfChanged(join(options.dataDirectory, name), `${WRITTEN_ANEW}${text}`);
  return [
    write(SETTINGS_FILE, formatSettings(settings)),
    write('pg_hba.conf', accessRules),
    write('pg_ident.conf', userMap),
  ].includes(true);
}

async function startPatiently(server: EmbeddedServer): Promise<void> {
  const { options } = server;
  rotateLog(options.logFile);
  for (let attempt = 1; ; attempt++) {
    try {
      await startServer(options);
      return;
    } catch (error) {
      // Backends of a killed postmaster need a moment to notice; until then the data directory is not free.
      const mayHeal = error instanceof ServerNotStartedError && attempt < START_ATTEMPTS;
      if (!mayHeal || !existsSync(join(options.dataDirectory, 'postmaster.pid'))) throw error;
      await sleep(1_000);
      // Or the pg_ctl of a killed starter was quicker than ours: that server may lack our settings.
      await stopServer(options, 'fast');
    }
  }
}

/** Null when it doesn't let us in. */
async function runningVersion(server: EmbeddedServer, adminPassword: string): Promise<string | null> {
  const db = openAsAdmin(server, adminPassword);
  try {
    return await readServerVersion(db);
  } catch {
    return null;
  } finally {
    await db.close();
  }
}

/** One old log is kept. */
function rotateLog(file: string): void {
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  if (!existsSync(file)) replaceFile(file, '');
}

const WRITTEN_ANEW = '# Written anew by each start of the embedded fleet.\n';
