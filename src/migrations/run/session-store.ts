import { PREPARED_PREFIX } from '../../catalog/probe.ts';
import type { Queryable, Session, Transaction } from '../../postgres/pool.ts';
import { runScript } from '../../postgres/script.ts';
import { sql, type Statement, withLiterals } from '../../postgres/sql.ts';
import type { LockHolder } from '../errors.ts';

/** Two halves of one advisory lock: the first is ours ("SU"), the second says what for. Locks are per database. */
const LOCK_CLASS = 0x5355;
const LOCK_MIGRATIONS = 1;

const RESET_TIMEOUT_MS = 5_000;
const BEGIN_TIMEOUT_MS = 15_000;
/** How soon the server notices that we are gone, and ends what it runs for us. */
const CLIENT_CHECK_MS = 1_000;

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

/** A session that says nothing for so long is closed by the server, and its lock with it. Gives its process. */
export async function limitIdleSession(db: Queryable, idleTimeoutMs: number): Promise<number> {
  const [row] = await db.rows<{ pid: number }>(sql`/* migrations.limitIdleSession */
    SELECT pg_backend_pid() AS pid
      , set_config('idle_session_timeout', ${String(idleTimeoutMs)}, false)
      , set_config('client_connection_check_interval', ${String(CLIENT_CHECK_MS)}, false)
  `);
  return row?.pid ?? 0;
}

/** Undoes what a migration's SET left behind, so that none depends on which ones ran before it here. */
export async function resetSession({ client }: Session, idleTimeoutMs: number): Promise<void> {
  await runScript(client, { text: resetText(idleTimeoutMs), timeoutMs: RESET_TIMEOUT_MS });
}

function resetText(idleTimeoutMs: number): string {
  return `/* migrations.resetSession */
    RESET SESSION AUTHORIZATION; RESET ALL; SET idle_session_timeout = ${idleTimeoutMs};
    SET client_connection_check_interval = ${CLIENT_CHECK_MS}`;
}

/**
 * Gives the session back as it came: no lock, no role, no setting, no temporary table. What DISCARD ALL does, but for
 * the plans of the catalog's statements: the next run, or the next step of an operation, finds them there.
 */
export async function discardSession(session: Session): Promise<void> {
  await runScript(session.client, {
    text: `/* migrations.discardSession */
      CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
      DISCARD SEQUENCES; DISCARD TEMP`,
    timeoutMs: RESET_TIMEOUT_MS,
  });
  const [foreign] = await session.rows(sql`/* migrations.findPrepared */
    SELECT FROM pg_prepared_statements WHERE NOT starts_with(name, ${PREPARED_PREFIX}) LIMIT 1
  `);
  if (foreign) await session.rows(sql`/* migrations.deallocate */ DEALLOCATE ALL`);
}

export interface StatementLimits {
  /** 0: none. */
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** For statements that run outside of a transaction. */
export async function limitStatements(db: Queryable, limits: StatementLimits): Promise<void> {
  await db.rows(sql`/* migrations.limitStatements */
    SELECT set_config('lock_timeout', ${String(limits.lockTimeoutMs)}, false)
      , set_config('statement_timeout', ${String(limits.statementTimeoutMs)}, false)
  `);
}

export interface TransactionLimits extends StatementLimits {
  readonly idleTimeoutMs: number;
}

/**
 * Opens a transaction with these limits, as text, so that its first statement can go along in one message; three
 * statements that end with a semicolon. The one row is the transaction's id, so that its end inside a file would be
 * noticed.
 */
export function beginText(limits: TransactionLimits): string {
  return `/* migrations.begin */ BEGIN; SELECT pg_current_xact_id()::text
    , set_config('lock_timeout', '${limits.lockTimeoutMs}', true)
    , set_config('statement_timeout', '${limits.statementTimeoutMs}', true)
    , set_config('idle_in_transaction_session_timeout', '${limits.idleTimeoutMs}', true);
`;
}

/** `beginText` alone; gives the transaction's id. */
export async function beginMigration({ client }: Transaction, limits: TransactionLimits): Promise<string> {
  let id = '';
  await runScript(client, {
    text: beginText(limits),
    timeoutMs: BEGIN_TIMEOUT_MS,
    onRow: ([value]) => (id = value ?? ''),
  });
  return id;
}

/**
 * The last statement of a transaction (null: none) and its commit in one message, and behind them, with `resetTo`, `resetSession`
 * with that idle timeout. A failure of any leaves what came before the commit undone.
 */
export async function commitWith<Row>(
  { client }: Transaction,
  last: Statement | null,
  resetTo: number | null,
): Promise<readonly Row[]> {
  const texts = [
    ...(last ? [withLiterals(last).text] : []),
    '/* migrations.commit */ COMMIT',
    ...(resetTo === null ? [] : [resetText(resetTo)]),
  ];
  const found: unknown = await client.query(texts.join(';\n'));
  // `pg` gives a result for each of several statements.
  const [first] = [found].flat() as readonly { readonly rows: readonly Row[] }[];
  return last ? (first?.rows ?? []) : [];
}
