import { z } from 'zod';
import type { Finding, MaintenanceRun, Severity } from '../src/maintenance/findings.ts';
import type { ClusterTask, RunTaskOutcome } from '../src/maintenance/maintenance.ts';
import type { Cadence, TaskName } from '../src/maintenance/tasks.ts';
import { builder } from './builder.ts';
import { OperationPlanRef, OperationRef } from './operations.ts';
import { clusterField, requestFields } from './requests.ts';

const TASKS: Record<TaskName, string> = {
  SLOW_QUERY_REVIEW: 'The statements that cost most in the last day.',
  CONNECTION_CHECK: 'Connections, idle transactions, and who holds up others.',
  ERROR_LOG_REVIEW: 'Errors that servers have logged since the last time, by message, new ones first.',
  MOVE_LEFTOVER_CHECK: 'What moves that have ended left behind on a shard.',
  ANALYZE: 'ANALYZE of tables whose rows have changed.',
  INDEX_USAGE_REVIEW: 'Invalid, duplicate and unused indexes.',
  PLAN_REVIEW: 'Statements whose plan is another one than at the last review.',
  CAPACITY_PLANNING: 'What runs out, and when.',
  VACUUM: 'VACUUM of tables that need it, those near wraparound first, throttled.',
  REINDEX: 'Rebuilds of bloated and invalid indexes while readers and writers go on.',
  SECURITY_AUDIT: 'Roles, grants, row-level security, passwords, pg_hba.conf, extensions.',
  BACKUP_VERIFICATION: 'Done by `verifyBackup`.',
  SCHEMA_DRIFT_CHECK: 'Done by the operation `migrations.checkDrift`, on a schedule.',
  PARTITION_MAINTENANCE: 'Done by `maintainPartitions`.',
  DR_DRILL: 'Done by `startRecoveryDrill`.',
};

export const MaintenanceTaskNameRef = builder.enumType('MaintenanceTaskName', {
  description: 'A task of the guide’s chapter Monitoring & Maintenance.',
  values: toValues(TASKS),
});

const CADENCES: Record<Cadence, string> = {
  DAILY: 'Once a day.',
  WEEKLY: 'Once a week.',
  MONTHLY: 'Once a month.',
};

const CadenceRef = builder.enumType('MaintenanceCadence', {
  description: 'How often the guide asks for a task.',
  values: toValues(CADENCES),
});

const SEVERITIES: Record<Severity, string> = {
  CRITICAL: 'Act now.',
  WARNING: 'Act soon.',
  UNKNOWN: 'It could not be looked at; the finding says why, and what would make it readable.',
  INFO: 'Good to know, or what was done.',
};

export const FindingSeverityRef = builder.enumType('FindingSeverity', {
  description: 'How bad a finding is.',
  values: toValues(SEVERITIES),
});

function toValues<Name extends string>(descriptions: Record<Name, string>) {
  return Object.fromEntries(
    Object.entries(descriptions).map(([value, description]) => [value, { value, description }]),
  ) as Record<Name, { value: Name; description: string }>;
}

const MaintenanceFindingRef = builder.objectRef<Finding>('MaintenanceFinding').implement({
  description: 'One thing that a maintenance task found, or did.',
  fields: (t) => ({
    severity: t.expose('severity', { type: FindingSeverityRef, description: 'How bad it is.' }),
    subject: t.exposeString('subject', { description: 'A table, an index, a role, a metric.' }),
    message: t.exposeString('message', { description: 'What was found, or done, for people.' }),
    suggestedAction: t.exposeString('suggestedAction', {
      nullable: true,
      description: 'What to do; null when nothing is to be done.',
    }),
    statement: t.exposeString('statement', {
      nullable: true,
      description: 'SQL that does it, or did it; null when no statement does.',
    }),
  }),
});

/** `operation` is an edge: resolvers add it. */
export const MaintenanceRunRef = builder.objectRef<MaintenanceRun>('MaintenanceRun').implement({
  description: 'What one run of a maintenance task found.',
  fields: (t) => ({
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it looked.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', description: 'When it was done.' }),
    findings: t.field({
      type: [MaintenanceFindingRef],
      description: 'The worst first, at most 500.',
      resolve: ({ findings }) => findings,
    }),
    lookedAt: t.exposeStringList('lookedAt', {
      description: 'What it looked at, so that nothing found says something.',
    }),
  }),
});

/** `schedules`, `runs`, `lastRun` and `lastOperation` are edges: resolvers add them. */
export const MaintenanceTaskRef = builder.objectRef<ClusterTask>('MaintenanceTask').implement({
  description: 'A task of the guide, as it stands for one cluster.',
  fields: (t) => ({
    name: t.expose('name', { type: MaintenanceTaskNameRef, description: 'Which task.' }),
    cadence: t.expose('cadence', { type: CadenceRef, description: 'How often the guide asks for it.' }),
    about: t.exposeString('about', { description: 'What it does or looks at, for people.' }),
    isActing: t.exposeBoolean('isActing', {
      description: 'True: it changes something, if only statistics. False: it only looks.',
    }),
    kinds: t.exposeStringList('kinds', { description: 'Kinds of the operations that do it.' }),
  }),
});

export const RunMaintenanceTaskInputRef = builder.inputType('RunMaintenanceTaskInput', {
  description: 'Which task to run, where, and within which bounds.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    task: t.field({ type: MaintenanceTaskNameRef, required: true, description: 'Which task.' }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan; nothing is done. Null: false.',
    }),
    minutes: t.int({
      defaultValue: 60,
      description:
        'When so many minutes are over no further table is begun, and the statement under way is cancelled; 1 to 720. Null: 60.',
      validate: z.int().min(1, 'this is at least 1').max(720, 'this is at most 720').nullish(),
    }),
    costDelayMs: t.float({
      defaultValue: 2,
      description:
        'Pause of VACUUM and ANALYZE after each piece of work (vacuum_cost_delay), in milliseconds, 0 to 100. Null: 2.',
      validate: z.number().min(0, 'this is at least 0').max(100, 'this is at most 100').nullish(),
    }),
    ...requestFields(t),
  }),
});

export const RunMaintenanceTaskSuccessRef = builder
  .objectRef<RunTaskOutcome>('RunMaintenanceTaskSuccess')
  .implement({
    description: 'The task is running, or its plan.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description: 'The operation; its result has the findings. Null for a dry run.',
      }),
      plan: t.expose('plan', { type: OperationPlanRef, description: 'What is done, or would be.' }),
    }),
  });
