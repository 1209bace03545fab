import { z } from 'zod';
import type { StanzaConfig } from '../../config.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../../operations/define.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { pickSet, stanzaOf } from '../catalogue.ts';
import { BackupInvalidError, RepositoryUnavailableError } from '../errors.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import { persist } from '../persist.ts';
import { type CallOptions, listArchive, readInfo, runVerify } from '../pgbackrest/pgbackrest.ts';
import { findLost } from '../pgbackrest/repository.ts';
import { assertReachable, watchReach } from '../repositories/reach.ts';
import { listRepositories, nameOf, ofRepository, pickRepository } from '../repositories/repositories.ts';
import { recordVerification } from '../store.ts';
import { judge, type StanzaVerification, type Verdict } from './verification.ts';

const input = z.object({
  cluster: z.string(),
  /** Label or alias; left out: all sets. */
  label: z.string().nullish(),
  /** Name; left out: of a set its own, else all that have sets. */
  repository: z.string().nullish(),
});
export type VerifyBackupOperationInput = z.output<typeof input>;

export interface SetVerdict extends Verdict {
  readonly label: string;
}

export interface VerifyBackupResult {
  readonly cluster: string;
  /** Every set of the repositories that were read, newest first: they are read as a whole, whichever was asked for. */
  readonly sets: readonly SetVerdict[];
  /** What was asked for is valid. */
  readonly isValid: boolean;
  /** Files of the stanza that no set needs: write-ahead log between sets, mostly. */
  readonly otherProblems: number;
}

export interface VerifyBackupDependencies {
  readonly fleet: Fleet;
  readonly db: Queryable;
}

/** Files named of each set; all of them are in pgBackRest's own log. */
const FILES_KEPT = 100;

/**
 * `backups.verify`: reads every file of the stanza back. It holds the lane of backups, so that no set is expired
 * under its hands, and waits for its turn. An invalid set fails the operation, after that has been written down.
 */
export function verifyBackupOperation(
  deps: VerifyBackupDependencies,
): OperationDefinition<VerifyBackupOperationInput, VerifyBackupResult> {
  const { fleet } = deps;
  return defineOperation<VerifyBackupOperationInput, VerifyBackupResult>({
    kind: 'backups.verify',
    input,
    lanes: ['backup'],
    whenBusy: 'QUEUE',
    target: ({ cluster, label = null }) => ({
      cluster,
      name: label === null ? cluster : `${cluster}/${label}`,
    }),
    async plan({ cluster, label = null, repository }) {
      const stanza = stanzaOf(fleet, cluster);
      const steps = ['read every file of the stanza back and compare checksums'];
      if (label === null)
        return {
          summary: `Verify all backups of ${cluster}${inRepository(stanza, repository)}`,
          steps: [...steps, 'look for the segments that each set needs in the archive'],
          warnings: [],
        };
      const set = pickSet(cluster, await readInfo(stanza), label);
      const range = `${set.walStart ?? 'none'} to ${set.walStop ?? 'none'}`;
      return {
        summary: `Verify ${set.label} of ${cluster}`,
        steps: [...steps, `look for the segments ${range} in the archive`],
        warnings: [],
      };
    },
    async run({ step }, wanted) {
      // Twice is safe: it only reads.
      const result = await step('check files', (context) => checkFiles(fleet, wanted, context));
      // Twice is safe: it overwrites the rows of these labels.
      return step('record verification', (context) => recordVerdicts(deps, wanted, result, context));
    },
  });
}

