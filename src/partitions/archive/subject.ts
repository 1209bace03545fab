import type { Fleet } from '../../fleet/fleet.ts';
import type { Performing } from '../maintenance/perform.ts';
import type { LiveLeaf } from '../probe.ts';
import { pickTable, type ReadTable, readPartitions } from '../read.ts';
import type { ArchiveStore } from './place.ts';

/** What the newest backup of a cluster covers. */
export interface BackupCoverage {
  /** When the newest usable one began; null: there is none. */
  readonly startedAt: Date | null;
}

export interface ArchiveDependencies extends Performing {
  readonly fleet: Fleet;
  readonly store: ArchiveStore;
  /** Tables of which an organization is being moved away or hither; names with their schema where that is not public. */
  readonly tablesBeingMoved: (cluster: string) => Promise<readonly string[]>;
  /** Null: the cluster has no backups, so there is none to wait for. */
  readonly backupCoverage: (cluster: string) => Promise<BackupCoverage | null>;
}

export interface NamedPartition {
  readonly cluster: string;
  readonly schema: string;
  readonly table: string;
  readonly partition: string;
}

/** A partition that is to be archived, as it is now; null leaf: it is gone. */
export interface Found {
  readonly table: ReadTable;
  readonly leaf: LiveLeaf | null;
}

/** As it is now. @throws {PartitionedTableNotFoundError} */
export async function findPartition(deps: ArchiveDependencies, named: NamedPartition): Promise<Found> {
  const { cluster, schema, table: name, partition } = named;
  const tables = await readPartitions(deps, cluster, new Date());
  const table = pickTable(cluster, tables, `${schema}.${name}`);
  return { table, leaf: table.leaves.find((one) => one.name === partition) ?? null };
}
