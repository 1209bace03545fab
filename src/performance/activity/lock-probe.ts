import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** A session that waits for a lock. */
export interface Wait {
  readonly pid: number;
  /** Processes in its way, 0 for a prepared transaction. */
  readonly blockedBy: readonly number[];
  /** Table or index, e.g. `public.items`; null for a wait on something else, e.g. for a transaction to end. */
  readonly relation: string | null;
  /** What is waited for as in pg_locks, e.g. `relation`, `transactionid`, `tuple`. */
  readonly lockType: string | null;
  /** As in pg_locks, e.g. `AccessExclusiveLock`. */
  readonly mode: string | null;
  /** Null when the lock was got meanwhile. */
  readonly waitingSeconds: number | null;
}

const MOST_WAITS = 1_000;

/**
 * Everybody who waits for a lock, and for whom; at most a thousand. pg_blocking_pids stops the lock manager for a
 * moment, so it is asked only about those who do wait.
 */
export function listWaits(db: Queryable): Promise<readonly Wait[]> {
  return db.rows<Wait>(sql`/* performance.listWaits */
    WITH waiter AS MATERIALIZED (
      SELECT pid FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()
      ORDER BY query_start
      LIMIT ${MOST_WAITS}
    )
    SELECT waiter.pid
      , ARRAY(SELECT DISTINCT unnest(pg_blocking_pids(waiter.pid)) ORDER BY 1) AS "blockedBy"
      , CASE WHEN wanted.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          THEN wanted.relation::regclass::text END AS relation
      , wanted.locktype AS "lockType"
      , wanted.mode
      , extract(epoch FROM clock_timestamp() - wanted.waitstart)::float8 AS "waitingSeconds"
    FROM waiter
    LEFT JOIN LATERAL (
      SELECT * FROM pg_locks WHERE pg_locks.pid = waiter.pid AND NOT granted LIMIT 1
    ) AS wanted ON true
  `);
}