/** Reads the stanza back and judges each of its sets. @throws {BackupNotFoundError} */
export async function checkFiles(
  fleet: Fleet,
  { cluster, label = null, repository }: VerifyBackupOperationInput,
  { signal, processMarks: marks, progress }: StepContext,
): Promise<VerifyBackupResult> {
  const stanza = stanzaOf(fleet, cluster);
  const { sets, unreachable } = ofRepository(await readInfo(stanza, { signal, marks }), stanza, repository);
  const named = label === null ? null : pickSet(cluster, { sets, unreachable }, label);
  const wanted = named?.label ?? null;
  const numbers = named === null ? sets.map((one) => one.repositoryKey) : [named.repositoryKey];
  const read: ReadBack[] = [];
  // One after the other: each takes all the processes that it may have.
  for (const number of new Set(numbers)) {
    progress({ message: `reading every file of ${nameOf(stanza, number)} back`, fractionDone: null });
    const own = sets.filter((one) => one.repositoryKey === number);
    read.push(await readBack(stanza, number, own, { signal, marks }));
  }
  const verdicts = sets.toReversed().flatMap((set) => {
    const back = read.find(({ repository: number }) => number === set.repositoryKey);
    return back === undefined ? [] : [{ label: set.label, ...judgeSet(set, back) }];
  });
  const asked = verdicts.filter((one) => wanted === null || one.label === wanted);
  const [checked, valid] = [
    sum(asked.map((one) => one.filesChecked)),
    sum(asked.map((one) => one.filesValid)),
  ];
  progress({ message: `${valid} of ${checked} files are valid`, fractionDone: 1 });
  const known = new Set(verdicts.flatMap(({ files }) => files.map(({ path }) => path)));
  const problems = read.flatMap(({ found }) => found.problems);
  return {
    cluster,
    sets: verdicts.map((one) => ({ ...one, files: one.files.slice(0, FILES_KEPT) })),
    isValid: asked.every((one) => one.isValid),
    otherProblems: problems.filter(({ path }) => !known.has(path)).length,
  };
}

interface ReadBack {
  readonly repository: number;
  readonly found: StanzaVerification;
  /** Names of the segments, by archive. */
  readonly segments: ReadonlyMap<string, ReadonlySet<string>>;
}

async function readBack(
  stanza: StanzaConfig,
  repository: number,
  sets: readonly BackupSet[],
  call: CallOptions,
): Promise<ReadBack> {
  const found = await readWhole(stanza, repository, call);
  const ids = new Set(sets.flatMap(({ archiveId }) => (archiveId === null ? [] : [archiveId])));
  const segments = new Map<string, ReadonlySet<string>>();
  for (const archiveId of ids)
    segments.set(archiveId, new Set(await listArchive(stanza, { archiveId, repository }, call)));
  return { repository, found, segments };
}

/**
 * A repository that goes away in the middle looks like one whose files are gone, and that must not be said of its sets.
 *
 * @throws {RepositoryUnavailableError}
 */
async function readWhole(
  stanza: StanzaConfig,
  number: number,
  call: CallOptions,
): Promise<StanzaVerification> {
  const repository = listRepositories(stanza).find((one) => one.number === number) ?? { bucket: null };
  const reach = watchReach(stanza, repository);
  try {
    const signal = AbortSignal.any([...(call.signal ? [call.signal] : []), reach.signal]);
    const found = await runVerify(stanza, number, { ...call, signal });
    await assertReachable(stanza, repository, call.signal);
    const lost = await findLost(stanza);
    if (lost !== null) throw new RepositoryUnavailableError(stanza.name, lost);
    return found;
  } finally {
    await reach.stop();
  }
}

/** A set counts on the archive of its own repository: the others may be what has burned down. */
function judgeSet(set: BackupSet, { found, segments }: ReadBack): Verdict {
  return judge(set, found, segments.get(set.archiveId ?? '') ?? new Set());
}

function inRepository(stanza: StanzaConfig, repository: string | null | undefined): string {
  return repository == null ? '' : ` in repository ${pickRepository(stanza, repository).name}`;
}

/** @throws {BackupInvalidError} for the newest set that was asked for and is invalid, once all rows say so. */
export async function recordVerdicts(
  { fleet, db }: VerifyBackupDependencies,
  { cluster, label = null }: VerifyBackupOperationInput,
  result: VerifyBackupResult,
  { operationId, assertLease, signal, processMarks: marks }: StepContext,
): Promise<VerifyBackupResult> {
  const info = await readInfo(stanzaOf(fleet, cluster), { signal, marks });
  const sets = new Map(info.sets.map((one): [string, BackupSet] => [one.label, one]));
  const wanted = label === null ? null : pickSet(cluster, info, label).label;
  assertLease();
  for (const verdict of result.sets) {
    const set = sets.get(verdict.label);
    if (set === undefined) continue; // somebody outside of us has removed it meanwhile
    const { isValid } = verdict;
    await persist(signal, () =>
      recordVerification(db, { cluster, set, operationId, isValid, verification: verdict }),
    );
  }
  const invalid = result.sets.find((one) => !one.isValid && (wanted === null || one.label === wanted));
  if (invalid === undefined) return result;
  const files = invalid.files.map((one) => one.path);
  throw new BackupInvalidError(invalid.label, files, invalid.problem ?? 'no reason was given');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
