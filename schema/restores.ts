import { z } from 'zod';
import type { RestorePlan, StartRestoreOutcome } from '../src/backups/restore/service.ts';
import type { RestorePoint } from '../src/backups/restore/store.ts';
import { builder } from './builder.ts';
import { OperationPlanRef, OperationRef } from './operations.ts';
import { auditFields, clusterField, line, requestFields } from './requests.ts';

/** What people and scripts type as a label. Which labels exist is for the repository to say. */
const label = line(100);
const TIMELINE = z.int().min(1, 'timelines begin with 1').max(0x7fffffff, 'there is no such timeline');

const RestoreTimeInputRef = builder.inputType('RestoreTimeInput', {
  description: 'A moment: with an offset, or as the clocks of a timezone show it.',
  fields: (t) => ({
    at: t.string({
      required: true,
      description:
        'For example `2026-11-22T12:00:00.5+01:00`, or without an offset together with `timezone`. To the microsecond.',
      validate: line(40),
    }),
    timezone: t.string({
      description:
        'Name in the IANA database, e.g. `Europe/Berlin`, when `at` has no offset. A time that comes twice there, or never, is refused. Null: `at` has an offset.',
      validate: line(64).nullish(),
    }),
  }),
});

export const RestoreTargetInputRef = builder.inputType('RestoreTargetInput', {
  description: 'Where a restore stops: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    latest: t.boolean({
      description: 'The end of the archive; only true.',
      validate: z.literal(true, 'this is true, or another target is given').nullish(),
    }),
    time: t.field({
      type: RestoreTimeInputRef,
      description: 'All that was committed at or before this moment.',
    }),
    lsn: t.string({
      description: 'All that was written to the log before this place, e.g. `1/74000028`.',
      validate: z
        .string()
        .regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i, 'an LSN is two hexadecimal numbers, e.g. 1/74000028')
        .nullish(),
    }),
    name: t.string({
      description: 'A restore point that `createRestorePoint` or a backup has made; 1 to 63 characters.',
      validate: line(63).nullish(),
    }),
    set: t.string({
      description: 'Exactly this backup, by its label; 1 to 100 characters.',
      validate: label.nullish(),
    }),
  }),
});

export const StartRestoreInputRef = builder.inputType('StartRestoreInput', {
  description: 'What to restore, and where to. Either `target` or `label` is given.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    label: t.string({
      description: 'The same as `target: { set }`; 1 to 100 characters. Null: `target` says what.',
      validate: label.nullish(),
    }),
    target: t.field({
      type: RestoreTargetInputRef,
      description: 'Where the restore stops. Null: `label` says what.',
    }),
    timeline: t.int({
      description:
        'Timeline to recover along, 1 or more. Null: that of the primary; of a backup or a named point, its own.',
      validate: TIMELINE.nullish(),
    }),
    repository: t.string({
      description:
        'Name of the repository whose backups are looked at, 1 to 31 characters. Null: all. Write-ahead log comes from whichever has it.',
      validate: line(31).nullish(),
    }),
    databases: t.stringList({
      description:
        'Names of the databases that are wanted, at most 100; the files of all others become zeros that take no space, to be dropped afterwards. Null: all.',
      validate: z.array(line(63)).min(1, 'name a database').max(100, 'at most 100 databases').nullish(),
    }),
    destination: t.string({
      description:
        'Absolute path of a directory that is empty or not there yet, on the host that does the work; 1 to 400 characters. Nothing of the cluster itself is touched. Null: it is restored in place.',
      validate: z
        .string()
        .min(1, 'this must not be empty')
        .max(400, 'a path has at most 400 characters')
        .nullish(),
    }),
    inPlace: t.boolean({
      defaultValue: false,
      description:
        'True: the live cluster itself goes back. It is restored and proven beside it first, then the cluster is stopped, the files change places, and the standbys are made anew. Null: false.',
    }),
    confirm: t.string({
      description:
        'The name of the cluster, typed back, 1 to 63 characters. Needed in place only; else null.',
      validate: line(63).nullish(),
    }),
    keepOld: t.boolean({
      defaultValue: true,
      description:
        'In place: whether the data directory from before stays, as the way back. Either way there has to be room for both. Null: true.',
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan; nothing is started. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export const StartRestoreSuccessRef = builder
  .objectRef<StartRestoreOutcome>('StartRestoreSuccess')
  .implement({
    description: 'The backup is being restored and proven, or was planned.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description:
          'The operation that restores it; its result has the proof and the recovery time. Null for a dry run.',
      }),
      plan: t.expose('plan', { type: OperationPlanRef, description: 'What is done, or would be.' }),
    }),
  });

