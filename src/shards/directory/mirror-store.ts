import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { Shard } from '../shards.ts';

/** False before the product's migrations have made the tables of shards. */
export async function hasMirror(shard: Queryable): Promise<boolean> {
  const [row] = await shard.rows<{ isThere: boolean }>(sql`/* shards.hasMirror */
    SELECT to_regclass('ops.tenant_home') IS NOT NULL AS "isThere"
  `);
  return row?.isThere ?? false;
}

/** Tells the database who it is among all shards. A new one still bears the name that its migration gave it. */
export async function writeShards(shard: Queryable, own: string, all: readonly Shard[]): Promise<void> {
  await shard.rows(sql`/* shards.nameLocal */
    UPDATE ops.shards SET name = ${own} WHERE is_local AND name <> ${own}
      AND NOT EXISTS (SELECT FROM ops.shards WHERE name = ${own})
  `);
  await shard.rows(sql`/* shards.writeShards */
    INSERT INTO ops.shards (name, cluster_name, state, weight, is_local)
    SELECT name, cluster, state, weight, name = ${own} FROM unnest(
      ${all.map((one) => one.name)}::text[]
      , ${all.map((one) => one.cluster)}::text[]
      , ${all.map((one) => one.state)}::text[]
      , ${all.map((one) => one.weight)}::int[]
    ) AS one (name, cluster, state, weight)
    ON CONFLICT (name) DO UPDATE
    SET cluster_name = EXCLUDED.cluster_name, state = EXCLUDED.state, weight = EXCLUDED.weight
    WHERE (shards.cluster_name, shards.state, shards.weight)
      IS DISTINCT FROM (EXCLUDED.cluster_name, EXCLUDED.state, EXCLUDED.weight)
  `);
}

/** Organizations that this database holds and may be written, with their epochs. */
export function listHomes(
  shard: Queryable,
): Promise<readonly { readonly organization: string; readonly epoch: bigint; readonly isPinned: boolean }[]> {
  return shard.rows(sql`/* shards.listHomes */
    SELECT organization_id AS organization, epoch, is_pinned AS "isPinned" FROM ops.tenant_home
    WHERE state = 'ACTIVE' AND shard_name = ops.local_shard()
  `);
}

/** Lets those in that are placed here and have no home yet. One that has is left to the move that made it. */
export async function addHomes(
  shard: Queryable,
  homes: readonly { readonly organization: string; readonly epoch: bigint; readonly isPinned: boolean }[],
): Promise<number> {
  if (homes.length === 0) return 0;
  const rows = await shard.rows(sql`/* shards.addHomes */
    INSERT INTO ops.tenant_home (organization_id, epoch, is_pinned)
    SELECT * FROM unnest(
      ${homes.map((one) => one.organization)}::uuid[]
      , ${homes.map((one) => one.epoch)}::bigint[]
      , ${homes.map((one) => one.isPinned)}::boolean[]
    )
    ON CONFLICT DO NOTHING
    RETURNING organization_id
  `);
  return rows.length;
}

/** What a shard says of organizations that it holds. */
export interface OrganizationFacts {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly createdAt: Date;
  readonly deletedAt: Date | null;
}

/** Columns of `OrganizationFacts`. */
export const FACTS = sql`id, name, slug, created_at AS "createdAt", deleted_at AS "deletedAt"`;

export function findFacts(shard: Queryable, ids: readonly string[]): Promise<readonly OrganizationFacts[]> {
  return shard.rows<OrganizationFacts>(sql`/* shards.findFacts */
    SELECT ${FACTS} FROM public.organizations WHERE id = ANY(${ids}::uuid[])
  `);
}
