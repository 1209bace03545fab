import { readFileSync } from 'node:fs';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { StanzaConfig } from '../../config.ts';

/** What we have to know of a pgbackrest.conf; everything else in it is pgBackRest's own business. */
export interface StanzaSettings {
  /** Directories of repositories on this machine; empty when all are elsewhere. */
  readonly repositoryPaths: readonly string[];
  readonly lockPath: string;
  /** Numbers of all repositories, wherever they are. */
  readonly repositories: readonly number[];
  /** Where asynchronous archiving notes what it has sent, and what it could not send. */
  readonly spoolPath: string;
  /** True: PostgreSQL is told that a segment is archived before it is sent. */
  readonly isArchiveAsync: boolean;
  /** The stanza's servers on this machine, as pgBackRest reaches them. */
  readonly servers: readonly StanzaServer[];
  /** Directories that belong to pgBackRest, repositories included. */
  readonly ownPaths: readonly string[];
  /** Every option that holds for the stanza, by its name. Secrets are among them. */
  readonly options: ReadonlyMap<string, string>;
  /** What a full set is compressed with; other sets keep that of the one they build on. */
  readonly compression: string;
}

export interface StanzaServer {
  readonly dataDirectory: string;
  /** Null: libpq's own default. */
  readonly socketPath: string | null;
  readonly port: number;
  /** Null: the name of the operating system's user. */
  readonly user: string | null;
  readonly database: string;
}

/** A segment of write-ahead log is 16 MB: with less than two left, the next one or two pushes fail. */
const FULL_BELOW_BYTES = 32n * 1024n * 1024n;

/** Reads the file anew on each call: it is small, and an administrator may just have changed it. */
export function readStanzaSettings(stanza: StanzaConfig): StanzaSettings {
  const settings = mergeSections(parseSections(readFileSync(stanza.configFile, 'utf8')), stanza.name);
  const get = (name: string, otherwise: string) => settings.get(name) ?? otherwise;
  const repositories = repositoryNumbers(settings);
  const repositoryPaths = repositories.flatMap((n) =>
    get(`repo${n}-type`, 'posix') === 'posix' && !settings.has(`repo${n}-host`)
      ? [get(`repo${n}-path`, '/var/lib/pgbackrest')]
      : [],
  );
  const lockPath = get('lock-path', '/tmp/pgbackrest');
  const spoolPath = get('spool-path', '/var/spool/pgbackrest');
  return {
    options: settings,
    repositoryPaths,
    lockPath,
    repositories,
    spoolPath,
    isArchiveAsync: get('archive-async', 'n') === 'y',
    servers: serversOf(settings),
    ownPaths: [...repositoryPaths, lockPath, spoolPath, get('log-path', '/var/log/pgbackrest')],
    compression: get('compress-type', 'gz'),
  };
}

/** Space left for a repository on this machine, the fullest first; null when none is here or it can't be asked. */
export async function readFreeBytes(stanza: StanzaConfig): Promise<bigint | null> {
  const free = await Promise.all(
    readStanzaSettings(stanza).repositoryPaths.map((path) =>
      statfs(path, { bigint: true }).then(
        (one) => one.bavail * one.bsize,
        () => null,
      ),
    ),
  );
  return free.reduce((least, one) => (one !== null && (least === null || one < least) ? one : least), null);
}

/** What is wrong with a directory on this machine: it is lost, or read-only; null: nothing. */
export async function findLoss(stanza: StanzaConfig): Promise<string | null> {
  const lost = await findLost(stanza);
  if (lost !== null) return lost;
  for (const path of readStanzaSettings(stanza).repositoryPaths) {
    const archive = join(path, 'archive', stanza.name);
    if ((await failureOf(access(archive, constants.W_OK))) === 'EROFS') return `${path} is read-only`;
  }
  return null;
}

/** A directory that does not hold the stanza, as one that is not mounted any more; null: none. */
export async function findLost(stanza: StanzaConfig): Promise<string | null> {
  for (const path of readStanzaSettings(stanza).repositoryPaths) {
    const files = ['backup.info', 'backup.info.copy'].map((name) => join(path, 'backup', stanza.name, name));
    const failures = await Promise.all(files.map((file) => failureOf(stat(file))));
    if (failures.every((one) => one === 'ENOENT')) return `${path} does not hold the stanza any more`;
  }
  return null;
}

/** Its code; null: it did not fail. */
function failureOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? 'unknown',
  );
}

/** pgBackRest reports a full disk as "File exists" or as a time-out of the archive: so ask the file system. */
export function isFull(freeBytes: bigint | null): boolean {
  return freeBytes !== null && freeBytes < FULL_BELOW_BYTES;
}

const RESTORE_PROCESSES_FACTOR = 4;
const RESTORE_PROCESSES_MOST = 16;

/**
 * How many processes restore files. Each waits most of its time until a file is on the disk, or an object is there, so
 * there are four times those of a backup, and 16 at most unless a backup has more. Null: an administrator has said how
 * many a restore has, in `[global:restore]` or the stanza's own section of that kind.
 */
export function readRestoreProcesses(stanza: StanzaConfig): number | null {
  const sections = parseSections(readFileSync(stanza.configFile, 'utf8'));
  const has = (name: string) => sections.get(name)?.has('process-max') ?? false;
  if (has('global:restore') || has(`${stanza.name}:restore`)) return null;
  const backup = Number(mergeSections(sections, stanza.name).get('process-max') ?? 1);
  return Math.max(backup, Math.min(backup * RESTORE_PROCESSES_FACTOR, RESTORE_PROCESSES_MOST));
}

function parseSections(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = '';
  for (const line of text.split('\n').map((one) => one.trim())) {
    const header = /^\[(.+)\]$/.exec(line)?.[1];
    const [, key, value] = /^([a-z0-9-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    if (key === undefined || value === undefined) continue;
    const settings = sections.get(section) ?? new Map<string, string>();
    sections.set(section, settings.set(key, value));
  }
  return sections;
}

/** Later and narrower wins, as in pgBackRest: `[global]`, then the stanza's own section. */
function mergeSections(
  sections: ReadonlyMap<string, ReadonlyMap<string, string>>,
  stanza: string,
): ReadonlyMap<string, string> {
  return new Map([...(sections.get('global') ?? []), ...(sections.get(stanza) ?? [])]);
}

function serversOf(settings: ReadonlyMap<string, string>): readonly StanzaServer[] {
  return [...settings].flatMap(([name, dataDirectory]) => {
    const n = /^pg(\d+)-path$/.exec(name)?.[1];
    if (n === undefined || settings.has(`pg${n}-host`)) return [];
    const get = (key: string) => settings.get(`pg${n}-${key}`) ?? null;
    const database = get('database') ?? 'postgres';
    return [
      {
        dataDirectory,
        socketPath: get('socket-path'),
        port: Number(get('port') ?? 5432),
        user: get('user'),
        database,
      },
    ];
  });
}

function repositoryNumbers(settings: ReadonlyMap<string, string>): readonly number[] {
  const numbers = [...settings.keys()].flatMap((name) => {
    const n = /^repo(\d+)-/.exec(name)?.[1];
    return n === undefined ? [] : [Number(n)];
  });
  return numbers.length === 0 ? [1] : [...new Set(numbers)];
}
