import { inOrderOf, type Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import { type BackupSet, type KeptSet, toKeptSet } from './pgbackrest/info.ts';
import type { Manifest } from './copy/manifest.ts';
import type { RestoreResult } from './restore/proof.ts';

/** What the control database adds to a set. */
export interface BackupRecord {
  readonly cluster: string;
  readonly label: string;
  readonly state: 'COMPLETE' | 'INVALID';
  readonly operationId: string | null;
  readonly manifest: Manifest | null;
  readonly verification: unknown;
  readonly verifiedAt: Date | null;
  /** The operation that verified it. */
  readonly verifiedBy: string | null;
  /** The set as it was seen last; null when nobody has written that down. */
  readonly catalogue: KeptSet | null;
  readonly expiredAt: Date | null;
  readonly expiredBy: string | null;
  /** Why it was removed; null when it was not, or not by us. */
  readonly expiredBecause: string | null;
}

/** Records of each cluster, in the order of `clusters` (the DataLoader contract). */
export async function listByCluster(
  db: Queryable,
  clusters: readonly string[],
): Promise<readonly (readonly BackupRecord[])[]> {
  const rows = await db.rows<BackupRecord>(sql`/* backups.listByCluster */
    SELECT cluster, label, state, operation_id AS "operationId", manifest, verification, verified_at AS "verifiedAt"
      , verified_by AS "verifiedBy", catalogue, expired_at AS "expiredAt", expired_by AS "expiredBy"
      , expired_because AS "expiredBecause"
    FROM backup
    WHERE cluster = ANY(${clusters})
  `);
  return inOrderOf(clusters, rows, (row) => row.cluster);
}

export interface FinishedBackup {
  readonly cluster: string;
  readonly set: KeptSet;
  readonly operationId: string;
  readonly manifest: Manifest | null;
}

/** Twice is safe: the label is the key. */
export async function recordFinished(
  db: Queryable,
  { cluster, set, operationId, manifest }: FinishedBackup,
): Promise<void> {
  await db.rows(sql`/* backups.recordFinished */
    INSERT INTO backup (cluster, label, type, started_at, finished_at, database_bytes, repository_bytes,
      repository_delta_bytes, wal_start, wal_stop, lsn_start, lsn_stop, prior, operation_id, manifest, catalogue)
    VALUES (${cluster}, ${set.label}, ${set.type}, ${set.startedAt}, ${set.finishedAt}, ${set.databaseBytes},
      ${set.repositoryBytes}, ${set.repositoryDeltaBytes}, ${set.walStart}, ${set.walStop}, ${set.lsnStart},
      ${set.lsnStop}, ${set.prior}, ${operationId}, ${toJson(manifest)}, ${toJson(set)})
    ON CONFLICT (cluster, label) DO UPDATE
    SET operation_id = EXCLUDED.operation_id, catalogue = EXCLUDED.catalogue, manifest = coalesce(EXCLUDED.manifest, backup.manifest)
  `);
}

export interface FinishedVerification {
  readonly cluster: string;
  readonly set: BackupSet;
  readonly operationId: string;
  readonly isValid: boolean;
  readonly verification: unknown;
}

/** Twice is safe: it overwrites. A set that somebody else made gets its row here. */
export async function recordVerification(db: Queryable, done: FinishedVerification): Promise<void> {
  const { cluster, set, operationId, isValid, verification } = done;
  await db.rows(sql`/* backups.recordVerification */
    INSERT INTO backup (cluster, label, type, state, started_at, finished_at, database_bytes, repository_bytes,
      repository_delta_bytes, wal_start, wal_stop, lsn_start, lsn_stop, prior, operation_id, verification, verified_at, verified_by, catalogue)
    VALUES (${cluster}, ${set.label}, ${set.type}, ${isValid ? 'COMPLETE' : 'INVALID'}, ${set.startedAt},
      ${set.finishedAt}, ${set.databaseBytes}, ${set.repositoryBytes}, ${set.repositoryDeltaBytes}, ${set.walStart},
      ${set.walStop}, ${set.lsnStart}, ${set.lsnStop}, ${set.prior}, NULL, ${toJson(verification)}, clock_timestamp(), ${operationId}
      , ${toJson(toKeptSet(set))})
    ON CONFLICT (cluster, label) DO UPDATE
    SET state = EXCLUDED.state, catalogue = EXCLUDED.catalogue, verification = EXCLUDED.verification, verified_at = EXCLUDED.verified_at,
      verified_by = EXCLUDED.verified_by
  `);
}

/** Twice is safe: the operation is the key. */
export async function recordProof(
  db: Queryable,
  {
    cluster,
    operationId,
    set,
    result,
  }: { cluster: string; operationId: string; set: BackupSet; result: RestoreResult },
): Promise<void> {
  await db.rows(sql`/* backups.recordProof */
    INSERT INTO backup_proof (operation_id, cluster, label, destination, is_proven, rto_seconds, restore_ms, database_bytes, result)
    VALUES (${operationId}, ${cluster}, ${set.label}, ${result.destination}, ${result.proven}, ${result.rtoSeconds},
      ${result.rtoMs.restore}, ${set.databaseBytes}, ${toJson(result)})
    ON CONFLICT (operation_id) DO UPDATE
    SET is_proven = EXCLUDED.is_proven, rto_seconds = EXCLUDED.rto_seconds, restore_ms = EXCLUDED.restore_ms,
      result = EXCLUDED.result, at = EXCLUDED.at
  `);
}

function toJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
