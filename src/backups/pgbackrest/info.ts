import { z } from 'zod';
import { RepositoryUnavailableError, RepositoryUnreadableError, StanzaMissingError } from '../errors.ts';
import type { Unreachable } from '../repositories/reach.ts';

export const BACKUP_TYPES = ['FULL', 'DIFFERENTIAL', 'INCREMENTAL'] as const;
export type BackupType = (typeof BACKUP_TYPES)[number];

/** One finished set as the repository itself describes it. Sizes in bytes. */
export interface BackupSet {
  readonly label: string;
  /** Number of the repository that holds it: of several, each set is in one. */
  readonly repositoryKey: number;
  /** Its files and write-ahead log are encrypted in the repository. */
  readonly isEncrypted: boolean;
  /** `15-1`: where its write-ahead log is archived; null when the repository does not say. */
  readonly archiveId: string | null;
  readonly type: BackupType;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** Of the database when it was copied. */
  readonly databaseBytes: bigint;
  /** Of the files that were copied for this set. */
  readonly copiedBytes: bigint;
  /** What a restore reads from the repository; null where pgBackRest does not say (block incremental). */
  readonly repositoryBytes: bigint | null;
  /** What this set added to the repository. */
  readonly repositoryDeltaBytes: bigint;
  /** First and last segment that the set needs to be consistent; null for a backup of a stopped server. */
  readonly walStart: string | null;
  readonly walStop: string | null;
  readonly lsnStart: string | null;
  readonly lsnStop: string | null;
  /** The set it is a difference to; null for a full one. */
  readonly prior: string | null;
  /** All sets whose files it needs. */
  readonly references: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Pages of the database had wrong checksums while they were copied: the database is damaged, not the backup. */
  readonly hasPageErrors: boolean;
}

/** A set as a checkpoint keeps it, in JSON: times as text, bytes as numbers (2^53 is nine petabytes). */
export type KeptSet = {
  readonly [Key in keyof BackupSet]: BackupSet[Key] extends Date
    ? string
    : BackupSet[Key] extends bigint
      ? number
      : BackupSet[Key] extends bigint | null
        ? number | null
        : BackupSet[Key];
};

export function toKeptSet(set: BackupSet): KeptSet {
  return {
    ...set,
    startedAt: set.startedAt.toISOString(),
    finishedAt: set.finishedAt.toISOString(),
    databaseBytes: Number(set.databaseBytes),
    copiedBytes: Number(set.copiedBytes),
    repositoryBytes: set.repositoryBytes === null ? null : Number(set.repositoryBytes),
    repositoryDeltaBytes: Number(set.repositoryDeltaBytes),
  };
}

/** What `toKeptSet` kept. */
export function fromKeptSet(kept: KeptSet): BackupSet {
  return {
    ...kept,
    startedAt: new Date(kept.startedAt),
    finishedAt: new Date(kept.finishedAt),
    databaseBytes: BigInt(kept.databaseBytes),
    copiedBytes: BigInt(kept.copiedBytes),
    repositoryBytes: kept.repositoryBytes === null ? null : BigInt(kept.repositoryBytes),
    repositoryDeltaBytes: BigInt(kept.repositoryDeltaBytes),
  };
}

export interface StanzaInfo {
  /** Oldest first. */
  readonly sets: readonly BackupSet[];
  /** Newest segment that the archive holds; null when it is empty. */
  readonly archiveMax: string | null;
  /** True: a process on this machine holds the lock of backups. */
  readonly isLockHeld: boolean;
  /** Repositories that do not answer now: their sets are not among these. */
  readonly unreachable: readonly Unreachable[];
}

const TYPES = { full: 'FULL', diff: 'DIFFERENTIAL', incr: 'INCREMENTAL' } as const;

const bytes = z.number().int().nonnegative().transform(BigInt);
const set = z
  .object({
    annotation: z.record(z.string(), z.string()).nullish(),
    archive: z.object({ start: z.string().nullish(), stop: z.string().nullish() }),
    database: z.object({ id: z.number(), 'repo-key': z.number().nullish() }),
    error: z.boolean().nullish(),
    info: z.object({
      delta: bytes,
      size: bytes,
      repository: z.object({ delta: bytes, size: bytes.nullish() }),
    }),
    label: z.string(),
    lsn: z.object({ start: z.string().nullish(), stop: z.string().nullish() }).nullish(),
    prior: z.string().nullish(),
    reference: z.array(z.string()).nullish(),
    timestamp: z.object({ start: z.number(), stop: z.number() }),
    type: z.enum(['full', 'diff', 'incr']),
  })
  .transform((one) => ({
    databaseId: one.database.id,
    content: {
      label: one.label,
      repositoryKey: one.database['repo-key'] ?? 1,
      type: TYPES[one.type],
      startedAt: new Date(one.timestamp.start * 1000),
      finishedAt: new Date(one.timestamp.stop * 1000),
      databaseBytes: one.info.size,
      copiedBytes: one.info.delta,
      repositoryBytes: one.info.repository.size ?? null,
      repositoryDeltaBytes: one.info.repository.delta,
      walStart: one.archive.start ?? null,
      walStop: one.archive.stop ?? null,
      lsnStart: one.lsn?.start ?? null,
      lsnStop: one.lsn?.stop ?? null,
      prior: one.prior ?? null,
      references: one.reference ?? [],
      annotations: one.annotation ?? {},
      hasPageErrors: one.error ?? false,
    } satisfies Omit<BackupSet, 'archiveId' | 'isEncrypted'>,
  }));
