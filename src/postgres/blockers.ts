import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from './pool.ts';
import { maskedText } from './masking.ts';
import { raw, sql } from './sql.ts';

/** A session that another one waits for. */
export interface Blocker {
  /** 0 for a prepared transaction, which has no process. */
  readonly pid: number;
  readonly userName: string;
  /** Empty when the session gave no name. */
  readonly applicationName: string;
  /** As in pg_stat_activity, e.g. `idle in transaction`; null where we may not see it. */
  readonly state: string | null;
  /** What it runs or ran last, at most 200 characters, strings left out: they may be anybody's data. */
  readonly query: string;
  /** Age of its transaction in milliseconds; null when it is in none, or we may not see it. */
  readonly transactionAgeMs: number | null;
}

/** What a session waits for, and who is in its way. */
export interface LockWait {
  /** Table or index, e.g. `items`; null for a wait on something else, e.g. for a transaction to end. */
  readonly relation: string | null;
  /** As in pg_locks, e.g. `AccessExclusiveLock`. */
  readonly mode: string | null;
  /** Oldest transaction first; at most 20. */
  readonly blockers: readonly Blocker[];
}

const MAX_BLOCKERS = 20;
const LONGEST_POLL_MS = 2_000;

/** The columns of a `Blocker`, of a row of pg_stat_activity called `activity`. */
export const BLOCKER_COLUMNS = sql`
  coalesce(activity.usename, '') AS "userName"
  , coalesce(activity.application_name, '') AS "applicationName"
  , activity.state
  , ${maskedText(raw('activity.query'), 200)} AS query
  , (1000 * extract(epoch FROM clock_timestamp() - activity.xact_start))::double precision AS "transactionAgeMs"
`;

/** Whom the backend `pid` waits for now; null while it waits for nobody. Ask on another connection. */
export async function findLockWait(db: Queryable, pid: number): Promise<LockWait | null> {
  // pg_blocking_pids stops the lock manager for a moment; it is asked only about a backend that does wait.
  const rows = await db.rows<Blocker & { readonly relation: string | null; readonly mode: string | null }>(
    sql`/* postgres.findLockWait */
      SELECT blocking.pid, ${BLOCKER_COLUMNS}
        , wanted.relation::regclass::text AS relation
        , wanted.mode
      FROM pg_stat_get_activity(${pid}) AS waiter
      CROSS JOIN LATERAL (SELECT DISTINCT unnest(pg_blocking_pids(waiter.pid)) AS pid) AS blocking
      LEFT JOIN pg_stat_activity AS activity ON activity.pid = blocking.pid
      LEFT JOIN LATERAL (
        SELECT relation, mode FROM pg_locks WHERE pg_locks.pid = waiter.pid AND NOT granted LIMIT 1
      ) AS wanted ON true
      WHERE waiter.wait_event_type = 'Lock'
      ORDER BY activity.xact_start, blocking.pid
      LIMIT ${MAX_BLOCKERS}
    `,
  );
  const [first] = rows;
  if (!first) return null;
  return {
    relation: first.relation,
    mode: first.mode,
    blockers: rows.map(({ relation: _relation, mode: _mode, ...blocker }) => blocker),
  };
}

export interface LockWatch {
  /** Another connection than the one that is watched. */
  readonly db: Queryable;
  readonly pid: number;
  /** First look after so long; later ones come slower while nothing is seen. */
  readonly intervalMs: number;
  /** Called once for each change of who is in the way. */
  readonly onWait: (wait: LockWait) => void;
  /** Called at each look besides. */
  readonly onTick?: () => Promise<void>;
}

/** Does `work`, which runs on the backend `pid`, and looks meanwhile who is in its way. What a look fails with is left out. */
export async function watchLocks<T>(watch: LockWatch, work: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  let looking: Promise<void> = Promise.resolve();
  // Most statements end before the first look; for those it costs no more than a timer.
  const timer = setTimeout(() => {
    looking = lookUntil(ended.signal, watch);
  }, watch.intervalMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    ended.abort();
    await looking;
  }
}

async function lookUntil(
  ended: AbortSignal,
  { db, pid, intervalMs, onWait, onTick }: LockWatch,
): Promise<void> {
  let told = '';
  for (let pauseMs = intervalMs; !ended.aborted;) {
    const wait = await findLockWait(db, pid).catch(() => null);
    await onTick?.().catch(() => {});
    if (ended.aborted) return;
    if (wait) {
      pauseMs = intervalMs;
      const who = `${wait.relation} ${wait.blockers.map((one) => one.pid).join(' ')}`;
      if (who !== told) onWait(wait);
      told = who;
    }
    pauseMs = Math.min(pauseMs * 1.2, LONGEST_POLL_MS);
    await sleep(pauseMs, undefined, { signal: ended }).catch(() => {});
  }
}

/** One line for people, e.g. `process 71 (ann, psql, idle in transaction for 12 s): SELECT 1`. */
export function describeBlocker(one: Blocker): string {
  const age =
    one.transactionAgeMs === null
      ? ''
      : `, in a transaction for ${Math.round(one.transactionAgeMs / 1_000)} s`;
  const who = one.pid === 0 ? 'a prepared transaction' : `process ${one.pid}`;
  return `${who} (${one.userName || 'unknown user'}, ${one.applicationName || 'without a name'}${age})${one.query && `: ${one.query}`}`;
}
