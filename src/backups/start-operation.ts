import { z } from 'zod';
import type { StanzaConfig } from '../config.ts';
import { SundayError } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../operations/define.ts';
import { isServerError } from '../postgres/errors.ts';
import type { Database, Queryable } from '../postgres/pool.ts';
import { withBackupDatabase } from './backup-role.ts';
import { findByOperation, OPERATION_ANNOTATION, pickSet, stanzaOf } from './catalogue.ts';
import { BackupFailedError, RepositoryFullError } from './errors.ts';
import { BACKUP_TYPES, type BackupSet, type BackupType, type StanzaInfo } from './info.ts';
import { countEarly, type EarlyCounts, type Manifest, takeManifest } from './manifest.ts';
import { persist } from './persist.ts';
import { readInfo, runBackup } from './pgbackrest.ts';
import { isPrimary } from './probe.ts';
import { isFull, readFreeBytes } from './repository.ts';
import { recordFinished } from './store.ts';

const input = z.object({ cluster: z.string(), type: z.enum(BACKUP_TYPES) });
export type StartBackupOperationInput = z.output<typeof input>;

/** Bytes as numbers: a checkpoint is JSON, and 2^53 is nine petabytes. */
export interface StartBackupResult {
  readonly cluster: string;
  readonly label: string;
  /** What was made. */
  readonly type: BackupType;
  /** What was asked for: without a full backup before it, every kind becomes a full one. */
  readonly requestedType: BackupType;
  readonly prior: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly databaseBytes: number;
  readonly repositoryBytes: number | null;
  readonly repositoryDeltaBytes: number;
  readonly tablesCounted: number;
  readonly tablesNotCounted: number;
  readonly warnings: readonly string[];
}

export interface StartBackupDependencies {
  readonly fleet: Fleet;
  readonly db: Queryable;
}

/**
 * `backups.start`. A second one is refused, not queued: who asked for it should hear that one is under way.
 *
 * | killed                    | what is left                                 | the next run                         |
 * |---------------------------|----------------------------------------------|--------------------------------------|
 * | while files are copied    | a partial set that no catalogue shows        | resumes or replaces it               |
 * | after the set is complete | the set with our id in its annotation        | finds it and does not make another   |
 * | while rows are noted      | a restore point nobody uses                  | makes another, with its own name     |
 */
export function startBackupOperation(
  deps: StartBackupDependencies,
): OperationDefinition<StartBackupOperationInput, StartBackupResult> {
  return defineOperation<StartBackupOperationInput, StartBackupResult>({
    kind: 'backups.start',
    input,
    lanes: ['backup'],
    whenBusy: 'REFUSE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    async plan({ cluster, type }) {
      const { name } = stanzaOf(deps.fleet, cluster);
      const steps = ['copy the files of the primary into the repository', 'note the rows of every table'];
      return { summary: `Take a ${type} backup of ${cluster} (stanza ${name})`, steps, warnings: [] };
    },
    async run({ step }, { cluster, type }) {
      // Twice is safe: it only reads.
      await step('check', () => check(deps.fleet, cluster));
      // Twice is safe: a set that carries our id is taken as it is.
      const copied = await step('copy files', (context) => copyFiles(deps.fleet, { cluster, type }, context));
      // Twice is safe: each run makes a restore point with a name of its own, and only the last one is kept.
      const noted = await step('note rows', (context) =>
        noteRows(deps.fleet, { cluster, ...copied }, context),
      );
      // Twice is safe: an upsert by label.
      return step('record backup', (context) =>
        record(deps, { cluster, type, ...copied, ...noted }, context),
      );
    },
  });
}

/** @throws the typed reason why a backup could not succeed, before anything is begun. */
async function check(fleet: Fleet, cluster: string): Promise<null> {
  const stanza = stanzaOf(fleet, cluster);
  const primary = await fleet.primary(cluster);
  const [freeBytes] = await Promise.all([readFreeBytes(stanza), readInfo(stanza), isPrimary(primary)]);
  if (isFull(freeBytes)) throw new RepositoryFullError(stanza.name, freeBytes);
  return null;
}

interface Copied {
  readonly label: string;
  readonly copyMs: number;
  /** Null when the set was found: whoever made it took the counts along. */
  readonly early: EarlyCounts | null;
}

