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
import { ClusterNotFoundError } from '../src/fleet/fleet.ts';
import type { Schedule, ScheduleRequest, ScheduleRun } from '../src/schedules/schedules.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { MUTATION_ERRORS, START_ERRORS } from '../schema/errors.ts';
import { OperationRef } from '../schema/operations.ts';
import {
  DeleteScheduleInputRef,
  DeleteScheduleSuccessRef,
  PauseScheduleInputRef,
  PauseScheduleSuccessRef,
  ResumeScheduleInputRef,
  ResumeScheduleSuccessRef,
  TriggerScheduleInputRef,
  TriggerScheduleSuccessRef,
  UpsertScheduleInputRef,
  UpsertScheduleSuccessRef,
} from '../schema/schedule-requests.ts';
import {
  PlannedRunRef,
  ScheduleConnectionRef,
  ScheduleRef,
  ScheduleRunConnectionRef,
  ScheduleRunRef,
} from '../schema/schedules.ts';
import { type KeysetList, readConnection } from './connections.ts';
import { findOperation } from './operations.ts';
import { toTiming } from './schedule-timing.ts';

const NEXT_RUNS_SHOWN = 5;

const loadSchedules: LoadMany<Schedule | null> = ({ schedules }, ids) => schedules.findMany(ids);

export const scheduleNode: NodeSource = {
  scope: 'schedule:read',
  find: (id, { loaders }) => loaders.load(loadSchedules, id),
};

function scheduleList({ services }: Context, cluster: string | null): KeysetList<Schedule, string> {
  return {
    name: 'schedules',
    toText: ({ name }) => name,
    toKey: (text) => (/^[a-z][a-z0-9-]{0,62}$/.test(text) ? text : null),
    list: (page) => services.schedules.list({ cluster }, page),
    count: () => services.schedules.count({ cluster }),
  };
}

function runList({ services }: Context, scheduleId: string): KeysetList<ScheduleRun, bigint> {
  return {
    name: 'schedule-runs',
    toText: ({ id }) => id.toString(),
    toKey: (text) => (/^\d{1,18}$/.test(text) ? BigInt(text) : null),
    list: (page) => services.schedules.listRuns(scheduleId, page),
    count: () => services.schedules.countRuns(scheduleId),
  };
}

builder.objectFields(ScheduleRef, (t) => ({
  cluster: t.field({
    type: ClusterRef,
    nullable: true,
    description:
      'The cluster its operations work on; null when there is none, or it is not configured any more.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => (cluster === null ? null : services.fleet.find(cluster)),
  }),
  nextRuns: t.field({
    type: [PlannedRunRef],
    description: `Its next runs, at most ${NEXT_RUNS_SHOWN}; empty while it is paused and when it has ended.`,
    resolve: (schedule, _args, { services }) => services.schedules.previewRuns(schedule, NEXT_RUNS_SHOWN),
  }),
  lastOperation: t.field({
    type: OperationRef,
    nullable: true,
    description: 'What it started last; null when nothing.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ lastOperationId }, _args, context) =>
      lastOperationId === null ? null : findOperation(lastOperationId, context),
  }),
  runs: t.connection(
    {
      type: ScheduleRunRef,
      description: 'What became of its moments, newest first.',
      resolve: ({ id }, page, context) => readConnection(page, runList(context, id)),
    },
    ScheduleRunConnectionRef,
  ),
}));

builder.objectField(ScheduleRunRef, 'operation', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description: 'What was started; null when nothing was.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ operationId }, _args, context) =>
      operationId === null ? null : findOperation(operationId, context),
  }),
);

builder.objectField(ClusterRef, 'schedules', (t) =>
  t.connection(
    {
      type: ScheduleRef,
      description: 'Schedules whose operations work on this cluster, by name.',
      authScopes: { scope: 'schedule:read' },
      resolve: ({ name }, page, context) => readConnection(page, scheduleList(context, name)),
    },
    ScheduleConnectionRef,
  ),
);

builder.queryField('schedule', (t) =>
  t.field({
    type: ScheduleRef,
    nullable: true,
    description: 'One schedule; null when none has this name.',
    authScopes: { scope: 'schedule:read' },
    args: { name: t.arg.string({ required: true, description: 'Name of the schedule.' }) },
    resolve: (_root, { name }, { services }) => services.schedules.find(name),
  }),
);

