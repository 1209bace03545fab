import {
  ArchiveCorruptError,
  ArchiveUnavailableError,
  PartitionedTableNotFoundError,
  PartitionExistsError,
  PartitionNeededError,
  PartitionNotFoundError,
  PartitionShapeError,
} from '../src/partitions/errors.ts';
import type { PartitionedTable } from '../src/partitions/partition.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { LoadMany } from '../schema/context.ts';
import { START_ERRORS } from '../schema/errors.ts';
import '../schema/partition-errors.ts';
import { PartitionHealthRef } from '../schema/partition-health.ts';
import {
  ArchivePartitionInputRef,
  ArchivePartitionSuccessRef,
  CreatePartitionInputRef,
  CreatePartitionSuccessRef,
  MaintainPartitionsInputRef,
  MaintainPartitionsSuccessRef,
  RestorePartitionInputRef,
  RestorePartitionSuccessRef,
} from '../schema/partition-requests.ts';
import { PartitionedTableRef } from '../schema/partitions.ts';

const loadTables: LoadMany<readonly PartitionedTable[]> = ({ partitions }, clusters) =>
  partitions.listByCluster(clusters);

builder.objectField(ClusterRef, 'partitionedTables', (t) =>
  t.field({
    type: [PartitionedTableRef],
    // One server that is down must not take the answer about all other clusters with it.
    nullable: true,
    description:
      'Its tables that are partitioned by ranges of time, by name, with what was archived of them. Null when they cannot be read: the error at this path says why.',
    authScopes: { scope: 'partition:read' },
    resolve: ({ name }, _args, { loaders }) => loaders.load(loadTables, name),
  }),
);

builder.objectField(PartitionedTableRef, 'cluster', (t) =>
  t.field({
    type: ClusterRef,
    description: 'The cluster that it is on.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.get(cluster),
  }),
);

builder.queryFields((t) => ({
  partitionedTables: t.field({
    type: [PartitionedTableRef],
    description: 'Tables of a cluster that are partitioned by ranges of time, by name.',
    authScopes: { scope: 'partition:read' },
    args: { cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }) },
    resolve: (_root, { cluster }, { loaders }) => loaders.load(loadTables, cluster),
  }),
  checkPartitionHealth: t.field({
    type: PartitionHealthRef,
    description:
      'Looks at the partitions of a cluster: what is missing, in the way, out of shape, too old, uneven, or read whole by statements that could leave partitions out.',
    authScopes: { scope: 'partition:read' },
    args: { cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }) },
    resolve: (_root, { cluster }, { services }) => services.partitions.check(cluster),
  }),
}));

const TABLE_ERRORS = [...START_ERRORS, PartitionedTableNotFoundError];
const ARCHIVE_ERRORS = [...TABLE_ERRORS, PartitionNotFoundError, ArchiveUnavailableError];

builder.mutationFields((t) => ({
  maintainPartitions: t.field({
    type: MaintainPartitionsSuccessRef,
    description:
      'Makes the partitions that the policies ask for, finishes detaches that broke off, archives what is too old. Each by itself: when one fails the others are done all the same, and the operation then fails with what could not be done.',
    authScopes: { scope: 'partition:write' },
    args: { input: t.arg({ type: MaintainPartitionsInputRef, required: true, description: 'Where.' }) },
    errors: { types: START_ERRORS },
    resolve: (_root, { input }, { services, request }) =>
      services.partitions.maintain(
        { clusters: input.clusters ?? null, dryRun: input.dryRun ?? false },
        request(input),
      ),
  }),
  createPartition: t.field({
    type: CreatePartitionSuccessRef,
    description:
      'Makes the partition of one moment while readers and writers go on, and moves rows there that the default partition has of it. One that is there stays.',
    authScopes: { scope: 'partition:write' },
    args: { input: t.arg({ type: CreatePartitionInputRef, required: true, description: 'Which.' }) },
    errors: { types: [...TABLE_ERRORS, PartitionExistsError] },
    resolve: (_root, { input: { cluster, table, at, dryRun, ...rest } }, { services, request }) =>
      services.partitions.create(
        { cluster, table, at: at.toISOString(), dryRun: dryRun ?? false },
        request(rest),
      ),
  }),
  archivePartition: t.field({
    type: ArchivePartitionSuccessRef,
    description:
      'Detaches a partition, writes its rows into a file, reads that back, and only then drops it. What fails or is cancelled is attached again. Refused while a move, a replication slot or the next backup still needs the rows.',
    authScopes: { scope: 'partition:write' },
    args: { input: t.arg({ type: ArchivePartitionInputRef, required: true, description: 'Which.' }) },
    errors: { types: [...ARCHIVE_ERRORS, PartitionNeededError] },
    resolve: (_root, { input: { cluster, table, partition, dryRun, ...rest } }, { services, request }) =>
      services.partitions.archive({ cluster, table, partition, dryRun: dryRun ?? false }, request(rest)),
  }),
  restorePartition: t.field({
    type: RestorePartitionSuccessRef,
    description:
      'Brings the rows of an archived partition back and compares them with its manifest before anybody sees them.',
    authScopes: { scope: 'partition:write' },
    args: {
      input: t.arg({ type: RestorePartitionInputRef, required: true, description: 'Which, and where to.' }),
    },
    errors: { types: [...ARCHIVE_ERRORS, PartitionExistsError, PartitionShapeError, ArchiveCorruptError] },
    resolve: (_root, { input: { cluster, table, partition, as, dryRun, ...rest } }, { services, request }) =>
      services.partitions.restore({ cluster, table, partition, as, dryRun: dryRun ?? false }, request(rest)),
  }),
}));
