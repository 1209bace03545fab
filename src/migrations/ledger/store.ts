import { ensureFences } from '../../postgres/fence.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { raw, sql, withLiterals } from '../../postgres/sql.ts';
import type { AppliedMigration } from '../state.ts';

const NOT_NULL_VIOLATION = '23502';

/** Of the ledger, without the fingerprint, which older ones lack. */
export const LEDGER_COLUMNS = sql`
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

/** How much of the ledger there is: none, what an older release made, or all of it. */
export interface LedgerShape {
  readonly hasMigrations: boolean;
  readonly hasFingerprints: boolean;
  /** The tables of failed attempts and of steps are there too. */
  readonly isComplete: boolean;
}

/** Looks which tables and columns there are. */
export async function findLedger(db: Queryable): Promise<LedgerShape> {
  const [found] = await db.rows<LedgerShape>(sql`/* migrations.findLedger */
    SELECT to_regclass('sunday_ledger.migration') IS NOT NULL AS "hasMigrations"
      , to_regclass('sunday_ledger.migration_step') IS NOT NULL AS "isComplete"
      , EXISTS (
          SELECT FROM pg_attribute
          WHERE attrelid = to_regclass('sunday_ledger.migration') AND attname = 'fingerprint'
        ) AS "hasFingerprints"
  `);
  return found ?? { hasMigrations: false, hasFingerprints: false, isComplete: false };
}

/** Makes the ledger on a database that has none, or an older one. Only under the migration lock: IF NOT EXISTS can race. */
export async function ensureLedger(db: Queryable): Promise<void> {
  if ((await findLedger(db)).isComplete) return;
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
      statement_count integer NOT NULL,
      fingerprint text
    )
  `);
  await db.rows(sql`/* migrations.upgradeLedger */
    ALTER TABLE sunday_ledger.migration ADD COLUMN IF NOT EXISTS fingerprint text
  `);
  await createAttempts(db);
  // The last one made: where it is, all is.
  await createSteps(db);
}

/** Every applied migration; none when the database has no ledger yet. `shape` spares a look for whoever has looked. */
export async function readLedger(db: Queryable, shape?: LedgerShape): Promise<readonly AppliedMigration[]> {
  const { hasMigrations, hasFingerprints } = shape ?? (await findLedger(db));
  if (!hasMigrations) return [];
  const fingerprint = raw(hasFingerprints ? 'fingerprint' : 'NULL AS fingerprint');
  return db.rows<AppliedMigration>(sql`/* migrations.readLedger */
    SELECT ${LEDGER_COLUMNS}, ${fingerprint} FROM sunday_ledger.migration ORDER BY length(version), version
  `);
}

export type LedgerEntry = Omit<AppliedMigration, 'appliedAt'>;

/** Writes the ledger's row in the migration's own transaction; null when that is no longer `transactionId`. */
export async function recordApplied(
  tx: Queryable,
  entry: LedgerEntry,
  transactionId: string,
): Promise<AppliedMigration | null> {
  try {
    const [row] = await tx.rows<Pick<AppliedMigration, 'appliedAt'>>(sql`/* migrations.record */
      INSERT INTO sunday_ledger.migration
        (version, name, checksum, applied_by, on_behalf_of, operation_id, duration_ms, statement_count, fingerprint)
      VALUES (
        -- In another transaction there is no version, which fails: no row would let the commit behind it go through.
        CASE WHEN pg_current_xact_id()::text = ${transactionId} THEN ${entry.version} END,
        ${entry.name}, ${entry.checksum}, ${entry.appliedBy}, ${entry.onBehalfOf}, ${entry.operationId},
        ${entry.durationMs}, ${entry.statementCount}, ${entry.fingerprint})
      RETURNING applied_at AS "appliedAt"
    `);
    return row ? { ...entry, appliedAt: row.appliedAt } : null;
  } catch (error) {
    if (isServerError(error, NOT_NULL_VIOLATION) && error.schema === 'sunday_ledger') return null;
    throw error;
  }
}

/** Writes the rows of several at once, as `recordApplied` does for one; false when that is no longer `transactionId`. */
export async function recordGroup(
  tx: Queryable,
  applied: readonly AppliedMigration[],
  transactionId: string,
): Promise<boolean> {
  return isEachWritten(applied, () =>
    tx.rows(sql`/* migrations.recordGroup */
      INSERT INTO sunday_ledger.migration
        (version, name, checksum, applied_at, applied_by, on_behalf_of, operation_id, duration_ms, statement_count, fingerprint)
      SELECT CASE WHEN pg_current_xact_id()::text = ${transactionId} THEN one.version END
        , one.name, one.checksum, one."appliedAt", one."appliedBy", one."onBehalfOf", one."operationId"
        , one."durationMs", one."statementCount", one.fingerprint
      FROM jsonb_to_recordset(${JSON.stringify(applied)}::jsonb) AS one (
        version text, name text, checksum text, "appliedAt" timestamptz, "appliedBy" text, "onBehalfOf" text,
        "operationId" text, "durationMs" integer, "statementCount" integer, fingerprint text)
      RETURNING version
    `),
  );
}