builder.queryField('schedules', (t) =>
  t.connection(
    {
      type: ScheduleRef,
      description: 'Schedules by name.',
      authScopes: { scope: 'schedule:read' },
      args: { cluster: t.arg.string({ description: 'Only those of this cluster, by name. Null: all.' }) },
      resolve: (_root, { cluster, ...page }, context) =>
        readConnection(page, scheduleList(context, cluster ?? null)),
    },
    ScheduleConnectionRef,
  ),
);

/** What is left out has its default here, and nowhere else. */
function toRequest(input: typeof UpsertScheduleInputRef.$inferInput): ScheduleRequest {
  return {
    ...toTiming(input),
    name: input.name,
    kind: input.kind,
    cluster: input.cluster ?? null,
    // Its validation has seen that it is an object.
    input: (input.operationInput ?? {}) as Readonly<Record<string, unknown>>,
    missedPolicy: input.missedPolicy ?? 'SKIP',
    isPaused: input.isPaused ?? null,
    dryRun: input.dryRun ?? false,
  };
}

// `auditedBy`: the service writes the line in the transaction of the change; resolvers/audit.ts leaves it to that.
const extensions = { auditedBy: 'SERVICE' };

builder.mutationField('upsertSchedule', (t) =>
  t.field({
    type: UpsertScheduleSuccessRef,
    description:
      'Makes the schedule of that name, or replaces all of it. Needs the scope of the operation that it starts, too.',
    authScopes: { scope: 'schedule:write' },
    extensions,
    args: {
      input: t.arg({
        type: UpsertScheduleInputRef,
        required: true,
        description: 'What it starts, and when.',
      }),
    },
    errors: {
      types: [
        ...MUTATION_ERRORS,
        ClusterNotFoundError,
        OperationKindUnknownError,
        ScheduleInputInvalidError,
        CronInvalidError,
        TimezoneInvalidError,
        ScheduleMomentPastError,
        ScheduleNeverRunsError,
        TooManySchedulesError,
      ],
    },
    resolve: (_root, { input }, { services, requester }) =>
      services.schedules.upsert(toRequest(input), requester(input)),
  }),
);

builder.mutationFields((t) => ({
  deleteSchedule: t.field({
    type: DeleteScheduleSuccessRef,
    description: 'Deletes a schedule and the list of its runs. The operations that it started stay.',
    authScopes: { scope: 'schedule:write' },
    extensions,
    args: { input: t.arg({ type: DeleteScheduleInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...MUTATION_ERRORS, ScheduleNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => ({
      schedule: await services.schedules.remove(input.name, requester(input)),
    }),
  }),
  pauseSchedule: t.field({
    type: PauseScheduleSuccessRef,
    description: 'Lets the moments of a schedule pass until it is resumed. Twice is the same as once.',
    authScopes: { scope: 'schedule:write' },
    extensions,
    args: { input: t.arg({ type: PauseScheduleInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...MUTATION_ERRORS, ScheduleNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => ({
      schedule: await services.schedules.pause(input.name, requester(input)),
    }),
  }),
  resumeSchedule: t.field({
    type: ResumeScheduleSuccessRef,
    description: 'Lets a paused schedule wait for its next moment. Needs the scope of its operation, too.',
    authScopes: { scope: 'schedule:write' },
    extensions,
    args: { input: t.arg({ type: ResumeScheduleInputRef, required: true, description: 'Which, and why.' }) },
    errors: {
      types: [...MUTATION_ERRORS, ScheduleNotFoundError, OperationKindUnknownError, ScheduleMomentPastError],
    },
    resolve: async (_root, { input }, { services, requester }) => ({
      schedule: await services.schedules.resume(input.name, requester(input)),
    }),
  }),
  triggerSchedule: t.field({
    type: TriggerScheduleSuccessRef,
    description:
      'Starts the operation of a schedule now, also outside its window; its own moments stay as they are. Needs the scope of the operation, too.',
    authScopes: { scope: 'schedule:write' },
    args: { input: t.arg({ type: TriggerScheduleInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...START_ERRORS, ScheduleNotFoundError, OperationKindUnknownError] },
    resolve: (_root, { input }, { services, request }) =>
      services.schedules.trigger(input.name, request(input)),
  }),
}));
