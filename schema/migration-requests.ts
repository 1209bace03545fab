import { z } from 'zod';
import type { Migration, MigrationsOutcome, RollOutOutcome } from '../src/migrations/migrations.ts';
import type { MigrationReview } from '../src/migrations/review.ts';
import type { SchemaDrift } from '../src/migrations/drift/drift.ts';
import type { UpsertOutcome } from '../src/schedules/schedules.ts';
import { builder } from './builder.ts';
import { SchemaDriftRef } from './migration-drift.ts';
import { MigrationPlanRef } from './migration-plans.ts';
import { MigrationRef } from './migrations.ts';
import { OperationRef } from './operations.ts';
import { auditFields, clusterField, line, requestFields } from './requests.ts';
import { MaintenanceWindowInputRef, PlannedRunRef, ScheduleRef } from './schedules.ts';

type InputFields = Parameters<typeof requestFields>[0];

const version = z.string().regex(/^[0-9a-z_]{1,120}$/, 'a version is a number, or a number and a name');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'this is 64 hexadecimal digits');

const targetField = (t: InputFields) =>
  t.string({
    description:
      'The last version to apply: its number (`3`, `003`) or its full name (`003_data_integrity`). Null: all.',
    validate: version.nullish(),
  });
const planIdField = (t: InputFields) =>
  t.string({
    description:
      '`MigrationPlan.id` of the plan that was looked at. Needed for what is DANGEROUS or destroys data; refused when it is not what would be done now. Null: none.',
    validate: sha256.nullish(),
  });
const allowDriftField = (t: InputFields) =>
  t.boolean({
    defaultValue: false,
    description:
      'True: go on although somebody has changed the schema by hand; say why in `reason`. Null: false.',
  });
const dryRunField = (t: InputFields) =>
  t.boolean({ defaultValue: false, description: 'True: only the plan; nothing is started. Null: false.' });

export const ApplyMigrationsInputRef = builder.inputType('ApplyMigrationsInput', {
  description: 'What to apply, and where.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    target: targetField(t),
    planId: planIdField(t),
    allowDrift: allowDriftField(t),
    dryRun: dryRunField(t),
    ...requestFields(t),
  }),
});

export const RollbackMigrationsInputRef = builder.inputType('RollbackMigrationsInput', {
  description: 'How far to go back, and where.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    target: t.string({
      required: true,
      description:
        'The version that stays the newest: everything above it is taken back, newest first. `000`: everything.',
      validate: version,
    }),
    planId: planIdField(t),
    allowDrift: allowDriftField(t),
    dryRun: dryRunField(t),
    ...requestFields(t),
  }),
});

export const RepairMigrationInputRef = builder.inputType('RepairMigrationInput', {
  description: 'Which checksum to accept.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    version: t.string({ required: true, description: 'A migration that is DRIFTED.', validate: version }),
    checksum: t.string({
      required: true,
      description: '`Migration.checksum` of the file as it was looked at; another one is refused.',
      validate: sha256,
    }),
    ...auditFields(t),
    reason: t.string({
      required: true,
      description: 'Why the change of the file changes nothing; 1 to 500 characters. Kept with the checksum.',
      validate: line(500),
    }),
  }),
});

export const AcceptSchemaDriftInputRef = builder.inputType('AcceptSchemaDriftInput', {
  description: 'Which state of the schema to take for the right one.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    foundFingerprint: t.string({
      required: true,
      description: '`SchemaDrift.foundFingerprint` as it was looked at; another one is refused.',
      validate: sha256,
    }),
    ...auditFields(t),
    reason: t.string({
      required: true,
      description: 'Why it is to stay; 1 to 500 characters. Kept with the fingerprint.',
      validate: line(500),
    }),
  }),
});

