import { isServerError } from '../../postgres/errors.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { raw, sql, type Statement } from '../../postgres/sql.ts';

/** What a primary says about its write-ahead log. Times and ages by its own clock. */
export interface LogState {
  readonly now: Date;
  readonly timeline: number;
  readonly segmentBytes: number;
  /** Everything before this byte is on its disk. */
  readonly position: bigint;
  /** 0: a segment is closed only when it is full. */
  readonly archiveTimeoutSeconds: number;
  readonly isArchiving: boolean;
  /** What archive_command reported as archived last; an asynchronous one reports before it sends. */
  readonly lastReportedSegment: string | null;
  readonly lastReportedAt: Date | null;
  readonly lastFailedSegment: string | null;
  readonly lastFailedAt: Date | null;
  /** Failed attempts since the statistics began. */
  readonly failures: bigint;
  /** Finished segments that wait for archive_command; null without the right to see them. */
  readonly waitingSegments: number | null;
  /** When the last byte was written into `segment`; null when it is not there any more, or without the right. */
  readonly segmentWrittenAt: Date | null;
}

/** A replication slot, and the log that must be kept for it. */
export interface SlotState {
  readonly name: string;
  readonly isActive: boolean;
  /** Null: it holds nothing back (yet). */
  readonly heldBytes: bigint | null;
  /** `reserved`, `extended`, `unreserved` or `lost`; null when it holds nothing back. */
  readonly walStatus: string | null;
}

/** Asks a primary. `segment`: one whose last write matters; null: none. */
export async function readLogState(db: Queryable, segment: string | null): Promise<LogState> {
  const read = (waiting: Statement, writtenAt: Statement) => queryLogState(db, waiting, writtenAt);
  const writtenAt = sql`(SELECT modification FROM pg_ls_waldir() WHERE name = ${segment})`;
  // PostgreSQL checks the right to call a function before it runs any of the statement.
  const rows = await read(WAITING, writtenAt).catch((error: unknown) => {
    if (!isServerError(error, '42501')) throw error;
    return read(raw('NULL::int'), raw('NULL::timestamptz'));
  });
  const [state] = rows;
  if (state === undefined) throw new Error('a SELECT from pg_stat_archiver gave no row');
  return state;
}

const WAITING = raw(`(SELECT count(*)::int FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')`);

function queryLogState(
  db: Queryable,
  waiting: Statement,
  writtenAt: Statement,
): Promise<readonly LogState[]> {
  return db.rows<LogState>(sql`/* backups.readLogState */
    SELECT clock_timestamp() AS now
      , ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::int AS timeline
      , (SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size') AS "segmentBytes"
      , (pg_current_wal_flush_lsn() - '0/0')::bigint AS position
      , (SELECT setting::int FROM pg_settings WHERE name = 'archive_timeout') AS "archiveTimeoutSeconds"
      , current_setting('archive_mode') <> 'off' AS "isArchiving"
      , last_archived_wal AS "lastReportedSegment"
      , last_archived_time AS "lastReportedAt"
      , last_failed_wal AS "lastFailedSegment"
      , last_failed_time AS "lastFailedAt"
      , failed_count AS failures
      , ${waiting} AS "waitingSegments"
      , ${writtenAt} AS "segmentWrittenAt"
    FROM pg_stat_archiver
  `);
}

/** Slots, the one that holds back most first. */
export async function listSlots(db: Queryable): Promise<readonly SlotState[]> {
  return db.rows<SlotState>(sql`/* backups.listSlots */
    SELECT slot_name::text AS name
      , active AS "isActive"
      , pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS "heldBytes"
      , wal_status AS "walStatus"
    FROM pg_replication_slots
    ORDER BY 3 DESC NULLS LAST, 1
    LIMIT 100
  `);
}
