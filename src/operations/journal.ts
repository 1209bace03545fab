import type { EventLog, NewEvent } from '../events/events.ts';
import type { Database, Transaction } from '../postgres/pool.ts';
import * as store from './journal-store.ts';
import type { Ending, EventRow, ProgressRow, StepKey } from './journal-store.ts';
import { SupersededError } from './lease-store.ts';
import type { Operation, OperationStep } from './operations.ts';

/** Topic of the events of operations in the outbox; the subject is the operation's id. */
export const OPERATION_TOPIC = 'operation';

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
  finish(token: bigint, ending: Ending, queue: Queue): Promise<void>;
  isCancelRequested(): Promise<boolean>;
}

/** The queue that an operation leaves when it ends. */
export interface Queue {
  lock(tx: Transaction): Promise<void>;
  enqueueNext(tx: Transaction): Promise<void>;
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
    begin: async (tx, token) => events.append(tx, eventsOf(await store.begin(tx, operationId, token))),
    recordStepStart: (token, step) =>
      write(async (tx) => {
        await store.upsertStep(tx, operationId, step, 'RUNNING');
        return eventsOf(await store.enterPhase(tx, operationId, token, step.name));
      }),
    recordStepEnd: (token, step, state) =>
      write(async (tx) => {
        await store.assertToken(tx, operationId, token);
        await store.upsertStep(tx, operationId, step, state);
        return [];
      }),
    recordProgress: (token, row) =>
      write(async (tx) => eventsOf(await store.updateProgress(tx, operationId, token, row))),
    finish: (token, ending, queue) =>
      write(async (tx) => {
        await queue.lock(tx); // before the row, as whoever cancels or retries does: the other order is a deadlock
        const rows = await store.finish(tx, operationId, token, ending);
        const news = eventsOf(rows);
        await store.releaseLease(tx, token);
        await queue.enqueueNext(tx);
        return news;
      }),
    isCancelRequested: async () => (await store.listCancelling(db, [operationId])).length > 0,
  };
}

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