const archive = z.object({
  id: z.string(),
  max: z.string().nullish(),
  database: z.object({ id: z.number(), 'repo-key': z.number().nullish() }),
});
const lock = z.object({ backup: z.object({ held: z.boolean() }).nullish() }).nullish();
const status = z.object({ code: z.number(), message: z.string(), lock });
const stanzas = z.array(
  z.object({
    name: z.string(),
    archive: z.array(archive),
    backup: z.array(set),
    cipher: z.string().nullish(),
    repo: z.array(z.object({ key: z.number().nullish(), cipher: z.string().nullish(), status })).nullish(),
    status,
  }),
);

const STATUS = { ok: 0, missingPath: 1, noBackup: 2, missingData: 3, other: 99 } as const;

/**
 * Reads what `pgbackrest info --output=json` printed. Its exit code is 0 whatever is wrong, so the status inside counts.
 *
 * @throws {StanzaMissingError} @throws {RepositoryUnavailableError}
 * @throws {RepositoryUnreadableError} also when it is no JSON at all: a wrong passphrase puts raw bytes into the text.
 */
export function parseInfo(stanza: string, output: string): StanzaInfo {
  const found = parseStanzas(stanza, output).find((one) => one.name === stanza);
  if (found === undefined) throw new StanzaMissingError(stanza, 'the repository does not list it');
  // Of several repositories one may fail while another serves: then there are sets, and they count.
  if (found.backup.length === 0) refuse(stanza, found);
  // Each repository counts the database systems by itself.
  const archiveOf = (id: number, key: number) =>
    found.archive.find(({ database }) => database.id === id && (database['repo-key'] ?? 1) === key)?.id ??
    null;
  const cipherOf = (key: number) =>
    found.repo?.find((one) => one.key === key)?.cipher ?? found.cipher ?? 'none';
  return {
    sets: found.backup.map(({ databaseId, content }) => ({
      ...content,
      archiveId: archiveOf(databaseId, content.repositoryKey),
      isEncrypted: cipherOf(content.repositoryKey) !== 'none',
    })),
    archiveMax: found.archive.at(-1)?.max ?? null,
    isLockHeld: found.status.lock?.backup?.held ?? false,
    unreachable: listAway(stanza, found),
  };
}

/** Repositories that fail while another one serves: one that lost the stanza is not the one that it was. */
function listAway(stanza: string, { repo }: z.output<typeof stanzas>[number]): readonly Unreachable[] {
  return (repo ?? []).flatMap(({ key, status: { code, message } }) =>
    code === STATUS.ok || code === STATUS.noBackup
      ? []
      : [{ number: key ?? 1, error: new RepositoryUnavailableError(stanza, toPlainLine(message)) }],
  );
}

function parseStanzas(stanza: string, output: string): z.output<typeof stanzas> {
  try {
    return stanzas.parse(JSON.parse(output));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : 'its description is not JSON';
    const error = new RepositoryUnreadableError(stanza, problem);
    error.cause = cause;
    throw error;
  }
}

function refuse(stanza: string, found: z.output<typeof stanzas>[number]): void {
  const { code, message } = found.status;
  if (code === STATUS.missingPath || code === STATUS.missingData)
    throw new StanzaMissingError(stanza, message);
  if (code !== STATUS.other) return;
  const detail = toPlainLine(found.repo?.find((one) => one.status.code !== 0)?.status.message ?? message);
  throw /^\[(Format|Crypto|Checksum|JsonFormat)Error\]/.test(detail)
    ? new RepositoryUnreadableError(stanza, detail)
    : new RepositoryUnavailableError(stanza, detail);
}

/** The first line, printable and short: what pgBackRest quotes from a repository it can't decrypt is noise. */
export function toPlainLine(text: string): string {
  const [line = ''] = text.trim().split('\n');
  return line.replace(/[^\x20-\x7e]+/g, '?').slice(0, 300);
}
