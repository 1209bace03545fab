import type { Database, Queryable } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';

/** One walsender. Without pg_read_all_stats all but `pid` is null. Lags count from the end of the sender's log. */
export interface SenderRow {
  readonly pid: number;
  readonly applicationName: string | null;
  /** Null: through a socket of the machine. */
  readonly clientAddress: string | null;
  readonly state: string | null;
  readonly syncState: string | null;
  readonly sentLsn: string | null;
  readonly writeLsn: string | null;
  readonly flushLsn: string | null;
  readonly replayLsn: string | null;
  readonly sentLagBytes: bigint | null;
  readonly writeLagBytes: bigint | null;
  readonly flushLagBytes: bigint | null;
  readonly replayLagBytes: bigint | null;
  readonly writeLagSeconds: number | null;
  readonly flushLagSeconds: number | null;
  readonly replayLagSeconds: number | null;
}

/** One row of pg_replication_slots, which everybody may see. */
export interface SlotRow {
  readonly name: string;
  readonly type: 'PHYSICAL' | 'LOGICAL';
  /** Null for a physical slot, as is `database`. */
  readonly plugin: string | null;
  readonly database: string | null;
  readonly isTemporary: boolean;
  readonly isActive: boolean;
  readonly activePid: number | null;
  /** Null: it has reserved nothing yet. */
  readonly walStatus: string | null;
  readonly restartLsn: string | null;
  readonly confirmedFlushLsn: string | null;
  readonly retainedBytes: bigint | null;
  /** Null: max_slot_wal_keep_size sets no limit, or it is lost. */
  readonly safeWalBytes: bigint | null;
}

/** What a standby says of what it receives and replays. */
export interface ReceiverRow {
  /** As in pg_stat_wal_receiver; `stopped` when none runs, null when we may not see it. */
  readonly status: string | null;
  readonly slotName: string | null;
  readonly receivedLsn: string | null;
  readonly replayedLsn: string | null;
  /** Received and not replayed. */
  readonly waitingBytes: bigint | null;
  readonly lastMessageSeconds: number | null;
  readonly lastReplayedSeconds: number | null;
  readonly isReplayPaused: boolean;
  readonly conflicts: readonly { readonly kind: string; readonly count: number }[];
}

/** One subscription of an instance, in whatever database. */
export interface SubscriptionRow {
  readonly name: string;
  readonly database: string;
  readonly slotName: string | null;
  readonly isEnabled: boolean;
  /** Null: no worker applies it. */
  readonly workerPid: number | null;
  readonly copyWorkers: number;
  readonly receivedLsn: string | null;
  readonly lastMessageSeconds: number | null;
  readonly applyErrors: bigint;
  readonly copyErrors: bigint;
  readonly errorsSince: Date | null;
}

interface Outline {
  readonly user: string;
  readonly seesAll: boolean;
  readonly isStandby: boolean;
  readonly endLsn: string | null;
  /** The slot that it is told to stream through; empty: none. */
  readonly slotName: string;
  readonly clusterName: string;
}

/** What one instance says of replication. */
export interface ReplicationLook extends Outline {
  readonly senders: readonly SenderRow[];
  readonly slots: readonly SlotRow[];
  /** Null for a primary. */
  readonly receiver: ReceiverRow | null;
  /** Those of a primary: a standby has their names only. */
  readonly subscriptions: readonly SubscriptionRow[];
}

const MOST = 500;

/** Where the log of this server ends: what it wrote, or what it received or took from the archive. */
const END = raw(`(
  SELECT CASE WHEN pg_is_in_recovery() THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
    ELSE pg_current_wal_lsn() END AS lsn
) AS log_end`);

/** Asks on one connection, one after the other. Takes no lock on any table of the product. */
export function lookAtReplication(server: Database): Promise<ReplicationLook> {
  return server.session(async (session) => {
    const outline = await readOutline(session);
    return {
      ...outline,
      senders: await listSenders(session),
      slots: await listSlots(session),
      receiver: outline.isStandby ? await readReceiver(session) : null,
      subscriptions: outline.isStandby ? [] : await listSubscriptions(session),
    };
  });
}

async function readOutline(db: Queryable): Promise<Outline> {
  const [row] = await db.rows<Outline>(sql`/* performance.readReplicationOutline */
    SELECT current_user AS user
      , pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "seesAll"
      , pg_is_in_recovery() AS "isStandby"
      , log_end.lsn::text AS "endLsn"
      , current_setting('primary_slot_name') AS "slotName"
      , current_setting('cluster_name') AS "clusterName"
    FROM ${END}
  `);
  if (row === undefined) throw new Error('an empty answer');
  return row;
}

