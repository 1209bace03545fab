import { ensureFences } from '../postgres/fence.ts';
import type { Queryable, Session, Transaction } from '../postgres/pool.ts';
import { runScript } from '../postgres/script.ts';
import { sql } from '../postgres/sql.ts';
import type { LockHolder } from './errors.ts';
import type { AppliedMigration } from './plan.ts';

/** Two halves of one advisory lock: the first is ours ("SU"), the second says what for. Locks are per database. */
const LOCK_CLASS = 0x5355;
const LOCK_MIGRATIONS = 1;

const RESET_TIMEOUT_MS = 5_000;

const LEDGER_COLUMNS = sql`
  version
  , name
  , checksum
  , applied_at AS "appliedAt"
  , applied_by AS "appliedBy"
  , on_behalf_of AS "onBehalfOf"
  , operation_id AS "operationId"
  , duration_ms AS "durationMs"
  , statement_count AS "statementCount"
`;

/** Makes the ledger on a database that has none. Only under the migration lock: IF NOT EXISTS can race. */
export async function ensureLedger(db: Queryable): Promise<void> {
  await ensureFences(db);
  await db.rows(sql`/* migrations.createLedger */
    CREATE TABLE IF NOT EXISTS sunday_ledger.migration (
      version text PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      applied_by text NOT NULL,
      on_behalf_of text,
      operation_id text,
      duration_ms integer NOT NULL,
      statement_count integer NOT NULL
    )
  `);
}

/** Every applied migration; none when the database has no ledger yet. */
export async function readLedger(db: Queryable): Promise<readonly AppliedMigration[]> {
  const [found] = await db.rows<{ exists: boolean }>(sql`/* migrations.hasLedger */
    SELECT to_regclass('sunday_ledger.migration') IS NOT NULL AS exists
  `);
  if (found?.exists !== true) return [];
  return db.rows<AppliedMigration>(sql`/* migrations.readLedger */
    SELECT ${LEDGER_COLUMNS} FROM sunday_ledger.migration ORDER BY length(version), version
  `);
}

export interface TransactionLimits {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Sets the limits of this transaction and gives its id, so that its end inside a file would be noticed. */
export async function beginMigration(tx: Transaction, limits: TransactionLimits): Promise<string> {
  const [row] = await tx.rows<{ id: string }>(sql`/* migrations.begin */
    SELECT pg_current_xact_id()::text AS id
      , set_config('lock_timeout', ${String(limits.lockTimeoutMs)}, true)
      , set_config('statement_timeout', ${String(limits.statementTimeoutMs)}, true)
      , set_config('idle_in_transaction_session_timeout', ${String(limits.idleTimeoutMs)}, true)
  `);
  return row?.id ?? '';
}

export type LedgerEntry = Omit<AppliedMigration, 'appliedAt'>;

/** Writes the ledger's row in the migration's own transaction; null when that is no longer `transactionId`. */
export async function recordApplied(
  tx: Transaction,
  entry: LedgerEntry,
  transactionId: string,
): Promise<AppliedMigration | null> {
  const [row] = await tx.rows<AppliedMigration>(sql`/* migrations.record */
    INSERT INTO sunday_ledger.migration
      (version, name, checksum, applied_by, on_behalf_of, operation_id, duration_ms, statement_count)
    SELECT ${entry.version}, ${entry.name}, ${entry.checksum}, ${entry.appliedBy}, ${entry.onBehalfOf}::text,
      ${entry.operationId}::text, ${entry.durationMs}::integer, ${entry.statementCount}::integer
    WHERE pg_current_xact_id()::text = ${transactionId}
    RETURNING ${LEDGER_COLUMNS}
  `);
  return row ?? null;
}

/**
 * One try, so that no statement of ours waits: a waiting pg_advisory_lock keeps a snapshot, and a
 * CREATE INDEX CONCURRENTLY of the holder would wait for that snapshot in turn, which is a deadlock.
 */
export async function tryLock(db: Queryable): Promise<boolean> {
  const [row] = await db.rows<{ locked: boolean }>(sql`/* migrations.tryLock */
    SELECT pg_try_advisory_lock(${LOCK_CLASS}::integer, ${LOCK_MIGRATIONS}::integer) AS locked
  `);
  return row?.locked === true;
}

export async function findLockHolder(db: Queryable): Promise<LockHolder | null> {
  const [row] = await db.rows<LockHolder>(sql`/* migrations.findLockHolder */
    SELECT held.pid, coalesce(activity.application_name, '') AS "applicationName"
    FROM pg_locks AS held
    LEFT JOIN pg_stat_activity AS activity ON activity.pid = held.pid
    WHERE held.locktype = 'advisory'
      AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (held.classid, held.objid, held.objsubid) = (${LOCK_CLASS}::oid, ${LOCK_MIGRATIONS}::oid, 2)
      AND held.granted
  `);
  return row ?? null;
}

/** A session that says nothing for so long is closed by the server, and its lock with it. */
export async function limitIdleSession(db: Queryable, idleTimeoutMs: number): Promise<number> {
  const [row] = await db.rows<{ pid: number }>(sql`/* migrations.limitIdleSession */
    SELECT pg_backend_pid() AS pid, set_config('idle_session_timeout', ${String(idleTimeoutMs)}, false)
  `);
  return row?.pid ?? 0;
}

/** Undoes what a migration's SET left behind, so that none depends on which ones ran before it here. */
export async function resetSession({ client }: Session, idleTimeoutMs: number): Promise<void> {
  const text = `/* migrations.resetSession */
    RESET SESSION AUTHORIZATION; RESET ALL; SET idle_session_timeout = ${idleTimeoutMs}`;
  await runScript(client, { text, timeoutMs: RESET_TIMEOUT_MS });
}

/** Gives the session back as it came: no lock, no role, no setting, no temporary table. */
export async function discardSession(db: Queryable): Promise<void> {
  await db.rows(sql`/* migrations.discardSession */ DISCARD ALL`);
}
