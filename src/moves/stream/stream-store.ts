import type { Queryable } from '../../postgres/pool.ts';
import { identifier, literal, sql, type Statement } from '../../postgres/sql.ts';
import { tableName, type TenantTable } from '../preflight/tables-probe.ts';

/** Literals only: CREATE PUBLICATION takes no parameters. Both ids are uuids that were parsed before. */
function filterOf({ key }: TenantTable, organization: string): Statement {
  return sql`(${identifier(key)} = ${literal(organization)}::uuid)`;
}

/**
 * Publishes the rows of one organization, and the markers of its move. Twice is safe. No TRUNCATE: it is not filtered
 * and would empty the table on the other side, other organizations and all.
 */
export async function ensurePublication(
  db: Queryable,
  name: string,
  { moveId, organization, tables }: Published,
): Promise<void> {
  const exists = await db.rows(
    sql`/* moves.findPublication */ SELECT FROM pg_publication WHERE pubname = ${name}`,
  );
  if (exists.length > 0) return;
  const parts = [
    ...tables.map((one) => sql`${tableName(one)} WHERE ${filterOf(one, organization)}`),
    sql`ops.move_marker WHERE (move_id = ${literal(moveId)})`,
  ];
  const list = parts.reduce((left, right) => sql`${left}, ${right}`);
  await db.rows(sql`/* moves.createPublication */
    CREATE PUBLICATION ${identifier(name)} FOR TABLE ${list}
    WITH (publish = 'insert, update, delete', publish_via_partition_root = true)
  `);
}

export interface Published {
  readonly moveId: string;
  readonly organization: string;
  readonly tables: readonly TenantTable[];
}

export async function dropPublication(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* moves.dropPublication */ DROP PUBLICATION IF EXISTS ${identifier(name)}`);
}

/** A slot as its server sees it. */
export interface SlotFacts {
  readonly isActive: boolean;
  readonly activePid: number | null;
  /** `reserved`, `extended`, `unreserved` (may be lost at the next checkpoint) or `lost`. */
  readonly walStatus: string | null;
  readonly retainedBytes: bigint;
}

export async function findSlot(db: Queryable, name: string): Promise<SlotFacts | null> {
  const [row] = await db.rows<SlotFacts>(sql`/* moves.findSlot */
    SELECT active AS "isActive", active_pid AS "activePid", wal_status AS "walStatus"
      , coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint AS "retainedBytes"
    FROM pg_replication_slots
    WHERE slot_name = ${name}
  `);
  return row ?? null;
}

/** Log that this server keeps for the move: for its slot and for those of copies under way; the greatest of them. */
export async function readRetained(
  db: Queryable,
  name: string,
  subscriptionOid: string | null,
): Promise<{ readonly bytes: number; readonly isEndangered: boolean; readonly isThere: boolean }> {
  const [row] = await db.rows<{
    bytes: bigint | null;
    isEndangered: boolean | null;
    isThere: boolean;
  }>(sql`/* moves.readRetained */
    SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))::bigint AS bytes
      , bool_or(wal_status IN ('unreserved', 'lost')) AS "isEndangered"
      , count(*) FILTER (WHERE slot_name = ${name}) > 0 AS "isThere"
    FROM pg_replication_slots
    WHERE slot_name = ${name} OR slot_name LIKE ${`pg_${subscriptionOid ?? 'x'}_sync_%`}
  `);
  return {
    bytes: Number(row?.bytes ?? 0n),
    isEndangered: row?.isEndangered ?? false,
    isThere: row?.isThere ?? false,
  };
}

/** Waits for every transaction that was open in any database of the server: cancel it when it takes too long. */
export async function createSlot(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* moves.createSlot */ SELECT pg_create_logical_replication_slot(${name}, 'pgoutput')`);
}

/**
 * Everything up to now is left out: it came from the other side. A slot goes no further than the log is on disk, and
 * when that ends within a record it waits for the rest of it: until the writer of the log wakes up, 200 ms, in a pause.
 * What came from the other side is committed without a wait for the disk; so a commit that waits comes first.
 */
export async function advanceSlot(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* moves.flushLog */
    SET LOCAL synchronous_commit = local; SELECT pg_logical_emit_message(true, ${literal(name)}, '')
  `);
  await db.rows(
    sql`/* moves.advanceSlot */ SELECT pg_replication_slot_advance(${name}, pg_current_wal_lsn())`,
  );
}

export async function dropSlot(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* moves.dropSlot */
    SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ${name} AND NOT active
  `);
}

export async function terminate(db: Queryable, pid: number): Promise<void> {
  await db.rows(sql`/* moves.terminate */ SELECT pg_terminate_backend(${pid})`);
}

/** A subscription as its server sees it. */
export interface SubscriptionFacts {
  /** As it stands in names: it may be above what an int holds. */
  readonly oid: string;
  readonly isEnabled: boolean;
  /** Null: no worker runs. */
  readonly workerPid: number | null;
  readonly applyErrors: number;
  readonly copyErrors: number;
}

export async function findSubscription(db: Queryable, name: string): Promise<SubscriptionFacts | null> {
  const [row] = await db.rows<SubscriptionFacts>(sql`/* moves.findSubscription */
    SELECT one.oid::text AS oid, subenabled AS "isEnabled", worker.pid AS "workerPid"
      , coalesce(apply_error_count, 0)::int AS "applyErrors", coalesce(sync_error_count, 0)::int AS "copyErrors"
    FROM pg_subscription AS one
    LEFT JOIN pg_stat_subscription AS worker ON worker.subid = one.oid AND worker.relid IS NULL
    LEFT JOIN pg_stat_subscription_stats AS stats ON stats.subid = one.oid
    WHERE one.subname = ${name} AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  `);
  return row ?? null;
}

