import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { EventFilter, NewEvent, OutboxEvent } from './events.ts';

const EVENT_COLUMNS = sql`id, topic, subject, payload, at`;
/** Any constant of ours: the advisory lock that makes ids grow in the order of commits. */
const WRITER_LOCK = 7_302_114;

/** Takes the writer's lock until the end of `tx`, then inserts. A reader of committed rows so never meets a gap. */
export async function insert(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
  await tx.rows(sql`/* events.lock */ SELECT pg_advisory_xact_lock(${WRITER_LOCK})`);
  await tx.rows(sql`/* events.insert */
    INSERT INTO outbox_event (topic, subject, payload)
    SELECT topic, subject, payload
    FROM unnest(
      ${events.map((one) => one.topic)}::text[],
      ${events.map((one) => one.subject)}::text[],
      ${events.map((one) => JSON.stringify(one.payload))}::jsonb[]
    ) AS new (topic, subject, payload)
  `);
}

/** All topics after `after`, oldest first: what the shared tail reads. */
export function listAfter(db: Queryable, after: bigint, limit: number): Promise<readonly OutboxEvent[]> {
  return db.rows<OutboxEvent>(sql`/* events.listAfter */
    SELECT ${EVENT_COLUMNS} FROM outbox_event WHERE id > ${after} ORDER BY id LIMIT ${limit}
  `);
}

/** What one reader asks for, in (`after`, `through`], oldest first. */
export function listMatching(
  db: Queryable,
  filter: EventFilter,
  range: { readonly after: bigint; readonly through: bigint; readonly limit: number },
): Promise<readonly OutboxEvent[]> {
  const { after, through, limit } = range;
  return db.rows<OutboxEvent>(sql`/* events.listMatching */
    SELECT ${EVENT_COLUMNS}
    FROM outbox_event
    WHERE topic = ${filter.topic}
      AND (${filter.subject ?? null}::text IS NULL OR subject = ${filter.subject ?? null})
      AND id > ${after} AND id <= ${through}
    ORDER BY id
    LIMIT ${limit}
  `);
}

export interface Bounds {
  /** Id of the newest event; 0 when none is kept. */
  readonly newest: bigint;
  /** Id up to which events were deleted. */
  readonly expiredThrough: bigint;
}

/** The ends of what is kept of all events, or of those that match. */
export async function findBounds(db: Queryable, filter: EventFilter | null = null): Promise<Bounds> {
  const { topic = null, subject = null } = filter ?? {};
  const [row] = await db.rows<Bounds>(sql`/* events.findBounds */
    SELECT expired_through AS "expiredThrough"
      , coalesce((
          SELECT max(id) FROM outbox_event
          WHERE (${topic}::text IS NULL OR topic = ${topic}) AND (${subject}::text IS NULL OR subject = ${subject})
        ), 0) AS newest
    FROM outbox_retention
  `);
  return row ?? { newest: 0n, expiredThrough: 0n };
}

/** Deletes one batch of what is older than `olderThan` and moves the mark with it, in one transaction. */
export async function deleteBatch(tx: Transaction, olderThan: Date, limit: number): Promise<number> {
  const [row] = await tx.rows<{ deleted: number }>(sql`/* events.deleteBatch */
    WITH doomed AS (
      SELECT id FROM outbox_event WHERE at < ${olderThan} ORDER BY id LIMIT ${limit}
    ), gone AS (
      -- Everything up to the newest doomed one, so that the mark never passes a row that stays.
      DELETE FROM outbox_event WHERE id <= (SELECT max(id) FROM doomed) RETURNING id
    ), moved AS (
      UPDATE outbox_retention SET expired_through = greatest(expired_through, (SELECT max(id) FROM gone))
      WHERE EXISTS (SELECT FROM gone)
    )
    SELECT count(*)::int AS deleted FROM gone
  `);
  return row?.deleted ?? 0;
}
