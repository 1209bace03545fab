import { z } from 'zod';
import {
  RecoveryOrganizationAmbiguousError,
  RecoveryOrganizationNotFoundError,
  RecoveryPlanChangedError,
  RecoveryPlanRequiredError,
  RecoveryRightsMissingError,
  RecoverySchemaDiffersError,
} from '../src/recoveries/errors.ts';
import type { RecoveryPlan } from '../src/recoveries/plan.ts';
import type { RecoverOrganizationOutcome } from '../src/recoveries/service.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { OperationPlanRef, OperationRef } from './operations.ts';
import { RecoveryModeRef } from './recovery-reports.ts';
import { clusterField, line, requestFields } from './requests.ts';
import { RestoreTargetInputRef } from './restores.ts';

const path = z.string().min(1, 'this must not be empty').max(400, 'a path has at most 400 characters');

export const RecoverOrganizationInputRef = builder.inputType('RecoverOrganizationInput', {
  description: 'Whose rows, of which moment, and what to do with them.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    organization: t.string({
      required: true,
      description:
        'Id, name or slug of the organization; 1 to 200 characters. One that was deleted as a whole: its id.',
      validate: line(200),
    }),
    at: t.field({
      type: RestoreTargetInputRef,
      required: true,
      description: 'The state to go back to: a moment, a place in the log, a restore point or a backup.',
    }),
    timeline: t.int({
      description: 'Timeline to recover along, 1 or more. Null: as `startRestore` does.',
      validate: z.number().int().min(1, 'timelines begin with 1').nullish(),
    }),
    mode: t.field({
      type: RecoveryModeRef,
      required: true,
      description: 'What to do with the rows once they are compared.',
    }),
    tables: t.stringList({
      description:
        'Only these tables, by name, e.g. `items`; at most 500. Null: all that hold rows of organizations.',
      validate: z.array(line(63)).min(1, 'name a table').max(500, 'at most 500 tables').nullish(),
    }),
    overwriteChanged: t.boolean({
      defaultValue: false,
      description:
        'True: rows that have other values now get those of then (MERGE), or belong to the plan (COMPARE). Null: false.',
    }),
    planId: t.string({
      description:
        'MERGE needs this or `confirm`: id of a dry run, or of a comparison, which then stands for exactly its rows. Null: none.',
      validate: line(60).nullish(),
    }),
    confirm: t.string({
      description:
        'The name, slug or id of the organization typed back, instead of `planId`. Null: not typed.',
      validate: line(200).nullish(),
    }),
    destination: t.string({
      description:
        'For EXPORT: absolute path of a directory that is not there yet, on the host that does the work. Null otherwise.',
      validate: path.nullish(),
    }),
    workDirectory: t.string({
      description:
        'Absolute path of a directory with room for the whole cluster: the clone lies there for a while. Null: the configured `runDirectory`.',
      validate: path.nullish(),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan, with its id; nothing is restored or started. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export const RecoveryPlanRef = builder.objectRef<RecoveryPlan>('OrganizationRecoveryPlan').implement({
  description: 'What recovering an organization would do.',
  fields: (t) => ({
    id: t.exposeString('id', {
      description: 'Agreement to it: `planId` of a MERGE. Another one as soon as the plan is another one.',
    }),
    organizationId: t.exposeString('organizationId', { description: 'Whose rows.' }),
    organizationName: t.exposeString('organizationName', {
      nullable: true,
      description: 'What it is called now; null when it is not in the live database.',
    }),
    plan: t.field({
      type: OperationPlanRef,
      description: 'The same in words.',
      resolve: (plan) => plan,
    }),
    tables: t.stringList({
      description: 'Tables that are looked at, parents first.',
      resolve: ({ tables }) => [...tables],
    }),
    backup: t.string({
      description: 'Label of the backup it begins with.',
      resolve: ({ clone }) => clone.label,
    }),
    at: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the cluster was in that state; null when the log does not say.',
      resolve: ({ clone }) => (clone.at === null ? null : new Date(clone.at)),
    }),
    databaseBytes: t.field({
      type: 'BigInt',
      description: 'What is restored for it for a while, in bytes.',
      resolve: ({ clone }) => clone.databaseBytes,
    }),
    estimatedSeconds: t.float({
      nullable: true,
      description: 'Until the clone can be read, in seconds; null when nothing like it was measured yet.',
      resolve: ({ clone }) => clone.seconds,
    }),
    estimateBasis: t.string({
      description: 'Which measurements the estimate comes from, or why there is none.',
      resolve: ({ clone }) => clone.basis,
    }),
  }),
});

export const RecoverOrganizationSuccessRef = builder
  .objectRef<RecoverOrganizationOutcome>('RecoverOrganizationSuccess')
  .implement({
    description: 'The recovery was started, or planned.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description:
          'The operation that does it; `organizationRecovery` of it has the report. Null for a dry run.',
      }),
      plan: t.expose('plan', {
        type: RecoveryPlanRef,
        nullable: true,
        description: 'What would be done. Null when it was started: the operation has its plan.',
      }),
    }),
  });

errorType(RecoveryOrganizationNotFoundError, {
  description: 'No organization of that name or id can be recovered.',
});
errorType(RecoveryOrganizationAmbiguousError, {
  description: 'Several organizations have that name.',
  fields: (t) => ({
    candidates: t.exposeStringList('candidates', { description: 'Their ids.' }),
  }),
});
errorType(RecoveryPlanRequiredError, {
  description: 'Rows are put back only by the id of a plan, or with the name typed back.',
  fields: (t) => ({
    planId: t.exposeString('planId', { description: 'Id of the plan as it is now.' }),
  }),
});
errorType(RecoveryPlanChangedError, {
  description: 'What would be done is not what the plan said any more.',
  fields: (t) => ({
    planId: t.exposeString('planId', { description: 'Id of the plan as it is now.' }),
  }),
});
errorType(RecoveryRightsMissingError, {
  description:
    'The operator role of the cluster may not see or write rows: policies hide them, or a grant is missing. What is hidden would look deleted.',
});
errorType(RecoverySchemaDiffersError, {
  description: 'Rows of then do not fit the tables of now, or there is no such table.',
  fields: (t) => ({
    problems: t.exposeStringList('problems', { description: 'One line for each table.' }),
  }),
});
