import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { identifier, sql } from '../../postgres/sql.ts';

/** A table whose rows survive a crash, and a mark that changes when the number of its rows may have changed. */
export interface TableState {
  readonly schema: string;
  readonly name: string;
  readonly pages: number;
  readonly mark: string;
  /** False: our role may not read it, or row security hides rows from it. */
  readonly isReadable: boolean;
}

/**
 * Smallest first. Unlogged tables are left out: recovery empties them. Updates don't change a count, and TRUNCATE
 * is not among the counted deletes but gives the table another file.
 */
export async function listTables(db: Queryable): Promise<readonly TableState[]> {
  return db.rows<TableState>(sql`/* backups.listTables */
    SELECT n.nspname AS schema, c.relname AS name, c.relpages AS pages,
      concat_ws(':', pg_relation_filenode(c.oid), pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_deleted(c.oid)) AS mark,
      has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) AS "isReadable"
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence = 'p'
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY c.relpages, n.nspname, c.relname
    LIMIT 20000
  `);
}

/**
 * Makes the transaction that has just begun see one moment only.
 * With row security off, a policy that would hide rows is an error instead of a wrong count.
 */
export async function holdSnapshot(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* backups.holdSnapshot */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
  await tx.rows(sql`/* backups.showAllRows */ SELECT set_config('row_security', 'off', true)`);
}

export async function limitStatements(db: Queryable, timeoutMs: number): Promise<void> {
  await db.rows(sql`/* backups.limitStatements */
    SELECT set_config('statement_timeout', ${`${Math.max(1, Math.round(timeoutMs))}ms`}, true)
  `);
}

/** No parallel workers: what runs beside a backup leaves the other cores to the backup and to the product. */
export async function stayOnOneCore(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* backups.stayOnOneCore */
    SELECT set_config('max_parallel_workers_per_gather', '0', true)
  `);
}

export async function countRows(
  db: Queryable,
  table: { readonly schema: string; readonly name: string },
): Promise<number> {
  const [row] = await db.rows<{ rows: bigint }>(sql`/* backups.countRows */
    SELECT count(*) AS rows FROM ${identifier(table.schema, table.name)}
  `);
  return Number(row?.rows ?? 0n);
}

/** Who asks, and which transactions it sees: `xmin:xmax:` with nothing behind is "nobody was writing". */
export async function readSnapshot(db: Queryable): Promise<{ pid: number; role: string; snapshot: string }> {
  const [row] = await db.rows<{ pid: number; role: string; snapshot: string }>(sql`/* backups.readSnapshot */
    SELECT pg_backend_pid() AS pid, current_user::text AS role, pg_current_snapshot()::text AS snapshot
  `);
  if (row === undefined) throw new Error('a SELECT without FROM gave no row');
  return row;
}

/**
 * True when the statistics of this database tell of every write that is committed: a session reports its writes at
 * the latest 10 s after its last transaction (PGSTAT_IDLE_INTERVAL), so nobody may have been busy for that long.
 * A session whose state we may not see counts as busy; those of monitoring roles only read. Where nothing is counted
 * at all (track_counts is off), marks stand still whatever is written.
 */
export async function areStatisticsSettled(db: Queryable, ownPids: readonly number[]): Promise<boolean> {
  const [row] = await db.rows<{ isSettled: boolean }>(sql`/* backups.areStatisticsSettled */
    SELECT current_setting('track_counts')::boolean AND NOT EXISTS (
      SELECT FROM pg_stat_activity AS a
      JOIN pg_roles AS r ON r.oid = a.usesysid
      WHERE a.datname = current_database() AND a.pid <> ALL (${ownPids}::int[])
        AND (r.rolsuper OR NOT pg_has_role(r.oid, 'pg_monitor', 'MEMBER'))
        AND (a.state IS DISTINCT FROM 'idle' OR a.state_change > clock_timestamp() - interval '11 seconds')
    ) AS "isSettled"
  `);
  return row?.isSettled ?? false;
}

/** Names this moment in the write-ahead log and closes the segment, so that it is archived soon. */
export async function createRestorePoint(
  db: Queryable,
  name: string,
): Promise<{ lsn: string; segment: string; at: Date }> {
  const [row] = await db.rows<{ lsn: string; segment: string; at: Date }>(sql`/* backups.createRestorePoint */
    SELECT lsn::text AS lsn, pg_walfile_name(lsn) AS segment, clock_timestamp() AS at
    FROM pg_create_restore_point(${name}) AS lsn
  `);
  if (row === undefined) throw new Error('pg_create_restore_point gave no row');
  return row;
}

export async function switchLog(db: Queryable): Promise<void> {
  await db.rows(sql`/* backups.switchLog */ SELECT pg_switch_wal()`);
}

export async function isPrimary(db: Queryable): Promise<boolean> {
  const [row] = await db.rows<{ isPrimary: boolean }>(
    sql`/* backups.isPrimary */ SELECT NOT pg_is_in_recovery() AS "isPrimary"`,
  );
  return row?.isPrimary ?? false;
}

/** What the clock of a server says. */
export async function readServerClock(db: Queryable): Promise<Date> {
  const [row] = await db.rows<{ now: Date }>(
    sql`/* backups.readServerClock */ SELECT clock_timestamp() AS now`,
  );
  if (row === undefined) throw new Error('a SELECT without FROM gave no row');
  return row.now;
}

/** Data directories of a server, for the check that nothing is restored over one; null without the privilege. */
export async function readDataDirectory(db: Queryable): Promise<string | null> {
  const [row] = await db.rows<{ directory: string | null }>(sql`/* backups.readDataDirectory */
    SELECT current_setting('data_directory', true) AS directory
  `);
  return row?.directory ?? null;
}

/** How far a restored server has come. Positions are bytes since the start of the log. */
export interface RecoveryState {
  readonly isInRecovery: boolean;
  readonly isPaused: boolean;
  readonly replayedLsn: string | null;
  readonly replayed: bigint | null;
  readonly target: bigint | null;
  /** Of the last transaction that was replayed, in UTC to the microsecond; null before the first. */
  readonly committedAt: string | null;
}

export async function readRecovery(db: Queryable, targetLsn: string | null): Promise<RecoveryState> {
  const [row] = await db.rows<RecoveryState>(sql`/* backups.readRecovery */
    SELECT pg_is_in_recovery() AS "isInRecovery",
      pg_is_in_recovery() AND pg_get_wal_replay_pause_state() = 'paused' AS "isPaused",
      pg_last_wal_replay_lsn()::text AS "replayedLsn",
      (pg_last_wal_replay_lsn() - '0/0')::bigint AS replayed,
      (${targetLsn}::pg_lsn - '0/0')::bigint AS target,
      to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "committedAt"
  `);
  if (row === undefined) throw new Error('a SELECT without FROM gave no row');
  return row;
}

/** The timeline that a primary writes now; null on a standby. */
export async function readTimeline(db: Queryable): Promise<number | null> {
  const [row] = await db.rows<{ segment: string | null }>(sql`/* backups.readTimeline */
    SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_walfile_name(pg_current_wal_lsn()) END AS segment
  `);
  return row?.segment ? parseInt(row.segment.slice(0, 8), 16) : null;
}