/** Follows the slot of that name. Not in a transaction of ours; see `withoutTraces` for what the connection may hold. */
export async function createSubscription(
  db: Queryable,
  name: string,
  {
    connection,
    copiesRows,
    isEnabled,
  }: { readonly connection: string; readonly copiesRows: boolean; readonly isEnabled: boolean },
): Promise<void> {
  await db.rows(sql`/* moves.createSubscription */
    CREATE SUBSCRIPTION ${identifier(name)} CONNECTION ${literal(connection)} PUBLICATION ${identifier(name)}
    WITH (create_slot = false, slot_name = ${literal(name)}, copy_data = ${literal(String(copiesRows))}
      , enabled = ${literal(String(isEnabled))}, disable_on_error = true)
  `);
}

/** A statement with a password in it must stand in no log and no view of statements. A superuser may say so. */
export async function leaveNoTraces(db: Queryable): Promise<void> {
  await db.rows(sql`/* moves.leaveNoTraces */
    SELECT set_config(name, value, false)
    FROM (VALUES ('log_statement', 'none'), ('log_min_duration_statement', '-1'), ('log_min_error_statement', 'panic')
      , ('log_duration', 'off'), ('log_min_duration_sample', '-1'), ('log_transaction_sample_rate', '0')
      , ('track_activities', 'off'), ('pg_stat_statements.track', 'none'), ('auto_explain.log_min_duration', '-1')
    ) AS setting (name, value)
  `);
}

export async function setEnabled(db: Queryable, name: string, isEnabled: boolean): Promise<void> {
  const verb = isEnabled ? sql`ENABLE` : sql`DISABLE`;
  await db.rows(sql`/* moves.setEnabled */ ALTER SUBSCRIPTION ${identifier(name)} ${verb}`);
}

/**
 * For the pause: does not wait for the disk. What is committed after it takes it there as well, and a server that
 * crashes before that has it enabled, as it was.
 */
export async function disableSoon(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* moves.disableSoon */
    SET LOCAL synchronous_commit = off; ALTER SUBSCRIPTION ${identifier(name)} DISABLE
  `);
}

/** No server has a socket there: to connect fails at once, with no network in it. */
const NOWHERE = "host='/nowhere'";

/**
 * Ends the workers; what the other side keeps for them is for others to drop. The server would ask that side for the
 * slots of unfinished copies, and wait for its answer without end, with a lock on all subscriptions: so it is sent
 * nowhere first, which it takes for a side that is down.
 */
export async function dropSubscription(db: Queryable, name: string): Promise<void> {
  await setEnabled(db, name, false);
  await db.rows(sql`/* moves.detachSlot */ ALTER SUBSCRIPTION ${identifier(name)} SET (slot_name = NONE)`);
  await db.rows(
    sql`/* moves.disconnect */ ALTER SUBSCRIPTION ${identifier(name)} CONNECTION ${literal(NOWHERE)}`,
  );
  await db.rows(sql`/* moves.dropSubscription */ DROP SUBSCRIPTION IF EXISTS ${identifier(name)}`);
}

/** One that waits for the other side may hold a lock on its subscription. */
export async function terminateWorkers(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* moves.terminateWorkers */
    SELECT pg_terminate_backend(pid) FROM pg_stat_subscription WHERE subname = ${name} AND pid IS NOT NULL
  `);
}

export async function forgetErrors(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* moves.forgetErrors */
    SELECT pg_stat_reset_subscription_stats(oid) FROM pg_subscription WHERE subname = ${name}
  `);
}

/** Nobody knows anything of tables that were empty a moment ago, and what compares them would be planned for that. */
export async function analyze(db: Queryable, tables: readonly TenantTable[]): Promise<void> {
  const list = tables.map((one) => tableName(one)).reduce((left, right) => sql`${left}, ${right}`);
  await db.rows(sql`/* moves.analyze */ ANALYZE (SKIP_LOCKED) ${list}`);
}

/** How far a table is: `i` waits, `d` copies, `f` copied, `s` caught up, `r` streams. */
export interface TableProgress {
  readonly name: string;
  readonly state: string;
  readonly rows: bigint | null;
  readonly bytes: bigint | null;
}

export function listProgress(db: Queryable, subscription: string): Promise<readonly TableProgress[]> {
  return db.rows<TableProgress>(sql`/* moves.listProgress */
    SELECT relname::text AS name, srsubstate::text AS state, tuples_processed AS rows, bytes_processed AS bytes
    FROM pg_subscription_rel
    JOIN pg_subscription ON pg_subscription.oid = srsubid
    JOIN pg_class ON pg_class.oid = srrelid
    LEFT JOIN (
      SELECT coalesce(inhparent, relid) AS relid, sum(tuples_processed)::bigint AS tuples_processed
        , sum(bytes_processed)::bigint AS bytes_processed
      FROM pg_stat_progress_copy
      LEFT JOIN pg_inherits ON inhrelid = relid
      WHERE type = 'CALLBACK' AND datname = current_database()
      GROUP BY 1
    ) AS copy ON copy.relid = srrelid
    WHERE subname = ${subscription}
    ORDER BY relname
  `);
}
