import type { StanzaConfig } from '../../config.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { toAlias } from '../alias.ts';
import { listWitnesses, stanzaOf, toRetained } from '../catalogue.ts';
import { assertClocksAgree } from '../copy/clock.ts';
import type { BackupSet, BackupType, StanzaInfo } from '../pgbackrest/info.ts';
import { type CallOptions, listArchive, readInfo, readWholeInfo } from '../pgbackrest/pgbackrest.ts';
import { ofRepository } from '../repositories/repositories.ts';
import { warnOfHolds } from './holds.ts';
import { type ArchiveDecision, decideRetention, type RetentionDecision } from './retention.ts';
import { type ClusterPolicy, defaultPolicyOf, listHolds, listPolicies } from './store.ts';
import * as store from '../store.ts';
import { nextSegment } from '../verification/verification.ts';

/** A set that would go. */
export interface ExpiringSet {
  readonly label: string;
  readonly alias: string;
  readonly type: BackupType;
  readonly finishedAt: Date;
  /** What becomes free in the repository, in bytes. */
  readonly freedBytes: bigint;
}

/** A set that stays, and why. */
export interface KeptBackup {
  readonly label: string;
  readonly alias: string;
  readonly reasons: readonly string[];
  /** When the last reason ends as things are now; null: not known, or never. */
  readonly expiresAt: Date | null;
}

/** What retention does to the sets of a cluster. */
export interface ExpiryPlan {
  readonly cluster: string;
  readonly policy: ClusterPolicy;
  /** Newest first. */
  readonly kept: readonly KeptBackup[];
  /** In the order in which they go: what depends on others before these. */
  readonly expiring: readonly ExpiringSet[];
  /** Of the sets; write-ahead log comes on top. */
  readonly freedBytes: bigint;
  readonly windows: readonly WindowChange[];
  readonly warnings: readonly string[];
}

/** How far back any moment can be recovered from one repository. Null: from none of its sets on. */
export interface WindowChange {
  readonly repositoryKey: number;
  readonly earliestBefore: Date | null;
  readonly earliestAfter: Date | null;
  /** Single moments before the window, those of older sets, that can be recovered no more. */
  readonly momentsLost: readonly Date[];
}

export interface ExpiryDependencies {
  readonly fleet: Fleet;
  readonly db: Queryable;
}

/** Whose sets: of one repository, by its name, or of all. */
export interface ExpiryScope {
  readonly cluster: string;
  /** Null or left out: all, and then all of them have to answer. */
  readonly repository?: string | null | undefined;
}

/** The catalogue that an expiry decides about. @throws {RepositoryNotFoundError} @throws {RepositoryUnavailableError} */
export async function readScope(
  fleet: Fleet,
  { cluster, repository }: ExpiryScope,
  options: CallOptions = {},
): Promise<StanzaInfo> {
  const stanza = stanzaOf(fleet, cluster);
  return repository == null
    ? readWholeInfo(stanza, options)
    : ofRepository(await readInfo(stanza, options), stanza, repository);
}

/** What is known about the sets of a cluster when their end is decided. */
export interface Retention {
  readonly policy: ClusterPolicy;
  readonly info: StanzaInfo;
  readonly decision: RetentionDecision;
}

/** Decides about the sets that are there now. @throws {ClocksDisagreeError} and the typed failures of a repository. */
export async function readRetention(
  { fleet, db }: ExpiryDependencies,
  scope: ExpiryScope,
  options: CallOptions = {},
): Promise<Retention> {
  const { cluster } = scope;
  stanzaOf(fleet, cluster); // who has no stanza hears that, and nothing of clocks
  await assertClocksAgree({ fleet, db }, cluster);
  const [info, [found], [holds = []], [records = []]] = await Promise.all([
    readScope(fleet, scope, options),
    listPolicies(db, [cluster]),
    listHolds(db, [cluster]),
    store.listByCluster(db, [cluster]),
  ]);
  const policy = found ?? defaultPolicyOf(cluster);
  const sets = toRetained(info.sets, records);
  const rules = { policy, holds, witnesses: listWitnesses(records), now: new Date() };
  return { policy, info, decision: decideRetention(sets, rules) };
}

