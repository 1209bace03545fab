import { z } from 'zod';
import {
  MigrationDriftedError,
  MigrationInvalidError,
  MigrationNotFoundError,
  MigrationOutOfOrderError,
} from '../src/migrations/errors.ts';
import type { ApplyMigrationsOutcome, Migration } from '../src/migrations/migrations.ts';
import type { MigrationPlan, MigrationPlanStep } from '../src/migrations/plan.ts';
import { MIGRATION_STATES, type MigrationState } from '../src/migrations/state.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { OperationRef } from './operations.ts';
import { clusterField, requestFields } from './requests.ts';

const STATES: Record<MigrationState, string> = {
  PENDING: 'Not applied; it is next, or behind others that are.',
  APPLIED: 'Applied, and the file is still the same.',
  FAILED:
    'Not applied: the last attempt failed. Or it stands in the middle, if it runs without a transaction.',
  ROLLED_BACK: 'Not applied: it was, and was taken back.',
  DRIFTED: 'Applied, but the file was changed afterwards. Nothing is applied until it is put back.',
  MISSING: 'Applied, but this server has no file of it: it is of a newer release, or was deleted.',
  OUT_OF_ORDER: 'Not applied, although one with a higher number is. It is refused; give it a new number.',
};

export const MigrationStateRef = builder.enumType('MigrationState', {
  description: 'What the files and the ledger of the database say about a migration.',
  values: Object.fromEntries(
    MIGRATION_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<MigrationState, { value: MigrationState; description: string }>,
});

/** The id is `<cluster>/<version>`. `cluster` and `operation` are edges: resolvers add them. */
export const MigrationRef = builder.node(builder.objectRef<Migration>('Migration'), {
  description: "One numbered change of the product's schema, and how it stands on one cluster.",
  id: { resolve: ({ cluster, version }) => `${cluster}/${version}` },
  fields: (t) => ({
    version: t.exposeString('version', { description: "Number as in the file's name, e.g. `001`." }),
    name: t.exposeString('name', { description: 'What follows the number, e.g. `init_schema`.' }),
    state: t.expose('state', { type: MigrationStateRef, description: 'How it stands on this cluster.' }),
    checksum: t.exposeString('checksum', {
      description:
        'SHA-256 of the file with LF line endings, in hexadecimal; of the ledger when the file is missing.',
    }),
    hasDownScript: t.exposeBoolean('hasDownScript', {
      description: 'True when there is a script that takes it back.',
    }),
    appliedAt: t.expose('appliedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was applied; null when it is not.',
    }),
    appliedBy: t.exposeString('appliedBy', {
      nullable: true,
      description: 'Name of the token that applied it; null when it is not applied.',
    }),
    onBehalfOf: t.exposeString('onBehalfOf', {
      nullable: true,
      description: 'The person behind the token; null when it acted for itself, or it is not applied.',
    }),
    durationMs: t.exposeInt('durationMs', {
      nullable: true,
      description: 'How long its transaction took, in milliseconds; null when it is not applied.',
    }),
  }),
});

const MigrationPlanStepRef = builder.objectRef<MigrationPlanStep>('MigrationPlanStep').implement({
  description: 'One migration that would be applied.',
  fields: (t) => ({
    version: t.exposeString('version', { description: "Number as in the file's name, e.g. `001`." }),
    name: t.exposeString('name', { description: 'What follows the number, e.g. `init_schema`.' }),
    checksum: t.exposeString('checksum', { description: 'SHA-256 of the file, in hexadecimal.' }),
    statementCount: t.exposeInt('statementCount', { description: 'Statements in the file; at least 1.' }),
  }),
});

/** `cluster` is an edge: resolvers add it. */
export const MigrationPlanRef = builder.objectRef<MigrationPlan>('MigrationPlan').implement({
  description: 'What applying would do, computed without doing it.',
  fields: (t) => ({
    target: t.exposeString('target', {
      nullable: true,
      description: 'The last version that would be applied; null: the newest.',
    }),
    migrations: t.field({
      type: [MigrationPlanStepRef],
      description:
        'What would be applied, in this order, each in its own transaction; empty when nothing is pending.',
      resolve: ({ migrations }) => migrations,
    }),
    warnings: t.stringList({
      description: 'What to know before it is started; empty when there is nothing.',
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});

export const ApplyMigrationsInputRef = builder.inputType('ApplyMigrationsInput', {
  description: 'What to apply, and where.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    target: t.string({
      description:
        'The last version to apply: its number (`3`, `003`) or its full name (`003_data_integrity`). Null: all.',
      validate: z
        .string()
        .regex(/^[0-9a-z_]{1,120}$/, 'a version is a number, or a number and a name')
        .nullish(),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan; nothing is started. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export const ApplyMigrationsSuccessRef = builder
  .objectRef<ApplyMigrationsOutcome>('ApplyMigrationsSuccess')
  .implement({
    description: 'The migrations are being applied, or were planned.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description: 'The operation that applies them. Follow it with `operationEvents`. Null for a dry run.',
      }),
      plan: t.expose('plan', { type: MigrationPlanRef, description: 'What is applied, or would be.' }),
    }),
  });

errorType(MigrationNotFoundError, { description: 'No migration has that number or name.' });
errorType(MigrationInvalidError, {
  description: 'The migration files on the server are wrong.',
  fields: (t) => ({
    problems: t.stringList({
      description: 'Every problem of every file, the file name first.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});
errorType(MigrationDriftedError, {
  description: 'An applied migration was changed afterwards.',
  fields: (t) => ({
    versions: t.stringList({
      description: 'Versions whose file is not what was applied.',
      resolve: ({ versions }) => [...versions],
    }),
  }),
});
errorType(MigrationOutOfOrderError, {
  description: 'A migration that is not applied has a lower number than one that is.',
  fields: (t) => ({
    versions: t.stringList({
      description: 'Versions that came too late.',
      resolve: ({ versions }) => [...versions],
    }),
  }),
});
