import type { StanzaConfig } from '../config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Queryable } from '../postgres/pool.ts';
import { findByName, toAlias } from './alias.ts';
import { BackupNotFoundError, BackupsNotConfiguredError } from './errors.ts';
import { type BackupSet, fromKeptSet, type StanzaInfo } from './pgbackrest/info.ts';
import type { Manifest } from './copy/manifest.ts';
import { readInfo, type CallOptions } from './pgbackrest/pgbackrest.ts';
import type { Hold } from './retention/holds.ts';
import {
  decideRetention,
  DEFAULT_POLICY,
  type KeepReason,
  type RetainedSet,
  type RetentionPolicy,
} from './retention/retention.ts';
import { listHolds, listPolicies } from './retention/store.ts';
import * as store from './store.ts';
import { type BackupVerification, toVerification } from './verification/verification-record.ts';

export const BACKUP_STATES = ['COMPLETE', 'INVALID', 'EXPIRED'] as const;
export type BackupState = (typeof BACKUP_STATES)[number];

/** A set of the repository with what we know about it. */
export interface Backup extends BackupSet {
  readonly cluster: string;
  /** Its name in the guide's form, e.g. `full_20241201_020000`. */
  readonly alias: string;
  /** INVALID: the last verification found files missing or changed. EXPIRED: the repository has it no more. */
  readonly state: BackupState;
  /** Number of the timeline that it was made on; null when the server was stopped. */
  readonly timeline: number | null;
  /** `zst`, `lz4`, `gz`, …; null when it was not made through us. */
  readonly compression: string | null;
  /** Null when it was not made through us. */
  readonly operationId: string | null;
  /** Null when the rows were not noted: then a restore can be started, but not proven. */
  readonly manifest: Manifest | null;
  /** What the last verification found; null when there was none. */
  readonly verification: BackupVerification | null;
  readonly verifiedAt: Date | null;
  /** Null: nobody has said that it must stay. */
  readonly hold: Hold | null;
  /** Why it stays, the strongest reason first; empty: the next expiry removes it, or it is gone. */
  readonly keptBecause: readonly KeepReason[];
  /** When the last reason ends as things are now; null: not known, never, or it is gone. */
  readonly expiresAt: Date | null;
  /** Of an expired set: null when it was not removed through us. */
  readonly expiredAt: Date | null;
  readonly expiredBy: string | null;
  readonly expiredBecause: string | null;
}

/** @throws {ClusterNotFoundError} @throws {BackupsNotConfiguredError} */
export function stanzaOf(fleet: Fleet, cluster: string): StanzaConfig {
  const { stanza } = fleet.get(cluster);
  if (stanza === null) throw new BackupsNotConfiguredError(cluster);
  return stanza;
}

/** By label or alias. @throws {BackupNotFoundError} naming the newest ones that are there. */
export function pickSet(
  cluster: string,
  info: Pick<StanzaInfo, 'sets' | 'unreachable'>,
  label: string,
  argument?: readonly string[],
): BackupSet {
  const found = findByName(info.sets, label);
  if (found === null) {
    if (info.unreachable[0] !== undefined) throw info.unreachable[0].error; // it may be there
    const known = info.sets.map((one) => one.label).reverse();
    throw new BackupNotFoundError(cluster, label, known, argument);
  }
  return found;
}

/** The annotation that ties a set to the operation that made it. */
export const OPERATION_ANNOTATION = 'opId';
/** The annotation that says what a set is compressed with: pgBackRest's catalogue does not. */
export const COMPRESSION_ANNOTATION = 'compress';

export function findByOperation(info: StanzaInfo, operationId: string): BackupSet | null {
  return info.sets.findLast((one) => one.annotations[OPERATION_ANNOTATION] === operationId) ?? null;
}

export interface Catalogue {
  /** Newest first, one list (or the reason why there is none) for each of `clusters`, in their order. */
  listByCluster(clusters: readonly string[]): Promise<readonly (readonly Backup[] | Error)[]>;
  /** Sets that the repository has no more, newest first. @throws the typed failures of a repository. */
  listExpired(cluster: string): Promise<readonly Backup[]>;
}

const KEPT_MS = 1_000;
const CALL: CallOptions = {};

