import { maskedText } from '../../postgres/masking.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';

/** One row of pg_stat_activity. */
export interface Session {
  readonly pid: number;
  readonly startedAt: Date;
  /** As in pg_stat_activity, e.g. `client backend`, `walsender`. */
  readonly kind: string;
  /** Empty for a background process. */
  readonly userName: string;
  readonly database: string;
  /** Empty when the session gave no name. */
  readonly applicationName: string;
  /** Null: it came through a socket of the machine. */
  readonly clientAddress: string | null;
  /** As in pg_stat_activity, e.g. `idle in transaction`; null where we may not see it. */
  readonly state: string | null;
  /** e.g. `Lock: transactionid`; null while it works. */
  readonly waitsFor: string | null;
  readonly transactionSeconds: number | null;
  /** Since its statement began; null when it runs none. */
  readonly statementSeconds: number | null;
  /** Since its state changed. */
  readonly stateSeconds: number | null;
  /** How many transactions have begun since the oldest that it holds back vacuum for; null when it holds none back. */
  readonly snapshotAge: number | null;
  /** What it runs or ran last, at most 1,000 characters, strings left out. */
  readonly query: string;
  /** Finds it among the slow queries; null without `compute_query_id`. */
  readonly queryId: bigint | null;
  readonly isSuperuser: boolean;
}

export interface SessionQuery {
  readonly includeBackground: boolean;
  readonly includeIdle: boolean;
  readonly limit: number;
}

const QUERY_LENGTH = 1_000;

const SESSION_COLUMNS = sql`
  activity.pid
  , activity.backend_start AS "startedAt"
  , activity.backend_type AS kind
  , coalesce(activity.usename, '') AS "userName"
  , coalesce(activity.datname, '') AS database
  , coalesce(activity.application_name, '') AS "applicationName"
  , host(activity.client_addr) AS "clientAddress"
  , activity.state
  , activity.wait_event_type || ': ' || activity.wait_event AS "waitsFor"
  , extract(epoch FROM clock_timestamp() - activity.xact_start)::float8 AS "transactionSeconds"
  , CASE WHEN activity.state = 'active'
      THEN extract(epoch FROM clock_timestamp() - activity.query_start)::float8 END AS "statementSeconds"
  , extract(epoch FROM clock_timestamp() - activity.state_change)::float8 AS "stateSeconds"
  , age(activity.backend_xmin) AS "snapshotAge"
  , ${maskedText(raw('activity.query'), QUERY_LENGTH)} AS query
  , activity.query_id AS "queryId"
  , coalesce((SELECT rolsuper FROM pg_roles WHERE oid = activity.usesysid), false) AS "isSuperuser"
`;

/** Sessions but the one that asks, the longest transaction first, and how many match. */
export async function listSessions(
  db: Queryable,
  { includeBackground, includeIdle, limit }: SessionQuery,
): Promise<readonly (Session & { readonly total: number })[]> {
  return db.rows(sql`/* performance.listSessions */
    SELECT ${SESSION_COLUMNS}, (count(*) OVER ())::int AS total
    FROM pg_stat_activity AS activity
    WHERE activity.pid <> pg_backend_pid()
      AND (${includeBackground} OR activity.backend_type = 'client backend')
      AND (${includeIdle} OR activity.state IS DISTINCT FROM 'idle')
    ORDER BY activity.xact_start NULLS LAST, activity.state_change NULLS LAST, activity.pid
    LIMIT ${limit}
  `);
}

/** The sessions of these processes, those that there still are. */
export function findSessions(db: Queryable, pids: readonly number[]): Promise<readonly Session[]> {
  return db.rows<Session>(sql`/* performance.findSessions */
    SELECT ${SESSION_COLUMNS} FROM pg_stat_activity AS activity WHERE activity.pid = ANY (${pids}::int[])
  `);
}

/** Who asks, and whether it sees what other roles run. */
export async function readSight(
  db: Queryable,
): Promise<{ readonly user: string; readonly seesAll: boolean }> {
  const [row] = await db.rows<{ user: string; seesAll: boolean }>(sql`/* performance.readSight */
    SELECT current_user AS user, pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "seesAll"
  `);
  return row ?? { user: '', seesAll: false };
}
