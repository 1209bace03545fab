import type { Page } from '../../page.ts';
import { inOrderOf, type Queryable, type Transaction } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { Author } from '../rule-store.ts';
import type { DeliveryFilter, Message, NotificationChannel, NotificationDelivery } from './notifications.ts';

const CHANNEL_COLUMNS = sql`name, kind, url, secret_file AS "secretFile", clusters, severities, changes
  , queue_limit AS "queueLimit", is_enabled AS "isEnabled", updated_by AS "updatedBy", on_behalf_of AS "onBehalfOf"
  , updated_at AS "updatedAt"`;
const DELIVERY_COLUMNS = sql`id, position, channel, alert_id AS "alertId", cluster, change, state, attempts
  , next_attempt_at AS "nextAttemptAt", last_status AS "lastStatus", last_error AS "lastError"
  , duration_ms AS "durationMs", created_at AS "createdAt", finished_at AS "finishedAt"`;

/** By name. */
export function listChannels(db: Queryable, limit: number): Promise<readonly NotificationChannel[]> {
  return db.rows<NotificationChannel>(sql`/* notifications.listChannels */
    SELECT ${CHANNEL_COLUMNS} FROM notification_channel ORDER BY name LIMIT ${limit}
  `);
}

export async function findChannel(db: Queryable, name: string): Promise<NotificationChannel | null> {
  const [row] = await db.rows<NotificationChannel>(sql`/* notifications.findChannel */
    SELECT ${CHANNEL_COLUMNS} FROM notification_channel WHERE name = ${name}
  `);
  return row ?? null;
}

export type NewChannel = Omit<NotificationChannel, 'updatedBy' | 'onBehalfOf' | 'updatedAt'>;

/** Makes the channel of that name or replaces it; null when there would be more than `limit`. */
export async function upsertChannel(
  tx: Transaction,
  one: NewChannel,
  { by, onBehalfOf, limit }: Author & { readonly limit: number },
): Promise<NotificationChannel | null> {
  const [row] = await tx.rows<NotificationChannel>(sql`/* notifications.upsertChannel */
    INSERT INTO notification_channel (name, kind, url, secret_file, clusters, severities, changes, queue_limit
      , is_enabled, updated_by, on_behalf_of)
    SELECT ${one.name}, ${one.kind}, ${one.url}, ${one.secretFile}, ${one.clusters}::text[], ${one.severities}::text[]
      , ${one.changes}::text[], ${one.queueLimit}::int, ${one.isEnabled}::boolean, ${by}, ${onBehalfOf}
    WHERE (SELECT count(*) FROM notification_channel) < ${limit}
      OR EXISTS (SELECT FROM notification_channel WHERE name = ${one.name})
    ON CONFLICT (name) DO UPDATE
    SET kind = EXCLUDED.kind, url = EXCLUDED.url, secret_file = EXCLUDED.secret_file, clusters = EXCLUDED.clusters
      , severities = EXCLUDED.severities, changes = EXCLUDED.changes, queue_limit = EXCLUDED.queue_limit
      , is_enabled = EXCLUDED.is_enabled, updated_by = EXCLUDED.updated_by, on_behalf_of = EXCLUDED.on_behalf_of
      , updated_at = clock_timestamp()
    RETURNING ${CHANNEL_COLUMNS}
  `);
  return row ?? null;
}

/** Its deliveries go with it. False when there is none. */
export async function removeChannel(tx: Transaction, name: string): Promise<boolean> {
  const rows = await tx.rows(sql`/* notifications.removeChannel */
    DELETE FROM notification_channel WHERE name = ${name} RETURNING name
  `);
  return rows.length > 0;
}

