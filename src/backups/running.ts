import { join } from 'node:path';
import { z } from 'zod';
import type { StanzaConfig } from '../config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Operation } from '../operations/operations.ts';
import { toAlias } from './alias.ts';
import type { Backup, BackupState } from './catalogue.ts';
import { isCopying } from './copy/progress.ts';
import type { BackupType, StanzaInfo } from './pgbackrest/info.ts';
import { collectOutput, readInfo } from './pgbackrest/pgbackrest.ts';
import { readStanzaSettings } from './pgbackrest/repository.ts';
import { pickRepository } from './repositories/repositories.ts';

/** What is only known of a set that is finished. */
type Finished = 'finishedAt' | 'databaseBytes' | 'copiedBytes' | 'repositoryDeltaBytes';

/** A set that is being made: its directory is in the repository, the catalogue has nothing of it. */
export interface RunningBackup extends Omit<Backup, 'state' | Finished> {
  readonly state: 'RUNNING';
  readonly finishedAt: null;
  /** What it will copy, as far as that is known. */
  readonly databaseBytes: bigint | null;
  readonly copiedBytes: bigint | null;
  readonly repositoryDeltaBytes: null;
}

/** What a list of backups holds. */
export type ListedBackup = Backup | RunningBackup;
export const LISTED_STATES = ['RUNNING', 'COMPLETE', 'INVALID', 'EXPIRED'] as const;
export type ListedState = BackupState | 'RUNNING';

export interface RunningDependencies {
  readonly fleet: Fleet;
  /** The backup of a cluster that is under way through us; null: none. */
  readonly findOperation: (cluster: string) => Promise<Operation | null>;
}

const LIST_TIMEOUT_MS = 30_000;
const TYPES: Readonly<Record<string, BackupType>> = { F: 'FULL', D: 'DIFFERENTIAL', I: 'INCREMENTAL' };

/**
 * The set that is being made now, through us or not; null: none, or it has no directory yet.
 *
 * @throws the typed failures of a repository.
 */
export async function findRunning(
  { fleet, findOperation }: RunningDependencies,
  cluster: string,
): Promise<RunningBackup | null> {
  const { stanza } = fleet.get(cluster);
  if (stanza === null) return null;
  const operation = await findOperation(cluster);
  const lockFile = join(readStanzaSettings(stanza).lockPath, `${stanza.name}-backup.lock`);
  if (operation === null && !isCopying(lockFile)) return null;
  const wanted = parseInput(operation);
  const { number, isEncrypted } = pickRepository(stanza, wanted.repository);
  const label = await findUnfinished(stanza, number);
  return label === null ? null : describe({ cluster, label, number, isEncrypted, operation });
}

const input = z.object({ repository: z.string().nullish() });

function parseInput(operation: Operation | null): z.output<typeof input> {
  return input.parse(operation?.input ?? {});
}

const entries = z.record(z.string(), z.object({ type: z.string() }));
const LABEL = /^\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?$/;

/** The newest directory that the catalogue does not know. The listing comes first: what ends meanwhile is known then. */
async function findUnfinished(stanza: StanzaConfig, repository: number): Promise<string | null> {
  const words = [`--repo=${repository}`, '--output=json', `backup/${stanza.name}`];
  const text = await collectOutput(stanza, 'repo-ls', words, { timeoutMs: LIST_TIMEOUT_MS });
  const info: StanzaInfo = await readInfo(stanza);
  const known = new Set(info.sets.map(({ label }) => label));
  const newest = [...known].map(timeOf).sort().at(-1) ?? '';
  return (
    Object.entries(entries.parse(JSON.parse(text)))
      .flatMap(([name, { type }]) => (type === 'path' && LABEL.test(name) && !known.has(name) ? [name] : []))
      // What lies there from before the newest set was given up.
      .filter((name) => timeOf(name) > newest)
      .sort((a, b) => timeOf(a).localeCompare(timeOf(b)))
      .at(-1) ?? null
  );
}

function timeOf(label: string): string {
  return label.slice(-16, -1);
}

interface Found {
  readonly cluster: string;
  readonly label: string;
  readonly number: number;
  readonly isEncrypted: boolean;
  readonly operation: Operation | null;
}

function describe({ cluster, label, number, isEncrypted, operation }: Found): RunningBackup {
  const type = TYPES[label.at(-1) ?? ''] ?? 'FULL';
  const [full = label] = label.split('_');
  return {
    ...{ cluster, label, type, isEncrypted, alias: toAlias({ label, type }), state: 'RUNNING' },
    ...{ repositoryKey: number, startedAt: operation?.startedAt ?? toLocalTime(label), finishedAt: null },
    ...{ databaseBytes: operation?.bytesTotal ?? null, copiedBytes: operation?.bytesDone ?? null },
    ...{ repositoryBytes: null, repositoryDeltaBytes: null, archiveId: null, timeline: null },
    ...{ walStart: null, walStop: null, lsnStart: null, lsnStop: null },
    ...{ prior: null, references: full === label ? [] : [full], annotations: {}, hasPageErrors: false },
    ...{ compression: null, operationId: operation?.id ?? null, manifest: null },
    ...{ verification: null, verifiedAt: null, hold: null, keptBecause: [], expiresAt: null },
    ...{ expiredAt: null, expiredBy: null, expiredBecause: null },
  };
}

/** A label is the local time of whoever runs pgBackRest; for a process on this machine that is ours. */
function toLocalTime(label: string): Date {
  const digits = timeOf(label).replace('-', '');
  const [year, ...rest] = [digits.slice(0, 4), ...(digits.slice(4).match(/../g) ?? [])].map(Number);
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = rest;
  return new Date(year ?? 1970, month - 1, day, hour, minute, second);
}