/**
 * As text, to go along with its script: writes the row of one of a group, which `completeGroup` completes. Its one row
 * is when it was written, in seconds, and the number of its command in the transaction.
 */
export function markText(entry: Omit<LedgerEntry, 'durationMs' | 'fingerprint'>): string {
  return withLiterals(sql`/* migrations.markApplied */
    INSERT INTO sunday_ledger.migration
      (version, name, checksum, applied_at, applied_by, on_behalf_of, operation_id, duration_ms, statement_count)
    VALUES (${entry.version}, ${entry.name}, ${entry.checksum}, date_trunc('milliseconds', clock_timestamp()),
      ${entry.appliedBy}, ${entry.onBehalfOf}, ${entry.operationId}, 0, ${entry.statementCount})
    RETURNING extract(epoch FROM applied_at)::text, cmin::text
  `).text;
}

/** Completes what `markText` has written; false when some of that is not there. As `recordApplied` it fails in another transaction. */
export async function completeGroup(
  tx: Queryable,
  applied: readonly AppliedMigration[],
  transactionId: string,
): Promise<boolean> {
  const found = applied.map(({ version, durationMs, fingerprint }) => ({ version, durationMs, fingerprint }));
  return isEachWritten(applied, () =>
    tx.rows(sql`/* migrations.completeGroup */
      UPDATE sunday_ledger.migration AS marked
      SET version = CASE WHEN pg_current_xact_id()::text = ${transactionId} THEN one.version END
        , duration_ms = one."durationMs", fingerprint = one.fingerprint
      FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb) AS one (
        version text, "durationMs" integer, fingerprint text)
      WHERE marked.version = one.version
      RETURNING marked.version
    `),
  );
}

/** Takes the row out, in the transaction of the down script; false when that is no longer `transactionId`, or it is gone. */
export async function removeApplied(
  tx: Transaction,
  version: string,
  transactionId: string,
): Promise<boolean> {
  const rows = await tx.rows(sql`/* migrations.remove */
    DELETE FROM sunday_ledger.migration
    WHERE version = ${version} AND pg_current_xact_id()::text = ${transactionId}
    RETURNING version
  `);
  return rows.length === 1;
}

async function isEachWritten(
  applied: readonly AppliedMigration[],
  write: () => Promise<readonly unknown[]>,
): Promise<boolean> {
  try {
    return (await write()).length === applied.length;
  } catch (error) {
    if (isServerError(error, NOT_NULL_VIOLATION) && error.schema === 'sunday_ledger') return false;
    throw error;
  }
}

async function createAttempts(db: Queryable): Promise<void> {
  await db.rows(sql`/* migrations.createAttempts */
    CREATE TABLE IF NOT EXISTS sunday_ledger.migration_attempt (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      version text NOT NULL,
      name text NOT NULL,
      direction text NOT NULL CHECK (direction IN ('UP', 'DOWN')),
      outcome text NOT NULL CHECK (outcome IN ('FAILED', 'ROLLED_BACK')),
      ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      duration_ms integer NOT NULL,
      requested_by text NOT NULL,
      on_behalf_of text,
      operation_id text,
      statement_number integer,
      line integer,
      statement text,
      sql_state text,
      message text,
      ledger_row jsonb
    )
  `);
  await db.rows(sql`/* migrations.indexAttempts */
    CREATE INDEX IF NOT EXISTS migration_attempt_version ON sunday_ledger.migration_attempt (version, id DESC)
  `);
}

async function createSteps(db: Queryable): Promise<void> {
  await db.rows(sql`/* migrations.createSteps */
    CREATE TABLE IF NOT EXISTS sunday_ledger.migration_step (
      version text NOT NULL,
      direction text NOT NULL CHECK (direction IN ('UP', 'DOWN')),
      statement_number integer NOT NULL,
      statement_checksum text NOT NULL,
      state text NOT NULL CHECK (state IN ('STARTED', 'FAILED', 'DONE')),
      changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      duration_ms integer NOT NULL DEFAULT 0,
      operation_id text,
      PRIMARY KEY (version, direction, statement_number)
    )
  `);
}
