import { BACKUP_ACTIONS, type BackupAction } from '../src/backups/retention/default-schedules.ts';
import type { UpsertOutcome } from '../src/schedules/schedules.ts';
import { builder } from './builder.ts';
import { auditFields, clusterField, line } from './requests.ts';
import { cronField, optionalScheduleNameField, timingFields } from './schedule-timing.ts';
import { PlannedRunRef, ScheduleRef } from './schedules.ts';

const ACTIONS: Record<BackupAction, string> = {
  FULL: 'Takes a full backup.',
  DIFFERENTIAL: 'Takes a differential backup.',
  INCREMENTAL: 'Takes an incremental backup.',
  VERIFY: 'Verifies all backups.',
  CLEANUP: 'Removes the backups that nothing keeps.',
};

export const BackupActionRef = builder.enumType('BackupAction', {
  description: 'What a schedule of backups does.',
  values: Object.fromEntries(
    BACKUP_ACTIONS.map((action) => [action, { value: action, description: ACTIONS[action] }]),
  ) as Record<BackupAction, { value: BackupAction; description: string }>,
});

export const UpsertBackupScheduleInputRef = builder.inputType('UpsertBackupScheduleInput', {
  description: 'All of a schedule of backups. There is one for each cluster and action, unless it is named.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    action: t.field({ type: BackupActionRef, required: true, description: 'What it does.' }),
    name: optionalScheduleNameField(t, 'that of the default one, e.g. `main-full-backup`.'),
    repository: t.string({
      description:
        'Name of the repository, 1 to 31 characters: it gets the backup, or is verified or cleaned up, and is part of the default name. Null: of a backup the first, else all.',
      validate: line(31).nullish(),
    }),
    cron: cronField(t),
    verify: t.boolean({
      description: 'Of a backup: true reads the stanza back afterwards. Null: true.',
    }),
    ...timingFields(t, { missedPolicy: 'RUN_ONCE' }),
    ...auditFields(t),
  }),
});

export const UpsertBackupScheduleSuccessRef = builder
  .objectRef<UpsertOutcome>('UpsertBackupScheduleSuccess')
  .implement({
    description: 'The schedule was made or replaced, or would be.',
    fields: (t) => ({
      schedule: t.expose('schedule', {
        type: ScheduleRef,
        nullable: true,
        description: 'The schedule; null for a dry run.',
      }),
      nextRuns: t.field({
        type: [PlannedRunRef],
        description: 'Its next runs, at most 5.',
        resolve: ({ nextRuns }) => nextRuns,
      }),
    }),
  });
