import type { ErrorRecord } from '../errors.ts';
import type { EventLog, NewEvent } from '../events/events.ts';
import type { Database, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Progress } from './define.ts';
import { SupersededError } from './lease.ts';
import type { Operation, OperationState, OperationStep } from './operations.ts';
import { toJson } from './store.ts';

/** Topic of the events of operations in the outbox; the subject is the operation's id. */
export const OPERATION_TOPIC = 'operation';

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

/**
 * What a running operation writes about itself. Every write is fenced: it goes through only while `token` is the
 * operation's newest, so a holder that was frozen and wakes up can't change what its successor wrote.
 */
export interface Journal {
  /** In the transaction that takes the lease: stamps the operation with the token, and lets it begin. */
  begin(tx: Transaction, token: bigint): Promise<void>;
  recordStepStart(token: bigint, step: StepKey): Promise<void>;
  recordStepEnd(token: bigint, step: StepKey, state: OperationStep['state']): Promise<void>;
  recordProgress(token: bigint, progress: ProgressRow): Promise<void>;
  /** Ends the operation, frees its lanes and lets the next ones run, in one transaction. */
  finish(token: bigint, ending: Ending, enqueueNext: (tx: Transaction) => Promise<void>): Promise<void>;
  isCancelRequested(): Promise<boolean>;
}

export function createJournal(db: Database, events: EventLog, operationId: string): Journal {
  const write = async (work: (tx: Transaction) => Promise<readonly NewEvent[]>) => {
    await db.transaction(async (tx) => {
      const news = await work(tx);
      if (news.length > 0) await events.append(tx, news);
    });
    events.ring();
  };
  const eventsOf = (rows: readonly EventRow[]): readonly NewEvent[] => {
    if (rows.length === 0) throw new SupersededError();
    return rows.map(toEvent);
  };
  return {
    begin: async (tx, token) => events.append(tx, eventsOf(await begin(tx, operationId, token))),
    recordStepStart: (token, step) =>
      write(async (tx) => {
        await upsertStep(tx, operationId, step, 'RUNNING');
        return eventsOf(await enterPhase(tx, operationId, token, step.name));
      }),
    recordStepEnd: (token, step, state) =>
      write(async (tx) => {
        await assertToken(tx, operationId, token);
        await upsertStep(tx, operationId, step, state);
        return [];
      }),
    recordProgress: (token, row) =>
      write(async (tx) => eventsOf(await updateProgress(tx, operationId, token, row))),
    finish: (token, ending, enqueueNext) =>
      write(async (tx) => {
        const rows = await finish(tx, operationId, token, ending);
        const news = eventsOf(rows);
        await tx.rows(sql`/* lease.release */ DELETE FROM lease WHERE token = ${token}`);
        await enqueueNext(tx);
        return news;
      }),
    async isCancelRequested() {
      const rows = await db.rows(sql`/* operations.isCancelRequested */
        SELECT FROM operation WHERE id = ${operationId} AND state IN ('CANCELLING', 'CANCELLED')
      `);
      return rows.length > 0;
    },
  };
}

/** What of an operation goes into each of its events: the state and progress at that moment. */
interface EventRow {
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

export function toEvent(row: EventRow | Operation): NewEvent {
  return {
    topic: OPERATION_TOPIC,
    subject: row.id,
    payload: {
      kind: row.kind,
      cluster: row.cluster,
      state: row.state,
      phase: row.phase,
      message: row.message ?? '',
      fractionDone: row.fractionDone,
      bytesDone: row.bytesDone?.toString() ?? null,
      bytesTotal: row.bytesTotal?.toString() ?? null,
      etaSeconds: row.etaSeconds,
    },
  };
}

function begin(tx: Transaction, id: string, token: bigint): Promise<readonly EventRow[]> {
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

function enterPhase(tx: Transaction, id: string, token: bigint, phase: string): Promise<readonly EventRow[]> {
  return tx.rows<EventRow>(sql`/* operations.enterPhase */
    UPDATE operation
    SET phase = ${phase}, message = ${phase}, fraction_done = NULL, bytes_done = NULL, bytes_total = NULL, eta_seconds = NULL
    WHERE id = ${id} AND lease_token = ${token}
    RETURNING ${EVENT_COLUMNS}
  `);
}

function updateProgress(
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

function finish(tx: Transaction, id: string, token: bigint, ending: Ending): Promise<readonly EventRow[]> {
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

async function upsertStep(
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

async function assertToken(tx: Transaction, id: string, token: bigint): Promise<void> {
  const rows = await tx.rows(sql`/* operations.assertToken */
    SELECT FROM operation WHERE id = ${id} AND lease_token = ${token} FOR UPDATE
  `);
  if (rows.length === 0) throw new SupersededError();
}
