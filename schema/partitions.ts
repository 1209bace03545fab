import { PARTITION_INTERVALS, type PartitionInterval } from '../src/partitions/bounds.ts';
import {
  type Partition,
  PARTITION_STATES,
  type PartitionArchive,
  type PartitionedTable,
  type PartitionState,
} from '../src/partitions/partition.ts';
import { builder } from './builder.ts';

const STATES: Record<PartitionState, string> = {
  ATTACHED: 'Part of its table.',
  DETACH_PENDING: 'Half detached: its rows are out of sight. `maintainPartitions` finishes it.',
  DETACHED: 'A plain table beside the one that it belonged to.',
  ARCHIVED: 'Dropped; its rows are in a verified file.',
};

export const PartitionStateRef = builder.enumType('PartitionState', {
  description: 'Where a partition is in its life.',
  values: Object.fromEntries(
    PARTITION_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<PartitionState, { value: PartitionState; description: string }>,
});

const INTERVALS: Record<PartitionInterval, string> = {
  DAY: 'A day of UTC.',
  WEEK: 'Seven days of UTC from a Monday.',
  MONTH: 'A month of UTC.',
  QUARTER: 'Three months of UTC, from January, April, July or October.',
  YEAR: 'A year of UTC.',
};

export const PartitionIntervalRef = builder.enumType('PartitionInterval', {
  description: 'How long the partitions of a table are.',
  values: Object.fromEntries(
    PARTITION_INTERVALS.map((interval) => [interval, { value: interval, description: INTERVALS[interval] }]),
  ) as Record<PartitionInterval, { value: PartitionInterval; description: string }>,
});

const PartitionArchiveRef = builder.objectRef<PartitionArchive>('PartitionArchive').implement({
  description: 'The file with the rows of a partition that was taken out of its table.',
  fields: (t) => ({
    location: t.exposeString('location', { description: 'Where the files are: a directory or a bucket.' }),
    folder: t.exposeString('folder', {
      description: 'In it; it holds `rows.csv.zst` and `manifest.json`.',
    }),
    rows: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Rows in the file; null until it is verified.',
      resolve: ({ manifest }) => (manifest === null ? null : BigInt(manifest.rowCount)),
    }),
    storedBytes: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Size of the file in bytes; null until it is verified.',
      resolve: ({ manifest }) => (manifest === null ? null : BigInt(manifest.storedBytes)),
    }),
    sha256: t.string({
      nullable: true,
      description: 'SHA-256 of the file in hexadecimal digits; null until it is verified.',
      resolve: ({ manifest }) => manifest?.storedSha256 ?? null,
    }),
    minKey: t.string({
      nullable: true,
      description: 'Least key in it, in UTC; null without rows, or until it is verified.',
      resolve: ({ manifest }) => manifest?.minKey ?? null,
    }),
    maxKey: t.string({
      nullable: true,
      description: 'Greatest key in it, in UTC; null without rows, or until it is verified.',
      resolve: ({ manifest }) => manifest?.maxKey ?? null,
    }),
    verifiedAt: t.expose('verifiedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was read back and found equal; null: not yet.',
    }),
    droppedAt: t.expose('droppedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the file is the only copy; null: it is not.',
    }),
    restoredAt: t.expose('restoredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its rows were brought back last; null: never.',
    }),
  }),
});

export const PartitionRef = builder.objectRef<Partition>('Partition').implement({
  description: 'One partition of a table, or what has become of one.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the table that it is or was.' }),
    state: t.expose('state', { type: PartitionStateRef, description: 'Where it is in its life.' }),
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: 'First moment of its range; null: no end on that side, or not known of a detached one.',
    }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description:
        'First moment behind its range; null: no end on that side, or not known of a detached one.',
    }),
    isDefault: t.exposeBoolean('isDefault', {
      description: 'True: it takes rows that belong to no other one.',
    }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      description: 'Size in bytes with indexes; of an archived one, that of its file.',
    }),
    rowEstimate: t.expose('rowEstimate', {
      type: 'BigInt',
      nullable: true,
      description:
        "The server's estimate of its rows; of an archived one, their number. Null when nobody has counted yet.",
    }),
    lastWriteAt: t.expose('lastWriteAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Written to at the latest then, as seen by its counters once a day; null: not since we have looked first.',
    }),
    indexesValid: t.exposeBoolean('indexesValid', {
      nullable: true,
      description:
        'False: an index is invalid, or one that the table has is missing. Null for an archived one.',
    }),
    replicaIdentity: t.exposeString('replicaIdentity', {
      nullable: true,
      description:
        'Name of the index by which its rows are known to logical replication, or DEFAULT, FULL, NOTHING. Null for an archived one.',
    }),
    archive: t.expose('archive', {
      type: PartitionArchiveRef,
      nullable: true,
      description: 'Its file; null: it was never archived.',
    }),
  }),
});

/** `cluster` is an edge: resolvers add it. */
export const PartitionedTableRef = builder.objectRef<PartitionedTable>('PartitionedTable').implement({
  description: 'A table that is partitioned by ranges of time, live from its cluster.',
  fields: (t) => ({
    schema: t.exposeString('schema', { description: 'Schema that it is in.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    keyColumn: t.exposeString('keyColumn', {
      description: 'Column whose value decides about the partition.',
    }),
    interval: t.expose('interval', {
      type: PartitionIntervalRef,
      nullable: true,
      description: 'How long its partitions are; null: none of them is an interval of the calendar.',
    }),
    premakeMonths: t.int({
      nullable: true,
      description: 'Partitions are made for so many months ahead; null: it has no policy.',
      resolve: ({ policy }) => policy?.premakeMonths ?? null,
    }),
    retentionMonths: t.int({
      nullable: true,
      description: 'Rows are kept for so many months, then archived; null: it has no policy.',
      resolve: ({ policy }) => policy?.retentionMonths ?? null,
    }),
    coverageUntil: t.expose('coverageUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Rows have a partition up to this moment; null: rows of now have none.',
    }),
    rowsInDefault: t.expose('rowsInDefault', {
      type: 'BigInt',
      nullable: true,
      description:
        'Rows in the default partition, at most 1,000,001 are counted; null: there is no default partition.',
    }),
    problems: t.exposeStringList('problems', {
      description: 'What can be seen without looking closer; `checkPartitionHealth` does that.',
    }),
    partitions: t.field({
      type: [PartitionRef],
      description: 'Oldest first, archived ones too; the default partition last.',
      resolve: ({ partitions }) => partitions,
    }),
  }),
});
