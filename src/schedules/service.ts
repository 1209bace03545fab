import { type Access, ForbiddenError } from '../access/access.ts';
import type { Requester } from '../access/principals.ts';
import { InvalidInputError } from '../errors.ts';
import { findKeyUse } from '../operations/idempotency-store.ts';
import { type Operation, OperationConflictError, type OperationRequest } from '../operations/operations.ts';
import type { Transaction } from '../postgres/pool.ts';
import { ScheduleMomentPastError, ScheduleNotFoundError, TooManySchedulesError } from './errors.ts';
import { getKind, type SchedulableKind } from './kinds.ts';
import * as runs from './run-store.ts';
import type { Schedule, ScheduleRequest, ScheduleService, UpsertOutcome } from './schedules.ts';
import { type DueDependencies, findUnfinished, noteRun, startDue } from './start-due.ts';
import * as store from './store.ts';
import {
  checkTiming,
  createTimetable,
  type Occurrence,
  type PlannedRun,
  preview,
  toPlannedRun,
} from './timing.ts';

const MOST_SCHEDULES = 1_000;
const NEXT_RUNS_SHOWN = 5;

export interface SchedulesOptions extends DueDependencies {
  /** Writes the audit row in the transaction of the change. */
  readonly recordAudit: Access['record'];
  /** @throws {ClusterNotFoundError} */
  readonly requireCluster: (name: string) => void;
  readonly limit?: number;
}

/** Schedules of operations, kept in the control database. */
export function createSchedules(options: SchedulesOptions): ScheduleService {
  const { db } = options;
  return {
    upsert: (wanted, requester) => upsert(options, wanted, requester),
    remove: (name, requester) =>
      db.transaction(async (tx) => {
        const removed = await store.remove(tx, name);
        if (!removed) throw new ScheduleNotFoundError(name);
        await audit(options, tx, requester, { target: name, input: { name } });
        return removed;
      }),
    pause: (name, requester) => change(options, name, requester, pauseOf),
    resume: (name, requester) => change(options, name, requester, resumeOf(options.kinds, requester)),
    trigger: (name, request) => trigger(options, name, request),
    find: (name) => store.findByName(db, name),
    findMany: (ids) => store.findMany(db, ids),
    list: (filter, page) => store.list(db, filter, page),
    count: (filter) => store.count(db, filter),
    listRuns: (id, page) => runs.listRuns(db, id, page),
    countRuns: (id) => runs.countRuns(db, id),
    previewRuns,
    startDue: () => startDue(options),
  };
}

async function upsert(
  options: SchedulesOptions,
  wanted: ScheduleRequest,
  requester: Requester,
): Promise<UpsertOutcome> {
  const { db, limit = MOST_SCHEDULES } = options;
  const { name, dryRun } = wanted;
  const kind = getKind(options.kinds, wanted.kind);
  requireScope(kind, requester);
  const { input, target } = kind.check(withCluster(wanted));
  if (target.cluster !== null) options.requireCluster(target.cluster);
  const comes = checkTiming(wanted, name, await store.readClock(db), NEXT_RUNS_SHOWN);
  const { principal, onBehalfOf } = requester;
  const by = { by: principal.name, onBehalfOf };
  const about = { cluster: target.cluster, target: target.name, input, next: comes[0] ?? null };
  const schedule = await db.transaction(async (tx) => {
    const made = dryRun ? null : await store.upsert(tx, { ...wanted, ...about, ...by }, limit);
    if (made === null && !dryRun) throw new TooManySchedulesError(limit);
    await audit(options, tx, requester, { target: name, input: wanted });
    return made;
  });
  const nextRuns = comes.map((one) => toPlannedRun(one, wanted.timezone));
  return { schedule, target: target.name, nextRuns };
}

/** @throws {ForbiddenError} A schedule must not do what its maker could not do by hand. */
function requireScope({ kind, scope }: SchedulableKind, { principal }: Requester): void {
  if (!principal.scopes.includes(scope)) throw new ForbiddenError(`scheduling ${kind}`, scope);
}

