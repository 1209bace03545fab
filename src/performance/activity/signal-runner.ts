import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { SessionKey } from '../performance.ts';

/** CANCEL ends the statement, TERMINATE the session. */
export type Signal = 'CANCEL' | 'TERMINATE';

/** Sends it to that very session, in one statement: a process id that is another's by now gets nothing. */
export async function sendSignal(
  db: Queryable,
  signal: Signal,
  { pid, startedAt }: Pick<SessionKey, 'pid' | 'startedAt'>,
): Promise<void> {
  const isSame = sql`pid = ${pid} AND date_trunc('milliseconds', backend_start) = ${startedAt}`;
  await (signal === 'CANCEL'
    ? db.rows(
        sql`/* performance.cancelQuery */ SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${isSame}`,
      )
    : db.rows(
        sql`/* performance.terminateSession */ SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${isSame}`,
      ));
}

/** Ends these very sessions, those that there still are, in one statement. */
export async function sendSignals(
  db: Queryable,
  sessions: readonly Pick<SessionKey, 'pid' | 'startedAt'>[],
): Promise<void> {
  if (sessions.length === 0) return;
  await db.rows(sql`/* performance.terminateSessions */
    SELECT pg_terminate_backend(activity.pid)
    FROM unnest(${sessions.map((one) => one.pid)}::int[], ${sessions.map((one) => one.startedAt)}::timestamptz[])
      AS wanted (pid, started_at)
    JOIN pg_stat_activity AS activity
      ON activity.pid = wanted.pid AND date_trunc('milliseconds', activity.backend_start) = wanted.started_at
  `);
}