/** Sets that nothing keeps, in the order in which they may go. */
export function listExpiring({ sets }: RetentionDecision): readonly BackupSet[] {
  // A set depends on older ones only.
  return sets
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ set }) => set)
    .reverse();
}

/** What would go now, without doing it. @throws {ClocksDisagreeError} and the typed failures of a repository. */
export async function planExpiry(deps: ExpiryDependencies, scope: ExpiryScope): Promise<ExpiryPlan> {
  const { cluster } = scope;
  const { policy, decision } = await readRetention(deps, scope);
  const expiring = listExpiring(decision);
  const windows = await listWindows(stanzaOf(deps.fleet, cluster), decision);
  return {
    cluster,
    policy,
    kept: decision.sets
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ set, reasons, expiresAt }) => ({
        label: set.label,
        alias: toAlias(set),
        reasons: reasons.map(({ text }) => text),
        expiresAt,
      }))
      .reverse(),
    expiring: expiring.map((set) => ({
      label: set.label,
      alias: toAlias(set),
      type: set.type,
      finishedAt: set.finishedAt,
      freedBytes: set.repositoryDeltaBytes,
    })),
    freedBytes: expiring.reduce((sum, one) => sum + one.repositoryDeltaBytes, 0n),
    windows,
    warnings: listWarnings(decision),
  };
}

async function listWindows(
  stanza: StanzaConfig,
  decision: RetentionDecision,
): Promise<readonly WindowChange[]> {
  return Promise.all(
    decision.archives.map(async (archive) => {
      const repository = archive.repositoryKey;
      const own = decision.sets.filter(({ set }) => set.repositoryKey === repository);
      const ids = new Set(own.flatMap(({ set }) => (set.archiveId === null ? [] : [set.archiveId])));
      const listed = await Promise.all(
        [...ids].map((archiveId) => listArchive(stanza, { archiveId, repository })),
      );
      return changeOf(decision, archive, new Set(listed.flat().map(withoutTimeline)));
    }),
  );
}

/** A set reaches on when the segment behind its last one is there: then recovery goes beyond the set itself. */
function changeOf(
  { sets }: RetentionDecision,
  { repositoryKey, from }: ArchiveDecision,
  archived: ReadonlySet<string>,
): WindowChange {
  const own = sets.filter(({ set }) => set.repositoryKey === repositoryKey);
  const newest = own.at(-1)?.set;
  const reaches = ({ label, walStop }: BackupSet) =>
    label === newest?.label || (walStop !== null && archived.has(withoutTimeline(nextSegment(walStop))));
  const before = own.find(({ set }) => reaches(set))?.set ?? null;
  const staying = own.filter(({ reasons }) => reasons.length > 0);
  const first = from === null ? null : withoutTimeline(from);
  const after = staying.find(
    ({ set }) => reaches(set) && (first === null || withoutTimeline(set.walStart ?? '') >= first),
  );
  const lost = own.filter(({ set, reasons }) => reasons.length === 0 && !reaches(set));
  return {
    repositoryKey,
    earliestBefore: before?.finishedAt ?? null,
    earliestAfter: after?.set.finishedAt ?? null,
    momentsLost: lost.map(({ set }) => set.finishedAt),
  };
}

/** The order of segments is that of their numbers, whatever timeline they are on. */
function withoutTimeline(segment: string): string {
  return segment.slice(8, 24);
}

const DAY_MS = 86_400_000;

function listWarnings({ sets, holds, uncountedMs }: RetentionDecision): readonly string[] {
  const heldAlone = sets.filter(
    ({ reasons }) => reasons.length > 0 && reasons.every(({ rule }) => rule === 'HELD'),
  );
  return [
    ...(uncountedMs === 0
      ? []
      : [
          `${(uncountedMs / DAY_MS).toFixed(1)} days without any backup make no backup older: the clock may have jumped`,
        ]),
    ...warnOfHolds(holds, new Date()),
    ...heldAlone.map(
      ({ set }) =>
        `${set.label} is held, but only as it is: the write-ahead log behind it does not stay for it`,
    ),
  ];
}
