import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { OrganizationLoad, ShardSample } from './load.ts';

const SAMPLE_COLUMNS = sql`at, bytes, connections, transactions, statements`;

/** The newest sample that was taken before now; null for the first look. */
export async function findLastSample(db: Queryable, shard: string): Promise<ShardSample | null> {
  const [row] = await db.rows<ShardSample>(sql`/* shards.findLastSample */
    SELECT ${SAMPLE_COLUMNS} FROM shard_sample WHERE shard = ${shard} ORDER BY at DESC LIMIT 1
  `);
  return row ?? null;
}

/** The oldest sample that is kept, for growth; null when there is none. */
export async function findOldestSample(db: Queryable, shard: string): Promise<ShardSample | null> {
  const [row] = await db.rows<ShardSample>(sql`/* shards.findOldestSample */
    SELECT ${SAMPLE_COLUMNS} FROM shard_sample WHERE shard = ${shard} ORDER BY at LIMIT 1
  `);
  return row ?? null;
}

/** Keeps the sample, and forgets those that are older than eight days. */
export async function recordSample(db: Queryable, shard: string, one: ShardSample): Promise<void> {
  await db.rows(sql`/* shards.recordSample */
    WITH forgotten AS (
      DELETE FROM shard_sample WHERE shard = ${shard} AND at < clock_timestamp() - interval '8 days'
    )
    INSERT INTO shard_sample (shard, at, bytes, connections, transactions, statements)
    VALUES (${shard}, ${one.at}, ${one.bytes}, ${one.connections}, ${one.transactions}, ${one.statements})
    ON CONFLICT DO NOTHING
  `);
}

/** The first estimate of each day is kept, for thirty days. */
export async function recordOrganizations(db: Queryable, loads: readonly OrganizationLoad[]): Promise<void> {
  await db.rows(sql`/* shards.recordOrganizations */
    WITH forgotten AS (DELETE FROM organization_sample WHERE day < current_date - 30)
    INSERT INTO organization_sample (organization_id, day, shard, bytes, row_estimate)
    SELECT id, current_date, shard, bytes, rows FROM unnest(
      ${loads.map((one) => one.organization)}::uuid[]
      , ${loads.map((one) => one.shard)}::text[]
      , ${loads.map((one) => one.bytes)}::bigint[]
      , ${loads.map((one) => one.rows)}::bigint[]
    ) AS one (id, shard, bytes, rows)
    ON CONFLICT DO NOTHING
  `);
}

/** The oldest estimate of each organization that is kept. */
export async function listOldest(
  db: Queryable,
  organizations: readonly string[],
): Promise<ReadonlyMap<string, { readonly at: Date; readonly bytes: bigint }>> {
  const rows = await db.rows<{ id: string; at: Date; bytes: bigint }>(sql`/* shards.listOldest */
    SELECT DISTINCT ON (organization_id) organization_id AS id, at, bytes FROM organization_sample
    WHERE organization_id = ANY(${organizations}::uuid[])
    ORDER BY organization_id, day
  `);
  return new Map(rows.map(({ id, ...one }) => [id, one]));
}

/** Transactions per second by hour of the day (UTC), over all shards and the last eight days; and how long that is. */
export function listHours(
  db: Queryable,
): Promise<readonly { readonly hour: number; readonly perSecond: number; readonly days: number }[]> {
  return db.rows(sql`/* shards.listHours */
    WITH steps AS (
      SELECT at, transactions - lag(transactions) OVER own AS done
        , extract(epoch FROM at - lag(at) OVER own)::float8 AS seconds
      FROM shard_sample WINDOW own AS (PARTITION BY shard ORDER BY at)
    )
    SELECT extract(hour FROM at AT TIME ZONE 'UTC')::int AS hour
      , (sum(done) / nullif(sum(seconds), 0))::float8 AS "perSecond"
      , count(DISTINCT date_trunc('day', at))::int AS days
    FROM steps WHERE done >= 0 AND seconds < 3600
    GROUP BY 1 ORDER BY 1
  `);
}
