import type { Archiving, SpoolError } from '../src/backups/archive/health.ts';
import type { LossWindow } from '../src/backups/archive/loss.ts';
import type { SlotState } from '../src/backups/archive/loss-probe.ts';
import { builder } from './builder.ts';

export const LossWindowRef = builder.objectRef<LossWindow>('LossWindow').implement({
  description: 'What would be lost if the primary and its disks were gone this moment.',
  fields: (t) => ({
    seconds: t.exposeFloat('seconds', {
      nullable: true,
      description:
        'At most so many seconds of commits; 0 when everything is in the repository. Null when nobody can say: `reason` says why.',
    }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      nullable: true,
      description:
        'Write-ahead log behind the last place that can be recovered, in bytes; null when unknown.',
    }),
    isEverything: t.exposeBoolean('isEverything', {
      description: 'True: no backup can be recovered, so all of the data would be lost.',
    }),
    reason: t.exposeString('reason', { description: 'What the figure stands on, or why there is none.' }),
  }),
});

const SpoolErrorRef = builder.objectRef<SpoolError>('SpoolError').implement({
  description: 'A segment that asynchronous archiving could not send.',
  fields: (t) => ({
    segment: t.exposeString('segment', { description: 'Its name; `global` when it is about all of them.' }),
    message: t.exposeString('message', { description: 'What pgBackRest says about it.' }),
  }),
});

const SlotStateRef = builder.objectRef<SlotState>('ReplicationSlot').implement({
  description: 'A replication slot of the primary, and the write-ahead log that is kept for it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    isActive: t.exposeBoolean('isActive', { description: 'True: somebody reads from it now.' }),
    heldBytes: t.expose('heldBytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Write-ahead log that must be kept for it, in bytes; null when it holds nothing back.',
    }),
    walStatus: t.exposeString('walStatus', {
      nullable: true,
      description: '`reserved`, `extended`, `unreserved` or `lost`; null when it holds nothing back.',
    }),
  }),
});

export const ArchivingRef = builder.objectRef<Archiving>('Archiving').implement({
  description: 'How write-ahead log gets from the primary into the repository.',
  fields: (t) => ({
    isOn: t.exposeBoolean('isOn', {
      nullable: true,
      description: 'False: archive_mode is off. Null when no primary answers.',
    }),
    isAsync: t.exposeBoolean('isAsync', {
      description: 'True: success is reported to PostgreSQL before anything is sent.',
    }),
    isFailing: t.exposeBoolean('isFailing', {
      description: 'True: the latest attempt failed, or asynchronous archiving has noted an error.',
    }),
    newestStoredSegment: t.exposeString('newestStoredSegment', {
      nullable: true,
      description:
        'Newest segment that really is in the repository, of the timeline that is written; null: none.',
    }),
    newestStoredAt: t.expose('newestStoredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the repository got it; null with it.',
    }),
    lastReportedSegment: t.exposeString('lastReportedSegment', {
      nullable: true,
      description: 'What archive_command reported as archived last; null: nothing, or no primary answers.',
    }),
    lastReportedAt: t.expose('lastReportedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it did; null with it.',
    }),
    spoolErrors: t.field({
      type: [SpoolErrorRef],
      nullable: true,
      description:
        'What asynchronous archiving could not send, at most 20; null when its spool cannot be read from here.',
      resolve: ({ spoolErrors }) => spoolErrors,
    }),
    slots: t.field({
      type: [SlotStateRef],
      nullable: true,
      description: 'Slots of the primary, the one that holds back most first; null when no primary answers.',
      resolve: ({ slots }) => slots,
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why figures of the primary are null; null when they are not.',
    }),
  }),
});

/** What was tried, and did not arrive. */
builder.objectFields(ArchivingRef, (t) => ({
  unsentSegments: t.exposeInt('unsentSegments', {
    nullable: true,
    description: 'Segments that were reported as archived and are not in the repository; null when unknown.',
  }),
  waitingSegments: t.exposeInt('waitingSegments', {
    nullable: true,
    description: 'Finished segments that still wait for archive_command; null when unknown.',
  }),
  failures: t.expose('failures', {
    type: 'BigInt',
    nullable: true,
    description: 'Failed attempts since the statistics of the server began; null when unknown.',
  }),
  lastFailedSegment: t.exposeString('lastFailedSegment', {
    nullable: true,
    description: 'Segment whose archiving failed last; null: none, or unknown.',
  }),
  lastFailedAt: t.expose('lastFailedAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When it failed; null with it.',
  }),
}));
