import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { Blocker } from './analysis.ts';
import { conflicts, type Lock, parseLockMode } from './lock-modes.ts';

const MAX_HOLDERS = 1_000;
const MAX_BLOCKERS = 100;
/** What CONCURRENTLY waits for ends by itself most of the time; only what is older than a request is worth a name. */
const OLD_SNAPSHOT_MS = 1_000;

interface HolderRow {
  readonly pid: number;
  readonly user: string | null;
  readonly applicationName: string | null;
  readonly state: string | null;
  readonly query: string | null;
  readonly ageMs: number;
  readonly table: string;
  readonly mode: string;
}

/** Sessions that hold, at this moment, a lock that one of `wanted` conflicts with; oldest transaction first. */
export async function findLockHolders(db: Queryable, wanted: readonly Lock[]): Promise<readonly Blocker[]> {
  if (wanted.length === 0) return [];
  const rows = await db.rows<HolderRow>(sql`/* analysis.findLockHolders */
    SELECT l.pid, a.usename AS user, a.application_name AS "applicationName", a.state, left(a.query, 500) AS query,
      coalesce(extract(epoch FROM clock_timestamp() - a.xact_start) * 1000, 0)::float8 AS "ageMs",
      n.nspname || '.' || c.relname AS table, l.mode
    FROM pg_locks l
    JOIN pg_class c ON c.oid = l.relation
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.granted AND l.locktype = 'relation' AND l.pid <> pg_backend_pid()
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND n.nspname || '.' || c.relname = ANY(${wanted.map((one) => one.table)}::text[])
    ORDER BY a.xact_start NULLS LAST, l.pid
    LIMIT ${MAX_HOLDERS}`);
  const blockers = rows.flatMap((row) => {
    const mode = parseLockMode(row.mode);
    const inTheWay =
      mode !== null && wanted.some((one) => one.table === row.table && conflicts(one.mode, mode));
    return inTheWay ? [toBlocker(row, row.table, mode)] : [];
  });
  return blockers.slice(0, MAX_BLOCKERS);
}

/** Transactions that CONCURRENTLY would wait for: it needs everybody who saw the table before it began to end. */
export async function findOldSnapshots(db: Queryable): Promise<readonly Blocker[]> {
  const rows = await db.rows<Omit<HolderRow, 'table' | 'mode'>>(sql`/* analysis.findOldSnapshots */
    SELECT pid, usename AS user, application_name AS "applicationName", state, left(query, 500) AS query,
      (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::float8 AS "ageMs"
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
      AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND backend_type = 'client backend'
      AND query !~* '^\s*vacuum'
      AND xact_start < clock_timestamp() - ${OLD_SNAPSHOT_MS}::int4 * interval '1 millisecond'
    ORDER BY xact_start, pid
    LIMIT ${MAX_BLOCKERS}`);
  return rows.map((row) => toBlocker(row, null, null));
}

function toBlocker(
  row: Omit<HolderRow, 'table' | 'mode'>,
  table: string | null,
  mode: Blocker['mode'],
): Blocker {
  const { pid, user, applicationName, state, query, ageMs } = row;
  return {
    pid,
    user: user ?? '',
    applicationName: applicationName ?? '',
    state: state ?? '',
    query: query ?? '',
    ageMs: Math.round(ageMs),
    table,
    mode,
  };
}
