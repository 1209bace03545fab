import { z } from 'zod';
import { TableNotConvertibleError } from '../src/partitions/convert/errors.ts';
import type { ConversionProblem } from '../src/partitions/convert/judge.ts';
import type { PlannedLock } from '../src/partitions/convert/plan-text.ts';
import type { ConversionPlan } from '../src/partitions/convert/plan.ts';
import type { ConvertOutcome } from '../src/partitions/partitions.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { OperationRef } from './operations.ts';
import { dryRunField, plannedSuccess } from './partition-requests.ts';
import { PartitionIntervalRef } from './partitions.ts';
import { clusterField, line, requestFields } from './requests.ts';

const ConversionProblemRef = builder.objectRef<ConversionProblem>('PartitionTableProblem').implement({
  description: 'One thing that keeps a table from being partitioned.',
  fields: (t) => ({
    check: t.exposeString('check', {
      description:
        'What was looked at: TABLE, COLUMN, NULLS, KEY, FOREIGN_KEYS, CHECKS, TRIGGERS, PUBLICATIONS, DEPENDENTS, MOMENTS, NAMES, DISK or MOVES.',
    }),
    detail: t.exposeString('detail', { description: 'What was found.' }),
    hint: t.exposeString('hint', { description: 'What to do about it.' }),
  }),
});

const PlannedLockRef = builder.objectRef<PlannedLock>('PartitionTableLock').implement({
  description: 'A lock that it takes. Each is waited for at most half a second at a time, and tried again.',
  fields: (t) => ({
    what: t.exposeString('what', { description: 'What it is taken for.' }),
    lock: t.exposeString('lock', { description: 'Mode, as PostgreSQL calls it.' }),
    on: t.exposeString('on', { description: 'Table or tables.' }),
    estimatedMs: t.exposeInt('estimatedMs', {
      description: 'About how long it is held, in milliseconds, without waits.',
    }),
    whoWaits: t.exposeString('whoWaits', { description: 'Whom it keeps waiting.' }),
  }),
});

const ConversionPlanRef = builder.objectRef<ConversionPlan>('PartitionTablePlan').implement({
  description: 'What turning a table into a partitioned one does, costs and meets.',
  fields: (t) => ({
    summary: t.exposeString('summary', { description: 'All of it in one line.' }),
    steps: t.exposeStringList('steps', { description: 'What is done, in order.' }),
    warnings: t.exposeStringList('warnings', {
      description: 'What is lost, not known, or different afterwards.',
    }),
    problems: t.field({
      type: [ConversionProblemRef],
      description: 'What stops it; empty: nothing.',
      resolve: ({ problems }) => problems,
    }),
    locks: t.field({ type: [PlannedLockRef], description: 'Its locks.', resolve: ({ locks }) => locks }),
    rows: t.expose('rows', { type: 'BigInt', description: "The server's estimate of its rows." }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      description: 'Size of the table with its indexes, in bytes; it needs about as much again.',
    }),
    freeBytes: t.expose('freeBytes', {
      type: 'BigInt',
      nullable: true,
      description: "Free bytes on the disk of the primary's data; null: we cannot see it.",
    }),
    partitions: t.exposeInt('partitions', {
      nullable: true,
      description: 'Partitions that it would have; null: not known, or too many.',
    }),
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: 'Begin of the first; null: not known.',
    }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description: 'End of the last; null: not known.',
    }),
    estimatedSeconds: t.exposeInt('estimatedSeconds', {
      description: 'About how long all of it takes, in seconds, when nobody is in the way.',
    }),
  }),
});

errorType(TableNotConvertibleError, {
  description: 'The table cannot be partitioned as it is, or would lose something.',
  fields: (t) => ({
    problems: t.field({
      type: [ConversionProblemRef],
      description: 'All that stops it.',
      resolve: ({ problems }) => problems,
    }),
  }),
});

const tableField = {
  required: true,
  description: 'Name of the table, with its schema and a dot in front where that is not `public`.',
  validate: line(127),
} as const;
const months = (least: number, most: number) =>
  z.int().min(least, `at least ${least}`).max(most, `at most ${most}`);

export const PartitionTableInputRef = builder.inputType('PartitionTableInput', {
  description: 'Which plain table is to be partitioned, and how.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    table: t.string(tableField),
    column: t.string({
      required: true,
      description: 'Column of time by whose ranges it is partitioned; it must be NOT NULL.',
      validate: line(63),
    }),
    interval: t.field({
      type: PartitionIntervalRef,
      defaultValue: 'MONTH',
      description: 'How long a partition is. Null: MONTH.',
    }),
    retentionMonths: t.int({
      required: true,
      description: 'Months that its policy keeps, 1 to 1,200; older partitions are archived by maintenance.',
      validate: months(1, 1_200),
    }),
    premakeMonths: t.int({
      defaultValue: 3,
      description: 'Months that its policy makes ahead, 1 to 24. Null: 3.',
      validate: months(1, 24).nullish(),
    }),
    extendKeys: t.boolean({
      defaultValue: false,
      description:
        'True: unique keys without the column get it appended, so that the same key may then stand at two moments. Null: false, and such a key stops it.',
    }),
    rowsPerSecond: t.int({
      description: 'The copy goes no faster, 100 to 10,000,000 rows a second. Null: as fast as it goes.',
      validate: months(100, 10_000_000).nullish(),
    }),
    swapPatienceSeconds: t.int({
      defaultValue: 600,
      description:
        'How long it tries to get its locks, half a second at a time, before it gives up and removes what it made, 1 to 86,400 seconds. Null: 600.',
      validate: months(1, 86_400).nullish(),
    }),
    dryRun: t.boolean(dryRunField),
    ...requestFields(t),
  }),
});

export const PartitionTableSuccessRef = builder.objectRef<ConvertOutcome>('PartitionTableSuccess').implement({
  description: 'The table is being partitioned, or would be.',
  fields: (t) => ({
    operation: t.expose('operation', {
      type: OperationRef,
      nullable: true,
      description: 'The operation that does it. Null for a dry run.',
    }),
    plan: t.field({
      type: ConversionPlanRef,
      description: 'What is done, or would be; the operation looks again when it begins.',
      resolve: ({ plan }) => plan,
    }),
  }),
});

export const CompletePartitionTableInputRef = builder.inputType('CompletePartitionTableInput', {
  description: 'Which plain table, replaced by a partitioned one, is to be dropped.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    table: t.string(tableField),
    confirm: t.string({
      description: 'The name of the table once more. Null is refused, unless it is a dry run.',
      validate: line(127).nullish(),
    }),
    dryRun: t.boolean(dryRunField),
    ...requestFields(t),
  }),
});

export const CompletePartitionTableSuccessRef = plannedSuccess(
  'CompletePartitionTableSuccess',
  'The plain table is being dropped, or would be.',
);
