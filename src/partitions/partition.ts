import type { PartitionInterval } from './bounds.ts';
import type { ArchiveManifest } from './archive/manifest.ts';

export const PARTITION_STATES = ['ATTACHED', 'DETACH_PENDING', 'DETACHED', 'ARCHIVED'] as const;
/** DETACH_PENDING: half detached, its rows are already out of sight. DETACHED: a plain table beside its old one. */
export type PartitionState = (typeof PARTITION_STATES)[number];

/** What the column is by whose ranges a table is partitioned. */
export type KeyType = 'timestamptz' | 'timestamp' | 'date';

/** One partition of a table, or what has become of one. */
export interface Partition {
  readonly cluster: string;
  readonly schema: string;
  /** Name of the table it belongs or belonged to. */
  readonly table: string;
  readonly name: string;
  readonly state: PartitionState;
  /** In UTC; null: no end on that side, or not known of a detached one. */
  readonly from: Date | null;
  /** Exclusive. */
  readonly to: Date | null;
  readonly isDefault: boolean;
  /** With indexes and TOAST; of an archived one, those of its file. */
  readonly bytes: bigint;
  /** The server's estimate, or the count of an archived one; null when nobody has counted yet. */
  readonly rowEstimate: bigint | null;
  /** At the latest; null: not since we have looked first. */
  readonly lastWriteAt: Date | null;
  /** False: one is invalid, or lacks that the table has. Null for an archived one. */
  readonly indexesValid: boolean | null;
  /** Name of the index, or DEFAULT, FULL, NOTHING; null for an archived one. */
  readonly replicaIdentity: string | null;
  readonly archive: PartitionArchive | null;
}

/** A table that is partitioned by ranges of one column of time. */
export interface PartitionedTable {
  readonly cluster: string;
  readonly schema: string;
  readonly name: string;
  readonly keyColumn: string;
  readonly keyType: KeyType;
  /** Null: its partitions are of no length that we know. */
  readonly interval: PartitionInterval | null;
  /** Null: no policy; nobody makes or removes its partitions. */
  readonly policy: PartitionPolicy | null;
  /** End of the unbroken row of partitions that holds this moment; null: rows of now have no place. */
  readonly coverageUntil: Date | null;
  /** Name; null: there is none. */
  readonly defaultPartition: string | null;
  /** Null: no default partition. */
  readonly rowsInDefault: bigint | null;
  readonly problems: readonly string[];
  /** Oldest first, archived ones too; the default partition last. */
  readonly partitions: readonly Partition[];
}

/** A row of ops.partition_policies. */
export interface PartitionPolicy {
  readonly retentionMonths: number;
  readonly premakeMonths: number;
}

/** A partition that was taken out, as the control database knows it. */
export interface PartitionArchive {
  readonly operationId: string;
  readonly cluster: string;
  readonly schema: string;
  readonly table: string;
  readonly partition: string;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly state: 'PREPARING' | 'VERIFIED' | 'ARCHIVED' | 'ABANDONED';
  /** Of the store, for people. */
  readonly location: string;
  readonly folder: string;
  readonly manifest: ArchiveManifest | null;
  readonly verifiedAt: Date | null;
  readonly droppedAt: Date | null;
  readonly restoredAt: Date | null;
}
