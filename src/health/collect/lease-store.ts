import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Takes or keeps the leases of `clusters` that no other worker holds; gives those that are ours until `leaseMs` from now. */
export async function claim(
  db: Queryable,
  workerId: string,
  { clusters, leaseMs }: { readonly clusters: readonly string[]; readonly leaseMs: number },
): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ cluster: string }>(sql`/* health.claim */
    INSERT INTO health_lease AS held (cluster, worker_id, expires_at)
    SELECT cluster, ${workerId}, clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    FROM unnest(${clusters}::text[]) AS cluster
    ORDER BY cluster
    ON CONFLICT (cluster) DO UPDATE
    SET worker_id = EXCLUDED.worker_id, expires_at = EXCLUDED.expires_at
    WHERE held.worker_id = EXCLUDED.worker_id OR held.expires_at < clock_timestamp()
    RETURNING held.cluster
  `);
  return new Set(rows.map(({ cluster }) => cluster));
}

/** Lets others go on at once. */
export async function release(db: Queryable, workerId: string): Promise<void> {
  await db.rows(sql`/* health.release */ DELETE FROM health_lease WHERE worker_id = ${workerId}`);
}