/** For each channel that wants it one row; where too many wait already it is a dead letter at once. */
export async function enqueue(
  tx: Transaction,
  {
    message,
    delayMs,
    isFollowUp,
  }: {
    readonly message: Message;
    readonly delayMs: number;
    /** Only for channels that were told of this alert before. */
    readonly isFollowUp: boolean;
  },
): Promise<void> {
  const { alert, change } = message;
  await tx.rows(sql`/* notifications.enqueue */
    INSERT INTO notification_delivery (channel, alert_id, cluster, change, message, state, next_attempt_at, last_error
      , finished_at)
    SELECT channel.name, ${alert.id}, ${alert.cluster}, ${change}, ${JSON.stringify(message)}::jsonb
      , CASE WHEN waiting.is_full THEN 'DEAD' ELSE 'PENDING' END
      , CASE WHEN NOT waiting.is_full THEN clock_timestamp() + ${delayMs} * interval '1 millisecond' END
      , CASE WHEN waiting.is_full THEN 'the queue of the channel is full' END
      , CASE WHEN waiting.is_full THEN clock_timestamp() END
    FROM notification_channel AS channel
    CROSS JOIN LATERAL (
      SELECT count(*) >= channel.queue_limit AS is_full
      FROM notification_delivery AS other
      WHERE other.channel = channel.name AND other.state = 'PENDING'
    ) AS waiting
    WHERE channel.is_enabled
      AND (channel.clusters IS NULL OR ${alert.cluster} = ANY(channel.clusters))
      AND (channel.severities IS NULL OR ${alert.severity} = ANY(channel.severities))
      AND (channel.changes IS NULL OR ${change} = ANY(channel.changes) OR ${change} = 'RESOLVED')
      AND (NOT ${isFollowUp}::boolean OR EXISTS (
        SELECT FROM notification_delivery AS told WHERE told.alert_id = ${alert.id} AND told.channel = channel.name
      ))
  `);
}

/** A message that nobody has tried to send yet is not needed when its cause is told. */
export async function dropUnsent(tx: Transaction, alertId: string): Promise<void> {
  await tx.rows(sql`/* notifications.dropUnsent */
    DELETE FROM notification_delivery
    WHERE alert_id = ${alertId} AND state = 'PENDING' AND attempts = 0 AND claimed_until IS NULL
  `);
}

/** In the order of `ids` (the DataLoader contract); null where there is none. */
export async function findDeliveries(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly (NotificationDelivery | null)[]> {
  const rows = await db.rows<NotificationDelivery>(sql`/* notifications.findDeliveries */
    SELECT ${DELIVERY_COLUMNS} FROM notification_delivery WHERE id::text = ANY(${ids}::text[])
  `);
  return inOrderOf(ids, rows, (row) => row.id).map((group) => group[0] ?? null);
}

/** Newest first. */
export async function listDeliveries(
  db: Queryable,
  filter: DeliveryFilter,
  page: Page<bigint>,
): Promise<readonly NotificationDelivery[]> {
  const order = page.fromEnd ? sql`position ASC` : sql`position DESC`;
  const rows = await db.rows<NotificationDelivery>(sql`/* notifications.listDeliveries */
    SELECT ${DELIVERY_COLUMNS}
    FROM notification_delivery
    WHERE ${matching(filter)}
      AND (${page.after}::bigint IS NULL OR position < ${page.after})
      AND (${page.before}::bigint IS NULL OR position > ${page.before})
    ORDER BY ${order}
    LIMIT ${page.limit}
  `);
  return page.fromEnd ? rows.toReversed() : rows;
}

export async function countDeliveries(db: Queryable, filter: DeliveryFilter): Promise<number> {
  const [row] = await db.rows<{ total: number }>(sql`/* notifications.countDeliveries */
    SELECT count(*)::int AS total FROM notification_delivery WHERE ${matching(filter)}
  `);
  return row?.total ?? 0;
}

function matching({ channel, states, alertId }: DeliveryFilter) {
  return sql`(${channel ?? null}::text IS NULL OR channel = ${channel ?? null})
    AND (${states ?? null}::text[] IS NULL OR state = ANY(${states ?? null}::text[]))
    AND (${alertId ?? null}::text IS NULL OR alert_id::text = ${alertId ?? null})`;
}

/** A dead letter gets all of its attempts again. Null when it is not dead, or there is none. */
export async function requeue(tx: Transaction, id: string): Promise<NotificationDelivery | null> {
  const [row] = await tx.rows<NotificationDelivery>(sql`/* notifications.requeue */
    UPDATE notification_delivery
    SET state = 'PENDING', attempts = 0, next_attempt_at = clock_timestamp(), finished_at = NULL, claimed_until = NULL
    WHERE id::text = ${id} AND state = 'DEAD'
    RETURNING ${DELIVERY_COLUMNS}
  `);
  return row ?? null;
}

/** What ended before `before` is forgotten; at most `limit` at once. */
export async function removeFinished(db: Queryable, before: Date, limit: number): Promise<void> {
  await db.rows(sql`/* notifications.removeFinished */
    DELETE FROM notification_delivery
    WHERE id IN (SELECT id FROM notification_delivery WHERE finished_at < ${before} ORDER BY finished_at LIMIT ${limit})
  `);
}