/** The server gives no seconds for one that has caught up and is idle: that is 0. */
function listSenders(db: Queryable): Promise<readonly SenderRow[]> {
  return db.rows<SenderRow>(sql`/* performance.listSenders */
    WITH sender AS (
      SELECT one.*
        , (greatest(log_end.lsn, sent_lsn) - sent_lsn)::bigint AS "sentLagBytes"
        , (greatest(log_end.lsn, write_lsn) - write_lsn)::bigint AS "writeLagBytes"
        , (greatest(log_end.lsn, flush_lsn) - flush_lsn)::bigint AS "flushLagBytes"
        , (greatest(log_end.lsn, replay_lsn) - replay_lsn)::bigint AS "replayLagBytes"
      FROM pg_stat_replication AS one, ${END}
      LIMIT ${MOST}
    )
    SELECT pid, application_name AS "applicationName", host(client_addr) AS "clientAddress", state
      , sync_state AS "syncState", sent_lsn::text AS "sentLsn", write_lsn::text AS "writeLsn"
      , flush_lsn::text AS "flushLsn", replay_lsn::text AS "replayLsn"
      , "sentLagBytes", "writeLagBytes", "flushLagBytes", "replayLagBytes"
      , CASE WHEN "writeLagBytes" = 0 THEN 0 ELSE extract(epoch FROM write_lag) END::float8 AS "writeLagSeconds"
      , CASE WHEN "flushLagBytes" = 0 THEN 0 ELSE extract(epoch FROM flush_lag) END::float8 AS "flushLagSeconds"
      , CASE WHEN "replayLagBytes" = 0 THEN 0 ELSE extract(epoch FROM replay_lag) END::float8 AS "replayLagSeconds"
    FROM sender
    ORDER BY application_name, pid
  `);
}

/** Of its limit, nothing may be left: the server then says a negative number. */
function listSlots(db: Queryable): Promise<readonly SlotRow[]> {
  return db.rows<SlotRow>(sql`/* performance.listSlots */
    SELECT slot_name::text AS name, upper(slot_type) AS type, plugin::text, database::text
      , temporary AS "isTemporary", active AS "isActive", active_pid AS "activePid"
      , wal_status AS "walStatus", restart_lsn::text AS "restartLsn"
      , confirmed_flush_lsn::text AS "confirmedFlushLsn"
      , (greatest(log_end.lsn, restart_lsn) - restart_lsn)::bigint AS "retainedBytes"
      , CASE WHEN safe_wal_size < 0 THEN 0 ELSE safe_wal_size END AS "safeWalBytes"
    FROM pg_replication_slots, ${END}
    ORDER BY restart_lsn NULLS LAST, slot_name
    LIMIT ${MOST}
  `);
}

/** Kinds of conflicts differ between versions: whatever the view counts, over all databases. */
async function readReceiver(db: Queryable): Promise<ReceiverRow | null> {
  const [row] = await db.rows<ReceiverRow>(sql`/* performance.readReceiver */
    SELECT CASE WHEN receiver.pid IS NULL THEN 'stopped' ELSE receiver.status END AS status
      , nullif(receiver.slot_name, '') AS "slotName"
      , pg_last_wal_receive_lsn()::text AS "receivedLsn"
      , pg_last_wal_replay_lsn()::text AS "replayedLsn"
      , (greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - pg_last_wal_replay_lsn())::bigint AS "waitingBytes"
      , extract(epoch FROM clock_timestamp() - receiver.last_msg_receipt_time)::float8 AS "lastMessageSeconds"
      , extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS "lastReplayedSeconds"
      , pg_is_wal_replay_paused() AS "isReplayPaused"
      , ARRAY(
          SELECT json_build_object('kind', substr(key, 7), 'count', sum(value::bigint)::float8)
          FROM pg_stat_database_conflicts AS one, jsonb_each_text(to_jsonb(one))
          WHERE starts_with(key, 'confl_')
          GROUP BY key
          ORDER BY key
        ) AS conflicts
    FROM (SELECT) AS one LEFT JOIN pg_stat_wal_receiver AS receiver ON true
  `);
  return row ?? null;
}

function listSubscriptions(db: Queryable): Promise<readonly SubscriptionRow[]> {
  return db.rows<SubscriptionRow>(sql`/* performance.listSubscriptions */
    SELECT one.subname::text AS name, d.datname::text AS database, one.subslotname::text AS "slotName"
      , one.subenabled AS "isEnabled", worker.pid AS "workerPid"
      , (SELECT count(*)::int FROM pg_stat_subscription AS c WHERE c.subid = one.oid AND c.relid IS NOT NULL)
        AS "copyWorkers"
      , worker.received_lsn::text AS "receivedLsn"
      , extract(epoch FROM clock_timestamp() - worker.last_msg_receipt_time)::float8 AS "lastMessageSeconds"
      , coalesce(stats.apply_error_count, 0) AS "applyErrors"
      , coalesce(stats.sync_error_count, 0) AS "copyErrors"
      , stats.stats_reset AS "errorsSince"
    FROM pg_subscription AS one
    JOIN pg_database AS d ON d.oid = one.subdbid
    LEFT JOIN pg_stat_subscription AS worker ON worker.subid = one.oid AND worker.relid IS NULL
    LEFT JOIN pg_stat_subscription_stats AS stats ON stats.subid = one.oid
    ORDER BY d.datname, one.subname
    LIMIT ${MOST}
  `);
}
