import { z } from 'zod';
import type { Fleet } from '../../fleet/fleet.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../../operations/define.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { toAlias } from '../alias.ts';
import { checkBase, describeOtherBase, findPrior, toCompression } from './base.ts';
import { findCause } from './blame.ts';
import { assertClock, assertClocksAgree } from './clock.ts';
import { findByOperation, OPERATION_ANNOTATION, stanzaOf } from '../catalogue.ts';
import { BackupFailedError, RepositoryFullError } from '../errors.ts';
import {
  BACKUP_TYPES,
  type BackupType,
  type KeptSet,
  type StanzaInfo,
  toKeptSet,
} from '../pgbackrest/info.ts';
import { type Noted, noteRows, startNotes } from './note-rows.ts';
import { persist } from '../persist.ts';
import { readInfo, runBackup } from '../pgbackrest/pgbackrest.ts';
import { isPrimary } from './probe.ts';
import { isFull, readFreeBytes, readStanzaSettings } from '../pgbackrest/repository.ts';
import { DEFAULT_STANDBY_SETTINGS, type StandbySettings } from '../../config/backup-settings.ts';
import { BACKUP_SOURCES, type BackupSource, chooseSource } from './source.ts';
import { listWarnings } from './warnings.ts';
import { describeSource, readSource, toSourceAnnotations } from './source-note.ts';
import { assertReachable, watchReach } from '../repositories/reach.ts';
import { assertProtected, nameOf, ofRepository, pickRepository } from '../repositories/repositories.ts';
import { recordFinished } from '../store.ts';
import { checkFiles, recordVerdicts } from '../verification/verify-operation.ts';

const input = z.object({
  cluster: z.string(),
  type: z.enum(BACKUP_TYPES),
  /** Label or alias of the set that it must build on; left out: whichever pgBackRest takes, the newest that fits. */
  base: z.string().nullish(),
  /** Name of the repository that gets it; left out: the first. */
  repository: z.string().nullish(),
  /** Which server the files come from; left out: AUTO. */
  from: z.enum(BACKUP_SOURCES).nullish(),
  /** Reads the stanza back afterwards; left out: no. */
  verify: z.boolean().nullish(),
});
export type StartBackupOperationInput = z.output<typeof input>;

/** Bytes as numbers: a checkpoint is JSON, and 2^53 is nine petabytes. */
export interface StartBackupResult {
  readonly cluster: string;
  readonly label: string;
  readonly alias: string;
  /** Name of the repository that holds it. */
  readonly repository: string;
  /** The server that its files came from, and why. */
  readonly takenFrom: BackupSource | null;
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
  /** Files of the set that were read back and are what was written; null: it was not verified. */
  readonly filesVerified: number | null;
  readonly warnings: readonly string[];
}

export interface StartBackupDependencies {
  readonly fleet: Fleet;
  readonly db: Queryable;
  /** When standbys are used; left out: the defaults. */
  readonly standby?: StandbySettings;
}

