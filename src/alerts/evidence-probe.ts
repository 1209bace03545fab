import { BLOCKER_COLUMNS } from '../postgres/blockers.ts';
import type { Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { AlertEvidence, BlockingSession, ClientGroup, RunningStatement } from './alerts.ts';

const MOST_STATEMENTS = 10;
const MOST_BLOCKERS = 50;

/** What runs on a server and who waits for whom. Ours is left out; strings in statements are, too. */
export async function readEvidence(
  db: Queryable,
  server: { readonly cluster: string; readonly instance: string },
): Promise<AlertEvidence> {
  const sessionId = sql`${server.cluster}::text || '/' || ${server.instance}::text || '/' || activity.pid || '/'
    || trunc(1000 * extract(epoch FROM activity.backend_start))::bigint AS "sessionId"`;
  const statements = await db.rows<RunningStatement>(sql`/* alerts.readStatements */
    SELECT activity.pid, ${sessionId}, ${BLOCKER_COLUMNS}
    FROM pg_stat_activity AS activity
    WHERE activity.backend_type = 'client backend' AND activity.pid <> pg_backend_pid()
      AND activity.xact_start IS NOT NULL
    ORDER BY activity.xact_start
    LIMIT ${MOST_STATEMENTS}
  `);
  // pg_blocking_pids stops the lock manager for a moment; it is asked only about backends that do wait.
  const pairs = await db.rows<RunningStatement & { readonly waiter: number }>(sql`/* alerts.readBlockers */
    SELECT waiter.pid AS waiter, blocking.pid, ${sessionId}, ${BLOCKER_COLUMNS}
    FROM pg_stat_activity AS waiter
    CROSS JOIN LATERAL (SELECT DISTINCT unnest(pg_blocking_pids(waiter.pid)) AS pid) AS blocking
    LEFT JOIN pg_stat_activity AS activity ON activity.pid = blocking.pid
    WHERE waiter.wait_event_type = 'Lock'
    ORDER BY activity.xact_start, blocking.pid, waiter.pid
    LIMIT ${MOST_BLOCKERS}
  `);
  return { gatheredAt: new Date().toISOString(), statements, blockers: toTree(pairs), reason: null };
}

const MOST_GROUPS = 10;

/** Who holds the connections of a server. Ours are among them: they count, too. */
export function readClients(db: Queryable): Promise<readonly ClientGroup[]> {
  return db.rows<ClientGroup>(sql`/* alerts.readClients */
    SELECT coalesce(usename, '') AS "userName", coalesce(application_name, '') AS "applicationName", state
      , count(*)::int AS sessions
      , extract(epoch FROM clock_timestamp() - min(state_change))::float8 AS "longestSeconds"
    FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
    GROUP BY 1, 2, 3
    ORDER BY sessions DESC, 1, 2, 3
    LIMIT ${MOST_GROUPS}
  `);
}

function toTree(
  pairs: readonly (RunningStatement & { readonly waiter: number })[],
): readonly BlockingSession[] {
  const found = new Map<number, BlockingSession>();
  for (const { waiter, ...session } of pairs) {
    const known = found.get(session.pid);
    const waitsFor = pairs.find((one) => one.waiter === session.pid)?.pid ?? null;
    found.set(session.pid, { ...session, waitsFor, blocks: [...(known?.blocks ?? []), waiter] });
  }
  return [...found.values()];
}
