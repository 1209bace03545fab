import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StanzaConfig } from '../../config.ts';
import { run, stopMarked, type Ended, type ProcessOptions } from '../../process.ts';
import { BackupLockedError, RepositoryUnreadableError } from '../errors.ts';
import { explainFailure } from './failure.ts';
import { parseInfo, type BackupType, type StanzaInfo } from './info.ts';
import { estimateCopyBytes, watchCopy, type CopyProgress } from '../copy/progress.ts';
import { listUnreachable } from '../repositories/reach.ts';
import { listRepositories } from '../repositories/repositories.ts';
import { readStanzaSettings } from './repository.ts';
import { createVerificationParser, type StanzaVerification } from '../verification/verification.ts';

/*
 * The one driver of pgBackRest (2.45 and later). Another engine would offer the same six functions.
 * Each runs the program in a process group of its own and returns when nobody of the group is left: a worker that
 * outlives its leader would write into the next backup's files (docs/decisions/pgbackrest.md).
 */

export interface CallOptions {
  /** Aborting it stops the whole group first, then rejects with the reason. */
  readonly signal?: AbortSignal;
  /** Environment by which a successor finds what we leave behind. */
  readonly marks?: Readonly<Record<string, string>>;
  /** How long another process may hold the stanza: workers of a killed backup do so for up to 40 s. */
  readonly lockWaitMs?: number;
}

const INFO_TIMEOUT_MS = 30_000; // 12 ms on a disk, seconds on an object store that retries
const LIST_TIMEOUT_MS = 120_000;
const VERIFY_TIMEOUT_MS = 24 * 3_600_000; // reads the whole repository: terabytes take hours
const LOCK_WAIT_MS = 60_000;

/** The catalogue, of those repositories that answer. @throws {StanzaMissingError} @throws {RepositoryUnreadableError} @throws {RepositoryUnavailableError} */
export async function readInfo(stanza: StanzaConfig, options: CallOptions = {}): Promise<StanzaInfo> {
  const unreachable = await listUnreachable(stanza, options.signal);
  const ask = async (words: readonly string[]) => {
    const call = { ...options, timeoutMs: INFO_TIMEOUT_MS };
    return parseInfo(stanza.name, await collectOutput(stanza, 'info', [...words, '--output=json'], call));
  };
  const [first] = unreachable;
  if (first === undefined) return ask([]);
  // What is away would keep pgBackRest for a minute: the others are asked one by one.
  const away = new Set(unreachable.map(({ number }) => number));
  const there = listRepositories(stanza).filter(({ number }) => !away.has(number));
  if (there.length === 0) throw first.error;
  const infos = await Promise.all(there.map(({ number }) => ask([`--repo=${number}`])));
  const sets = infos.flatMap((one) => one.sets);
  return {
    sets: sets.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime()),
    archiveMax: infos.map((one) => one.archiveMax).find((one) => one !== null) ?? null,
    isLockHeld: infos.some((one) => one.isLockHeld),
    unreachable: [...unreachable, ...infos.flatMap((one) => one.unreachable)],
  };
}

/** The catalogue of all repositories. @throws {RepositoryUnavailableError} when one of them is away. */
export async function readWholeInfo(stanza: StanzaConfig, options: CallOptions = {}): Promise<StanzaInfo> {
  const info = await readInfo(stanza, options);
  if (info.unreachable[0] !== undefined) throw info.unreachable[0].error;
  return info;
}

export interface BackupOptions extends CallOptions {
  /** Number of the repository that gets the set. */
  readonly repository: number;
  /** True: most files come from a standby, which the settings or these options name. */
  readonly isFromStandby: boolean;
  readonly standbyOptions?: readonly string[];
  readonly type: BackupType;
  /** Kept with the set for ever, e.g. `{ opId: … }`: the key under which it is found again. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Start of the set that this one is a difference to; null for a full one. */
  readonly changedSince: Date | null;
  readonly onProgress: (progress: CopyProgress) => void;
  readonly onPhase: (phase: BackupPhase) => void;
}

const TYPE_FLAGS: Readonly<Record<BackupType, string>> = {
  FULL: 'full',
  DIFFERENTIAL: 'diff',
  INCREMENTAL: 'incr',
};

/**
 * Takes a backup and gives its label. Without a full one before it, pgBackRest makes a full one whatever was asked.
 *
 * @throws {BackupLockedError} when another process still holds the stanza after a minute.
 * @throws {DatabaseUnavailableError} @throws {ArchiveFailedError} @throws {RepositoryFullError} and the other typed failures.
 */
