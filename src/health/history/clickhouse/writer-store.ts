import type { Queryable } from '../../../postgres/pool.ts';
import { sql } from '../../../postgres/sql.ts';
import type { BufferState } from './write-buffer.ts';

/** How all workers that have told of themselves a moment ago write together. */
export interface Writers {
  /** The oldest value that waits; null when none waits, or nobody writes. */
  readonly waitingSeconds: number | null;
  readonly waiting: number;
  /** Values that workers have dropped which dropped some of late. */
  readonly lost: number;
  /** Of a worker whose last attempt failed; null: nobody's did. */
  readonly reason: string | null;
}

/** Replaces what is known of one worker, and forgets those that are gone. */
export async function putWriter(db: Queryable, workerId: string, state: BufferState): Promise<void> {
  const { waiting, waitingSeconds, lost, reason } = state;
  await db.rows(sql`/* health.putWriter */
    WITH gone AS (
      DELETE FROM history_writer WHERE updated_at < now() - interval '1 day' AND worker_id <> ${workerId}
    )
    INSERT INTO history_writer AS known (worker_id, updated_at, waiting, waiting_since, lost, lost_at, reason)
    SELECT ${workerId}::text, now(), ${waiting}::integer, now() - ${waitingSeconds}::float8 * interval '1 second', lost
      , CASE WHEN lost > 0 THEN now() END, ${reason}::text
    FROM (SELECT ${lost}::bigint AS lost) AS told
    ON CONFLICT (worker_id) DO UPDATE
    SET updated_at = EXCLUDED.updated_at, waiting = EXCLUDED.waiting, waiting_since = EXCLUDED.waiting_since
      , lost = EXCLUDED.lost, reason = EXCLUDED.reason
      , lost_at = CASE WHEN EXCLUDED.lost > known.lost THEN EXCLUDED.updated_at ELSE known.lost_at END
  `);
}

/** A loss is told for ten minutes. A worker that is silent for two has ended. */
export async function readWriters(db: Queryable): Promise<Writers> {
  const [row] = await db.rows<Writers>(sql`/* health.readWriters */
    SELECT extract(epoch FROM now() - min(waiting_since))::float8 AS "waitingSeconds"
      , coalesce(sum(waiting), 0)::float8 AS waiting
      , coalesce(sum(lost) FILTER (WHERE lost_at > now() - interval '10 minutes'), 0)::float8 AS lost
      , min(reason) AS reason
    FROM history_writer
    WHERE updated_at > now() - interval '2 minutes'
  `);
  if (row === undefined) throw new Error('an aggregate without groups has one row');
  return row;
}
