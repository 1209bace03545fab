import { z } from 'zod';
import type { Operation } from '../src/operations/operations.ts';
import type { Schedule, UpsertOutcome } from '../src/schedules/schedules.ts';
import { builder } from './builder.ts';
import { encodeNodeId } from './node-id.ts';
import { OperationRef } from './operations.ts';
import { auditFields, requestFields } from './requests.ts';
import { optionalCronField, scheduleNameField, timingFields } from './schedule-timing.ts';
import { PlannedRunRef, ScheduleRef } from './schedules.ts';

export const UpsertScheduleInputRef = builder.inputType('UpsertScheduleInput', {
  description: 'All of a schedule: what it starts, and when. One of `at`, `cron`, or `window` alone.',
  fields: (t) => ({
    name: scheduleNameField(t),
    kind: t.string({
      required: true,
      description: 'Kind of the operation, e.g. `backups.start`.',
      validate: z.string().regex(/^[a-zA-Z.]{1,60}$/, 'a kind is letters and dots, e.g. `backups.start`'),
    }),
    cluster: t.string({
      description: 'Name of the cluster, put into the input of the operation. Null: it is there, or none.',
      validate: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a cluster name is 1 to 63 lower case letters, digits and hyphens')
        .nullish(),
    }),
    operationInput: t.field({
      type: 'JSON',
      description: 'An object with what else the operation takes, e.g. `{"type": "FULL"}`. Null: nothing.',
      validate: z.record(z.string(), z.unknown(), 'this is an object').nullish(),
    }),
    at: t.field({
      type: 'DateTime',
      description: 'Once, at this moment. Not together with `cron`. Null: not so.',
    }),
    cron: optionalCronField(t),
    ...timingFields(t, { missedPolicy: 'SKIP' }),
    ...auditFields(t),
  }),
});

export const UpsertScheduleSuccessRef = builder.objectRef<UpsertOutcome>('UpsertScheduleSuccess').implement({
  description: 'The schedule was made or replaced, or would be.',
  fields: (t) => ({
    schedule: t.expose('schedule', {
      type: ScheduleRef,
      nullable: true,
      description: 'The schedule; null for a dry run.',
    }),
    target: t.exposeString('target', { description: 'What its operations act on, e.g. `main`.' }),
    nextRuns: t.field({
      type: [PlannedRunRef],
      description: 'Its next runs, at most 5; one when it runs once.',
      resolve: ({ nextRuns }) => nextRuns,
    }),
  }),
});

function byName(name: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({ name: scheduleNameField(t), ...auditFields(t) }),
  });
}

export const DeleteScheduleInputRef = byName('DeleteScheduleInput', 'Arguments of `deleteSchedule`.');
export const PauseScheduleInputRef = byName('PauseScheduleInput', 'Arguments of `pauseSchedule`.');
export const ResumeScheduleInputRef = byName('ResumeScheduleInput', 'Arguments of `resumeSchedule`.');

export const TriggerScheduleInputRef = builder.inputType('TriggerScheduleInput', {
  description: 'Arguments of `triggerSchedule`.',
  fields: (t) => ({ name: scheduleNameField(t), ...requestFields(t) }),
});

function scheduleSuccess(name: string, description: string) {
  return builder.objectRef<{ readonly schedule: Schedule }>(name).implement({
    description,
    fields: (t) => ({
      schedule: t.expose('schedule', { type: ScheduleRef, description: 'The schedule as it is now.' }),
    }),
  });
}

export const PauseScheduleSuccessRef = scheduleSuccess(
  'PauseScheduleSuccess',
  'It waits until it is resumed.',
);
export const ResumeScheduleSuccessRef = scheduleSuccess(
  'ResumeScheduleSuccess',
  'It waits for its next moment again.',
);

export const DeleteScheduleSuccessRef = builder
  .objectRef<{ readonly schedule: Schedule }>('DeleteScheduleSuccess')
  .implement({
    description: 'The schedule is gone, with its runs. The operations that it started stay.',
    fields: (t) => ({
      deletedId: t.id({
        description: 'Global id that the schedule had.',
        resolve: ({ schedule }) => encodeNodeId('Schedule', schedule.id),
      }),
      name: t.string({ description: 'Name that it had.', resolve: ({ schedule }) => schedule.name }),
    }),
  });

export const TriggerScheduleSuccessRef = builder
  .objectRef<{ readonly schedule: Schedule; readonly operation: Operation }>('TriggerScheduleSuccess')
  .implement({
    description: 'Its operation was started out of turn, in the name of the token that asked.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        description: 'The operation. Follow it with `operationEvents`.',
      }),
      schedule: t.expose('schedule', { type: ScheduleRef, description: 'The schedule as it is now.' }),
    }),
  });
