import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../../postgres/errors.ts';
import { openDatabase, type Database } from '../../postgres/pool.ts';
import {
  serverPid,
  ServerNotStartedError,
  startServer,
  stopServer,
  type ServerOptions,
} from '../../postgres/server.ts';
import { ProcessTimeoutError, run } from '../../process.ts';
import { RecoveryFailedError } from '../errors.ts';
import { readRecovery, type RecoveryState } from '../copy/probe.ts';

/**
 * A server on restored files that can harm nobody: no network, a socket directory of its own that only our own user
 * can enter, no archiving, no replication, none of production's configuration files, and it stops before it would
 * begin a new timeline.
 */
export interface Clone {
  readonly label: string;
  readonly options: ServerOptions;
  /** Holds its configuration, log and socket; goes away with it. */
  readonly runDirectory: string;
}

export interface CloneOptions {
  readonly label: string;
  readonly binaries: string;
  readonly destination: string;
  /** Short: a socket path has at most 107 bytes. */
  readonly runDirectory: string;
  readonly operationId: string;
  readonly marks: Readonly<Record<string, string>>;
}

const PORT = 5432; // names the socket only
const POLL_MS = 100;
const LOG_LINES = 15;

export function planClone({
  label,
  binaries,
  destination,
  runDirectory,
  operationId,
  marks,
}: CloneOptions): Clone {
  const directory = join(runDirectory, `restore-${operationId.replaceAll('-', '').slice(-12)}`);
  return {
    label,
    runDirectory: directory,
    options: {
      binaries,
      dataDirectory: destination,
      port: PORT,
      socketDirectory: directory,
      logFile: join(directory, 'postgres.log'),
      env: { ...marks, LC_ALL: 'C' },
    },
  };
}

/**
 * Starts the recovery, and returns once the server runs: it may not accept connections yet.
 *
 * @throws {RecoveryFailedError} when it has ended again.
 */
export async function startClone(clone: Clone, users: readonly string[]): Promise<void> {
  if (serverPid(clone.options.dataDirectory) !== null) return;
  await writeConfiguration(clone, users);
  await startRecovery(clone, await readFences(clone));
}

/** Returns once the server runs. @throws {RecoveryFailedError} when it has ended again. */
export async function startRecovery(clone: Clone, settings: Readonly<Record<string, string>>): Promise<void> {
  const { options } = clone;
  try {
    await startServer(options, settings);
  } catch (error) {
    // pg_ctl gives up after a minute, but replaying takes as long as it takes.
    const mayBeSlow = error instanceof ServerNotStartedError || error instanceof ProcessTimeoutError;
    if (!mayBeSlow) throw error;
    if (serverPid(options.dataDirectory) === null)
      throw await recoveryFailed(clone, 'it ended while it started');
  }
}

/** Its own files instead of the restored ones: those may log into, listen on or include what belongs to production. */
export async function writeConfiguration({ runDirectory }: Clone, users: readonly string[]): Promise<void> {
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  const osUser = userInfo().username;
  const map = users.map((user) => `proof "${osUser}" "${user.replaceAll('"', '""')}"\n`).join('');
  const file = (name: string) => join(runDirectory, name);
  await writeFile(file('pg_hba.conf'), 'local all all peer map=proof\n', { mode: 0o600 });
  await writeFile(file('pg_ident.conf'), map, { mode: 0o600 });
  await writeFile(
    file('postgresql.conf'),
    `hba_file = '${file('pg_hba.conf')}'\nident_file = '${file('pg_ident.conf')}'\n`,
    { mode: 0o600 },
  );
}

/**
 * On the command line, where they win over the restored postgresql.auto.conf. A hot standby must allow at least as
 * many connections and so on as the primary did; pg_control knows the primary's numbers.
 */
