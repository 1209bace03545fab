import type { StanzaConfig } from '../config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Queryable } from '../postgres/pool.ts';
import { BackupNotFoundError, BackupsNotConfiguredError } from './errors.ts';
import type { BackupSet, StanzaInfo } from './info.ts';
import type { Manifest } from './manifest.ts';
import { readInfo, type CallOptions } from './pgbackrest.ts';
import * as store from './store.ts';

export const BACKUP_STATES = ['COMPLETE', 'INVALID'] as const;
export type BackupState = (typeof BACKUP_STATES)[number];

/** A set of the repository with what we know about it. */
export interface Backup extends BackupSet {
  readonly cluster: string;
  /** INVALID: the last verification found files missing or changed. */
  readonly state: BackupState;
  /** Null when it was not made through us. */
  readonly operationId: string | null;
  /** Null when the rows were not noted: then a restore can be started, but not proven. */
  readonly manifest: Manifest | null;
  /** What the last verification found; null when there was none. */
  readonly verification: unknown;
  readonly verifiedAt: Date | null;
}

/** @throws {ClusterNotFoundError} @throws {BackupsNotConfiguredError} */
export function stanzaOf(fleet: Fleet, cluster: string): StanzaConfig {
  const { stanza } = fleet.get(cluster);
  if (stanza === null) throw new BackupsNotConfiguredError(cluster);
  return stanza;
}

/** @throws {BackupNotFoundError} naming the newest ones that are there. */
export function pickSet(cluster: string, info: StanzaInfo, label: string): BackupSet {
  const found = info.sets.find((one) => one.label === label);
  if (found === undefined) {
    const known = info.sets.map((one) => one.label).reverse();
    throw new BackupNotFoundError(cluster, label, known);
  }
  return found;
}

/** The annotation that ties a set to the operation that made it. */
export const OPERATION_ANNOTATION = 'opId';

export function findByOperation(info: StanzaInfo, operationId: string): BackupSet | null {
  return info.sets.findLast((one) => one.annotations[OPERATION_ANNOTATION] === operationId) ?? null;
}

export interface Catalogue {
  /** Newest first, one list (or the reason why there is none) for each of `clusters`, in their order. */
  listByCluster(clusters: readonly string[]): Promise<readonly (readonly Backup[] | Error)[]>;
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
      const [settled, records] = await Promise.all([infos, store.listByCluster(db, clusters)]);
      return settled.map((one, index) =>
        one.status === 'rejected'
          ? (one.reason as Error)
          : merge(clusters[index] ?? '', one.value, records[index] ?? []),
      );
    },
  };
}

function merge(cluster: string, info: StanzaInfo, records: readonly store.BackupRecord[]): readonly Backup[] {
  const byLabel = new Map(records.map((one) => [one.label, one]));
  return info.sets.toReversed().map((set) => {
    const record = byLabel.get(set.label);
    return {
      ...set,
      cluster,
      state: record?.state ?? 'COMPLETE',
      operationId: record?.operationId ?? set.annotations[OPERATION_ANNOTATION] ?? null,
      manifest: record?.manifest ?? null,
      verification: record?.verification ?? null,
      verifiedAt: record?.verifiedAt ?? null,
    };
  });
}
