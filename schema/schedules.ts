import { z } from 'zod';
import { MISSED_POLICIES, type MissedPolicy } from '../src/schedules/decide.ts';
import {
  CronInvalidError,
  OperationKindUnknownError,
  ScheduleInputInvalidError,
  ScheduleMomentPastError,
  ScheduleNeverRunsError,
  ScheduleNotFoundError,
  TimezoneInvalidError,
  TooManySchedulesError,
} from '../src/schedules/errors.ts';
import {
  RUN_OUTCOMES,
  type RunOutcome,
  type Schedule,
  type ScheduleRun,
  SCHEDULE_STATES,
  type ScheduleState,
} from '../src/schedules/schedules.ts';
import type { MaintenanceWindow, PlannedRun } from '../src/schedules/timing.ts';
import { builder } from './builder.ts';
import { ErrorCodeRef, errorType } from './errors.ts';

const STATES: Record<ScheduleState, string> = {
  ACTIVE: 'Waits for its next moment.',
  PAUSED: 'Its moments pass, and nothing is noted, until it is resumed.',
  ENDED: 'Its only moment was, or no other one will come.',
};

const OUTCOMES: Record<RunOutcome, string> = {
  STARTED: 'The operation was written; what came of it is said by the operation.',
  SKIPPED: 'The operation of the run before was unfinished.',
  MISSED: 'No worker was there to start it in time, or before its window closed.',
  FAILED_TO_START: 'The operation was refused; `reason` says why.',
};

const POLICIES: Record<MissedPolicy, string> = {
  SKIP: 'What was missed is reported and not run.',
  RUN_ONCE: 'What was missed is caught up by one run, in the next window when there is one.',
};

function enumOf<Value extends string>(values: readonly Value[], descriptions: Record<Value, string>) {
  return Object.fromEntries(
    values.map((value) => [value, { value, description: descriptions[value] }]),
  ) as Record<Value, { value: Value; description: string }>;
}

export const ScheduleStateRef = builder.enumType('ScheduleState', {
  description: 'Where a schedule is in its life.',
  values: enumOf(SCHEDULE_STATES, STATES),
});

const ScheduleRunOutcomeRef = builder.enumType('ScheduleRunOutcome', {
  description: 'What became of one moment of a schedule.',
  values: enumOf(RUN_OUTCOMES, OUTCOMES),
});

export const MissedPolicyRef = builder.enumType('MissedPolicy', {
  description: 'What becomes of a moment that passed by more than a minute, or whose window closed.',
  values: enumOf(MISSED_POLICIES, POLICIES),
});

const MaintenanceWindowRef = builder.objectRef<MaintenanceWindow>('MaintenanceWindow').implement({
  description: 'When work may begin: from each moment of `cron` for so long.',
  fields: (t) => ({
    cron: t.exposeString('cron', {
      description: 'When it opens: five fields, or six with the seconds first.',
    }),
    durationMinutes: t.exposeInt('durationMinutes', {
      description: 'How long it stays open, in minutes: 1 to 10,080.',
    }),
    timezone: t.exposeString('timezone', { description: 'IANA timezone of `cron`, e.g. `Europe/Berlin`.' }),
  }),
});

export const PlannedRunRef = builder.objectRef<PlannedRun>('PlannedRun').implement({
  description: 'A run that is to come.',
  fields: (t) => ({
    dueAt: t.expose('dueAt', { type: 'DateTime', description: 'The moment that the schedule names.' }),
    startAt: t.expose('startAt', {
      type: 'DateTime',
      description: 'When it may start: later than `dueAt` by the jitter, or because the window opens later.',
    }),
    closesAt: t.expose('closesAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its window closes, and it is too late to start; null without a window.',
    }),
    localTime: t.exposeString('localTime', {
      description: "`startAt` in the schedule's timezone, with its offset: `2026-11-23 02:00:00 +01:00`.",
    }),
  }),
});

/** `cluster`, `nextRuns`, `lastOperation` and `runs` are edges: resolvers add them. */
export const ScheduleRef = builder.node(builder.objectRef<Schedule>('Schedule'), {
  description: 'A rule that starts an operation of one kind with one input, at its moments.',
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique; what the mutations take.' }),
    kind: t.exposeString('kind', { description: 'Kind of the operation, e.g. `backups.start`.' }),
    target: t.exposeString('target', { description: 'What the operation acts on, e.g. `main`.' }),
    input: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the operation is started with.',
      resolve: ({ input }) => input,
    }),
    state: t.expose('state', { type: ScheduleStateRef, description: 'Where it is in its life.' }),
    createdBy: t.exposeString('createdBy', { description: 'Name of the token that made it.' }),
    updatedBy: t.exposeString('updatedBy', {
      description: 'Name of the token that last said what it does; its operations are on behalf of that.',
    }),
    onBehalfOf: t.exposeString('onBehalfOf', {
      nullable: true,
      description: 'The person behind that token; its operations are then on behalf of them. Null: none.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When people last changed it.' }),
  }),
});