/**
 * `backups.start`. A second one is refused, not queued: who asked for it should hear that one is under way.
 *
 * | killed                    | what is left                                 | the next run                             |
 * |---------------------------|----------------------------------------------|------------------------------------------|
 * | while files are copied    | a partial set that no catalogue shows        | resumes or replaces it                   |
 * | while rows are noted      | a restore point nobody uses                  | makes another, with its own name         |
 * | after the set is complete | the set with our id in its annotation        | finds it, counts, does not make another  |
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
    async plan({ cluster, type, base = null, verify, ...wanted }) {
      const stanza = stanzaOf(deps.fleet, cluster);
      const { name } = stanza;
      const repository = pickRepository(stanza, wanted.repository);
      assertProtected(stanza, repository);
      await assertReachable(stanza, repository);
      const source = await chooseSource(toRules(deps), { cluster, from: wanted.from ?? 'AUTO' });
      if (base !== null) {
        const info = ofRepository(await readInfo(stanza), stanza, repository.name);
        checkBase(info, { cluster, type, base });
      }
      const steps = [
        `copy the files of the ${source.role.toLowerCase()} into repository ${repository.name}: ${source.reason}`,
        'note the rows of every table',
        ...(verify ? ['read every file of the stanza back and compare checksums'] : []),
      ];
      return { summary: `Take a ${type} backup of ${cluster} (stanza ${name})`, steps, warnings: [] };
    },
    async run({ step }, wanted) {
      const { cluster } = wanted;
      // Twice is safe: a set that carries our id is taken as it is, and its rows are noted anew, with a restore
      // point of a name of its own.
      const copied = await step('copy files', (context) => copyFiles(deps, wanted, context));
      // Twice is safe: an upsert by label.
      const made = await step('record backup', (context) => record(deps, { ...wanted, ...copied }, context));
      if (wanted.verify !== true) return made;
      const { label } = made;
      // Twice is safe: it only reads.
      const found = await step('check files', (context) =>
        checkFiles(deps.fleet, { cluster, label }, context),
      );
      // Twice is safe: it overwrites the rows of these labels. What is invalid fails the operation; the set stays.
      await step('record verification', (context) =>
        recordVerdicts(deps, { cluster, label }, found, context),
      );
      return { ...made, filesVerified: found.sets.find((one) => one.label === label)?.filesValid ?? null };
    },
  });
}

interface Copied extends Noted {
  readonly set: KeptSet;
}

async function copyFiles(
  deps: StartBackupDependencies,
  wanted: StartBackupOperationInput,
  context: StepContext,
): Promise<Copied> {
  const { fleet, db } = deps;
  const place = { fleet, db, cluster: wanted.cluster };
  const stanza = stanzaOf(fleet, wanted.cluster);
  const repository = pickRepository(stanza, wanted.repository);
  assertProtected(stanza, repository);
  await assertReachable(stanza, repository, context.signal);
  const info = ofRepository(await check(place, context), stanza, repository.name);
  const existing = findByOperation(info, context.operationId);
  if (existing !== null) {
    // Whoever made it took the counts along.
    const counted = Promise.resolve({
      early: null,
      copyMs: existing.finishedAt.getTime() - existing.startedAt.getTime(),
    });
    return { set: toKeptSet(existing), ...(await noteRows(place, counted, context)) };
  }
  if (wanted.base) checkBase(info, { ...wanted, base: wanted.base });
  const prior = findPrior(info, wanted.type);
  context.assertLease();
  const source = await chooseSource(toRules(deps), { cluster: wanted.cluster, from: wanted.from ?? 'AUTO' });
  context.progress({ message: `files come from ${describeSource(source)}: ${source.reason}` });
  const notes = await startNotes(place, context);
  const reach = watchReach(stanza, repository);
  try {
    await runBackup(stanza, {
      ...toCall(context),
      signal: AbortSignal.any([context.signal, reach.signal]),
      type: wanted.type,
      repository: repository.number,
      isFromStandby: source.role === 'STANDBY',
      standbyOptions: source.options,
      annotations: {
        [OPERATION_ANNOTATION]: context.operationId,
        ...toSourceAnnotations(source),
        ...toCompression(prior, readStanzaSettings(stanza).compression),
      },
      changedSince: prior?.startedAt ?? null,
      onProgress: (progress) => context.progress(progress),
      onPhase(phase) {
        context.progress({ message: phase });
        if (phase === 'stopping the backup') notes.prepare();
        if (phase === 'waiting for the last write-ahead log') notes.begin();
      },
    });
    const [after, noted] = await Promise.all([readInfo(stanza, toCall(context)), notes.finish()]);
    const made = findByOperation(after, context.operationId);
    if (made === null)
      throw new BackupFailedError('backup', 0, 'it ended well, but the catalogue has no such set');
    context.progress({ fractionDone: 1, bytesDone: made.copiedBytes, bytesTotal: made.copiedBytes });
    return { set: toKeptSet(made), ...noted };
  } catch (error) {
    throw await findCause(fleet, wanted.cluster, error);
  } finally {
    await Promise.all([notes.close(), reach.stop()]);
  }
}

/** The catalogue. @throws the typed reason why a backup could not succeed, before anything is begun. */
async function check(
  { fleet, db, cluster }: StartBackupDependencies & { readonly cluster: string },
  context: StepContext,
): Promise<StanzaInfo> {
  const stanza = stanzaOf(fleet, cluster);
  const primary = await fleet.primary(cluster);
  const [info, freeBytes] = await Promise.all([
    readInfo(stanza, toCall(context)),
    readFreeBytes(stanza),
    isPrimary(primary),
  ]);
  assertClock(stanza.name, info.sets);
  await persist(context.signal, () => assertClocksAgree({ fleet, db }, cluster));
  if (isFull(freeBytes)) throw new RepositoryFullError(stanza.name, freeBytes);
  return info;
}

interface Finished extends Copied, StartBackupOperationInput {}

async function record(
  { fleet, db }: StartBackupDependencies,
  { cluster, type, base = null, set, manifest, problem }: Finished,
  context: StepContext,
): Promise<StartBackupResult> {
  context.assertLease();
  const { operationId, signal } = context;
  await persist(signal, () => recordFinished(db, { cluster, set, operationId, manifest }));
  const counted = manifest?.tables.filter((one) => one.rowsMin !== null).length ?? 0;
  return {
    cluster,
    label: set.label,
    alias: toAlias(set),
    repository: nameOf(stanzaOf(fleet, cluster), set.repositoryKey),
    takenFrom: readSource(set.annotations),
    type: set.type,
    requestedType: type,
    prior: set.prior,
    startedAt: set.startedAt,
    finishedAt: set.finishedAt,
    databaseBytes: set.databaseBytes,
    repositoryBytes: set.repositoryBytes,
    repositoryDeltaBytes: set.repositoryDeltaBytes,
    tablesCounted: counted,
    tablesNotCounted: (manifest?.tables.length ?? 0) - counted,
    filesVerified: null,
    warnings: listWarnings(set, type, [problem, manifest?.note ?? null, describeOtherBase(set, base)]),
  };
}

function toRules({ fleet, standby = DEFAULT_STANDBY_SETTINGS }: StartBackupDependencies) {
  return { fleet, standby };
}

function toCall({ signal, processMarks }: StepContext) {
  return { signal, marks: processMarks };
}
