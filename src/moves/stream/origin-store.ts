import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Where in the log of `db` the last of what came through the subscription was committed; null when nobody knows any more. */
export async function readAppliedLsn(db: Queryable, subscription: string): Promise<string | null> {
  const [row] = await db.rows<{ lsn: string }>(sql`/* moves.readAppliedLsn */
    SELECT local_lsn::text AS lsn FROM pg_subscription
    JOIN pg_replication_origin_status ON external_id = format('pg_%s', pg_subscription.oid)
    WHERE subname = ${subscription} AND local_lsn > '0/0'
  `);
  return row?.lsn ?? null;
}

/** What a subscription that is not enabled asks for from now on, at the least. Survives crashes of both sides. */
export async function advanceOrigin(db: Queryable, subscription: string, lsn: string): Promise<void> {
  await db.rows(sql`/* moves.advanceOrigin */
    SELECT pg_replication_origin_advance(format('pg_%s', oid), ${lsn}::pg_lsn)
    FROM pg_subscription WHERE subname = ${subscription}
  `);
}