export const RolloutMigrationsInputRef = builder.inputType('RolloutMigrationsInput', {
  description: 'What to apply to many clusters, and how carefully.',
  fields: (t) => ({
    clusters: t.stringList({
      description: 'Names, the canary first; 1 to 1,000. Null: all, in the order of the configuration.',
      validate: z.array(z.string().min(1).max(63)).min(1, 'this must not be empty').max(1_000).nullish(),
    }),
    target: targetField(t),
    concurrency: t.int({
      defaultValue: 2,
      description: 'Clusters at a time behind the canary: 1 to 16. Null: 2.',
      validate: z.int().min(1, 'this is at least 1').max(16, 'this is at most 16').nullish(),
    }),
    observeSeconds: t.int({
      defaultValue: 30,
      description:
        'How long the canary is watched before and after, each, in seconds: 0 (not at all) to 3,600. Null: 30.',
      validate: z.int().min(0, 'this is at least 0').max(3_600, 'this is at most 3,600').nullish(),
    }),
    planIds: t.stringList({
      description: '`MigrationPlan.id`s that were agreed to, for clusters where one is needed. Null: none.',
      validate: z.array(sha256).max(1_000).nullish(),
    }),
    dryRun: dryRunField(t),
    ...requestFields(t),
  }),
});

export const ScheduleMigrationInputRef = builder.inputType('ScheduleMigrationInput', {
  description: 'What to apply, and when: `at` one moment, or once in the next `window`.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    target: targetField(t),
    planId: planIdField(t),
    at: t.field({
      type: 'DateTime',
      description:
        'Once, at this moment; with a window: once in the first one that is open then or later. Null: now.',
    }),
    window: t.field({
      type: MaintenanceWindowInputRef,
      description:
        'It begins only while this is open; a missed one is skipped and reported. Null: at any time.',
    }),
    timezone: t.string({
      description: 'IANA timezone in which times are shown, and of a window that names none. Null: `UTC`.',
      validate: z.string().max(100, 'this has at most 100 characters').nullish(),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only say what would run when. Null: false.',
    }),
    ...auditFields(t),
  }),
});

export const ScheduleMigrationSuccessRef = builder
  .objectRef<UpsertOutcome & { readonly plan: MigrationReview }>('ScheduleMigrationSuccess')
  .implement({
    description: 'The migrations will be applied then. A schedule for the same cluster is replaced.',
    fields: (t) => ({
      schedule: t.expose('schedule', {
        type: ScheduleRef,
        nullable: true,
        description: 'The schedule; null for a dry run. `pauseSchedule` and `deleteSchedule` take its name.',
      }),
      nextRuns: t.field({
        type: [PlannedRunRef],
        description: 'When it will run: one moment, or none when it never can.',
        resolve: ({ nextRuns }) => nextRuns,
      }),
      plan: t.expose('plan', { type: MigrationPlanRef, description: 'What would be done if it ran now.' }),
    }),
  });

const outcomeType = (name: string, description: string) =>
  builder.objectRef<MigrationsOutcome>(name).implement({
    description,
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description: 'The operation that does it. Follow it with `operationEvents`. Null for a dry run.',
      }),
      plan: t.expose('plan', {
        type: MigrationPlanRef,
        nullable: true,
        description: 'What would be done; null when it was started: `operation.plan` has it in words.',
      }),
    }),
  });

export const ApplyMigrationsSuccessRef = outcomeType(
  'ApplyMigrationsSuccess',
  'The migrations are being applied, or were planned.',
);
export const RollbackMigrationsSuccessRef = outcomeType(
  'RollbackMigrationsSuccess',
  'The migrations are being taken back, or that was planned.',
);
export const RolloutMigrationsSuccessRef = builder
  .objectRef<RollOutOutcome>('RolloutMigrationsSuccess')
  .implement({
    description: 'The rollout has begun, or was planned.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description:
          'The operation over all clusters; its `children` are those of each one. Null for a dry run.',
      }),
      plans: t.expose('plans', {
        type: [MigrationPlanRef],
        nullable: true,
        description: 'One for each cluster, in the order in which they come; null when it was started.',
      }),
    }),
  });

export const RepairMigrationSuccessRef = builder
  .objectRef<{ readonly migration: Migration }>('RepairMigrationSuccess')
  .implement({
    description: 'The ledger holds the checksum of the file now.',
    fields: (t) => ({
      migration: t.expose('migration', { type: MigrationRef, description: 'How it stands now.' }),
    }),
  });

export const AcceptSchemaDriftSuccessRef = builder
  .objectRef<{ readonly drift: SchemaDrift }>('AcceptSchemaDriftSuccess')
  .implement({
    description: 'The live schema is the expected one now.',
    fields: (t) => ({
      drift: t.expose('drift', { type: SchemaDriftRef, description: 'How it stands now.' }),
    }),
  });