export async function runBackup(
  stanza: StanzaConfig,
  options: BackupOptions,
): Promise<{ label: string | null }> {
  const { lockPath, servers } = readStanzaSettings(stanza);
  const directory = servers[0]?.dataDirectory;
  const watching = watchCopy({
    lockFile: join(lockPath, `${stanza.name}-backup.lock`),
    totalBytes:
      directory === undefined ? Promise.resolve(null) : estimateCopyBytes(directory, options.changedSince),
    onProgress: options.onProgress,
  });
  const annotations = Object.entries(options.annotations).map(
    ([name, value]) => `--annotation=${name}=${value}`,
  );
  let label: string | null = null;
  try {
    await retryWhileLocked(options, () =>
      call(
        stanza,
        'backup',
        // What it would expire by itself may be held: that is decided by retention.ts alone.
        [
          `--repo=${options.repository}`,
          `--type=${TYPE_FLAGS[options.type]}`,
          options.isFromStandby ? '--backup-standby' : '--no-backup-standby',
          ...(options.standbyOptions ?? []),
          '--no-expire-auto',
          ...annotations,
          '--log-level-console=info',
        ],
        {
          ...options,
          onLine: (line) => {
            label = /new backup label = (\S+)/.exec(line)?.[1] ?? label;
            const phase = PHASES.find(([pattern]) => pattern.test(line))?.[1];
            if (phase !== undefined) options.onPhase(phase);
          },
        },
      ),
    );
  } finally {
    watching.stop();
  }
  return { label };
}

/** What a line of its output begins. Recovery can stop anywhere behind "waiting for the last write-ahead log". */
const PHASES = [
  [/execute (non-)?exclusive backup start/, 'waiting for a checkpoint'],
  [/backup start archive = /, 'copying files'],
  [/execute (non-)?exclusive backup stop/, 'stopping the backup'],
  [/backup stop archive = /, 'waiting for the last write-ahead log'],
  [/new backup label = /, 'closing the set'],
] as const;
export type BackupPhase = (typeof PHASES)[number][1];

/**
 * Checks every file that the stanza has in one repository against its checksum. (2.45 hides `--set` as "internal, do not use in production".)
 *
 * @throws {RepositoryUnreadableError} when there is no usable description of the repository.
 */
export async function runVerify(
  stanza: StanzaConfig,
  repository: number,
  options: CallOptions = {},
): Promise<StanzaVerification> {
  const parser = createVerificationParser();
  const words = [`--repo=${repository}`, '--output=text', '--verbose', '--log-level-console=info'];
  await call(stanza, 'verify', words, {
    ...options,
    timeoutMs: VERIFY_TIMEOUT_MS,
    onLine: (line) => parser.read(line),
  });
  const found = parser.result();
  if (found.isUnusable)
    throw new RepositoryUnreadableError(stanza.name, 'it has no usable backup.info or archive.info');
  return found;
}

/** Names of all segments that the archive `archiveId` (`15-1`) of one repository holds, in order. */
export async function listArchive(
  stanza: StanzaConfig,
  { archiveId, repository }: { readonly archiveId: string; readonly repository: number },
  options: CallOptions = {},
): Promise<readonly string[]> {
  const text = await collectOutput(
    stanza,
    'repo-ls',
    [
      ...[`--repo=${repository}`, '--recurse', '--output=json'],
      ...['--filter=[0-9A-F]{24}-', `archive/${stanza.name}/${archiveId}`],
    ],
    { ...options, timeoutMs: LIST_TIMEOUT_MS },
  );
  return [...text.matchAll(/"[^"]*?([0-9A-F]{24})-[0-9a-f]{40}[^"]*":/g)]
    .map(([, name]) => name ?? '')
    .sort();
}

type CommandOptions = CallOptions & Pick<ProcessOptions, 'timeoutMs' | 'onLine'>;

/** Tells the processes of one call from those of others, also when their leader is gone. */
const CALL_MARK = 'SUNDAY_PGBACKREST_CALL';

/**
 * Runs the program once. Workers outlive a leader that was killed, and would go on writing into what is cleared away or
 * made anew behind them: so nobody of a call that failed is left when this returns.
 *
 * @throws the typed failure that its exit code stands for.
 */
export async function call(
  stanza: StanzaConfig,
  command: string,
  args: readonly string[],
  { signal, marks, timeoutMs, onLine }: CommandOptions,
): Promise<Ended> {
  const options: readonly string[] = args.filter((one) => one.startsWith('-'));
  const parameters = args.filter((one) => !one.startsWith('-'));
  const words = [
    `--config=${stanza.configFile}`,
    `--stanza=${stanza.name}`,
    '--no-log-timestamp',
    ...options,
    command,
    ...parameters,
  ];
  const id = randomUUID();
  try {
    return await run(stanza.binary, words, {
      ...(signal ? { signal } : {}),
      env: { ...marks, [CALL_MARK]: id },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(onLine ? { onLine } : {}),
    });
  } catch (error) {
    await stopMarked(CALL_MARK, (value) => value === id);
    throw await explainFailure({ command, stanza, options }, error);
  }
}

/** What a command prints, without a limit: `run` keeps the last 256 kB only, and a catalogue may be larger. */
export async function collectOutput(
  stanza: StanzaConfig,
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const lines: string[] = [];
  await call(stanza, command, args, { ...options, onLine: (line) => lines.push(line) });
  return lines.join('\n');
}

/** Does `work` again while another process holds the lock of the stanza. */
export async function retryWhileLocked<T>(
  { signal, lockWaitMs }: CallOptions,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + (lockWaitMs ?? LOCK_WAIT_MS);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BackupLockedError) || performance.now() >= deadline) throw error;
      await sleep(1_000, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
}
