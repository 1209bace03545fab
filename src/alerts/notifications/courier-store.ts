import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { AlertEvidence } from '../alerts.ts';
import type { Message } from './notifications.ts';

/** A message that is ours to send until the claim ends. */
export interface Claimed {
  readonly id: string;
  readonly channel: string;
  readonly attempts: number;
  readonly message: Message;
  readonly evidence: AlertEvidence | null;
  readonly createdAt: Date;
}

/** Channels for which something is to be sent now. */
export async function listDueChannels(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ channel: string }>(sql`/* notifications.listDueChannels */
    SELECT DISTINCT channel
    FROM notification_delivery
    WHERE state = 'PENDING' AND next_attempt_at <= clock_timestamp()
      AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
  `);
  return rows.map(({ channel }) => channel);
}

/**
 * The next message of a channel, for one attempt; null when none is due. Of one alert they go in the order in which
 * they happened: an end must not overtake a beginning that is tried again.
 */
export async function claim(db: Queryable, channel: string, forMs: number): Promise<Claimed | null> {
  const [row] = await db.rows<Claimed>(sql`/* notifications.claim */
    UPDATE notification_delivery AS mine
    SET claimed_until = clock_timestamp() + ${forMs} * interval '1 millisecond', attempts = attempts + 1
    WHERE id = (
      SELECT due.id
      FROM notification_delivery AS due
      WHERE due.channel = ${channel} AND due.state = 'PENDING' AND due.next_attempt_at <= clock_timestamp()
        AND (due.claimed_until IS NULL OR due.claimed_until < clock_timestamp())
        AND NOT EXISTS (
          SELECT FROM notification_delivery AS earlier
          WHERE earlier.alert_id = due.alert_id AND earlier.channel = due.channel AND earlier.state = 'PENDING'
            AND earlier.position < due.position
        )
      ORDER BY due.position
      LIMIT 1
      FOR UPDATE SKIP LOCKED
    )
    RETURNING id, channel, attempts, message, created_at AS "createdAt"
      , (SELECT evidence FROM alert WHERE alert.id = mine.alert_id) AS evidence
  `);
  return row ?? null;
}

/** How an attempt ended. */
export interface Attempt {
  readonly state: 'PENDING' | 'DELIVERED' | 'DEAD';
  /** Null unless PENDING. */
  readonly retryInMs: number | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** Writes nothing when another one has claimed it since: `attempts` is then not ours any more. */
export async function record(
  db: Queryable,
  { id, attempts }: Pick<Claimed, 'id' | 'attempts'>,
  { state, retryInMs, status, error, durationMs }: Attempt,
): Promise<void> {
  await db.rows(sql`/* notifications.record */
    UPDATE notification_delivery
    SET state = ${state}, claimed_until = NULL, last_status = ${status}::int, last_error = ${error}
      , duration_ms = ${durationMs}::float8
      , next_attempt_at = clock_timestamp() + ${retryInMs}::float8 * interval '1 millisecond'
      , finished_at = CASE WHEN ${state} = 'PENDING' THEN NULL ELSE clock_timestamp() END
    WHERE id = ${id} AND attempts = ${attempts} AND state = 'PENDING'
  `);
}

/** Gives back what was not sent because we stop: the attempt does not count. */
export async function release(
  db: Queryable,
  { id, attempts }: Pick<Claimed, 'id' | 'attempts'>,
): Promise<void> {
  await db.rows(sql`/* notifications.release */
    UPDATE notification_delivery
    SET claimed_until = NULL, attempts = attempts - 1
    WHERE id = ${id} AND attempts = ${attempts} AND state = 'PENDING'
  `);
}

/** A test message, claimed as it is written, so that nobody else sends it. */
export async function insertTest(
  db: Queryable,
  {
    channel,
    message,
    forMs,
  }: { readonly channel: string; readonly message: Message; readonly forMs: number },
): Promise<Claimed> {
  const [row] = await db.rows<Claimed>(sql`/* notifications.insertTest */
    INSERT INTO notification_delivery (channel, change, message, state, attempts, next_attempt_at, claimed_until)
    VALUES (${channel}, 'TEST', ${JSON.stringify(message)}::jsonb, 'PENDING', 1, clock_timestamp()
      , clock_timestamp() + ${forMs} * interval '1 millisecond')
    RETURNING id, channel, attempts, message, created_at AS "createdAt", NULL AS evidence
  `);
  if (!row) throw new Error('an insert gives its row');
  return row;
}
