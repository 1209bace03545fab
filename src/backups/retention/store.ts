import type { Database, Queryable, Transaction } from '../../postgres/pool.ts';
import { inOrderOf } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import { type BackupSet, toKeptSet } from '../pgbackrest/info.ts';
import type { Hold } from './holds.ts';
import { DEFAULT_POLICY, type RetentionPolicy } from './retention.ts';

/** The policy of a cluster, and who set it. */
export interface ClusterPolicy extends RetentionPolicy {
  readonly cluster: string;
  /** Null: nobody; it is the default. */
  readonly updatedBy: string | null;
  readonly updatedAt: Date | null;
}

export function defaultPolicyOf(cluster: string): ClusterPolicy {
  return { ...DEFAULT_POLICY, cluster, updatedBy: null, updatedAt: null };
}

/** In the order of `clusters`; null where nobody has set one. */
export async function listPolicies(
  db: Queryable,
  clusters: readonly string[],
): Promise<readonly (ClusterPolicy | null)[]> {
  const rows = await db.rows<ClusterPolicy>(sql`/* backups.listPolicies */
    SELECT cluster, keep_fulls AS "keepFulls", keep_days AS "keepDays", recovery_days AS "recoveryDays"
      , updated_by AS "updatedBy", updated_at AS "updatedAt"
    FROM backup_retention
    WHERE cluster = ANY(${clusters})
  `);
  return inOrderOf(clusters, rows, (row) => row.cluster).map(([row]) => row ?? null);
}

/** Who says something about backups, as its row keeps it. */
export interface By {
  readonly by: string;
  readonly onBehalfOf: string | null;
}

/** Twice is safe: it overwrites. */
export async function upsertPolicy(
  db: Queryable,
  cluster: string,
  { keepFulls, keepDays, recoveryDays, by, onBehalfOf }: RetentionPolicy & By,
): Promise<void> {
  await db.rows(sql`/* backups.upsertPolicy */
    INSERT INTO backup_retention (cluster, keep_fulls, keep_days, recovery_days, updated_by, on_behalf_of)
    VALUES (${cluster}, ${keepFulls}, ${keepDays}, ${recoveryDays}, ${by}, ${onBehalfOf})
    ON CONFLICT (cluster) DO UPDATE
    SET keep_fulls = EXCLUDED.keep_fulls, keep_days = EXCLUDED.keep_days, recovery_days = EXCLUDED.recovery_days
      , updated_by = EXCLUDED.updated_by, on_behalf_of = EXCLUDED.on_behalf_of, updated_at = clock_timestamp()
  `);
}

/** All that were not released, in the order of `clusters`: whether one has ended is not for a clock alone to say. */
export async function listHolds(
  db: Queryable,
  clusters: readonly string[],
): Promise<readonly (readonly Hold[])[]> {
  const rows = await db.rows<Hold & { readonly cluster: string }>(sql`/* backups.listHolds */
    SELECT cluster, label, needs, held_until AS "until", reason, held_by AS "heldBy"
      , on_behalf_of AS "onBehalfOf", held_at AS "heldAt"
    FROM backup_hold
    WHERE cluster = ANY(${clusters})
    ORDER BY held_at
  `);
  return inOrderOf(clusters, rows, (row) => row.cluster);
}

/** A hold and the end of a set exclude each other: whoever has this lock first is obeyed. */
async function lockHolds(tx: Transaction, cluster: string): Promise<void> {
  await tx.rows(
    sql`/* backups.lockHolds */ SELECT pg_advisory_xact_lock(hashtext('backup_hold'), hashtext(${cluster}))`,
  );
}

export interface NewHold extends By {
  readonly cluster: string;
  readonly label: string;
  readonly needs: readonly string[];
  readonly until: Date | null;
  readonly reason: string;
}

