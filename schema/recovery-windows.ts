import type {
  Recovery,
  RecoveryGap,
  RecoveryTimeline,
  RecoveryWindow,
  WindowSet,
} from '../src/backups/archive/windows-report.ts';
import { ArchivingRef, LossWindowRef } from './archiving.ts';
import { BackupTypeRef } from './backups.ts';
import { builder } from './builder.ts';

export const WindowSetRef = builder.objectRef<WindowSet>('RecoveryWindowSet').implement({
  description: 'A backup that recovery can begin with.',
  fields: (t) => ({
    label: t.exposeString('label', { description: 'pgBackRest label of the backup.' }),
    type: t.expose('type', { type: BackupTypeRef, description: 'How much it copied.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      description: 'When it ended, to the second: the first point that it can be recovered to.',
    }),
  }),
});

export const RecoveryIntervalRef = builder.objectRef<RecoveryWindow>('RecoveryInterval').implement({
  description:
    'An interval without a gap: every point in it can be recovered. It ends at the next missing segment, or where the archive ends.',
  fields: (t) => ({
    label: t.string({
      description: 'Label of its oldest backup, from which its earliest point is recovered.',
      resolve: ({ sets }) => sets[0]?.label ?? '',
    }),
    sets: t.field({
      type: [WindowSetRef],
      description: 'Backups that recovery in it can begin with, oldest first; at least one.',
      resolve: ({ sets }) => sets,
    }),
    timeline: t.exposeInt('timeline', { description: 'The timeline that recovery follows.' }),
    archiveId: t.exposeString('archiveId', {
      description:
        'Archive it is in, e.g. `15-1`: version of PostgreSQL, and a number that an upgrade raises.',
    }),
    isCurrent: t.exposeBoolean('isCurrent', {
      description: 'True: it ends last on the timeline that the primary writes.',
    }),
    earliestAt: t.expose('earliestAt', {
      type: 'DateTime',
      description: 'When its oldest backup was finished: no earlier point can be recovered.',
    }),
    latestAt: t.expose('latestAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the last transaction in it ended; a time before this can be a target. Null when nobody could read it: `reason` says why.',
    }),
    latestStoredAt: t.expose('latestStoredAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the repository got its last segment: nothing in it is newer. Null when the repository does not say.',
    }),
    earliestLsn: t.exposeString('earliestLsn', {
      description: 'Place in the write-ahead log from which on it is consistent.',
    }),
    latestLsn: t.exposeString('latestLsn', {
      description: 'First place in the write-ahead log that it has no more.',
    }),
    lastSegment: t.exposeString('lastSegment', { description: 'Its last segment; 24 hex digits.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why `latestAt` is unknown; null when it is not.',
    }),
  }),
});

export const RecoveryGapRef = builder.objectRef<RecoveryGap>('RecoveryGap').implement({
  description: 'Segments that are missing in the archive, and the points in time that this costs.',
  fields: (t) => ({
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: 'Last point before it that can be recovered. Null when there is none, or nobody knows it.',
    }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description:
        'First point after it that can be recovered: the end of the next backup. Null: none, until a backup is taken.',
    }),
    timeline: t.exposeInt('timeline', { description: 'Timeline whose segments are missing.' }),
    segments: t.exposeInt('segments', { description: 'How many segments are missing, one after the other.' }),
    firstSegment: t.exposeString('firstSegment', {
      description: 'The first that is missing; 24 hex digits.',
    }),
    lastSegment: t.exposeString('lastSegment', { description: 'The last that is missing; 24 hex digits.' }),
    fromLsn: t.exposeString('fromLsn', { description: 'First missing place in the write-ahead log.' }),
    toLsn: t.exposeString('toLsn', {
      nullable: true,
      description:
        'Place from which on recovery is possible again: later than the last missing one. Null: none, until a backup is taken.',
    }),
    isAmbiguous: t.exposeBoolean('isAmbiguous', {
      description:
        'True: some of them are stored twice with different contents, and pgBackRest refuses to fetch them.',
    }),
    brokenSets: t.exposeStringList('brokenSets', {
      description: 'Labels of backups that can no longer be restored, because they need one of the segments.',
    }),
    archiveId: t.exposeString('archiveId', { description: 'Archive they are missing in, e.g. `15-1`.' }),
  }),
});

export const RecoveryTimelineRef = builder.objectRef<RecoveryTimeline>('RecoveryTimeline').implement({
  description: 'One history of the database. Each promotion begins one.',
  fields: (t) => ({
    id: t.exposeInt('id', { description: 'Its number, from 1.' }),
    parent: t.exposeInt('parent', {
      nullable: true,
      description:
        'Number of the timeline it branched off; null for the first, and when its history is lost.',
    }),
    children: t.exposeIntList('children', { description: 'Numbers of those that branched off it.' }),
    switchLsn: t.exposeString('switchLsn', {
      nullable: true,
      description: 'Where it branched off; null with `parent`.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description:
        'Why it began, as the server noted, e.g. `no recovery target specified`; null with `parent`.',
    }),
    isCurrent: t.exposeBoolean('isCurrent', { description: 'True: the primary writes it now.' }),
    hasHistory: t.exposeBoolean('hasHistory', {
      description:
        'False: its history file is not in the repository, so recovery cannot reach it from its parent.',
    }),
    archiveId: t.exposeString('archiveId', { description: 'Archive it is in, e.g. `15-1`.' }),
  }),
});

/** The whole of a cluster, with the gaps in it. */
export const RecoveryWindowRef = builder.objectRef<Recovery>('RecoveryWindow').implement({
  description:
    'What can be recovered of a cluster, from its backups and the real content of its archive, and what would be lost now.',
  fields: (t) => ({
    earliestAt: t.expose('earliestAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Earliest point that can be recovered on the way to what the primary writes; null: none can.',
    }),
    latestAt: t.expose('latestAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Latest point of that; null when none can be recovered, or nobody could read it.',
    }),
    lossWindowSeconds: t.float({
      nullable: true,
      description:
        'At most so many seconds of commits would be lost if the primary were gone now; null when nobody can say: `loss.reason` says why. The objective is 300.',
      resolve: ({ loss }) => loss.seconds,
    }),
    loss: t.expose('loss', {
      type: LossWindowRef,
      description: 'What would be lost if the primary were gone now.',
    }),
    archiving: t.expose('archiving', {
      type: ArchivingRef,
      description: 'How write-ahead log gets into the repository.',
    }),
    gaps: t.field({
      type: [RecoveryGapRef],
      description:
        'Every gap in the archive from the oldest backup on, of all timelines; empty: nothing is missing.',
      resolve: ({ gaps }) => gaps,
    }),
    timelines: t.field({
      type: [RecoveryTimelineRef],
      description: 'All timelines that are known, as a tree.',
      resolve: ({ timelines }) => timelines,
    }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When the repository was listed.' }),
  }),
});
