import type { Page } from '../page.ts';
import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Schedule, ScheduleRun } from './schedules.ts';
import type { Occurrence } from './timing.ts';

/** Runs that are kept of each schedule, the newest. */
const RUNS_KEPT = 500;

const RUN_COLUMNS = sql`
  id
  , schedule_id AS "scheduleId"
  , due_at AS "dueAt"
  , recorded_at AS "recordedAt"
  , outcome
  , reason
  , error_code AS "errorCode"
  , operation_id AS "operationId"
  , moments
  , requested_by AS "requestedBy"
`;

/**
 * Makes the schedule wait for `next`, unless a worker that was faster or a person did something to it.
 * True when it waited for what it was read with.
 */
export async function advance(
  tx: Transaction,
  { id, revision, next: waitedFor }: Pick<Schedule, 'id' | 'revision' | 'next'>,
  next: Occurrence | null,
): Promise<boolean> {
  const rows = await tx.rows(sql`/* schedules.advance */
    UPDATE schedule
    SET next_due_at = ${next?.dueAt ?? null}
      , next_start_at = ${next?.startAt ?? null}
      , next_closes_at = ${next?.closesAt ?? null}
    WHERE id = ${id} AND revision = ${revision} AND next_due_at = ${waitedFor?.dueAt ?? null}
    RETURNING id
  `);
  return rows.length > 0;
}

/** Notes what the next run must not overlap with. */
export async function recordOperation(tx: Transaction, id: string, operationId: string): Promise<void> {
  await tx.rows(sql`/* schedules.recordOperation */
    UPDATE schedule SET last_operation_id = ${operationId} WHERE id = ${id}
  `);
}

export type NewRun = Omit<ScheduleRun, 'id' | 'recordedAt'>;

/** Null when this moment has its row already, or the schedule is gone. */
export async function insertRun(tx: Transaction, run: NewRun): Promise<ScheduleRun | null> {
  const [row] = await tx.rows<ScheduleRun>(sql`/* schedules.insertRun */
    INSERT INTO schedule_run (schedule_id, due_at, outcome, reason, error_code, operation_id, moments, requested_by)
    SELECT id, ${run.dueAt}, ${run.outcome}, ${run.reason}, ${run.errorCode}, ${run.operationId}, ${run.moments}
      , ${run.requestedBy}
    FROM schedule
    WHERE id = ${run.scheduleId}
    ON CONFLICT (schedule_id, due_at) DO NOTHING
    RETURNING ${RUN_COLUMNS}
  `);
  return row ?? null;
}

export async function deleteOldRuns(tx: Transaction, scheduleId: string): Promise<void> {
  await tx.rows(sql`/* schedules.deleteOldRuns */
    DELETE FROM schedule_run
    WHERE schedule_id = ${scheduleId}
      AND id <= (
        SELECT id FROM schedule_run WHERE schedule_id = ${scheduleId} ORDER BY id DESC OFFSET ${RUNS_KEPT} LIMIT 1
      )
  `);
}

/** Newest first. */
export async function listRuns(
  db: Queryable,
  scheduleId: string,
  page: Page<bigint>,
): Promise<readonly ScheduleRun[]> {
  const order = page.fromEnd ? sql`id ASC` : sql`id DESC`;
  const rows = await db.rows<ScheduleRun>(sql`/* schedules.listRuns */
    SELECT ${RUN_COLUMNS}
    FROM schedule_run
    WHERE schedule_id = ${scheduleId}
      AND (${page.after}::bigint IS NULL OR id < ${page.after})
      AND (${page.before}::bigint IS NULL OR id > ${page.before})
    ORDER BY ${order}
    LIMIT ${page.limit}
  `);
  return page.fromEnd ? rows.toReversed() : rows;
}

export async function countRuns(db: Queryable, scheduleId: string): Promise<number> {
  const [row] = await db.rows<{ total: number }>(sql`/* schedules.countRuns */
    SELECT count(*)::int AS total FROM schedule_run WHERE schedule_id = ${scheduleId}
  `);
  return row?.total ?? 0;
}