/** The label that is being removed already, in which case nothing is held; null: it is held. Twice overwrites. */
export async function insertHold(tx: Transaction, hold: NewHold): Promise<string | null> {
  const { cluster, label, needs, until, reason, by, onBehalfOf } = hold;
  await lockHolds(tx, cluster);
  const [going] = await tx.rows<{ label: string }>(sql`/* backups.findExpiring */
    SELECT label FROM backup
    WHERE cluster = ${cluster} AND label = ANY(${[label, ...needs]}) AND expiring_by IS NOT NULL
  `);
  if (going) return going.label;
  await tx.rows(sql`/* backups.insertHold */
    INSERT INTO backup_hold (cluster, label, needs, held_until, reason, held_by, on_behalf_of)
    VALUES (${cluster}, ${label}, ${needs}, ${until}, ${reason}, ${by}, ${onBehalfOf})
    ON CONFLICT (cluster, label) DO UPDATE
    SET needs = EXCLUDED.needs, held_until = EXCLUDED.held_until, reason = EXCLUDED.reason
      , held_by = EXCLUDED.held_by, on_behalf_of = EXCLUDED.on_behalf_of, held_at = clock_timestamp()
  `);
  return null;
}

/** Twice is safe. */
export async function deleteHold(db: Queryable, cluster: string, label: string): Promise<void> {
  await db.rows(sql`/* backups.deleteHold */
    DELETE FROM backup_hold WHERE cluster = ${cluster} AND label = ${label}
  `);
}

export interface Expiring {
  readonly cluster: string;
  readonly set: BackupSet;
  readonly operationId: string;
  readonly because: string;
}

/** Says that the set is about to go, unless it is held: then false. Twice is safe. */
export function claimExpiry(
  db: Database,
  { cluster, set, operationId, because }: Expiring,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockHolds(tx, cluster);
    const rows = await tx.rows(sql`/* backups.claimExpiry */
      INSERT INTO backup (cluster, label, type, started_at, finished_at, database_bytes, repository_bytes
        , repository_delta_bytes, wal_start, wal_stop, lsn_start, lsn_stop, prior, catalogue, expiring_by, expired_because)
      SELECT ${cluster}, ${set.label}, ${set.type}, ${set.startedAt}, ${set.finishedAt}, ${set.databaseBytes}
        , ${set.repositoryBytes}, ${set.repositoryDeltaBytes}, ${set.walStart}, ${set.walStop}, ${set.lsnStart}
        , ${set.lsnStop}, ${set.prior}, ${JSON.stringify(toKeptSet(set))}, ${operationId}, ${because}
      WHERE NOT EXISTS (
        SELECT FROM backup_hold
        WHERE cluster = ${cluster} AND (label = ${set.label} OR ${set.label} = ANY(needs))
          AND (held_until IS NULL OR held_until > clock_timestamp())
      )
      ON CONFLICT (cluster, label) DO UPDATE
      SET catalogue = EXCLUDED.catalogue, expiring_by = EXCLUDED.expiring_by, expired_because = EXCLUDED.expired_because
      RETURNING label
    `);
    return rows.length > 0;
  });
}

/** Twice is safe: the first moment stays. */
export async function recordExpired(
  db: Queryable,
  {
    cluster,
    label,
    operationId,
  }: { readonly cluster: string; readonly label: string; readonly operationId: string },
): Promise<void> {
  await db.rows(sql`/* backups.recordExpired */
    UPDATE backup
    SET expired_at = coalesce(expired_at, clock_timestamp()), expired_by = ${operationId}, expiring_by = NULL
    WHERE cluster = ${cluster} AND label = ${label}
  `);
}

/** Labels that the operation said it would remove, and did not say that they are gone. */
export async function listClaims(
  db: Queryable,
  cluster: string,
  operationId: string,
): Promise<readonly string[]> {
  const rows = await db.rows<{ label: string }>(sql`/* backups.listClaims */
    SELECT label FROM backup WHERE cluster = ${cluster} AND expiring_by = ${operationId}
  `);
  return rows.map(({ label }) => label);
}

/** The set stays after all. Twice is safe. */
export async function releaseClaim(
  db: Queryable,
  {
    cluster,
    label,
    operationId,
  }: { readonly cluster: string; readonly label: string; readonly operationId: string },
): Promise<void> {
  await db.rows(sql`/* backups.releaseClaim */
    UPDATE backup SET expiring_by = NULL, expired_because = NULL
    WHERE cluster = ${cluster} AND label = ${label} AND expiring_by = ${operationId}
  `);
}
