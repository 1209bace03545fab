import type { ErrorRecord } from '../errors.ts';
import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Progress } from './define.ts';
import { SupersededError } from './lease-store.ts';
import type { OperationState, OperationStep } from './operations.ts';
import { toJson } from './store.ts';

export interface Ending {
  readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly message: string;
  readonly result: unknown;
  readonly error: ErrorRecord | null;
}

export interface StepKey {
  readonly attempt: number;
  readonly position: number;
  readonly name: string;
}

/** Progress as it is written: every figure filled in. */
export interface ProgressRow extends Required<Omit<Progress, 'message'>> {
  readonly message: string;
  readonly etaSeconds: number | null;
}

/** What of an operation goes into each of its events: the state and progress at that moment. */
export interface EventRow {
  readonly id: string;
  readonly kind: string;
  readonly cluster: string | null;
  readonly state: OperationState;
  readonly phase: string | null;
  readonly message: string | null;
  readonly fractionDone: number | null;
  readonly bytesDone: bigint | null;
  readonly bytesTotal: bigint | null;
  readonly etaSeconds: number | null;
}

const EVENT_COLUMNS = sql`id, kind, cluster, state, phase, message, fraction_done AS "fractionDone"
  , bytes_done AS "bytesDone", bytes_total AS "bytesTotal", eta_seconds AS "etaSeconds"`;

export function begin(tx: Transaction, id: string, token: bigint): Promise<readonly EventRow[]> {
  // A cancel that came first stays: the run that begins will see it and end at once.
  return tx.rows<EventRow>(sql`/* operations.begin */
    UPDATE operation
    SET lease_token = ${token}
      , state = CASE state WHEN 'QUEUED' THEN 'RUNNING' ELSE state END
      , message = CASE state WHEN 'QUEUED' THEN 'started' WHEN 'RUNNING' THEN 'taken over' ELSE message END
      , started_at = coalesce(started_at, clock_timestamp())
    WHERE id = ${id} AND state IN ('QUEUED', 'RUNNING', 'CANCELLING')
    RETURNING ${EVENT_COLUMNS}
  `);
}

export function enterPhase(
  tx: Transaction,
  id: string,
  token: bigint,
  phase: string,
): Promise<readonly EventRow[]> {
  return tx.rows<EventRow>(sql`/* operations.enterPhase */
    UPDATE operation
    SET phase = ${phase}, message = ${phase}, fraction_done = NULL, bytes_done = NULL, bytes_total = NULL, eta_seconds = NULL
    WHERE id = ${id} AND lease_token = ${token}
    RETURNING ${EVENT_COLUMNS}
  `);
}

export function updateProgress(
  tx: Transaction,
  id: string,
  token: bigint,
  row: ProgressRow,
): Promise<readonly EventRow[]> {
  return tx.rows<EventRow>(sql`/* operations.updateProgress */
    UPDATE operation
    SET phase = ${row.phase}, message = ${row.message}, fraction_done = ${row.fractionDone}
      , bytes_done = ${row.bytesDone}, bytes_total = ${row.bytesTotal}, eta_seconds = ${row.etaSeconds}
    WHERE id = ${id} AND lease_token = ${token}
    RETURNING ${EVENT_COLUMNS}
  `);
}

export function finish(
  tx: Transaction,
  id: string,
  token: bigint,
  ending: Ending,
): Promise<readonly EventRow[]> {
  return tx.rows<EventRow>(sql`/* operations.finish */
    UPDATE operation
    SET state = ${ending.state}
      , message = ${ending.message}
      , result = ${toJson(ending.result)}
      , error = ${toJson(ending.error)}
      , fraction_done = CASE ${ending.state} WHEN 'SUCCEEDED' THEN 1 ELSE fraction_done END
      , eta_seconds = NULL
      , finished_at = clock_timestamp()
    WHERE id = ${id} AND lease_token = ${token} AND state IN ('RUNNING', 'CANCELLING')
    RETURNING ${EVENT_COLUMNS}
  `);
}

export async function upsertStep(
  tx: Transaction,
  id: string,
  step: StepKey,
  state: OperationStep['state'],
): Promise<void> {
  await tx.rows(sql`/* operations.upsertStep */
    INSERT INTO operation_step (operation_id, attempt, position, name, state)
    VALUES (${id}, ${step.attempt}, ${step.position}, ${step.name}, ${state})
    ON CONFLICT (operation_id, attempt, position) DO UPDATE
    SET state = EXCLUDED.state, finished_at = CASE EXCLUDED.state WHEN 'RUNNING' THEN NULL ELSE clock_timestamp() END
  `);
}

export async function assertToken(tx: Transaction, id: string, token: bigint): Promise<void> {
  const rows = await tx.rows(sql`/* operations.assertToken */
    SELECT FROM operation WHERE id = ${id} AND lease_token = ${token} FOR UPDATE
  `);
  if (rows.length === 0) throw new SupersededError();
}

/** Ends the lease of `token` together with the operation. */
export async function releaseLease(tx: Transaction, token: bigint): Promise<void> {
  await tx.rows(sql`/* lease.release */ DELETE FROM lease WHERE token = ${token}`);
}

/** Those of `ids` that are to be cancelled. */
export async function listCancelling(db: Queryable, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await db.rows<{ id: string }>(sql`/* operations.listCancelling */
    SELECT id FROM operation WHERE id = ANY(${ids}::uuid[]) AND state IN ('CANCELLING', 'CANCELLED')
  `);
  return rows.map((row) => row.id);
}
