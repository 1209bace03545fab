import type { StanzaConfig } from '../../config.ts';
import { call, retryWhileLocked, type CallOptions } from './pgbackrest.ts';
import { readRestoreProcesses } from './repository.ts';
import type { RecoveryTarget } from '../restore/target.ts';

export interface RestoreOptions extends CallOptions {
  readonly label: string;
  /** Number of the repository that holds the set. Write-ahead log comes from whichever has it. */
  readonly repository: number;
  /** Empty or not there yet. Tablespaces go to `<destination>.tablespaces`: their own places belong to production. */
  readonly destination: string;
  readonly recovery: RecoveryTarget;
  /** Besides those that PostgreSQL itself needs; the files of all others become zeros. Null: all databases. */
  readonly databases: readonly string[] | null;
}

/** How long a restore took, in milliseconds. */
export interface RestoreTimes {
  readonly restoreMs: number;
  /**
   * Of these what does not grow with the tables: opening the repository, the small files (an empty cluster has more than
   * a thousand, and each is synced) and the end. Told by when the large files were there, which pgBackRest copies first;
   * where these are less than a quarter of all, only what it took outside of the copying.
   */
  readonly fixedMs: number;
}

/** What it says when its manifest is read, and when the last file but pg_control is there. */
const [FIRST_FILE, LAST_FILE] = [/ restore backup set /, / write updated /];
/** A file of a megabyte or more that is in no bundle, and the part of all bytes that is there now. */
const LARGE_FILE = / restore file .+ \(\d+(?:\.\d+)?[MGT]B, (\d+(?:\.\d+)?)%\)/;
const ENOUGH_LARGE = 0.25;

function createTimer(): { read(line: string): void; result(): RestoreTimes } {
  const startedAt = performance.now();
  let [firstAt, largeAt, lastAt] = [startedAt, startedAt, startedAt];
  let largePart = 0;
  return {
    read(line) {
      const percent = LARGE_FILE.exec(line)?.[1];
      if (percent !== undefined) [largeAt, largePart] = [performance.now(), Number(percent) / 100];
      if (FIRST_FILE.test(line)) firstAt = performance.now();
      if (LAST_FILE.test(line)) lastAt = performance.now();
    },
    result() {
      const restoreMs = performance.now() - startedAt;
      const growingMs = largePart < ENOUGH_LARGE ? lastAt - firstAt : (largeAt - firstAt) / largePart;
      return { restoreMs, fixedMs: Math.max(0, restoreMs - Math.max(0, growingMs)) };
    },
  };
}

/** Copies the files of a set. The server that is started on them can't archive, and stops before a new timeline. */
export async function runRestore(stanza: StanzaConfig, options: RestoreOptions): Promise<RestoreTimes> {
  const { label, repository, destination, recovery, databases } = options;
  const timer = createTimer();
  await retryWhileLocked(options, () =>
    call(
      stanza,
      'restore',
      [
        `--repo=${repository}`,
        `--set=${label}`,
        `--pg1-path=${destination}`,
        ...processesOf(stanza),
        `--tablespace-map-all=${destination}.tablespaces`,
        ...(databases ?? []).map((name) => `--db-include=${name}`),
        `--type=${recovery.type}`,
        ...(recovery.target === null ? [] : [`--target=${recovery.target}`]),
        ...(recovery.isExclusive ? ['--target-exclusive'] : []),
        '--target-action=pause',
        `--recovery-option=recovery_target_timeline=${recovery.timeline}`,
        '--archive-mode=off',
        `--recovery-option=restore_command=${quoteForPgBackRest(toRestoreCommand(stanza, destination))}`,
        '--log-level-console=detail',
      ],
      { ...options, onLine: (line) => timer.read(line) },
    ),
  );
  return timer.result();
}

/** Copies the files of a set into a directory whose server is to follow a primary. */
export async function runStandbyRestore(
  stanza: StanzaConfig,
  options: Omit<RestoreOptions, 'recovery' | 'databases'>,
): Promise<void> {
  const { label, repository, destination } = options;
  const what = [`--repo=${repository}`, `--set=${label}`, `--pg1-path=${destination}`];
  const words = [...what, ...processesOf(stanza), '--type=standby'];
  await retryWhileLocked(options, () => call(stanza, 'restore', words, options));
}

function processesOf(stanza: StanzaConfig): readonly string[] {
  const processes = readRestoreProcesses(stanza);
  return processes === null ? [] : [`--process-max=${processes}`];
}

/**
 * Fetches one segment by itself: an asynchronous fetch would share its spool directory with servers of the same host.
 * No log file either, so that a clone leaves no trace in production's.
 */
export function toRestoreCommand(stanza: StanzaConfig, destination: string): string {
  const words = [
    stanza.binary,
    `--config=${stanza.configFile}`,
    `--stanza=${stanza.name}`,
    `--pg1-path=${destination}`,
    '--no-archive-async',
    '--log-level-file=off',
  ];
  return `${words.map(quoteForShell).join(' ')} archive-get %f "%p"`;
}

/** pgBackRest puts it between single quotes in postgresql.auto.conf as it is. */
function quoteForPgBackRest(command: string): string {
  return command.replaceAll('\\', '\\\\').replaceAll("'", "''");
}

/** PostgreSQL hands restore_command to a shell after it has replaced `%` sequences. */
function quoteForShell(word: string): string {
  return `'${word.replaceAll('%', '%%').replaceAll("'", `'\\''`)}'`;
}
