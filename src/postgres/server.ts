import { appendFileSync, existsSync, readFileSync, writeFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process.ts';

/** One PostgreSQL server that we run ourselves: of the embedded fleet, of a test, or restored for a proof. */
export interface ServerOptions {
  /** Directory of initdb, pg_ctl and postgres. */
  readonly binaries: string;
  readonly dataDirectory: string;
  readonly port: number;
  readonly socketDirectory: string;
  readonly logFile: string;
  /** Environment for the server and whatever it starts (archive_command). */
  readonly env?: Readonly<Record<string, string>>;
}

const START_TIMEOUT_SECONDS = 60;
const STOP_TIMEOUT_SECONDS = 60;

/** Makes a data directory with checksums, scram for everybody, and a superuser `postgres` with `password`. */
export async function initialiseServer(
  options: ServerOptions & { readonly password: string },
): Promise<void> {
  const passwordFile = `${options.dataDirectory}.initial-password`;
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  try {
    await run(join(options.binaries, 'initdb'), [
      `--pgdata=${options.dataDirectory}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--data-checksums',
      '--no-sync', // a crash in the seconds of initialisation means starting over anyway
    ]);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Appends settings to postgresql.conf; the last mention of a name wins. */
export function appendSettings(
  dataDirectory: string,
  settings: Readonly<Record<string, string | number>>,
): void {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`,
  );
  appendFileSync(join(dataDirectory, 'postgresql.conf'), `${lines.join('\n')}\n`);
}

/** Starts it and waits until it accepts connections (a standby: read-only ones). */
export async function startServer(
  options: ServerOptions,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  mkdirSync(options.socketDirectory, { recursive: true, mode: 0o700 });
  const overrides = {
    port: String(options.port),
    unix_socket_directories: options.socketDirectory,
    ...settings,
  };
  // pg_ctl hands -o to a shell: only names and values that need no quoting may go in.
  const flags = Object.entries(overrides).map(([name, value]) => `-c ${name}=${shellSafe(value)}`);
  await run(
    join(options.binaries, 'pg_ctl'),
    [
      'start',
      '-D',
      options.dataDirectory,
      '-l',
      options.logFile,
      '-w',
      '-t',
      String(START_TIMEOUT_SECONDS),
      '-o',
      flags.join(' '),
    ],
    { timeoutMs: (START_TIMEOUT_SECONDS + 10) * 1000, ...(options.env ? { env: options.env } : {}) },
  );
}

export type StopMode = 'smart' | 'fast' | 'immediate';

/** Stops it; no error when it does not run. */
export async function stopServer(
  options: Pick<ServerOptions, 'binaries' | 'dataDirectory'>,
  mode: StopMode = 'fast',
): Promise<void> {
  if (serverPid(options.dataDirectory) === null) return;
  await run(
    join(options.binaries, 'pg_ctl'),
    ['stop', '-D', options.dataDirectory, '-m', mode, '-w', '-t', String(STOP_TIMEOUT_SECONDS)],
    { timeoutMs: (STOP_TIMEOUT_SECONDS + 10) * 1000 },
  );
}

/** Pid of the live postmaster of a data directory; null when none runs. A stale pid file counts as none. */
export function serverPid(dataDirectory: string): number | null {
  const file = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && isPostgres(pid) ? pid : null;
}

/** Major version a data directory belongs to, e.g. 15; null when it is none. */
export function dataDirectoryVersion(dataDirectory: string): number | null {
  const file = join(dataDirectory, 'PG_VERSION');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : null;
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
  } catch {
    return false;
  }
}

function shellSafe(value: string): string {
  if (!/^[A-Za-z0-9_./:@%+=,-]*$/.test(value)) throw new TypeError(`not safe as a server flag: ${value}`);
  return value === '' ? "''" : value;
}
