import type { Page } from '../../page.ts';
import { inOrderOf, type Queryable, type Transaction } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';
import type { NewShard, Placement, Shard } from '../shards.ts';

const PLACEMENT_COLUMNS = sql`
  organization_id AS organization
  , placement.shard
  , shard.cluster
  , epoch
  , is_pinned AS "isPinned"
  , placement.region
  , placed_at AS "placedAt"
  , placement.updated_at AS "updatedAt"
`;

/** All shards by name, each with what was measured of it last. */
export function listShards(db: Queryable): Promise<readonly Shard[]> {
  return db.rows<Shard>(sql`/* shards.list */
    SELECT name, cluster, weight, region, capacity_bytes AS "capacityBytes", created_at AS "createdAt"
      , CASE WHEN state = 'ACTIVE' AND bytes >= capacity_bytes THEN 'FULL' ELSE state END AS state
      , bytes
      , (SELECT count(*)::int FROM placement WHERE placement.shard = name) AS organizations
    FROM shard
    LEFT JOIN LATERAL (
      SELECT bytes FROM shard_sample WHERE shard_sample.shard = name ORDER BY at DESC LIMIT 1
    ) AS newest ON true
    ORDER BY name
  `);
}

/** Registers it; false when its name or its cluster is taken. */
export async function insertShard(db: Queryable, one: NewShard): Promise<boolean> {
  const rows = await db.rows(sql`/* shards.insert */
    INSERT INTO shard (name, cluster, weight, capacity_bytes, region)
    VALUES (${one.name}, ${one.cluster}, ${one.weight}, ${one.capacityBytes}, ${one.region})
    ON CONFLICT DO NOTHING
    RETURNING name
  `);
  return rows.length > 0;
}

/** False when there is no such shard. */
export async function updateShardState(
  db: Queryable,
  name: string,
  state: 'ACTIVE' | 'DRAINING' | 'READ_ONLY',
): Promise<boolean> {
  const rows = await db.rows(sql`/* shards.updateState */
    UPDATE shard SET state = ${state}, updated_at = clock_timestamp() WHERE name = ${name} RETURNING name
  `);
  return rows.length > 0;
}

export async function updateShard(
  db: Queryable,
  { name, weight, capacityBytes, region }: Pick<Shard, 'name' | 'weight' | 'capacityBytes' | 'region'>,
): Promise<void> {
  await db.rows(sql`/* shards.update */
    UPDATE shard SET weight = ${weight}, capacity_bytes = ${capacityBytes}, region = ${region}, updated_at = clock_timestamp()
    WHERE name = ${name}
  `);
}

/** In the order of `ids` (the DataLoader contract); null where there is none. */
export async function findPlacements(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly (Placement | null)[]> {
  const rows = await db.rows<Placement>(sql`/* shards.findPlacements */
    SELECT ${PLACEMENT_COLUMNS} FROM placement JOIN shard ON shard.name = placement.shard
    WHERE organization_id = ANY(${ids}::uuid[])
  `);
  return inOrderOf(ids, rows, (row) => row.organization).map((group) => group[0] ?? null);
}

/** Placements by organization, all or those of one shard. */
export async function listPlacements(
  db: Queryable,
  shard: string | null,
  page: Page<string>,
): Promise<readonly Placement[]> {
  const direction = raw(page.fromEnd ? 'DESC' : 'ASC');
  const rows = await db.rows<Placement>(sql`/* shards.listPlacements */
    SELECT ${PLACEMENT_COLUMNS} FROM placement JOIN shard ON shard.name = placement.shard
    WHERE (${shard}::text IS NULL OR placement.shard = ${shard})
      AND (${page.after}::uuid IS NULL OR organization_id > ${page.after})
      AND (${page.before}::uuid IS NULL OR organization_id < ${page.before})
    ORDER BY organization_id ${direction}
    LIMIT ${page.limit}
  `);
  return page.fromEnd ? rows.toReversed() : rows;
}

export async function countPlacements(db: Queryable, shard: string | null): Promise<number> {
  const [row] = await db.rows<{ count: number }>(sql`/* shards.countPlacements */
    SELECT count(*)::int AS count FROM placement WHERE ${shard}::text IS NULL OR shard = ${shard}
  `);
  return row?.count ?? 0;
}

/** All placements of a shard, for its mirror. */
export function listOfShard(
  db: Queryable,
  shard: string,
): Promise<readonly { readonly organization: string; readonly epoch: bigint; readonly isPinned: boolean }[]> {
  return db.rows(sql`/* shards.listOfShard */
    SELECT organization_id AS organization, epoch, is_pinned AS "isPinned" FROM placement WHERE shard = ${shard}
  `);
}

export type NewPlacement = Pick<Placement, 'organization' | 'shard' | 'epoch' | 'isPinned' | 'region'>;

/** Places those that nobody has placed; gives these. */
export function insertPlacements(
  tx: Transaction,
  placements: readonly NewPlacement[],
): Promise<readonly Pick<Placement, 'organization' | 'shard' | 'epoch'>[]> {
  return tx.rows(sql`/* shards.insertPlacements */
    INSERT INTO placement (organization_id, shard, epoch, is_pinned, region)
    SELECT * FROM unnest(
      ${placements.map((one) => one.organization)}::uuid[]
      , ${placements.map((one) => one.shard)}::text[]
      , ${placements.map((one) => one.epoch)}::bigint[]
      , ${placements.map((one) => one.isPinned)}::boolean[]
      , ${placements.map((one) => one.region)}::text[]
    )
    ON CONFLICT DO NOTHING
    RETURNING organization_id AS organization, shard, epoch
  `);
}

/** The new epoch; null when the placement is not what was expected any more. */
export async function flipPlacement(
  tx: Transaction,
  change: {
    readonly organization: string;
    readonly from: string;
    readonly to: string;
    readonly expectedEpoch: bigint;
  },
): Promise<bigint | null> {
  const [row] = await tx.rows<{ epoch: bigint }>(sql`/* shards.flip */
    UPDATE placement SET shard = ${change.to}, epoch = epoch + 1, updated_at = clock_timestamp()
    WHERE organization_id = ${change.organization} AND shard = ${change.from} AND epoch = ${change.expectedEpoch}
    RETURNING epoch
  `);
  return row?.epoch ?? null;
}
