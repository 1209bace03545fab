import { isServerError } from '../../postgres/errors.ts';
import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { TableStatistics } from './estimate.ts';
import type { ShardSample } from './load.ts';

/** Every table of organizations, partitions one by one, as ANALYZE has seen it last. Reads the catalog only. */
export function readStatistics(db: Queryable): Promise<readonly TableStatistics[]> {
  return db.rows<TableStatistics>(sql`/* shards.readStatistics */
    SELECT relname::text AS table
      , CASE WHEN reltuples >= 0 THEN reltuples::float8 END AS rows
      , pg_total_relation_size(pg_class.oid) AS bytes
      , CASE WHEN relname = 'organizations' THEN -1 ELSE n_distinct::float8 END AS distinct
      , null_frac::float8 AS "nullFraction"
      , coalesce(most_common_vals::text::text[], '{}') AS "commonValues"
      , coalesce(most_common_freqs::float8[], '{}') AS "commonShares"
    FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND atttypid = 'uuid'::regtype
      AND attname = CASE relname WHEN 'organizations' THEN 'id' ELSE 'organization_id' END
    LEFT JOIN pg_stats ON schemaname = 'public' AND tablename = relname AND pg_stats.attname = pg_attribute.attname
      AND NOT inherited
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ORDER BY relname
  `);
}

/** Organizations that live here. */
export async function listOrganizations(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ id: string }>(sql`/* shards.listOrganizations */
    SELECT organization_id AS id FROM ops.tenant_home
    WHERE state IN ('ACTIVE', 'MOVING') AND shard_name = ops.local_shard()
  `);
  return rows.map(({ id }) => id);
}

const ACTIVITY_MINUTES = 15;

/** Rows of the activity log by organization and minute; null when that takes too long. Reads an index. */
export async function countActivity(
  tx: Transaction,
  organizations: readonly string[],
): Promise<ReadonlyMap<string, number> | null> {
  try {
    await tx.rows(sql`/* shards.limitActivity */ SELECT set_config('statement_timeout', '2s', true)`);
    const rows = await tx.rows<{ id: string; count: number }>(sql`/* shards.countActivity */
      SELECT id, (
        SELECT count(*)::int FROM public.activity_log
        WHERE organization_id = one.id AND created_at > now() - make_interval(mins => ${ACTIVITY_MINUTES})
      ) AS count
      FROM unnest(${organizations}::uuid[]) AS one (id)
    `);
    return new Map(rows.map(({ id, count }) => [id, count / ACTIVITY_MINUTES]));
  } catch (error) {
    if (isServerError(error, '57014')) return null;
    throw error;
  }
}

/** Counters of the database as they stand now. */
export async function readCounters(db: Queryable): Promise<ShardSample> {
  const [row] = await db.rows<ShardSample & { hasStatements: boolean }>(sql`/* shards.readCounters */
    SELECT clock_timestamp() AS at, pg_database_size(datid) AS bytes, numbackends AS connections
      , xact_commit + xact_rollback AS transactions
      , NULL::bigint AS statements
      , to_regclass('pg_stat_statements') IS NOT NULL AS "hasStatements"
    FROM pg_stat_database WHERE datname = current_database()
  `);
  if (row === undefined) throw new Error('a server that answers has statistics of its database');
  const { hasStatements, ...sample } = row;
  return { ...sample, statements: hasStatements ? await countStatements(db) : null };
}

/** Null when the library is not loaded although the extension is there. */
async function countStatements(db: Queryable): Promise<bigint | null> {
  try {
    const [row] = await db.rows<{ calls: bigint }>(sql`/* shards.countStatements */
      SELECT coalesce(sum(calls), 0)::bigint AS calls FROM pg_stat_statements
      JOIN pg_database ON pg_database.oid = dbid WHERE datname = current_database()
    `);
    return row?.calls ?? null;
  } catch (error) {
    if (isServerError(error, '55000')) return null;
    throw error;
  }
}
