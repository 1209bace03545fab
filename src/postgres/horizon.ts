import type { Queryable } from './pool.ts';
import { sql } from './sql.ts';

/** Something for which the server keeps rows that are dead for everybody else. */
export interface HorizonHolder {
  readonly kind: 'SESSION' | 'STANDBY' | 'SLOT' | 'PREPARED';
  /** The process, the standby's or slot's name, or the prepared transaction's id. */
  readonly name: string;
  /** For people: user, application and state; null where there is nothing to say. */
  readonly detail: string | null;
  /** Of a session; empty when it gave none. Null for all others. */
  readonly applicationName: string | null;
  /** Of a session, e.g. `idle in transaction`; null for all others, and where we may not see it. */
  readonly state: string | null;
  /** Age of its transaction in milliseconds; null for a standby and a slot, of which the server does not know it. */
  readonly transactionAgeMs: number | null;
  /** When its session began, in milliseconds since 1970, cut off; null where there is no session. */
  readonly sessionStartedMs: number | null;
  /** A standby that is there: it tells every few seconds what it still sees (wal_receiver_status_interval). */
  readonly isReporting: boolean;
  /** The oldest transaction that it may still see. */
  readonly xid: string;
  /** Transactions begun since that one. */
  readonly ageTransactions: number;
}

const MOST_HOLDERS = 3;

/**
 * Those with the oldest view, at most three. A session of another database keeps nothing of this one's tables, but
 * a standby's feedback, a slot and a prepared transaction do. VACUUM itself keeps nothing, and neither does a view
 * that is newer than all transactions so far.
 */
export function listHorizonHolders(db: Queryable): Promise<readonly HorizonHolder[]> {
  return db.rows<HorizonHolder>(sql`/* postgres.listHorizonHolders */
    SELECT kind, name, detail, "applicationName", state, "transactionAgeMs", "sessionStartedMs", "isReporting"
      , oldest::text AS xid, age(oldest) AS "ageTransactions"
    FROM (
      SELECT 'SESSION' AS kind, pid::text AS name
        , concat_ws(', ', usename, nullif(application_name, ''), state) AS detail
        , application_name AS "applicationName"
        , state
        , (1000 * extract(epoch FROM clock_timestamp() - xact_start))::float8 AS "transactionAgeMs"
        , trunc(1000 * extract(epoch FROM backend_start))::float8 AS "sessionStartedMs"
        , false AS "isReporting"
        , CASE WHEN age(backend_xid) > coalesce(age(backend_xmin), -1) THEN backend_xid ELSE backend_xmin END AS oldest
      FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type <> 'walsender'
        AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
      UNION ALL
      SELECT 'STANDBY', coalesce(nullif(application_name, ''), pid::text), state, NULL, NULL, NULL, NULL, true, backend_xmin
      FROM pg_stat_replication
      UNION ALL
      SELECT 'SLOT', slot_name, CASE WHEN active THEN 'active' ELSE 'nobody is connected' END, NULL, NULL, NULL, NULL
        , active, xmin
      FROM pg_replication_slots
      UNION ALL
      SELECT 'PREPARED', gid, owner, NULL, NULL, (1000 * extract(epoch FROM clock_timestamp() - prepared))::float8, NULL
        , false, transaction
      FROM pg_prepared_xacts WHERE database = current_database()
    ) AS holders
    WHERE age(oldest) > 0
    ORDER BY age(oldest) DESC, kind, name
    LIMIT ${MOST_HOLDERS}
  `);
}

/** For people, e.g. `process 4711 (ann, psql, idle in transaction), 12 transactions old`. Pure. */
export function describeHolder({ kind, name, detail, ageTransactions }: HorizonHolder): string {
  const what = { SESSION: 'process', STANDBY: 'standby', SLOT: 'slot', PREPARED: 'prepared transaction' }[
    kind
  ];
  return `${what} ${name}${detail ? ` (${detail})` : ''}, ${ageTransactions} transactions old`;
}
