import type { Page } from '../page.ts';
import { inOrderOf, type Queryable, type Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Lane, Plan } from './define.ts';
import type { Operation, OperationState, OperationStep } from './operations.ts';

/** Columns of an operation, as `Operation` names them. */
export const OPERATION_COLUMNS = sql`
  id
  , parent_id AS "parentId"
  , kind
  , cluster
  , also_on AS "alsoOn"
  , target
  , state
  , phase
  , message
  , fraction_done AS "fractionDone"
  , bytes_done AS "bytesDone"
  , bytes_total AS "bytesTotal"
  , eta_seconds AS "etaSeconds"
  , attempts
  , requested_by AS "requestedBy"
  , on_behalf_of AS "onBehalfOf"
  , reason
  , input
  , plan
  , result
  , error
  , created_at AS "createdAt"
  , started_at AS "startedAt"
  , finished_at AS "finishedAt"
`;

export interface NewOperation {
  readonly id: string;
  readonly kind: string;
  readonly cluster: string | null;
  readonly alsoOn: readonly string[];
  readonly target: string;
  readonly lanes: readonly Lane[];
  readonly requestedBy: string;
  readonly onBehalfOf: string | null;
  readonly reason: string | null;
  readonly requestId: string;
  readonly parentId: string | null;
  readonly input: unknown;
  readonly plan: Plan | null;
}

export async function insert(tx: Transaction, one: NewOperation): Promise<Operation> {
  const [row] = await tx.rows<Operation>(sql`/* operations.insert */
    INSERT INTO operation (id, kind, cluster, also_on, target, lanes, state, message, requested_by, on_behalf_of, reason, request_id, parent_id, input, plan)
    VALUES (${one.id}, ${one.kind}, ${one.cluster}, ${one.alsoOn}, ${one.target}, ${one.lanes}, 'QUEUED', 'queued', ${one.requestedBy},
      ${one.onBehalfOf}, ${one.reason}, ${one.requestId}, ${one.parentId}::uuid, ${JSON.stringify(one.input)}, ${toJson(one.plan)})
    RETURNING ${OPERATION_COLUMNS}
  `);
  if (!row) throw new Error('an insert without a conflict clause gave no row');
  return row;
}

