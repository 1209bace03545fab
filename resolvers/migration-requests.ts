import { BackupNotFoundError, DestinationRefusedError } from '../src/backups/errors.ts';
import { TargetInGapError } from '../src/backups/restore/errors.ts';
import { ClusterNotFoundError } from '../src/fleet/fleet.ts';
import {
  MigrationInvalidError,
  MigrationLockedError,
  MigrationNotFoundError,
} from '../src/migrations/errors.ts';
import { RepairRefusedError } from '../src/migrations/drift/repair.ts';
import { DatabaseUnavailableError } from '../src/postgres/errors.ts';
import {
  CronInvalidError,
  ScheduleMomentPastError,
  ScheduleNeverRunsError,
  TimezoneInvalidError,
  TooManySchedulesError,
} from '../src/schedules/errors.ts';
import { nameSchedule } from '../src/schedules/names.ts';
import { builder } from '../schema/builder.ts';
import { MUTATION_ERRORS, START_ERRORS } from '../schema/errors.ts';
import { APPLY_ERRORS, ROLLBACK_ERRORS } from '../schema/migration-errors.ts';
import {
  AcceptSchemaDriftInputRef,
  AcceptSchemaDriftSuccessRef,
  ApplyMigrationsInputRef,
  ApplyMigrationsSuccessRef,
  RepairMigrationInputRef,
  RepairMigrationSuccessRef,
  RollbackMigrationsInputRef,
  RollbackMigrationsSuccessRef,
  RolloutMigrationsInputRef,
  RolloutMigrationsSuccessRef,
  ScheduleMigrationInputRef,
  ScheduleMigrationSuccessRef,
} from '../schema/migration-requests.ts';
import { ValidateMigrationsInputRef, ValidateMigrationsSuccessRef } from '../schema/migration-validation.ts';
import { REPOSITORY_ERRORS } from './backups.ts';
import { toTiming } from './schedule-timing.ts';

const DEFAULT_CONCURRENCY = 2;
const DEFAULT_OBSERVE_SECONDS = 30;

const REPAIR_ERRORS = [
  ...MUTATION_ERRORS,
  ClusterNotFoundError,
  DatabaseUnavailableError,
  MigrationInvalidError,
  MigrationLockedError,
  MigrationNotFoundError,
  RepairRefusedError,
];

builder.mutationFields((t) => ({
  applyMigrations: t.field({
    type: ApplyMigrationsSuccessRef,
    description:
      'Applies what is pending, each migration with its row in the ledger. What is dangerous or destroys data needs the id of the plan. Returns at once.',
    authScopes: { scope: 'migration:write' },
    args: {
      input: t.arg({ type: ApplyMigrationsInputRef, required: true, description: 'What, and where.' }),
    },
    errors: { types: [...START_ERRORS, ...APPLY_ERRORS] },
    resolve: (_root, { input }, { services, request }) =>
      services.migrations.apply(
        {
          ...{ cluster: input.cluster, target: input.target ?? null, planId: input.planId ?? null },
          ...{ allowDrift: input.allowDrift ?? false, dryRun: input.dryRun ?? false },
        },
        request(input),
      ),
  }),
  rollbackMigrations: t.field({
    type: RollbackMigrationsSuccessRef,
    description:
      'Takes migrations back, newest first, by their down scripts. What destroys data needs the id of the plan. Returns at once.',
    authScopes: { scope: 'migration:write' },
    args: {
      input: t.arg({ type: RollbackMigrationsInputRef, required: true, description: 'How far, and where.' }),
    },
    errors: { types: [...START_ERRORS, ...ROLLBACK_ERRORS] },
    resolve: (_root, { input }, { services, request }) =>
      services.migrations.rollBack(
        {
          ...{ cluster: input.cluster, target: input.target },
          ...{
            planId: input.planId ?? null,
            allowDrift: input.allowDrift ?? false,
            dryRun: input.dryRun ?? false,
          },
        },
        request(input),
      ),
  }),
}));

