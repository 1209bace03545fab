import { z } from 'zod';
import { RESTORE_MODES } from '../src/partitions/archive/restore-operation.ts';
import type {
  MaintenanceAction,
  MaintenanceKind,
  MaintenancePlan,
} from '../src/partitions/maintenance/plan.ts';
import { describeAction } from '../src/partitions/maintenance/plan.ts';
import type { MaintainOutcome, PlannedOutcome } from '../src/partitions/partitions.ts';
import { builder } from './builder.ts';
import { OperationPlanRef, OperationRef } from './operations.ts';
import { clusterField, line, requestFields } from './requests.ts';

const KINDS: Record<MaintenanceKind, string> = {
  CREATE: 'Make a partition, and move rows of the default partition that belong there.',
  FINALIZE: 'Finish a detach that broke off.',
  ARCHIVE: 'Archive a partition that is older than its policy keeps, verify the file, and drop it.',
};

const MaintenanceKindRef = builder.enumType('PartitionMaintenanceKind', {
  description: 'What maintenance does to a partition.',
  values: Object.fromEntries(
    Object.entries(KINDS).map(([kind, description]) => [
      kind,
      { value: kind as MaintenanceKind, description },
    ]),
  ) as Record<MaintenanceKind, { value: MaintenanceKind; description: string }>,
});

const MaintenanceActionRef = builder.objectRef<MaintenanceAction>('PartitionMaintenanceAction').implement({
  description: 'One thing that maintenance would do.',
  fields: (t) => ({
    kind: t.expose('kind', { type: MaintenanceKindRef, description: 'What it is.' }),
    table: t.exposeString('table', { description: 'Name of the table.' }),
    partition: t.exposeString('partition', { description: 'Name of the partition.' }),
    text: t.string({ description: 'The same for people.', resolve: (action) => describeAction(action) }),
  }),
});

const MaintenancePlanRef = builder.objectRef<MaintenancePlan>('PartitionMaintenancePlan').implement({
  description: 'What maintenance would do to one cluster now.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    actions: t.field({
      type: [MaintenanceActionRef],
      description: 'In this order: partitions are made first, old ones go last.',
      resolve: ({ actions }) => actions,
    }),
    warnings: t.exposeStringList('warnings', { description: 'What cannot be done, or should be known.' }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'Why nothing is known of this cluster; null: all is.',
    }),
  }),
});

/** The field `dryRun` of an input. */
export const dryRunField = {
  defaultValue: false,
  description: 'True: only the plan; nothing is done. Null: false.',
} as const;

const tableName = line(127);

export const MaintainPartitionsInputRef = builder.inputType('MaintainPartitionsInput', {
  description: 'Where to maintain partitions.',
  fields: (t) => ({
    clusters: t.stringList({
      description: 'Names of the clusters, at most 500. Null: all of them.',
      validate: z.array(line(63)).min(1, 'name a cluster').max(500, 'at most 500 clusters').nullish(),
    }),
    dryRun: t.boolean(dryRunField),
    ...requestFields(t),
  }),
});

export const MaintainPartitionsSuccessRef = builder
  .objectRef<MaintainOutcome>('MaintainPartitionsSuccess')
  .implement({
    description: 'Partitions are being maintained, or would be.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description: 'The operation; for several clusters it starts one for each. Null for a dry run.',
      }),
      plans: t.field({
        type: [MaintenancePlanRef],
        description: 'For each cluster; the operation looks again when it begins.',
        resolve: ({ plans }) => plans,
      }),
    }),
  });

/** Success of what is planned first, by `planned` of the service. */
export function plannedSuccess(name: string, description: string) {
  return builder.objectRef<PlannedOutcome>(name).implement({
    description,
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description: 'The operation that does it. Null for a dry run.',
      }),
      plan: t.expose('plan', { type: OperationPlanRef, description: 'What is done, or would be.' }),
    }),
  });
}

export const CreatePartitionInputRef = builder.inputType('CreatePartitionInput', {
  description: 'Which partition to make.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    table: t.string({
      required: true,
      description: 'Name of the table, with its schema and a dot in front where that is not `public`.',
      validate: tableName,
    }),
    at: t.field({
      type: 'DateTime',
      required: true,
      description: 'Any moment of the partition; it is made for the whole interval of the table.',
    }),
    dryRun: t.boolean(dryRunField),
    ...requestFields(t),
  }),
});
export const CreatePartitionSuccessRef = plannedSuccess(
  'CreatePartitionSuccess',
  'The partition is being made, or would be.',
);

export const ArchivePartitionInputRef = builder.inputType('ArchivePartitionInput', {
  description: 'Which partition to archive.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    table: t.string({
      required: true,
      description: 'Name of the table, with its schema and a dot in front where that is not `public`.',
      validate: tableName,
    }),
    partition: t.string({ required: true, description: 'Name of the partition.', validate: line(63) }),
    dryRun: t.boolean(dryRunField),
    ...requestFields(t),
  }),
});
export const ArchivePartitionSuccessRef = plannedSuccess(
  'ArchivePartitionSuccess',
  'The partition is being archived and dropped, or would be.',
);

const RestoreModeRef = builder.enumType('PartitionRestoreMode', {
  description: 'Where the rows of an archived partition go.',
  values: {
    ATTACHED: { value: RESTORE_MODES[0], description: 'Into a partition of its table, as they were.' },
    BESIDE: {
      value: RESTORE_MODES[1],
      description: 'Into a plain table `<partition>_restored` beside it, without indexes or constraints.',
    },
  },
});

export const RestorePartitionInputRef = builder.inputType('RestorePartitionInput', {
  description: 'Which archived partition to bring back, and where to.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    table: t.string({
      required: true,
      description: 'Name of the table, with its schema and a dot in front where that is not `public`.',
      validate: tableName,
    }),
    partition: t.string({ required: true, description: 'Name that the partition had.', validate: line(63) }),
    as: t.field({ type: RestoreModeRef, required: true, description: 'Where its rows go.' }),
    dryRun: t.boolean(dryRunField),
    ...requestFields(t),
  }),
});
export const RestorePartitionSuccessRef = plannedSuccess(
  'RestorePartitionSuccess',
  'The partition is being restored, or would be.',
);