async function copyFiles(
  fleet: Fleet,
  wanted: StartBackupOperationInput,
  context: StepContext,
): Promise<Copied> {
  const stanza = stanzaOf(fleet, wanted.cluster);
  const info = await readInfo(stanza, toCall(context));
  const existing = findByOperation(info, context.operationId);
  if (existing !== null) return { label: existing.label, copyMs: durationMs(existing), early: null };

  context.assertLease();
  const counting = new AbortController();
  const early = countEarly(
    await fleet.primary(wanted.cluster),
    AbortSignal.any([counting.signal, context.signal]),
  );
  try {
    await runBackup(stanza, {
      ...toCall(context),
      type: wanted.type,
      annotations: { [OPERATION_ANNOTATION]: context.operationId },
      changedSince: findPrior(info, wanted.type)?.startedAt ?? null,
      onProgress: (progress) => context.progress(progress),
      onPhase: (phase) => context.progress({ message: phase }),
    });
  } finally {
    counting.abort();
    await early;
  }
  const made = findByOperation(await readInfo(stanza, toCall(context)), context.operationId);
  if (made === null)
    throw new BackupFailedError('backup', 0, 'it ended well, but the catalogue has no such set');
  context.progress({ fractionDone: 1, bytesDone: made.copiedBytes, bytesTotal: made.copiedBytes });
  return { label: made.label, copyMs: durationMs(made), early: await early };
}

/** The set that pgBackRest will take the difference to; null: it makes a full one. */
function findPrior(info: StanzaInfo, type: BackupType): BackupSet | null {
  if (type === 'FULL') return null;
  return info.sets.findLast((one) => type === 'INCREMENTAL' || one.type === 'FULL') ?? null;
}

function durationMs(set: BackupSet): number {
  return set.finishedAt.getTime() - set.startedAt.getTime();
}

interface Noted {
  readonly manifest: Manifest | null;
  readonly problem: string | null;
}

/** Counting again may take this share of the copy, and at least and at most so long. */
const COUNT_SHARE = 0.03;
const COUNT_LEAST_MS = 300;
const COUNT_MOST_MS = 30_000;

/** A backup without a manifest is still a backup: what goes wrong here is said, and fails nothing. */
async function noteRows(
  fleet: Fleet,
  { cluster, copyMs, early }: Copied & { readonly cluster: string },
  context: StepContext,
): Promise<Noted> {
  try {
    const primary: Database = await fleet.primary(cluster);
    const manifest = await withBackupDatabase(stanzaOf(fleet, cluster), (backupDb) =>
      takeManifest({
        db: primary,
        backupDb,
        database: fleet.get(cluster).database,
        // Recovery stops at the first point of a name: it must never come twice.
        restorePointName: `sunday_${context.operationId.slice(-12)}_${context.token}_${Date.now().toString(36)}`,
        early,
        budgetMs: Math.min(Math.max(copyMs * COUNT_SHARE, COUNT_LEAST_MS), COUNT_MOST_MS),
        signal: context.signal,
      }),
    );
    return { manifest, problem: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof SundayError) && !isServerError(error)) throw error;
    return {
      manifest: null,
      problem: `the rows were not noted, so a restore can't be proven: ${error.message}`,
    };
  }
}

interface Finished extends Copied, Noted, StartBackupOperationInput {}

async function record(
  { fleet, db }: StartBackupDependencies,
  { cluster, type, label, manifest, problem }: Finished,
  context: StepContext,
): Promise<StartBackupResult> {
  const stanza: StanzaConfig = stanzaOf(fleet, cluster);
  const set = pickSet(cluster, await readInfo(stanza, toCall(context)), label);
  context.assertLease();
  const { operationId, signal } = context;
  await persist(signal, () => recordFinished(db, { cluster, set, operationId, manifest }));
  const counted = manifest?.tables.filter((one) => one.rowsMin !== null).length ?? 0;
  return {
    cluster,
    label,
    type: set.type,
    requestedType: type,
    prior: set.prior,
    startedAt: set.startedAt.toISOString(),
    finishedAt: set.finishedAt.toISOString(),
    databaseBytes: Number(set.databaseBytes),
    repositoryBytes: set.repositoryBytes === null ? null : Number(set.repositoryBytes),
    repositoryDeltaBytes: Number(set.repositoryDeltaBytes),
    tablesCounted: counted,
    tablesNotCounted: (manifest?.tables.length ?? 0) - counted,
    warnings: listWarnings(set, type, [problem, manifest?.note ?? null]),
  };
}

function listWarnings(
  set: BackupSet,
  asked: BackupType,
  notes: readonly (string | null)[],
): readonly string[] {
  return [
    ...(set.type === asked ? [] : [`there was no full backup to build on, so this is a ${set.type} one`]),
    ...(set.hasPageErrors
      ? ['pages of the database itself have wrong checksums: the primary is damaged']
      : []),
    ...notes.filter((one) => one !== null),
  ];
}

function toCall({ signal, processMarks }: StepContext) {
  return { signal, marks: processMarks };
}
