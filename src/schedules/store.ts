import type { Page } from '../page.ts';
import { inOrderOf, type Queryable, type Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { MissedPolicy } from './decide.ts';
import type { Schedule, ScheduleFilter, ScheduleState } from './schedules.ts';
import type { Occurrence, Timing } from './timing.ts';

/** Transaction lock under which schedules are counted and made, so that two makers keep the limit. */
const LIMIT_LOCK = 7_302_118;

const SCHEDULE_COLUMNS = sql`
  id
  , name
  , kind
  , cluster
  , target
  , input
  , at
  , cron
  , timezone
  , window_cron AS "windowCron"
  , window_minutes AS "windowMinutes"
  , window_timezone AS "windowTimezone"
  , jitter_seconds AS "jitterSeconds"
  , missed_policy AS "missedPolicy"
  , revision
  , is_paused AS "isPaused"
  , next_due_at AS "nextDueAt"
  , next_start_at AS "nextStartAt"
  , next_closes_at AS "nextClosesAt"
  , last_operation_id AS "lastOperationId"
  , created_by AS "createdBy"
  , updated_by AS "updatedBy"
  , on_behalf_of AS "onBehalfOf"
  , created_at AS "createdAt"
  , updated_at AS "updatedAt"
`;

type ScheduleRow = Omit<Schedule, 'window' | 'next' | 'state'> & {
  readonly windowCron: string | null;
  readonly windowMinutes: number | null;
  readonly windowTimezone: string | null;
  readonly isPaused: boolean;
  readonly nextDueAt: Date | null;
  readonly nextStartAt: Date | null;
  readonly nextClosesAt: Date | null;
};

function toSchedule(row: ScheduleRow): Schedule {
  const { windowCron, windowMinutes, windowTimezone, isPaused, ...others } = row;
  const { nextDueAt, nextStartAt, nextClosesAt, ...kept } = others;
  return {
    ...kept,
    window:
      windowCron === null || windowMinutes === null || windowTimezone === null
        ? null
        : { cron: windowCron, durationMinutes: windowMinutes, timezone: windowTimezone },
    next:
      nextDueAt && nextStartAt ? { dueAt: nextDueAt, startAt: nextStartAt, closesAt: nextClosesAt } : null,
    state: stateOf(isPaused, nextDueAt),
  };
}

function stateOf(isPaused: boolean, nextDueAt: Date | null): ScheduleState {
  if (isPaused) return 'PAUSED';
  return nextDueAt === null ? 'ENDED' : 'ACTIVE';
}

/** The time of the control database: the one clock that all workers share, to the millisecond that rows keep. */
export async function readClock(db: Queryable): Promise<Date> {
  const [row] = await db.rows<{ now: Date }>(sql`/* schedules.readClock */ SELECT clock_timestamp() AS now`);
  return row?.now ?? new Date();
}

export interface NewSchedule extends Timing {
  readonly name: string;
  readonly kind: string;
  readonly cluster: string | null;
  readonly target: string;
  readonly input: unknown;
  readonly missedPolicy: MissedPolicy;
  readonly isPaused: boolean | null;
  readonly next: Occurrence | null;
  readonly by: string;
  readonly onBehalfOf: string | null;
}

/** Makes the schedule of that name or replaces it; null when there would be more than `limit`. */
export async function upsert(tx: Transaction, one: NewSchedule, limit: number): Promise<Schedule | null> {
  await tx.rows(sql`/* schedules.lockLimit */ SELECT pg_advisory_xact_lock(${LIMIT_LOCK})`);
  const rows = await tx.rows<ScheduleRow>(sql`/* schedules.upsert */
    INSERT INTO schedule (name, kind, cluster, target, input, at, cron, timezone, window_cron, window_minutes
      , window_timezone, jitter_seconds, missed_policy, is_paused, next_due_at, next_start_at, next_closes_at
      , created_by, updated_by, on_behalf_of)
    SELECT ${one.name}, ${one.kind}, ${one.cluster}, ${one.target}, ${JSON.stringify(one.input)}, ${one.at}, ${one.cron}
      , ${one.timezone}, ${one.window?.cron ?? null}, ${one.window?.durationMinutes ?? null}
      , ${one.window?.timezone ?? null}, ${one.jitterSeconds}, ${one.missedPolicy}, ${one.isPaused ?? false}
      , ${one.next?.dueAt ?? null}, ${one.next?.startAt ?? null}, ${one.next?.closesAt ?? null}
      , ${one.by}, ${one.by}, ${one.onBehalfOf}
    WHERE (SELECT count(*) FROM schedule) < ${limit} OR EXISTS (SELECT FROM schedule WHERE name = ${one.name})
    ON CONFLICT (name) DO UPDATE
    SET kind = EXCLUDED.kind, cluster = EXCLUDED.cluster, target = EXCLUDED.target, input = EXCLUDED.input
      , at = EXCLUDED.at, cron = EXCLUDED.cron, timezone = EXCLUDED.timezone, window_cron = EXCLUDED.window_cron
      , window_minutes = EXCLUDED.window_minutes, window_timezone = EXCLUDED.window_timezone
      , jitter_seconds = EXCLUDED.jitter_seconds, missed_policy = EXCLUDED.missed_policy
      , is_paused = coalesce(${one.isPaused}, schedule.is_paused)
      , next_due_at = EXCLUDED.next_due_at, next_start_at = EXCLUDED.next_start_at
      , next_closes_at = EXCLUDED.next_closes_at
      , updated_by = EXCLUDED.updated_by, on_behalf_of = EXCLUDED.on_behalf_of
      , revision = schedule.revision + 1, updated_at = clock_timestamp()
    RETURNING ${SCHEDULE_COLUMNS}
  `);
  return rows.map(toSchedule)[0] ?? null;
}

export async function findByName(db: Queryable, name: string): Promise<Schedule | null> {
  const rows = await db.rows<ScheduleRow>(sql`/* schedules.findByName */
    SELECT ${SCHEDULE_COLUMNS} FROM schedule WHERE name = ${name}
  `);
  return rows.map(toSchedule)[0] ?? null;
}

/** In the order of `ids` (the DataLoader contract); null where there is none. */
export async function findMany(db: Queryable, ids: readonly string[]): Promise<readonly (Schedule | null)[]> {
  const rows = await db.rows<ScheduleRow>(sql`/* schedules.findMany */
    SELECT ${SCHEDULE_COLUMNS} FROM schedule WHERE id::text = ANY(${ids})
  `);
  return inOrderOf(ids, rows.map(toSchedule), (row) => row.id).map((group) => group[0] ?? null);
}

function matching({ cluster, kinds: asked }: ScheduleFilter) {
  const kinds = asked ?? null;
  return sql`
    (${cluster}::text IS NULL OR cluster = ${cluster}) AND (${kinds}::text[] IS NULL OR kind = ANY (${kinds}))
  `;
}

/** By name. */
export async function list(
  db: Queryable,
  filter: ScheduleFilter,
  page: Page<string>,
): Promise<readonly Schedule[]> {
  const order = page.fromEnd ? sql`name DESC` : sql`name ASC`;
  const rows = await db.rows<ScheduleRow>(sql`/* schedules.list */
    SELECT ${SCHEDULE_COLUMNS}
    FROM schedule
    WHERE ${matching(filter)}
      AND (${page.after}::text IS NULL OR name > ${page.after})
      AND (${page.before}::text IS NULL OR name < ${page.before})
    ORDER BY ${order}
    LIMIT ${page.limit}
  `);
  return (page.fromEnd ? rows.toReversed() : rows).map(toSchedule);
}

export async function count(db: Queryable, filter: ScheduleFilter): Promise<number> {
  const [row] = await db.rows<{ total: number }>(sql`/* schedules.count */
    SELECT count(*)::int AS total FROM schedule WHERE ${matching(filter)}
  `);
  return row?.total ?? 0;
}

/** Those whose run may start, the longest waiting first. */
export async function listDue(db: Queryable, limit: number): Promise<readonly Schedule[]> {
  const rows = await db.rows<ScheduleRow>(sql`/* schedules.listDue */
    SELECT ${SCHEDULE_COLUMNS}
    FROM schedule
    WHERE next_start_at <= clock_timestamp() AND NOT is_paused
    ORDER BY next_start_at
    LIMIT ${limit}
  `);
  return rows.map(toSchedule);
}

/** The schedule, for changing it in `tx`; null when there is none. */
export async function findForUpdate(tx: Transaction, name: string): Promise<Schedule | null> {
  const rows = await tx.rows<ScheduleRow>(sql`/* schedules.findForUpdate */
    SELECT ${SCHEDULE_COLUMNS} FROM schedule WHERE name = ${name} FOR UPDATE
  `);
  return rows.map(toSchedule)[0] ?? null;
}

/** Whose it is stays as it was: what it does has not changed. */
export async function updatePaused(
  tx: Transaction,
  id: string,
  change: { readonly isPaused: boolean; readonly next: Occurrence | null },
): Promise<Schedule> {
  const [row] = await tx.rows<ScheduleRow>(sql`/* schedules.updatePaused */
    UPDATE schedule
    SET is_paused = ${change.isPaused}
      , next_due_at = ${change.next?.dueAt ?? null}
      , next_start_at = ${change.next?.startAt ?? null}
      , next_closes_at = ${change.next?.closesAt ?? null}
      , revision = revision + 1
      , updated_at = clock_timestamp()
    WHERE id = ${id}
    RETURNING ${SCHEDULE_COLUMNS}
  `);
  if (!row) throw new Error(`schedule ${id} went away while it was locked`);
  return toSchedule(row);
}

/** Null when there is none. */
export async function remove(tx: Transaction, name: string): Promise<Schedule | null> {
  const rows = await tx.rows<ScheduleRow>(sql`/* schedules.remove */
    DELETE FROM schedule WHERE name = ${name} RETURNING ${SCHEDULE_COLUMNS}
  `);
  return rows.map(toSchedule)[0] ?? null;
}
