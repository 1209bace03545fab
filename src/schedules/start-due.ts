import type { Principal } from '../access/principals.ts';
import { toErrorRecord } from '../errors.ts';
import type { EventLog } from '../events/events.ts';
import { findKeyUse } from '../operations/idempotency-store.ts';
import {
  ENDED_STATES,
  IdempotencyKeyReusedError,
  type Operation,
  type OperationRequest,
} from '../operations/operations.ts';
import type { Database } from '../postgres/pool.ts';
import { type Decision, decide } from './decide.ts';
import { getKind, type SchedulableKind } from './kinds.ts';
import * as runs from './run-store.ts';
import type { Schedule } from './schedules.ts';
import * as store from './store.ts';
import { createTimetable, type Occurrence } from './timing.ts';

const AT_ONCE = 8;
/** A tick ends after so many rounds; what is left is due for the next one. */
const MOST_ROUNDS = 25;
/** Topic of the events of schedules in the outbox; the subject is the schedule's id. */
export const SCHEDULE_TOPIC = 'schedule';

export interface DueDependencies {
  readonly db: Database;
  readonly events: EventLog;
  readonly operations: { findMany(ids: readonly string[]): Promise<readonly (Operation | null)[]> };
  readonly kinds: readonly SchedulableKind[];
  readonly onError: (error: unknown, schedule: string) => void;
}

/**
 * Starts everything that is due, in this order for each moment:
 *
 * 1. start the operation, under a key made of the schedule and the moment: whoever does it again gets the same one;
 * 2. write the run and make the schedule wait for what is next, in one transaction, if it still waits for this.
 *
 * A crash between the two leaves the schedule due: the next tick finds the operation by its key.
 */
export async function startDue(deps: DueDependencies): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const due = await store.listDue(deps.db, AT_ONCE);
    if (due.length === 0) return;
    const now = await store.readClock(deps.db);
    const settled = await Promise.allSettled(due.map((schedule) => settle(deps, schedule, now)));
    const failure = settled.find((one) => one.status === 'rejected');
    if (failure) throw failure.reason; // the control database is away: the next tick looks again
  }
}

async function settle(deps: DueDependencies, schedule: Schedule, now: Date): Promise<void> {
  const { next: waitsFor } = schedule;
  const decision = waitsFor && decideSafely(deps, schedule, waitsFor, now);
  if (!waitsFor || !decision || decision.kind === 'WAIT') return;
  const run = await perform(deps, schedule, waitsFor, decision);
  await record(deps, schedule, { ...run, dueAt: waitsFor.dueAt }, decision.next);
}

type Due =
  | Exclude<Decision, { kind: 'WAIT' }>
  | { readonly kind: 'BROKEN'; readonly error: unknown; readonly next: null };

/** A row whose moments cannot be read any more must not come up again every few seconds: it ends. */
function decideSafely(deps: DueDependencies, schedule: Schedule, waitsFor: Occurrence, now: Date) {
  try {
    const { name, missedPolicy } = schedule;
    return decide(createTimetable(schedule, name), { waitsFor, missedPolicy }, now);
  } catch (error) {
    deps.onError(error, schedule.name);
    return { kind: 'BROKEN', error, next: null } as const;
  }
}

type Run = Pick<runs.NewRun, 'outcome' | 'reason' | 'errorCode' | 'operationId' | 'moments'>;

const PLAIN = { reason: null, errorCode: null, operationId: null, moments: 1 };

/** Does what was decided about the moment, and gives what became of it. */
async function perform(
  deps: DueDependencies,
  schedule: Schedule,
  waitsFor: Occurrence,
  decision: Due,
): Promise<Run> {
  if (decision.kind === 'BROKEN') return failed(decision.error);
  const { kind, missed } = decision;
  const moments = Math.max(1, missed);
  // First of all: a worker may have started it and died before it could say so.
  const use = await findKeyUse(deps.db, principalIdOf(schedule), keyOf(waitsFor));
  if (use) return { ...PLAIN, moments, outcome: 'STARTED', operationId: use.operationId };
  if (kind === 'MISS') return { ...PLAIN, moments, outcome: 'MISSED', reason: missReason(schedule, missed) };
  const run = await start(deps, schedule, waitsFor);
  const caughtUp = missed === 0 ? null : `caught up: ${missReason(schedule, missed)}`;
  return { ...run, moments, reason: run.reason ?? caughtUp };
}

