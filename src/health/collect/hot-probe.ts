import type { Queryable } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';
import { type OwnedTimes, readStatementTimes } from '../latency-probe.ts';
import { grantMonitor } from '../measure.ts';
import type { Rights } from './rights-probe.ts';

/** What an instance counts and holds at one moment. Counters are those since the statistics began. */
export interface HotFigures {
  readonly isStandby: boolean;
  /** The server's own clock, in seconds: intervals are measured by it. */
  readonly atSeconds: number;
  readonly commits: number;
  readonly rollbacks: number;
  readonly deadlocks: number;
  readonly tempBytes: number;
  readonly blocksHit: number;
  readonly blocksRead: number;
  /** Null: never reset. */
  readonly statisticsResetAt: Date | null;
  /** Null while data checksums are off. */
  readonly checksumFailures: number | null;
  readonly active: number;
  readonly idle: number;
  readonly idleInTransaction: number;
  readonly longestIdleSeconds: number | null;
  readonly locks: number;
  readonly blocked: number;
  readonly longestWaitSeconds: number | null;
  /** Who the one that waits longest waits for. */
  readonly blockers: readonly number[] | null;
  readonly prepared: number;
  readonly oldestPreparedSeconds: number | null;
  /** Position in the write-ahead log: written by a primary, replayed by a standby. */
  readonly walBytes: number | null;
  readonly heldBytes: number | null;
  readonly worstSlot: string | null;
  readonly inactiveSlots: number;
  readonly checkpointsTimed: number;
  readonly checkpointsRequested: number;
}

/** One row, in about a millisecond. Takes no lock on any table of the product. */
export async function readHot(db: Queryable, { versionNumber }: Rights): Promise<HotFigures> {
  const [row] = await db.rows<HotFigures>(sql`/* health.readHot */
    SELECT pg_is_in_recovery() AS "isStandby"
      , extract(epoch FROM clock_timestamp())::float8 AS "atSeconds"
      , counted.*
      , session.*
      , wait.*
      , prepared.*
      , position.bytes::float8 AS "walBytes"
      , slot.*
      , checkpoint.*
    FROM (
        SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END) - '0/0' AS bytes
      ) AS position
      , LATERAL (
        SELECT
          sum(xact_commit) FILTER (WHERE ours)::float8 AS commits
          , sum(xact_rollback) FILTER (WHERE ours)::float8 AS rollbacks
          , sum(deadlocks) FILTER (WHERE ours)::float8 AS deadlocks
          , sum(temp_bytes) FILTER (WHERE ours)::float8 AS "tempBytes"
          , sum(blks_hit) FILTER (WHERE ours)::float8 AS "blocksHit"
          , sum(blks_read) FILTER (WHERE ours)::float8 AS "blocksRead"
          , max(stats_reset) FILTER (WHERE ours) AS "statisticsResetAt"
          , sum(checksum_failures)::float8 AS "checksumFailures"
        FROM (SELECT datname IS NOT DISTINCT FROM current_database() AS ours, * FROM pg_stat_database) AS d
      ) AS counted
      , LATERAL (
        SELECT
          count(*) FILTER (WHERE state IN ('active', 'fastpath function call'))::int AS active
          , count(*) FILTER (WHERE state = 'idle')::int AS idle
          , count(*) FILTER (WHERE state LIKE 'idle in transaction%')::int AS "idleInTransaction"
          , extract(epoch FROM clock_timestamp()
              - min(state_change) FILTER (WHERE state LIKE 'idle in transaction%'))::float8 AS "longestIdleSeconds"
        FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
      ) AS session
      , LATERAL (${WAITS}) AS wait
      , LATERAL (
        SELECT count(*)::int AS prepared
          , extract(epoch FROM clock_timestamp() - min(prepared))::float8 AS "oldestPreparedSeconds"
        FROM pg_prepared_xacts
      ) AS prepared
      , LATERAL (
        SELECT
          max(position.bytes - (restart_lsn - '0/0'))::float8 AS "heldBytes"
          , (array_agg(slot_name::text ORDER BY restart_lsn) FILTER (WHERE restart_lsn IS NOT NULL))[1] AS "worstSlot"
          , count(*) FILTER (WHERE NOT active)::int AS "inactiveSlots"
        FROM pg_replication_slots
      ) AS slot
      , LATERAL (${versionNumber >= 170_000 ? CHECKPOINTER : BGWRITER}) AS checkpoint
  `);
  if (row === undefined) throw new Error('an empty answer');
  return row;
}

const WAITS = raw(`
        SELECT
          count(*)::int AS locks
          , count(DISTINCT pid) FILTER (WHERE NOT granted)::int AS blocked
          , extract(epoch FROM clock_timestamp() - min(waitstart))::float8 AS "longestWaitSeconds"
          -- It stops the lock manager for a moment: only for one, and only when somebody waits.
          , CASE WHEN count(*) FILTER (WHERE NOT granted) > 0
              THEN pg_blocking_pids((array_agg(pid ORDER BY waitstart) FILTER (WHERE NOT granted))[1]) END AS blockers
        FROM pg_locks
        WHERE pid IS DISTINCT FROM pg_backend_pid()`);

const BGWRITER = raw(`
  SELECT checkpoints_timed::float8 AS "checkpointsTimed", checkpoints_req::float8 AS "checkpointsRequested"
  FROM pg_stat_bgwriter`);
/** Their own view since PostgreSQL 17. */
const CHECKPOINTER = raw(`
  SELECT num_timed::float8 AS "checkpointsTimed", num_requested::float8 AS "checkpointsRequested"
  FROM pg_stat_checkpointer`);

/** What pg_stat_statements holds, or why there is nothing. */
export type StatementsLook =
  | { readonly times: readonly OwnedTimes[]; readonly resetAt: Date | null }
  | { readonly reason: string; readonly hint: string };

export async function readStatements(db: Queryable, rights: Rights): Promise<StatementsLook> {
  if (!rights.isPreloaded)
    return {
      reason: 'pg_stat_statements is not preloaded',
      hint: "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; then restart the instance.",
    };
  if (!rights.hasStatements)
    return {
      reason: 'pg_stat_statements is not installed in this database',
      hint: 'CREATE EXTENSION pg_stat_statements;',
    };
  // Otherwise statements of others have no id, and all of them would look like one.
  if (!rights.canReadAllStats)
    return {
      reason: `${rights.user} may not see the statements of other roles`,
      hint: grantMonitor(rights.user),
    };
  const times = await readStatementTimes(db);
  return { times, resetAt: rights.hasStatementsInfo ? await readReset(db) : null };
}

async function readReset(db: Queryable): Promise<Date | null> {
  const [row] = await db.rows<{ resetAt: Date | null }>(sql`/* health.readStatementsReset */
    SELECT stats_reset AS "resetAt" FROM pg_stat_statements_info
  `);
  return row?.resetAt ?? null;
}

/** The texts of the files that hold how busy the machine is, through the function of `HOST_FUNCTION`. */
export async function readHostFiles(
  db: Queryable,
): Promise<{ readonly stat: string; readonly meminfo: string }> {
  const [row] = await db.rows<{ stat: string; meminfo: string }>(sql`/* health.readHostFiles */
    SELECT stat, meminfo FROM public.sunday_host_files()
  `);
  if (row === undefined) throw new Error('an empty answer');
  return row;
}
