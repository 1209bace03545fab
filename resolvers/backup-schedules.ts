import {
  BACKUP_KINDS,
  purposeOf,
  toAction,
  toOperation,
} from '../src/backups/retention/default-schedules.ts';
import { BackupsNotConfiguredError, RepositoryNotFoundError } from '../src/backups/errors.ts';
import { ClusterNotFoundError } from '../src/fleet/fleet.ts';
import {
  CronInvalidError,
  OperationKindUnknownError,
  ScheduleInputInvalidError,
  ScheduleNeverRunsError,
  TimezoneInvalidError,
  TooManySchedulesError,
} from '../src/schedules/errors.ts';
import { nameSchedule } from '../src/schedules/names.ts';
import type { ScheduleRequest } from '../src/schedules/schedules.ts';
import {
  BackupActionRef,
  UpsertBackupScheduleInputRef,
  UpsertBackupScheduleSuccessRef,
} from '../schema/backup-schedules.ts';
import { builder } from '../schema/builder.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import { ScheduleRef } from '../schema/schedules.ts';
import { toTiming } from './schedule-timing.ts';

builder.objectField(ScheduleRef, 'backupAction', (t) =>
  t.field({
    type: BackupActionRef,
    nullable: true,
    description: 'What it does with backups; null when it does something else.',
    resolve: (schedule) => toAction(schedule),
  }),
);

/** As many schedules as there may be at all. */
const ALL = { limit: 1_000, after: null, before: null, fromEnd: false } as const;

builder.queryField('backupSchedules', (t) =>
  t.field({
    type: [ScheduleRef],
    description: 'Schedules that take, verify or remove backups, by name: at most 1,000.',
    authScopes: { scope: 'schedule:read' },
    args: { cluster: t.arg.string({ description: 'Only those of this cluster, by name. Null: all.' }) },
    resolve: (_root, { cluster }, { services }) =>
      services.schedules.list({ cluster: cluster ?? null, kinds: BACKUP_KINDS }, ALL),
  }),
);

/** What is left out has its default here, and nowhere else. */
function toRequest(input: typeof UpsertBackupScheduleInputRef.$inferInput): ScheduleRequest {
  const { cluster, action } = input;
  const repository = input.repository ?? null;
  return {
    ...toOperation(action, { verify: input.verify ?? true, repository }),
    ...toTiming(input),
    name: input.name ?? nameSchedule(cluster, purposeOf(action, repository)),
    cluster,
    missedPolicy: input.missedPolicy ?? 'RUN_ONCE',
    isPaused: input.isPaused ?? null,
    dryRun: input.dryRun ?? false,
  };
}

builder.mutationField('upsertBackupSchedule', (t) =>
  t.field({
    type: UpsertBackupScheduleSuccessRef,
    description:
      'Makes the schedule that does this for the cluster, or replaces all of it. `deleteSchedule`, `pauseSchedule`, `resumeSchedule` and `triggerSchedule` take its name. Needs the scope `backup:write`, too.',
    authScopes: { scope: 'schedule:write' },
    extensions: { auditedBy: 'SERVICE' },
    args: {
      input: t.arg({ type: UpsertBackupScheduleInputRef, required: true, description: 'What, and when.' }),
    },
    errors: {
      types: [
        ...MUTATION_ERRORS,
        ClusterNotFoundError,
        BackupsNotConfiguredError,
        RepositoryNotFoundError,
        OperationKindUnknownError,
        ScheduleInputInvalidError,
        CronInvalidError,
        TimezoneInvalidError,
        ScheduleNeverRunsError,
        TooManySchedulesError,
      ],
    },
    resolve: (_root, { input }, { services, requester }) => {
      // A schedule that names a repository which is not there would fail every night, when nobody looks.
      if (input.repository) services.repositories.requireNamed(input.cluster, input.repository);
      return services.schedules.upsert(toRequest(input), requester(input));
    },
  }),
);
