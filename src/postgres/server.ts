import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SundayError } from '../errors.ts';
import { ProcessFailedError, run } from '../process.ts';

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

/** The server gave up while it started. What it said last travels with the error. */
export class ServerNotStartedError extends SundayError {
  readonly code = 'DATABASE_UNAVAILABLE';
  override readonly hint: string;
  constructor(options: ServerOptions, cause: ProcessFailedError) {
    super(`PostgreSQL in ${options.dataDirectory} did not start: ${lastComplaint(options.logFile)}`, {
      cause,
    });
    this.hint = `The whole story is in ${options.logFile}.`;
  }
}

const START_TIMEOUT_SECONDS = 60;
const STOP_TIMEOUT_SECONDS = 60;

/** Makes a data directory with checksums, scram for everybody, and a superuser `postgres` with `password`. */
export async function initialiseServer(
  options: ServerOptions & { readonly password: string; readonly signal?: AbortSignal },
): Promise<void> {
  const passwordFile = `${options.dataDirectory}.initial-password`;
  rmSync(passwordFile, { force: true }); // one that a crash left behind could carry another mode
  writeFileSync(passwordFile, options.password, { mode: 0o600, flag: 'wx' });
  try {
    await run(
      join(options.binaries, 'initdb'),
      [
        `--pgdata=${options.dataDirectory}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--data-checksums',
        '--no-sync', // a crash in the seconds of initialisation means starting over anyway
      ],
      {
        ...(options.signal ? { signal: options.signal } : {}),
        ...(options.env ? { env: options.env } : {}),
      },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

export type Settings = Readonly<Record<string, string | number>>;

/** Appends settings to postgresql.conf; the last mention of a name wins. */
export function appendSettings(dataDirectory: string, settings: Settings): void {
  appendFileSync(join(dataDirectory, 'postgresql.conf'), formatSettings(settings));
}

/** Settings in the syntax of postgresql.conf, one for each line. */
export function formatSettings(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`)
    .join('');
}

/**
 * Starts it and waits until it accepts connections (a standby: read-only ones).
 *
 * @throws {ServerNotStartedError} with the last complaint of its log.
 */
export async function startServer(
  options: ServerOptions,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  mkdirSync(options.socketDirectory, { recursive: true, mode: 0o700 });
  removeMisleadingLock(join(options.dataDirectory, 'postmaster.pid'), options.dataDirectory);
  removeMisleadingLock(join(options.socketDirectory, `.s.PGSQL.${options.port}.lock`), options.dataDirectory);
  const overrides = {
    port: String(options.port),
    unix_socket_directories: options.socketDirectory,
    ...settings,
  };
  // pg_ctl hands -o to a shell.
  const flags = Object.entries(overrides).map(([name, value]) => `-c ${name}=${quoteForShell(value)}`);
  const args = ['start', '-D', options.dataDirectory, '-l', options.logFile, '-w'];
  try {
    await run(
      join(options.binaries, 'pg_ctl'),
      [...args, '-t', String(START_TIMEOUT_SECONDS), '-o', flags.join(' ')],
      { timeoutMs: (START_TIMEOUT_SECONDS + 10) * 1000, ...(options.env ? { env: options.env } : {}) },
    );
  } catch (error) {
    throw error instanceof ProcessFailedError ? new ServerNotStartedError(options, error) : error;
  }
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
  ).catch((error: unknown) => {
    // It may have ended between our look and pg_ctl's.
    if (serverPid(options.dataDirectory) !== null) throw error;
  });
}

/** Pid of the live postmaster of a data directory; null when none runs. A stale pid file counts as none. */
export function serverPid(dataDirectory: string): number | null {
  const pid = pidIn(join(dataDirectory, 'postmaster.pid'));
  return pid !== null && isPostgresIn(pid, dataDirectory) ? pid : null;
}

/** Major version a data directory belongs to, e.g. 15; null when it is none. */
export function dataDirectoryVersion(dataDirectory: string): number | null {
  const file = join(dataDirectory, 'PG_VERSION');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : null;
}

/**
 * PostgreSQL takes any live process with the pid in a lock file for its owner and refuses to start. After a
 * reboot or in a new container that is often somebody else, so such a file goes. One whose process is gone
 * stays: PostgreSQL replaces it itself, and needs it to find backends that outlived their postmaster.
 */
function removeMisleadingLock(file: string, dataDirectory: string): void {
  const pid = pidIn(file);
  if (pid !== null && existsSync(`/proc/${pid}`) && !isPostgresIn(pid, dataDirectory)) rmSync(file);
}

function pidIn(file: string): number | null {
  if (!existsSync(file)) return null;
  const pid = Math.abs(Number(readFileSync(file, 'utf8').split('\n')[0]));
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

/** The pid in the file may belong to another program by now, or to the server of another directory. */
function isPostgresIn(pid: number, dataDirectory: string): boolean {
  try {
    if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')) return false;
  } catch {
    return false;
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDirectory);
  } catch {
    return true; // we may not look: then its name has to do
  }
}

function lastComplaint(logFile: string): string {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-40) : [];
  return lines.findLast((line) => /\b(FATAL|PANIC|ERROR): /.test(line)) ?? lines.at(-1) ?? 'no output';
}

function quoteForShell(value: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
