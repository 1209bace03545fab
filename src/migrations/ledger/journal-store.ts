import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { AppliedMigration, Direction, MigrationAttempt, OpenSteps } from '../state.ts';
import { findLedger, LEDGER_COLUMNS, readLedger } from './store.ts';

/** What the ledger remembers besides what is applied. */
export interface Journal {
  /** The newest attempt of each version that did not leave it applied. */
  readonly attempts: readonly MigrationAttempt[];
  /** Versions that stand in the middle of a file without a transaction. */
  readonly openSteps: readonly OpenSteps[];
}

/** Of each version; a retry in a loop must not fill the disk. */
const KEPT_ATTEMPTS = 100;
const KEPT_TEXT_LENGTH = 2_000;

/** All that a database knows of its migrations. */
export interface LedgerState {
  readonly applied: readonly AppliedMigration[];
  readonly journal: Journal;
}

/** Empty on a database that has no ledger yet; without a journal where an older release made it. */
export async function readLedgerState(db: Queryable): Promise<LedgerState> {
  const shape = await findLedger(db);
  if (!shape.isComplete)
    return { applied: await readLedger(db, shape), journal: { attempts: [], openSteps: [] } };
  // One statement: each look is a way there and back.
  const [row] = await db.rows<StateRow>(sql`/* migrations.readState */
    SELECT (SELECT coalesce(json_agg(one ORDER BY length(version), version), '[]') FROM (
        SELECT ${LEDGER_COLUMNS}, fingerprint FROM sunday_ledger.migration
      ) AS one) AS applied
      , (SELECT coalesce(json_agg(one), '[]') FROM (${NEWEST_ATTEMPTS}) AS one) AS attempts
      , (SELECT coalesce(json_agg(one), '[]') FROM (${OPEN_STEPS}) AS one) AS "openSteps"
  `);
  const { applied = [], attempts = [], openSteps = [] } = row ?? {};
  return {
    applied: applied.map((one) => ({ ...one, appliedAt: new Date(one.appliedAt) })),
    journal: {
      attempts: attempts.map((one) => ({ ...one, endedAt: new Date(one.endedAt) })),
      openSteps,
    },
  };
}

/** Times as JSON has them. */
interface StateRow {
  readonly applied: readonly (Omit<AppliedMigration, 'appliedAt'> & { readonly appliedAt: string })[];
  readonly attempts: readonly (Omit<MigrationAttempt, 'endedAt'> & { readonly endedAt: string })[];
  readonly openSteps: readonly OpenSteps[];
}

const NEWEST_ATTEMPTS = sql`
  SELECT DISTINCT ON (version)
    version
    , name
    , direction
    , outcome
    , ended_at AS "endedAt"
    , duration_ms AS "durationMs"
    , requested_by AS "requestedBy"
    , on_behalf_of AS "onBehalfOf"
    , operation_id AS "operationId"
    , statement_number AS "statementNumber"
    , line
    , statement
    , sql_state AS "sqlState"
    , message
  FROM sunday_ledger.migration_attempt
  ORDER BY version, id DESC
`;

const OPEN_STEPS = sql`
  SELECT version, direction, (count(*) FILTER (WHERE state = 'DONE'))::int AS "doneCount"
  FROM sunday_ledger.migration_step
  GROUP BY version, direction
`;

export type AttemptEntry = Omit<MigrationAttempt, 'endedAt'>;

/** Remembers an attempt; the ledger's row, where there still is one, goes into it too. */
export async function recordAttempt(db: Queryable, entry: AttemptEntry): Promise<void> {
  await db.rows(sql`/* migrations.recordAttempt */
    INSERT INTO sunday_ledger.migration_attempt
      (version, name, direction, outcome, duration_ms, requested_by, on_behalf_of, operation_id,
       statement_number, line, statement, sql_state, message, ledger_row)
    VALUES (${entry.version}, ${entry.name}, ${entry.direction}, ${entry.outcome}, ${entry.durationMs},
      ${entry.requestedBy}, ${entry.onBehalfOf}, ${entry.operationId}, ${entry.statementNumber}, ${entry.line},
      left(${entry.statement}, ${KEPT_TEXT_LENGTH}), ${entry.sqlState}, left(${entry.message}, ${KEPT_TEXT_LENGTH}),
      (SELECT to_jsonb(migration) FROM sunday_ledger.migration WHERE version = ${entry.version}))
  `);
  await db.rows(sql`/* migrations.forgetAttempts */
    DELETE FROM sunday_ledger.migration_attempt
    WHERE version = ${entry.version} AND id <= (
      SELECT id FROM sunday_ledger.migration_attempt
      WHERE version = ${entry.version} ORDER BY id DESC OFFSET ${KEPT_ATTEMPTS} LIMIT 1
    )
  `);
}

/** One statement of a file without a transaction. */
export interface Step {
  /** Counts from 1. */
  readonly statementNumber: number;
  /** SHA-256 of the statement, hexadecimal. */
  readonly statementChecksum: string;
  /** `STARTED`: sent, with no answer that we know of. */
  readonly state: 'STARTED' | 'FAILED' | 'DONE';
  /** Of the attempt that ended it. */
  readonly durationMs: number;
}

interface StepKey {
  readonly version: string;
  readonly direction: Direction;
}

/** In their order; none when it has not begun. */
export async function readSteps(db: Queryable, { version, direction }: StepKey): Promise<readonly Step[]> {
  return db.rows<Step>(sql`/* migrations.readSteps */
    SELECT statement_number AS "statementNumber"
      , statement_checksum AS "statementChecksum"
      , state
      , duration_ms AS "durationMs"
    FROM sunday_ledger.migration_step
    WHERE version = ${version} AND direction = ${direction}
    ORDER BY statement_number
  `);
}

/** A step as it is to stand in the ledger. */
export type StepMark = StepKey & Step & { readonly operationId: string | null };

/** Writes how steps stand, each statement at most once. */
export async function markSteps(db: Queryable, marks: readonly StepMark[]): Promise<void> {
  await db.rows(sql`/* migrations.markSteps */
    INSERT INTO sunday_ledger.migration_step
      (version, direction, statement_number, statement_checksum, state, duration_ms, operation_id)
    SELECT one.version, one.direction, one."statementNumber", one."statementChecksum", one.state, one."durationMs"
      , one."operationId"
    FROM jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) AS one (
      version text, direction text, "statementNumber" integer, "statementChecksum" text, state text,
      "durationMs" integer, "operationId" text)
    ON CONFLICT (version, direction, statement_number) DO UPDATE
    SET statement_checksum = EXCLUDED.statement_checksum
      , state = EXCLUDED.state
      , duration_ms = EXCLUDED.duration_ms
      , operation_id = EXCLUDED.operation_id
      , changed_at = clock_timestamp()
  `);
}

/** The whole file is done; in the transaction that says so in the ledger. */
export async function clearSteps(db: Queryable, version: string): Promise<void> {
  await db.rows(sql`/* migrations.clearSteps */
    DELETE FROM sunday_ledger.migration_step WHERE version = ${version}
  `);
}