async function start(deps: DueDependencies, schedule: Schedule, { dueAt }: Occurrence): Promise<Run> {
  const unfinished = await findUnfinished(deps, schedule);
  if (unfinished)
    return {
      ...PLAIN,
      outcome: 'SKIPPED',
      reason: `operation ${unfinished.id} of the run before is unfinished`,
    };
  try {
    const { start: startOperation, scope } = getKind(deps.kinds, schedule.kind);
    const id = principalIdOf(schedule);
    const name = `schedule:${schedule.name}`;
    const principal: Principal = { id, name, role: 'OPERATOR', scopes: [scope] };
    const request: OperationRequest = {
      principal,
      action: 'runSchedule',
      onBehalfOf: schedule.onBehalfOf ?? schedule.updatedBy,
      reason: `due ${dueAt.toISOString()}`,
      requestId: `${id}:${dueAt.toISOString()}`,
      idempotencyKey: keyOf({ dueAt }),
    };
    const operation = await startOperation(schedule.input, request);
    return { ...PLAIN, outcome: 'STARTED', operationId: operation.id };
  } catch (error) {
    // Another worker started it a moment ago, from what the schedule was before a change.
    if (error instanceof IdempotencyKeyReusedError)
      return { ...PLAIN, outcome: 'STARTED', operationId: error.operationId };
    const refusal = failed(error);
    // It may have been written all the same; the next tick finds it by its key.
    if (refusal.errorCode === 'CONTROL_DATABASE_UNAVAILABLE') throw error;
    if (refusal.errorCode === 'INTERNAL') deps.onError(error, schedule.name);
    return refusal;
  }
}

/** The operation of the last run when it has not ended. */
export async function findUnfinished(
  { operations }: Pick<DueDependencies, 'operations'>,
  { lastOperationId }: Pick<Schedule, 'lastOperationId'>,
): Promise<Operation | null> {
  if (lastOperationId === null) return null;
  const [operation] = await operations.findMany([lastOperationId]);
  return operation && !ENDED_STATES.includes(operation.state) ? operation : null;
}

function failed(error: unknown): Run {
  const { code, message } = toErrorRecord(error);
  return { ...PLAIN, outcome: 'FAILED_TO_START', reason: message, errorCode: code };
}

function missReason({ window }: Schedule, missed: number): string {
  const what =
    window === null ? 'no worker was there in time' : 'no worker was there while the window was open';
  return missed === 1 ? what : `${what}, for ${missed} moments`;
}

async function record(
  { db, events }: Pick<DueDependencies, 'db' | 'events'>,
  schedule: Schedule,
  run: Run & Pick<runs.NewRun, 'dueAt'>,
  next: Occurrence | null,
): Promise<void> {
  await db.transaction(async (tx) => {
    const isOurs = await runs.advance(tx, schedule, next);
    // What was started is noted in any case; of the rest the one who was faster, or the change, is the truth.
    if (!isOurs && run.operationId === null) return;
    await noteRun(tx, events, schedule, { ...run, scheduleId: schedule.id, requestedBy: null });
  });
  events.ring();
}

/** Writes the run and its event, and forgets the oldest. Ring the bell after the commit. */
export async function noteRun(
  tx: Parameters<EventLog['append']>[0],
  events: EventLog,
  { id, name, kind, cluster }: Schedule,
  run: runs.NewRun,
): Promise<void> {
  if (run.operationId !== null) await runs.recordOperation(tx, id, run.operationId);
  const written = await runs.insertRun(tx, run);
  if (written === null) return;
  await runs.deleteOldRuns(tx, id);
  const { dueAt, outcome, reason, operationId, moments } = run;
  const payload = { name, kind, cluster, dueAt: dueAt.toISOString(), outcome, reason, operationId, moments };
  await events.append(tx, [{ topic: SCHEDULE_TOPIC, subject: id, payload }]);
}

function principalIdOf({ id }: Schedule): string {
  return `schedule:${id}`;
}

function keyOf({ dueAt }: Pick<Occurrence, 'dueAt'>): string {
  return dueAt.toISOString();
}