/** When it runs. */
builder.objectFields(ScheduleRef, (t) => ({
  at: t.expose('at', {
    type: 'DateTime',
    nullable: true,
    description: 'The one moment at which it runs; null: it has `cron`, or runs once in the next window.',
  }),
  cron: t.exposeString('cron', {
    nullable: true,
    description: 'When it runs again and again: five fields, or six with the seconds first. Null: once.',
  }),
  timezone: t.exposeString('timezone', {
    description: 'IANA timezone of `cron` and of local times, e.g. `Europe/Berlin`.',
  }),
  window: t.expose('window', {
    type: MaintenanceWindowRef,
    nullable: true,
    description: 'When its runs may start; null: at any time.',
  }),
  jitterSeconds: t.exposeInt('jitterSeconds', {
    description:
      'Each run starts up to so many seconds later: 0 to 3,600. The same for one moment each time.',
  }),
  missedPolicy: t.expose('missedPolicy', {
    type: MissedPolicyRef,
    description: 'What becomes of moments that were missed.',
  }),
}));

export const ScheduleConnectionRef = builder.connectionObject(
  { type: ScheduleRef, name: 'ScheduleConnection', description: 'One page of schedules, by name.' },
  { description: 'One schedule and its place in the list.' },
);

/** `operation` is an edge: resolvers add it. */
export const ScheduleRunRef = builder.objectRef<ScheduleRun>('ScheduleRun').implement({
  description: 'What became of one moment of a schedule, or of several that were missed in a row.',
  fields: (t) => ({
    dueAt: t.expose('dueAt', { type: 'DateTime', description: 'The moment; of several the first.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When this was noted.' }),
    outcome: t.expose('outcome', { type: ScheduleRunOutcomeRef, description: 'What became of it.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it did not start in time; null when it did.',
    }),
    errorCode: t.expose('errorCode', {
      type: ErrorCodeRef,
      nullable: true,
      description: 'Why it FAILED_TO_START, for programs; null otherwise.',
    }),
    moments: t.exposeInt('moments', {
      description:
        'Moments that this stands for, 1 to 1,000: more than one when several were missed in a row.',
    }),
    requestedBy: t.exposeString('requestedBy', {
      nullable: true,
      description: 'Who asked for it out of turn by `triggerSchedule`; null: the clock.',
    }),
  }),
});

export const ScheduleRunConnectionRef = builder.connectionObject(
  {
    type: ScheduleRunRef,
    name: 'ScheduleRunConnection',
    description: 'One page of the runs of a schedule, newest first. The newest 500 are kept.',
  },
  { description: 'One run and its place in the list.' },
);

export const MaintenanceWindowInputRef = builder.inputType('MaintenanceWindowInput', {
  description: 'When work may begin.',
  fields: (t) => ({
    cron: t.string({
      required: true,
      description: 'When it opens: five fields, or six with the seconds first, e.g. `0 1 * * SUN`.',
      validate: z.string().max(200, 'this has at most 200 characters'),
    }),
    durationMinutes: t.int({
      required: true,
      description: 'How long it stays open, in minutes: 1 to 10,080.',
      validate: z.int().min(1, 'this is at least 1').max(10_080, 'this is at most 10,080'),
    }),
    timezone: t.string({
      description: 'IANA timezone of `cron`, e.g. `Europe/Berlin`. Null: that of the schedule.',
      validate: z.string().max(100, 'this has at most 100 characters').nullish(),
    }),
  }),
});

errorType(CronInvalidError, { description: 'A text is no cron expression; `path` names it.' });
errorType(TimezoneInvalidError, { description: 'No timezone of the IANA database has that name.' });
errorType(ScheduleMomentPastError, { description: 'The only moment of the schedule is over.' });
errorType(ScheduleNeverRunsError, { description: 'No moment or window of the schedule ever comes.' });
errorType(OperationKindUnknownError, { description: 'No operation of that kind can be scheduled.' });
errorType(ScheduleInputInvalidError, { description: 'The operation would not take this input.' });
errorType(ScheduleNotFoundError, { description: 'No schedule has that name.' });
errorType(TooManySchedulesError, { description: 'There are as many schedules as are allowed: 1,000.' });