builder.mutationFields((t) => ({
  validateMigrations: t.field({
    type: ValidateMigrationsSuccessRef,
    description:
      'Runs migrations up, down and up again on a server of its own and compares the catalogs: the proof before production. On a restored backup it also says how long each takes on real rows, and which tables it locks and writes anew. The cluster is only read.',
    authScopes: { scope: 'migration:write' },
    args: {
      input: t.arg({ type: ValidateMigrationsInputRef, required: true, description: 'What, and for which.' }),
    },
    errors: {
      types: [
        ...[...START_ERRORS, ...REPOSITORY_ERRORS, MigrationInvalidError],
        ...[BackupNotFoundError, TargetInGapError, DestinationRefusedError],
      ],
    },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.migrations.validate(
        { cluster: input.cluster, from: input.from ?? null, onBackup: input.onBackup ?? null },
        request(input),
      ),
    }),
  }),
  rolloutMigrations: t.field({
    type: RolloutMigrationsSuccessRef,
    description:
      'Applies what is pending to many clusters: the canary first, watched before and after, then the others in waves. Stops at the first failure; a retry goes on from there.',
    authScopes: { scope: 'migration:write' },
    args: {
      input: t.arg({ type: RolloutMigrationsInputRef, required: true, description: 'What, and where.' }),
    },
    errors: { types: [...START_ERRORS, ...APPLY_ERRORS] },
    resolve: (_root, { input }, { services, request }) =>
      services.migrations.rollOut(
        {
          ...{ clusters: input.clusters ?? null, target: input.target ?? null, planIds: input.planIds ?? [] },
          concurrency: input.concurrency ?? DEFAULT_CONCURRENCY,
          observeSeconds: input.observeSeconds ?? DEFAULT_OBSERVE_SECONDS,
          dryRun: input.dryRun ?? false,
        },
        request(input),
      ),
  }),
}));

builder.mutationFields((t) => ({
  repairMigration: t.field({
    type: RepairMigrationSuccessRef,
    description:
      'Takes the file of a DRIFTED migration for what was applied: the ledger gets its checksum, and keeps the old one with the reason. Nothing is run.',
    authScopes: { scope: 'migration:write' },
    args: { input: t.arg({ type: RepairMigrationInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: REPAIR_ERRORS },
    resolve: async (_root, { input }, { services, requester }) => ({
      migration: await services.migrations.repair(input, requester(input)),
    }),
  }),
  acceptSchemaDrift: t.field({
    type: AcceptSchemaDriftSuccessRef,
    description:
      'Takes the schema as it is for what the newest migration left, with the reason kept. Nothing is run.',
    authScopes: { scope: 'migration:write' },
    args: {
      input: t.arg({ type: AcceptSchemaDriftInputRef, required: true, description: 'Which, and why.' }),
    },
    errors: { types: REPAIR_ERRORS },
    resolve: async (_root, { input }, { services, requester }) => ({
      drift: await services.migrations.acceptDrift(input, requester(input)),
    }),
  }),
}));

builder.mutationField('scheduleMigration', (t) =>
  t.field({
    type: ScheduleMigrationSuccessRef,
    description:
      'Applies what is pending at a time, or in the next maintenance window. One schedule for each cluster: a second call replaces it.',
    authScopes: { scope: 'migration:write' },
    extensions: { auditedBy: 'SERVICE' },
    args: {
      input: t.arg({ type: ScheduleMigrationInputRef, required: true, description: 'What, and when.' }),
    },
    errors: {
      types: [
        ...MUTATION_ERRORS,
        ClusterNotFoundError,
        DatabaseUnavailableError,
        ...APPLY_ERRORS,
        CronInvalidError,
        TimezoneInvalidError,
        ScheduleMomentPastError,
        ScheduleNeverRunsError,
        TooManySchedulesError,
      ],
    },
    async resolve(_root, { input }, { services, requester }) {
      const { cluster, window } = input;
      const wanted = { cluster, target: input.target ?? null, planId: input.planId ?? null };
      const plan = await services.migrations.agree(wanted);
      const outcome = await services.schedules.upsert(
        {
          ...toTiming({ ...input, at: input.at ?? (window ? null : new Date()) }),
          ...{ name: nameSchedule(cluster, 'migrations'), kind: 'migrations.apply', cluster, input: wanted },
          ...{ missedPolicy: 'SKIP', isPaused: false, dryRun: input.dryRun ?? false },
        },
        requester(input),
      );
      return { ...outcome, plan };
    },
  }),
);