async function readFences({ options, runDirectory }: Clone): Promise<Readonly<Record<string, string>>> {
  const control = await run(join(options.binaries, 'pg_controldata'), ['-D', options.dataDirectory], {
    env: { LC_ALL: 'C' },
    timeoutMs: 30_000,
  });
  const number = (name: string, otherwise: string) =>
    new RegExp(`^${name} setting: +(\\d+)$`, 'm').exec(control.stdout)?.[1] ?? otherwise;
  return {
    config_file: join(runDirectory, 'postgresql.conf'),
    listen_addresses: '',
    unix_socket_permissions: '0700',
    ssl: 'off',
    archive_mode: 'off',
    archive_cleanup_command: '',
    recovery_end_command: '',
    recovery_target_action: 'pause',
    primary_conninfo: '',
    primary_slot_name: '',
    hot_standby: 'on',
    autovacuum: 'off',
    // Restored subscriptions would take changes out of production's slots.
    max_logical_replication_workers: '0',
    shared_buffers: '32MB',
    shared_preload_libraries: '',
    session_preload_libraries: '',
    local_preload_libraries: '',
    logging_collector: 'off',
    log_destination: 'stderr',
    lc_messages: 'C',
    log_min_messages: 'warning', // it says where it stops, and that is waited for
    log_line_prefix: '%m [%p] ', // and when, by which the replay is measured
    log_timezone: 'GMT',
    external_pid_file: '',
    cluster_name: 'sunday-restore',
    max_connections: number('max_connections', '100'),
    max_worker_processes: number('max_worker_processes', '8'),
    max_wal_senders: number('max_wal_senders', '10'),
    max_prepared_transactions: number('max_prepared_xacts', '0'),
    max_locks_per_transaction: number('max_locks_per_xact', '64'),
  };
}

/** A pool on the clone; close it before the clone is stopped. */
export function openClone(
  { options }: Clone,
  login: { readonly database: string; readonly user: string },
): Database {
  return openDatabase({
    host: options.socketDirectory,
    port: options.port,
    ...login,
    applicationName: 'sunday-proof',
    maxConnections: 2,
    statementTimeoutMs: 3_600_000, // counting the rows of a large table is what it is there for
  });
}

export interface AwaitOptions {
  /** Place that replay must have come to; null when only the server can say. */
  readonly targetLsn: string | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (state: RecoveryState) => void;
}

/**
 * Waits until recovery has stopped at its target. Exit codes of pg_ctl and pgBackRest say nothing about that, so the
 * server's own state and words do; a target that the archive does not reach ends the server.
 *
 * @throws {RecoveryFailedError} with how far it came, and the last lines of its log.
 */
export async function awaitTarget(clone: Clone, db: Database, options: AwaitOptions): Promise<RecoveryState> {
  const deadline = performance.now() + options.timeoutMs;
  let last: RecoveryState | null = null;
  const fail = (problem: string) => recoveryFailed(clone, `${problem}${howFar(last)}`);
  while (performance.now() < deadline) {
    options.signal.throwIfAborted();
    if (serverPid(clone.options.dataDirectory) === null) throw await fail('it ended before its target');
    const state = await tryReadRecovery(db, options.targetLsn);
    if (state !== null) {
      last = state;
      options.onProgress(state);
      if (!state.isInRecovery) throw await fail('it left recovery, so it has a timeline of its own');
      if (state.isPaused && isReached(state) && (await saysItStopped(clone))) return state;
      if (state.isPaused) throw await fail('it paused before its target');
    }
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted());
  }
  throw await fail(`the target was not reached within ${Math.round(options.timeoutMs / 1000)} s`);
}

function howFar(state: RecoveryState | null): string {
  if (state?.replayedLsn == null) return '';
  const at = state.committedAt === null ? 'no transaction' : `a transaction of ${state.committedAt}`;
  return `; it had replayed up to LSN ${state.replayedLsn} and ${at}`;
}

/** Headers of a page and a segment that may lie between the end of one record and the begin of the next. */
const HEADER_BYTES = 64n;

function isReached({ replayed, target }: RecoveryState): boolean {
  return target === null || (replayed !== null && replayed + HEADER_BYTES >= target);
}

/** Recovery also pauses when a setting is too small for what comes next, and its state looks the same then. */
async function saysItStopped({ options }: Clone): Promise<boolean> {
  const log = await readFile(options.logFile, 'utf8').catch(() => '');
  return /recovery stopping (before|after|at) /.test(log);
}

/** Null while it does not accept connections: it replays what it needs to be consistent. */
async function tryReadRecovery(db: Database, targetLsn: string | null): Promise<RecoveryState | null> {
  try {
    return await readRecovery(db, targetLsn);
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}

/** Twice is safe, and so is stopping one that never ran. */
export async function stopClone({ options, runDirectory }: Clone): Promise<void> {
  await stopServer(options, 'fast').catch(() => stopServer(options, 'immediate'));
  await rm(runDirectory, { recursive: true, force: true });
}

/** With the last lines of its log. */
export async function recoveryFailed(
  { label, options }: Clone,
  problem: string,
): Promise<RecoveryFailedError> {
  const log = await readFile(options.logFile, 'utf8').catch(() => '');
  return new RecoveryFailedError(label, problem, log.trim().split('\n').slice(-LOG_LINES));
}