/** `backup` is an edge: resolvers add it. */
export const RestorePlanRef = builder.objectRef<RestorePlan>('RestorePlan').implement({
  description:
    'How a state could be had again. All write-ahead log that it needs is in the archive: where it is not, there is an error and no plan.',
  fields: (t) => ({
    target: t.exposeString('target', { description: 'What was asked for, for people.' }),
    label: t.string({
      description: 'Label of the backup that it begins with.',
      resolve: ({ set }) => set.label,
    }),
    repository: t.exposeString('repository', { description: 'Name of the repository that has it.' }),
    reason: t.exposeString('why', { description: 'Why this backup was chosen.' }),
    timeline: t.int({
      description: 'Timeline that recovery is pinned to.',
      resolve: ({ recovery }) => recovery.timeline,
    }),
    lsn: t.string({
      nullable: true,
      description:
        'Place in the log where it stops; null when only the server finds out (a time, the end of a backup).',
      resolve: ({ recovery }) => recovery.lsn,
    }),
    at: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the cluster was in that state; null when the log does not say.',
      resolve: ({ at }) => (at === null ? null : new Date(at)),
    }),
    databaseBytes: t.field({
      type: 'BigInt',
      description: 'What is copied, in bytes; the destination needs as much, and room for the log.',
      resolve: ({ set }) => set.databaseBytes,
    }),
    segments: t.exposeInt('segments', {
      description: 'Segments of write-ahead log that are replayed; for a moment at most so many.',
    }),
    firstSegment: t.exposeString('firstSegment', {
      nullable: true,
      description: 'The first of them; null when there are none.',
    }),
    lastSegment: t.exposeString('lastSegment', {
      nullable: true,
      description: 'The last of them; null when there are none.',
    }),
    walBytes: t.expose('walBytes', { type: 'BigInt', description: 'Their size when replayed, in bytes.' }),
    estimatedSeconds: t.float({
      nullable: true,
      description:
        'Until the database could be opened, in seconds; null when nothing like it was measured yet.',
      resolve: ({ seconds }) => seconds,
    }),
    estimateBasis: t.exposeString('basis', {
      description: 'Which measurements the estimate comes from, or why there is none.',
    }),
    lossWindowSeconds: t.exposeFloat('lossWindowSeconds', {
      nullable: true,
      description:
        'What was committed in so many seconds before now is not in that state; null when nobody knows when the state was.',
    }),
    stops: t.exposeStringList('stops', {
      description: 'What would be stopped for it; empty for a restore into a new directory.',
    }),
    warnings: t.exposeStringList('warnings', { description: 'What to know before.' }),
  }),
});

export const RestorePointRef = builder.objectRef<RestorePoint>('RestorePoint').implement({
  description: 'A named place in the write-ahead log of a cluster, which a restore can stop at.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique in its cluster for ever.' }),
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    lsn: t.exposeString('lsn', { nullable: true, description: 'The place; null when it was not made.' }),
    segment: t.exposeString('segment', {
      nullable: true,
      description:
        'The segment that holds it: once that is archived, a restore can stop here. Null when it was not made.',
    }),
    at: t.expose('at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was made, by the clock of the primary; null when it was not.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'Why it was not made; null when it was, or when whoever made it died over it.',
    }),
  }),
});

export const CreateRestorePointInputRef = builder.inputType('CreateRestorePointInput', {
  description: 'Which moment to name, and where.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: '1 to 63 letters, digits and `_.:-`, never used before in any of the clusters.',
      validate: line(63),
    }),
    clusters: t.stringList({
      description: 'Names of the clusters, at most 100. Null: all that have backups.',
      validate: z.array(line(63)).min(1, 'name a cluster').max(100, 'at most 100 clusters').nullish(),
    }),
    ...auditFields(t),
  }),
});

export const CreateRestorePointSuccessRef = builder
  .objectRef<{ readonly points: readonly RestorePoint[] }>('CreateRestorePointSuccess')
  .implement({
    description: 'Every one of the clusters has the point.',
    fields: (t) => ({
      points: t.field({
        type: [RestorePointRef],
        description: 'One for each cluster.',
        resolve: ({ points }) => points,
      }),
      spreadMs: t.float({
        description:
          'Between the first and the last of them, by the clocks of the primaries, in milliseconds.',
        resolve: ({ points }) => {
          const times = points.map((one) => one.at?.getTime() ?? 0);
          return Math.max(...times) - Math.min(...times);
        },
      }),
    }),
  });
