import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';

const KEY_RETENTION_HOURS = 24;

/** What a key was first used for. */
export interface KeyUse {
  readonly operationId: string;
  readonly fingerprint: string;
}

export async function findKeyUse(db: Queryable, principalId: string, key: string): Promise<KeyUse | null> {
  const [row] = await db.rows<KeyUse>(sql`/* idempotency.find */
    SELECT operation_id AS "operationId", fingerprint
    FROM idempotency_key
    WHERE principal_id = ${principalId} AND key = ${key}
      AND created_at > clock_timestamp() - ${KEY_RETENTION_HOURS} * interval '1 hour'
  `);
  return row ?? null;
}

/** True when the key is ours now; false when a call that committed first has it. */
export async function claimKey(
  tx: Transaction,
  use: KeyUse & { readonly principalId: string; readonly key: string },
): Promise<boolean> {
  // The conflict waits for the other transaction's end; an expired use is replaced.
  const rows = await tx.rows(sql`/* idempotency.claim */
    INSERT INTO idempotency_key AS kept (principal_id, key, fingerprint, operation_id)
    VALUES (${use.principalId}, ${use.key}, ${use.fingerprint}, ${use.operationId})
    ON CONFLICT (principal_id, key) DO UPDATE
    SET fingerprint = EXCLUDED.fingerprint, operation_id = EXCLUDED.operation_id, created_at = clock_timestamp()
    WHERE kept.created_at <= clock_timestamp() - ${KEY_RETENTION_HOURS} * interval '1 hour'
    RETURNING key
  `);
  return rows.length > 0;
}

export async function deleteExpiredKeys(db: Queryable): Promise<void> {
  await db.rows(sql`/* idempotency.deleteExpired */
    DELETE FROM idempotency_key WHERE created_at <= clock_timestamp() - ${KEY_RETENTION_HOURS} * interval '1 hour'
  `);
}
