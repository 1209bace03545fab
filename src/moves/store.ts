import type { Page } from '../page.ts';
import { inOrderOf, type Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type {
  MoveCheck,
  MovePause,
  MoveState,
  MoveSubscription,
  MoveTable,
  MoveVerification,
  OrganizationMove,
} from './moves.ts';

const MOVE_COLUMNS = sql`
  id
  , organization_id AS organization
  , from_shard AS "fromShard"
  , from_cluster AS "fromCluster"
  , to_shard AS "toShard"
  , to_cluster AS "toCluster"
  , state
  , settings
  , epoch
  , checks
  , tables
  , verifications
  , pauses
  , subscriptions
  , problem
  , started_at AS "startedAt"
  , cut_over_at AS "cutOverAt"
  , finished_at AS "finishedAt"
`;

export type NewMove = Pick<
  OrganizationMove,
  'id' | 'organization' | 'fromShard' | 'fromCluster' | 'toShard' | 'toCluster' | 'settings' | 'epoch'
>;

/** The new move; the one that is there when it was written before; null when another one of the organization is under way. */
export async function insert(db: Queryable, one: NewMove): Promise<OrganizationMove | null> {
  await db.rows(sql`/* moves.insert */
    INSERT INTO organization_move (id, organization_id, from_shard, from_cluster, to_shard, to_cluster, state, settings, epoch)
    VALUES (${one.id}, ${one.organization}, ${one.fromShard}, ${one.fromCluster}, ${one.toShard}, ${one.toCluster}
      , 'PREFLIGHT', ${JSON.stringify(one.settings)}, ${one.epoch})
    ON CONFLICT DO NOTHING
  `);
  return (await findMany(db, [one.id]))[0] ?? null;
}

/** In the order of `ids` (the DataLoader contract); null where there is none. */
export async function findMany(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly (OrganizationMove | null)[]> {
  const rows = await db.rows<OrganizationMove>(sql`/* moves.findMany */
    SELECT ${MOVE_COLUMNS} FROM organization_move WHERE id = ANY(${ids}::uuid[])
  `);
  return inOrderOf(ids, rows, (row) => row.id).map((group) => group[0] ?? null);
}

/** The move of the organization that has not ended; null when there is none. */
export async function findUnfinished(db: Queryable, organization: string): Promise<OrganizationMove | null> {
  const [row] = await db.rows<OrganizationMove>(sql`/* moves.findUnfinished */
    SELECT ${MOVE_COLUMNS} FROM organization_move WHERE organization_id = ${organization} AND finished_at IS NULL
  `);
  return row ?? null;
}

/** All moves that have not ended. */
export function listUnfinished(db: Queryable): Promise<readonly OrganizationMove[]> {
  return db.rows<OrganizationMove>(sql`/* moves.listUnfinished */
    SELECT ${MOVE_COLUMNS} FROM organization_move WHERE finished_at IS NULL ORDER BY started_at, id
  `);
}

export interface MoveFilter {
  readonly organization?: string | null | undefined;
  readonly shard?: string | null | undefined;
  readonly states?: readonly MoveState[] | null | undefined;
}

/** Keyset of one row of the list. */
export interface MoveKey {
  readonly startedAt: Date;
  readonly id: string;
}

/** Newest first. */
export async function list(
  db: Queryable,
  filter: MoveFilter,
  page: Page<MoveKey>,
): Promise<readonly OrganizationMove[]> {
  const order = page.fromEnd ? sql`started_at ASC, id ASC` : sql`started_at DESC, id DESC`;
  const rows = await db.rows<OrganizationMove>(sql`/* moves.list */
    SELECT ${MOVE_COLUMNS}
    FROM organization_move
    WHERE ${matching(filter)} AND ${keysetOf(page.after, 'after')} AND ${keysetOf(page.before, 'before')}
    ORDER BY ${order}
    LIMIT ${page.limit}
  `);
  return page.fromEnd ? rows.toReversed() : rows;
}

export async function count(db: Queryable, filter: MoveFilter): Promise<number> {
  const [row] = await db.rows<{ total: number }>(sql`/* moves.count */
    SELECT count(*)::int AS total FROM organization_move WHERE ${matching(filter)}
  `);
  return row?.total ?? 0;
}

function matching({ organization, shard, states }: MoveFilter) {
  return sql`(${organization ?? null}::uuid IS NULL OR organization_id = ${organization ?? null}::uuid)
    AND (${shard ?? null}::text IS NULL OR ${shard ?? null} IN (from_shard, to_shard))
    AND (${states ?? null}::text[] IS NULL OR state = ANY(${states ?? null}::text[]))`;
}

function keysetOf(key: MoveKey | null, side: 'after' | 'before') {
  if (!key) return sql`true`;
  const bound = sql`(${key.startedAt}::timestamptz, ${key.id}::uuid)`;
  return side === 'after' ? sql`(started_at, id) < ${bound}` : sql`(started_at, id) > ${bound}`;
}

/** What of a move can change. Left out: stays as it is. */
export interface MoveChange {
  readonly state?: MoveState;
  readonly checks?: readonly MoveCheck[];
  readonly tables?: readonly MoveTable[];
  readonly subscriptions?: readonly MoveSubscription[];
  readonly problem?: string | null;
  readonly cutOverAt?: Date;
}

/** Changes a move that has not ended; one that has ended stays as it is. Twice is the same as once. */
export async function update(db: Queryable, id: string, change: MoveChange): Promise<void> {
  const { state = null, checks, tables, subscriptions, problem, cutOverAt } = change;
  await db.rows(sql`/* moves.update */
    UPDATE organization_move
    SET state = coalesce(${state}, state)
      , checks = coalesce(${toJson(checks)}::jsonb, checks)
      , tables = coalesce(${toJson(tables)}::jsonb, tables)
      , subscriptions = coalesce(${toJson(subscriptions)}::jsonb, subscriptions)
      , problem = CASE WHEN ${problem !== undefined} THEN ${problem ?? null} ELSE problem END
      , cut_over_at = coalesce(${cutOverAt ?? null}::timestamptz, cut_over_at)
      , finished_at = CASE WHEN ${state} IN ('COMPLETED', 'ABORTED', 'REVERSED') THEN clock_timestamp() END
    WHERE id = ${id} AND finished_at IS NULL
  `);
}

export async function addVerification(db: Queryable, id: string, one: MoveVerification): Promise<void> {
  await db.rows(sql`/* moves.addVerification */
    UPDATE organization_move SET verifications = verifications || ${JSON.stringify([one])}::jsonb WHERE id = ${id}
  `);
}

export async function addPause(db: Queryable, id: string, one: MovePause): Promise<void> {
  await db.rows(sql`/* moves.addPause */
    UPDATE organization_move SET pauses = pauses || ${JSON.stringify([one])}::jsonb WHERE id = ${id}
  `);
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