function withCluster({ cluster, input }: ScheduleRequest): Readonly<Record<string, unknown>> {
  if (cluster === null) return input;
  if ('cluster' in input && input['cluster'] !== cluster)
    throw new InvalidInputError(['input', 'cluster'], 'operationInput names another cluster');
  return { ...input, cluster };
}

type Change = (
  schedule: Schedule,
  now: Date,
) => { readonly isPaused: boolean; readonly next: Occurrence | null };

function change(
  options: SchedulesOptions,
  name: string,
  requester: Requester,
  changeOf: Change,
): Promise<Schedule> {
  return options.db.transaction(async (tx) => {
    const schedule = await store.findForUpdate(tx, name);
    if (!schedule) throw new ScheduleNotFoundError(name);
    const changed = await store.updatePaused(tx, schedule.id, changeOf(schedule, await store.readClock(tx)));
    await audit(options, tx, requester, { target: name, input: { name } });
    return changed;
  });
}

const pauseOf: Change = ({ next }) => ({ isPaused: true, next });

function resumeOf(kinds: readonly SchedulableKind[], requester: Requester): Change {
  return (schedule, now) => {
    requireScope(getKind(kinds, schedule.kind), requester);
    const { next, state, at } = schedule;
    if (next === null || next.dueAt > now || state !== 'PAUSED') return { isPaused: false, next };
    if (at !== null) throw new ScheduleMomentPastError(at, now);
    return { isPaused: false, next: createTimetable(schedule, schedule.name).next(now) };
  };
}

async function trigger(options: SchedulesOptions, name: string, request: OperationRequest) {
  const { db, events } = options;
  const schedule = await getOne(options, name);
  const kind = getKind(options.kinds, schedule.kind);
  requireScope(kind, request);
  await refuseOverlap(options, schedule, request);
  const operation = await kind.start(schedule.input, request);
  // A repeated call has been noted by the first one.
  if (operation.id !== schedule.lastOperationId)
    await db.transaction(async (tx) =>
      noteRun(tx, events, schedule, toRun(schedule, request, operation, await store.readClock(tx))),
    );
  events.ring();
  return { schedule: await getOne(options, name), operation };
}

/** A call that is repeated under its key is answered with its operation, finished or not. */
async function refuseOverlap(options: SchedulesOptions, schedule: Schedule, request: OperationRequest) {
  const { principal, idempotencyKey } = request;
  const isRepeated = idempotencyKey !== null && (await findKeyUse(options.db, principal.id, idempotencyKey));
  const unfinished = isRepeated ? null : await findUnfinished(options, schedule);
  if (unfinished) throw new OperationConflictError(`schedule ${schedule.name}`, unfinished);
}

function toRun(
  schedule: Schedule,
  { onBehalfOf, principal }: Requester,
  operation: Operation,
  dueAt: Date,
): runs.NewRun {
  return {
    scheduleId: schedule.id,
    dueAt,
    outcome: 'STARTED',
    reason: null,
    errorCode: null,
    operationId: operation.id,
    moments: 1,
    requestedBy: onBehalfOf ?? principal.name,
  };
}

function previewRuns(schedule: Schedule, count: number): readonly PlannedRun[] {
  const { next, state } = schedule;
  if (next === null || state !== 'ACTIVE') return [];
  const comes = preview(createTimetable(schedule, schedule.name), next, count);
  return comes.map((one) => toPlannedRun(one, schedule.timezone));
}

async function getOne({ db }: SchedulesOptions, name: string): Promise<Schedule> {
  const schedule = await store.findByName(db, name);
  if (!schedule) throw new ScheduleNotFoundError(name);
  return schedule;
}

function audit(
  { recordAudit }: SchedulesOptions,
  tx: Transaction,
  requester: Requester,
  { target, input }: { readonly target: string; readonly input: unknown },
): Promise<void> {
  const { action } = requester;
  return recordAudit(tx, { requester, action, target, input, outcome: 'ACCEPTED', operationId: null });
}
