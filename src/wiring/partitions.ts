import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { listUsableSets } from '../backups/archive/windows-service.ts';
import { type Catalogue, createCatalogue } from '../backups/catalogue.ts';
import { readStanzaSettings } from '../backups/pgbackrest/repository.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { createObjectStore } from '../objects/object-store.ts';
import type { Children } from '../operations/children.ts';
import { createBucketStore, createNoStore } from '../partitions/archive/bucket.ts';
import { createDirectoryStore } from '../partitions/archive/directory.ts';
import type { BackupCoverage } from '../partitions/archive/subject.ts';
import type { ArchiveStore } from '../partitions/archive/place.ts';
import {
  createPartitionOperations,
  createPartitions,
  type PartitionService,
} from '../partitions/partitions.ts';
import type { PartitionSettings } from '../config/partition-settings.ts';
import type { DefaultSchedule } from '../schedules/defaults.ts';
import { schedulable } from '../schedules/kinds.ts';
import type { Ground, Wiring } from './noun.ts';

export interface PartitionWiringOptions {
  readonly children: Children;
  /** Tables of which rows are on their way to or from a cluster; `*`: any of them. */
  readonly tablesBeingMoved: (cluster: string) => Promise<readonly string[]>;
}

/** Partitions: made ahead, archived when they are old. */
export function wirePartitions(
  { config, db, fleet }: Ground,
  options: PartitionWiringOptions,
): Wiring<{ readonly partitions: PartitionService }> {
  const store = openStore(config.partitions.archive);
  const catalogue = createCatalogue({ fleet, db });
  const backupCoverage = (cluster: string) => readCoverage({ fleet, catalogue }, cluster);
  const deps = {
    ...options,
    fleet,
    db,
    store,
    backupCoverage,
    freeBytes: (cluster: string) => readFreeBytes(fleet, cluster),
    patienceMs: config.partitions.lockPatienceSeconds * 1_000,
  };
  const definitions = createPartitionOperations(deps);
  const { maintain, maintainAll, create, archive, restore, convert, complete } = definitions;
  return {
    definitions: [maintain, maintainAll, create, archive, restore, convert, complete],
    connect({ operations }) {
      const partitions = createPartitions({ ...deps, operations, definitions });
      return {
        services: { partitions },
        schedulable: [
          schedulable({
            ...{ ...maintainAll, scope: 'partition:write' },
            start: (input, request) => operations.start(maintainAll, input, request),
          }),
          schedulable({
            ...{ ...maintain, scope: 'partition:write' },
            start: (input, request) => operations.start(maintain, input, request),
          }),
        ],
        defaultSchedules: config.partitions.defaultSchedule ? [daily(config.backups.timezone)] : [],
      };
    },
  };
}

/** Null: the cluster has no backups. */
async function readCoverage(
  { fleet, catalogue }: Pick<Ground, 'fleet'> & { readonly catalogue: Catalogue },
  cluster: string,
): Promise<BackupCoverage | null> {
  if (fleet.get(cluster).stanza === null) return null;
  const sets = await listUsableSets(catalogue, cluster);
  const newest = Math.max(...sets.map(({ startedAt }) => startedAt.getTime()));
  return { startedAt: sets.length === 0 ? null : new Date(newest) };
}

/** Of the disk of a data directory that pgBackRest's configuration names on this host; null: none is known here. */
async function readFreeBytes(fleet: Fleet, cluster: string): Promise<bigint | null> {
  const { stanza } = fleet.get(cluster);
  if (stanza === null) return null;
  try {
    const [server] = readStanzaSettings(stanza).servers;
    if (server === undefined) return null;
    const { bavail, bsize } = await statfs(server.dataDirectory, { bigint: true });
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** Before the nightly backups have much to do, and long before a month ends anywhere. */
function daily(timezone: string): DefaultSchedule {
  return {
    name: 'partition-maintenance',
    kind: 'partitions.maintainAll',
    cluster: null,
    input: { clusters: null },
    cron: '30 0 * * *',
    timezone,
  };
}

function openStore(archive: PartitionSettings['archive']): ArchiveStore {
  if (archive === undefined) return createNoStore();
  if ('directory' in archive) return createDirectoryStore(archive.directory);
  const { endpoint, region, bucket, prefix, uriStyle, caFile, accessKeyFile, secretKeyFile } = archive.s3;
  return createBucketStore(
    createObjectStore({
      ...{ endpoint, region, bucket, prefix, isPathStyle: uriStyle === 'path', isTlsVerified: true },
      accessKey: readFileSync(accessKeyFile, 'utf8').trim(),
      secretKey: readFileSync(secretKeyFile, 'utf8').trim(),
      caFile: caFile ?? null,
    }),
  );
}