/** In the order of `ids` (the DataLoader contract); null where there is none. */
export async function findMany(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly (Operation | null)[]> {
  const rows = await db.rows<Operation>(sql`/* operations.findMany */
    SELECT ${OPERATION_COLUMNS} FROM operation WHERE id = ANY(${ids}::uuid[])
  `);
  return inOrderOf(ids, rows, (row) => row.id).map((group) => group[0] ?? null);
}

/** What each of `parentIds` has started, in that order; none for one that starts no others. */
export async function listChildren(
  db: Queryable,
  parentIds: readonly string[],
): Promise<readonly (readonly Operation[])[]> {
  const rows = await db.rows<Operation>(sql`/* operations.listChildren */
    SELECT ${OPERATION_COLUMNS} FROM operation WHERE parent_id = ANY(${parentIds}::uuid[]) ORDER BY seq LIMIT 10000
  `);
  return inOrderOf(parentIds, rows, (row) => row.parentId ?? '');
}

/** Steps of every attempt, in the order they began; one group for each of `ids`. */
export async function listSteps(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly (readonly OperationStep[])[]> {
  const rows = await db.rows<OperationStep & { operationId: string }>(sql`/* operations.listSteps */
    SELECT operation_id AS "operationId", name, attempt, state, started_at AS "startedAt", finished_at AS "finishedAt"
    FROM operation_step
    WHERE operation_id = ANY(${ids}::uuid[])
    ORDER BY attempt, position
  `);
  return inOrderOf(ids, rows, (row) => row.operationId);
}

export interface OperationFilter {
  readonly cluster?: string | null | undefined;
  readonly kind?: string | null | undefined;
  readonly states?: readonly OperationState[] | null | undefined;
}

/** Keyset of one row of the list. */
export interface OperationKey {
  readonly createdAt: Date;
  readonly id: string;
}

/** Newest first. */
export async function list(
  db: Queryable,
  filter: OperationFilter,
  page: Page<OperationKey>,
): Promise<readonly Operation[]> {
  const order = page.fromEnd
    ? sql`created_at ASC, operation.id ASC`
    : sql`created_at DESC, operation.id DESC`;
  const rows = await db.rows<Operation>(sql`/* operations.list */
    SELECT ${OPERATION_COLUMNS}
    FROM operation
    WHERE ${matching(filter)} AND ${keysetOf(page.after, 'after')} AND ${keysetOf(page.before, 'before')}
    ORDER BY ${order}
    LIMIT ${page.limit}
  `);
  return page.fromEnd ? rows.toReversed() : rows;
}

export async function count(db: Queryable, filter: OperationFilter): Promise<number> {
  const [row] = await db.rows<{ total: number }>(sql`/* operations.count */
    SELECT count(*)::int AS total FROM operation WHERE ${matching(filter)}
  `);
  return row?.total ?? 0;
}

function matching({ cluster, kind, states }: OperationFilter) {
  return sql`(${cluster ?? null}::text IS NULL OR cluster = ${cluster ?? null})
    AND (${kind ?? null}::text IS NULL OR kind = ${kind ?? null})
    AND (${states ?? null}::text[] IS NULL OR state = ANY(${states ?? null}::text[]))`;
}

function keysetOf(key: OperationKey | null, side: 'after' | 'before') {
  if (!key) return sql`true`;
  const row = sql`(created_at, operation.id)`;
  const bound = sql`(${key.createdAt}::timestamptz, ${key.id}::uuid)`;
  return side === 'after' ? sql`${row} < ${bound}` : sql`${row} > ${bound}`;
}

/** The row for changing it in `tx`; null when there is none. */
export async function findForUpdate(tx: Transaction, id: string): Promise<Operation | null> {
  const [row] = await tx.rows<Operation>(sql`/* operations.findForUpdate */
    SELECT ${OPERATION_COLUMNS} FROM operation WHERE id = ${id} FOR UPDATE
  `);
  return row ?? null;
}

export async function updateState(
  tx: Transaction,
  id: string,
  change: { readonly state: OperationState; readonly message: string },
): Promise<Operation> {
  const [row] = await tx.rows<Operation>(sql`/* operations.updateState */
    UPDATE operation
    SET state = ${change.state}
      , message = ${change.message}
      , finished_at = CASE WHEN ${change.state} IN ('SUCCEEDED', 'FAILED', 'CANCELLED') THEN clock_timestamp() END
    WHERE id = ${id}
    RETURNING ${OPERATION_COLUMNS}
  `);
  if (!row) throw new Error(`operation ${id} went away`);
  return row;
}

/** Puts an ended operation back on the queue, behind all others, as its next attempt. */
export async function requeue(tx: Transaction, id: string): Promise<Operation> {
  const [row] = await tx.rows<Operation>(sql`/* operations.requeue */
    UPDATE operation
    SET state = 'QUEUED', is_enqueued = false, attempts = attempts + 1, message = 'queued again'
      , seq = DEFAULT
      , phase = NULL, fraction_done = NULL, bytes_done = NULL, bytes_total = NULL, eta_seconds = NULL
      , result = NULL, error = NULL, started_at = NULL, finished_at = NULL
    WHERE id = ${id}
    RETURNING ${OPERATION_COLUMNS}
  `);
  if (!row) throw new Error(`operation ${id} went away`);
  return row;
}

/** Names this control plane for ever. */
export async function findControlPlaneId(db: Queryable): Promise<string> {
  const [row] = await db.rows<{ id: string }>(
    sql`/* operations.findControlPlaneId */ SELECT id FROM control_plane`,
  );
  if (!row) throw new Error('the control database has no identity');
  return row.id;
}

/** JSON of a value that may hold bigints (they become strings); null stays null. */
export function toJson(value: unknown): string | null {
  return value === null || value === undefined
    ? null
    : JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? one.toString() : one));
}