/** Live from the repositories; one question in a second is enough for each. */
export function createCatalogue({ fleet, db }: { readonly fleet: Fleet; readonly db: Queryable }): Catalogue {
  const kept = new Map<string, { readonly info: Promise<StanzaInfo>; readonly untilMs: number }>();
  const readKept = (cluster: string): Promise<StanzaInfo> => {
    const known = kept.get(cluster);
    if (known !== undefined && known.untilMs > performance.now()) return known.info;
    const info = readInfo(stanzaOf(fleet, cluster), CALL);
    kept.set(cluster, { info, untilMs: performance.now() + KEPT_MS });
    info.catch(() => kept.delete(cluster));
    return info;
  };
  return {
    async listByCluster(clusters) {
      // `fleet.get` may throw before there is a promise: inside `async` that is a rejection like the others.
      const infos = Promise.allSettled(clusters.map(async (cluster) => readKept(cluster)));
      const [settled, records, holds, policies] = await Promise.all([
        infos,
        store.listByCluster(db, clusters),
        listHolds(db, clusters),
        listPolicies(db, clusters),
      ]);
      return settled.map((one, index) =>
        one.status === 'rejected'
          ? (one.reason as Error)
          : merge(clusters[index] ?? '', one.value, {
              records: records[index] ?? [],
              holds: holds[index] ?? [],
              policy: policies[index] ?? DEFAULT_POLICY,
            }),
      );
    },
    async listExpired(cluster) {
      const [info, [records = []]] = await Promise.all([
        readKept(cluster),
        store.listByCluster(db, [cluster]),
      ]);
      const there = new Set(info.sets.map(({ label }) => label));
      const away = new Set(info.unreachable.map(({ number }) => number));
      return records
        .flatMap((record) =>
          record.catalogue === null || there.has(record.label) || away.has(record.catalogue.repositoryKey)
            ? []
            : [record],
        )
        .map((record) => toExpired(cluster, record))
        .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
    },
  };
}

/** Sets with what verification said about them. */
export function toRetained(
  sets: readonly BackupSet[],
  records: readonly store.BackupRecord[],
): readonly RetainedSet[] {
  const byLabel = new Map(records.map((one) => [one.label, one]));
  return sets.map((set) => {
    const record = byLabel.get(set.label);
    const isValid = record?.state !== 'INVALID';
    return { set, isValid, isVerified: isValid && (record?.verifiedAt ?? null) !== null };
  });
}

/** When backups were made, as far as was written down; also of those that are gone. */
export function listWitnesses(records: readonly store.BackupRecord[]): readonly Date[] {
  return records.flatMap(({ catalogue }) => (catalogue === null ? [] : [new Date(catalogue.finishedAt)]));
}

interface Known {
  readonly records: readonly store.BackupRecord[];
  readonly holds: readonly Hold[];
  readonly policy: RetentionPolicy;
}

function merge(cluster: string, info: StanzaInfo, { records, holds, policy }: Known): readonly Backup[] {
  const byLabel = new Map(records.map((one) => [one.label, one]));
  const retained = toRetained(info.sets, records);
  const rules = { policy, holds, witnesses: listWitnesses(records), now: new Date() };
  const { sets, holds: running } = decideRetention(retained, rules);
  return sets.toReversed().map(({ set, reasons, expiresAt }) => ({
    ...describe(cluster, set, byLabel.get(set.label) ?? null),
    hold: running.find(({ label }) => label === set.label) ?? null,
    keptBecause: reasons,
    expiresAt,
  }));
}

function toExpired(cluster: string, record: store.BackupRecord): Backup {
  const { catalogue, expiredAt, expiredBy, expiredBecause } = record;
  if (catalogue === null) throw new Error(`${record.label} was never seen in a repository`);
  const set = fromKeptSet(catalogue);
  return { ...describe(cluster, set, record), state: 'EXPIRED', expiredAt, expiredBy, expiredBecause };
}

/** A set as it is when nothing is known about its end. */
function describe(cluster: string, set: BackupSet, record: store.BackupRecord | null): Backup {
  return {
    ...set,
    cluster,
    alias: toAlias(set),
    state: record?.state ?? 'COMPLETE',
    timeline: set.walStart === null ? null : Number.parseInt(set.walStart.slice(0, 8), 16),
    compression: set.annotations[COMPRESSION_ANNOTATION] ?? null,
    operationId: record?.operationId ?? set.annotations[OPERATION_ANNOTATION] ?? null,
    manifest: record?.manifest ?? null,
    verification: record === null ? null : toVerification(record),
    verifiedAt: record?.verifiedAt ?? null,
    hold: null,
    keptBecause: [],
    expiresAt: null,
    expiredAt: null,
    expiredBy: null,
    expiredBecause: null,
  };
}
