import type { Queryable } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';
import { type OwnedTimes, readStatementTimes } from '../latency-probe.ts';
import { grantMonitor } from '../measure.ts';
import { archiveColumns, CLIENT_COLUMNS, type InstanceFigures } from '../probe.ts';
import type { Rights } from './rights-probe.ts';

/** What an instance counts and holds at one moment. Counters are those since the statistics began. */
export interface HotFigures extends InstanceFigures {
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
  /** Of pg_stat_statements; null where it is not there, or does not tell. */
  readonly statementsResetAt: Date | null;
  /** Null while data checksums are off. */
  readonly checksumFailures: number | null;
  readonly active: number;
  readonly idle: number;
  readonly idleInTransaction: number;
  readonly longestIdleSeconds: number | null;
  /** Null: nobody waits, so they were not counted. */
  readonly locks: number | null;
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

/**
 * One row of all views, so that one executor is started for them. Takes no lock on any table of the product. Locks
 * are listed only while somebody waits, or where we may not see that: it takes every part of the lock table in turn,
 * and looks at each place for a session, which is more than all the rest together.
 */
export async function readHot(db: Queryable, rights: Rights): Promise<HotFigures> {
  const { user, canReadAllStats, canListArchive, versionNumber } = rights;
  const [row] = await db.rows<Omit<HotFigures, keyof Rights>>(sql`/* health.readHot */
    SELECT pg_is_in_recovery() AS "isStandby"
      , current_setting('max_connections')::int AS "maxConnections"
      , greatest(session.longest, prepared."oldestPreparedSeconds") AS "longestTransactionSeconds"
      , ${archiveColumns({ withQueue: canListArchive })}
      , ${canReadStatements(rights) && rights.hasStatementsInfo ? STATEMENTS_RESET : raw('NULL::timestamptz')}
        AS "statementsResetAt"
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
      , LATERAL (${COUNTED}) AS counted
      , LATERAL (
        SELECT ${CLIENT_COLUMNS}
          , count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting
          , count(*) FILTER (WHERE state IN ('active', 'fastpath function call') AND ${OTHER_CLIENT})::int AS active
          , count(*) FILTER (WHERE state = 'idle' AND ${OTHER_CLIENT})::int AS idle
          , count(*) FILTER (WHERE state LIKE 'idle in transaction%' AND ${OTHER_CLIENT})::int AS "idleInTransaction"
          , extract(epoch FROM clock_timestamp() - min(state_change)
              FILTER (WHERE state LIKE 'idle in transaction%' AND ${OTHER_CLIENT}))::float8 AS "longestIdleSeconds"
        FROM pg_stat_activity
      ) AS session
      , LATERAL (${WAITS} AND ${canReadAllStats ? raw('session.waiting > 0') : raw('true')}) AS wait
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
      , pg_stat_archiver AS archiver
  `);
  if (row === undefined) throw new Error('an empty answer');
  return { ...row, user, canReadAllStats, canListArchive };
}

const OTHER_CLIENT = raw("backend_type = 'client backend' AND pid <> pg_backend_pid()");
const STATEMENTS_RESET = raw('(SELECT stats_reset FROM pg_stat_statements_info)');

const COUNTED = raw(`
        SELECT
          sum(xact_commit) FILTER (WHERE ours)::float8 AS commits
          , sum(xact_rollback) FILTER (WHERE ours)::float8 AS rollbacks
          , sum(deadlocks) FILTER (WHERE ours)::float8 AS deadlocks
          , sum(temp_bytes) FILTER (WHERE ours)::float8 AS "tempBytes"
          , sum(blks_hit) FILTER (WHERE ours)::float8 AS "blocksHit"
          , sum(blks_read) FILTER (WHERE ours)::float8 AS "blocksRead"
          , max(stats_reset) FILTER (WHERE ours) AS "statisticsResetAt"
          , sum(checksum_failures)::float8 AS "checksumFailures"
        FROM (SELECT datname IS NOT DISTINCT FROM current_database() AS ours, * FROM pg_stat_database) AS d`);

const WAITS = raw(`
        SELECT
          nullif(count(*), 0)::int AS locks
          , count(DISTINCT pid) FILTER (WHERE NOT granted)::int AS blocked
          , extract(epoch FROM clock_timestamp() - min(waitstart))::float8 AS "longestWaitSeconds"
          -- It stops the lock manager for a moment: only for one, and only when somebody waits.
          , CASE WHEN count(*) FILTER (WHERE NOT granted) > 0
              THEN pg_blocking_pids((array_agg(pid ORDER BY waitstart) FILTER (WHERE NOT granted))[1]) END AS blockers
        FROM pg_locks
        WHERE pid IS DISTINCT FROM pg_backend_pid()`);

/** Those that others hold or wait for. */
export async function countLocks(db: Queryable): Promise<number> {
  const [row] = await db.rows<{ locks: number }>(sql`/* health.countLocks */
    SELECT count(*)::int AS locks FROM pg_locks WHERE pid IS DISTINCT FROM pg_backend_pid()
  `);
  return row?.locks ?? 0;
}

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

/** `statementsResetAt` as it was read in the same look. */
export async function readStatements(
  db: Queryable,
  rights: Rights,
  { statementsResetAt }: Pick<HotFigures, 'statementsResetAt'>,
): Promise<StatementsLook> {
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
  return { times: await readStatementTimes(db), resetAt: statementsResetAt };
}

const canReadStatements = ({ isPreloaded, hasStatements, canReadAllStats }: Rights) =>
  isPreloaded && hasStatements && canReadAllStats;

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
