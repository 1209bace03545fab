import { z } from 'zod';
import { BACKUP_ACTIONS, type BackupAction } from '../src/backups/retention/default-schedules.ts';
import type { UpsertOutcome } from '../src/schedules/schedules.ts';
import { builder } from './builder.ts';
import { auditFields, clusterField } from './requests.ts';
import { MaintenanceWindowInputRef, MissedPolicyRef, PlannedRunRef, ScheduleRef } from './schedules.ts';

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
    name: t.string({
      description:
        'Name of the schedule: 1 to 63 lower case letters, digits and hyphens. Null: that of the default one, e.g. `main-full-backup`.',
      validate: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a name is 1 to 63 lower case letters, digits and hyphens')
        .nullish(),
    }),
    cron: t.string({
      required: true,
      description: 'When: five fields, or six with the seconds first, e.g. `0 2 * * SUN`.',
      validate: z.string().max(200, 'this has at most 200 characters'),
    }),
    timezone: t.string({
      description: 'IANA timezone of `cron`, e.g. `Europe/Berlin`. Null: `UTC`.',
      validate: z.string().max(100, 'this has at most 100 characters').nullish(),
    }),
    window: t.field({
      type: MaintenanceWindowInputRef,
      description:
        'Runs start only while it is open; one that is due outside waits for it. Null: at any time.',
    }),
    jitterSeconds: t.int({
      description: 'Each run starts up to so many seconds later, 0 to 3,600. Null: 0.',
      validate: z.int().min(0, 'this is at least 0').max(3_600, 'this is at most 3,600').nullish(),
    }),
    missedPolicy: t.field({
      type: MissedPolicyRef,
      description: 'What becomes of moments that were missed. Null: RUN_ONCE.',
    }),
    verify: t.boolean({
      description: 'Of a backup: true reads the stanza back afterwards. Null: true.',
    }),
    isPaused: t.boolean({
      description: 'True: it waits for `resumeSchedule`. Null: as it was, and active when it is new.',
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only say what would run when. Null: false.',
    }),
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
