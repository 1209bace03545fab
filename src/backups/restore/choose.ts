import { parseLsn, toLsn } from '../archive/segments.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import { followLog, isOnPath, timelineOfSegment, type RestorableLog, type SegmentRun } from './archive.ts';
import {
  TargetBeyondArchiveError,
  TargetInGapError,
  TargetOnOtherTimelineError,
  TargetTooEarlyError,
} from './errors.ts';
import { type LogEnd, SEGMENTS_READ } from './log.ts';
import { describeTarget, type RecoveryTarget, type RestoreTarget } from './target.ts';
import { toMoment, type Moment } from './time.ts';
import { pathTo, type Stretch } from '../archive/timelines.ts';

/** A target in the log: not an exact backup, which names its set itself. */
export type LogTarget = Exclude<RestoreTarget, { kind: 'SET' }>;

/** What is known of the archive, and which way is to be taken through it. */
export interface Ground {
  readonly cluster: string;
  /** Oldest first, only those that can be counted on. */
  readonly sets: readonly BackupSet[];
  readonly log: RestorableLog;
  readonly timeline: number;
  /** Of the restore point that is the target; null for the others. */
  readonly point: { readonly lsn: string; readonly timeline: number } | null;
}

export interface ChosenSet {
  readonly set: BackupSet;
  readonly why: string;
  readonly run: SegmentRun;
}

/**
 * Pure: the newest set that ends before the target on the way to the timeline, and the log from it on.
 *
 * @throws {TargetTooEarlyError} @throws {TargetOnOtherTimelineError} @throws {TargetInGapError}
 */
export function chooseSet(ground: Ground, target: LogTarget): ChosenSet {
  const { cluster, sets, log, timeline, point } = ground;
  const path = pathTo(log.timelines, timeline);
  const text = describeTarget(target);
  if (point !== null && !isOnPath(path, point.timeline, point.lsn))
    throw new TargetOnOtherTimelineError(text, timeline, [point.timeline]);
  const before = sets.filter((one) => endsBefore(one, target, point));
  const usable = before.filter((one) => isOfPath(path, one));
  const set = usable.at(-1);
  if (set === undefined) throw nothingBefore(ground, { target, path, before });
  const run = followLog(log, timeline, set);
  if (!run.segments.includes(set.walStop ?? ''))
    throw toGap(ground, text, { set, run, last: 'nothing of the newest backup that ends before it' });
  const newest = sets.findLast((one) => isOfPath(path, one)) === set;
  const why = newest
    ? `it is the newest backup of ${cluster} on the way to timeline ${timeline}`
    : `it is the newest backup on the way to timeline ${timeline} that ends before ${text}`;
  return { set, why, run };
}

/** A set says to the second when it ended, so the whole of that second counts as before its end. */
function endsBefore(set: BackupSet, target: LogTarget, point: Ground['point']): boolean {
  const lsn = target.kind === 'LSN' ? target.lsn : point?.lsn;
  if (target.kind === 'TIME') return earliestMoment(set) <= target.at;
  return lsn === undefined || parseLsn(set.lsnStop ?? '') <= parseLsn(lsn);
}

export function earliestMoment(set: BackupSet): Moment {
  return toMoment(new Date(set.finishedAt.getTime() + 1_000));
}

function isOfPath(path: readonly Stretch[], set: BackupSet): boolean {
  return isOnPath(path, timelineOfSegment(set.walStop ?? ''), set.lsnStop ?? '0/0');
}

function nothingBefore(
  { cluster, sets, timeline }: Ground,
  found: {
    readonly target: LogTarget;
    readonly path: readonly Stretch[];
    readonly before: readonly BackupSet[];
  },
): Error {
  const others = [...new Set(found.before.map((one) => timelineOfSegment(one.walStop ?? '')))];
  const text = describeTarget(found.target);
  if (others.length > 0) return new TargetOnOtherTimelineError(text, timeline, others);
  const first = sets.find((one) => isOfPath(found.path, one));
  if (first === undefined) return new TargetTooEarlyError(cluster, text, null);
  const earliest = found.target.kind === 'TIME' ? earliestMoment(first) : `LSN ${first.lsnStop}`;
  return new TargetTooEarlyError(cluster, text, earliest);
}

/** Where to stop, and what is known of the state there. */
export interface Stop {
  readonly recovery: RecoveryTarget;
  /** When the cluster was in that state; null when the log does not say. */
  readonly at: Moment | null;
  readonly warnings: readonly string[];
}

/**
 * Pure: how recovery is told to stop, once the end of the log has been looked at. `end` is null when it can't be.
 *
 * @throws {TargetBeyondArchiveError} @throws {TargetInGapError}
 */
export function decideStop(
  ground: Ground,
  target: LogTarget,
  { chosen, end }: { readonly chosen: ChosenSet; readonly end: LogEnd | null },
): Stop {
  const { timeline, point } = ground;
  const unseen = end === null ? ['the last archived segment could not be looked into'] : [];
  const refuse = () => beyond(ground, target, { chosen, end });
  if (target.kind === 'LATEST') {
    if (chosen.run.missing !== null) throw refuse();
    return { ...stopAtEnd(timeline, chosen, end), warnings: unseen };
  }
  if (target.kind === 'TIME') {
    // Recovery only knows that it has passed a moment by a transaction that ended later.
    if (end !== null && !isPassed(target.at, end, chosen)) throw refuse();
    const text = target.at.replace('T', ' ').replace('Z', '+00');
    const recovery = { type: 'time', target: text, isExclusive: false, timeline, lsn: null } as const;
    return { recovery, at: target.at, warnings: unseen };
  }
  const lsn = target.kind === 'LSN' ? target.lsn : (point?.lsn ?? '');
  const position = parseLsn(lsn);
  if (position > chosen.run.endPosition) throw refuse();
  if (target.kind === 'NAME') {
    if (end?.lastLsn && !end.isClosed && position > parseLsn(end.lastLsn)) throw refuse();
    const recovery = { type: 'name', target: target.name, isExclusive: false, timeline, lsn } as const;
    return { recovery, at: null, warnings: unseen };
  }
  const isBehindLast = end?.lastLsn ? position > parseLsn(end.lastLsn) : false;
  // Nothing is left to be replayed in front of it, but recovery would wait for a record that never comes.
  if (isBehindLast && end?.isClosed === true)
    return { ...stopAtEnd(timeline, chosen, end), warnings: unseen };
  if (isBehindLast) throw refuse();
  return {
    recovery: { type: 'lsn', target: lsn, isExclusive: true, timeline, lsn },
    at: null,
    warnings: unseen,
  };
}

/** Where none ended in the segments that were looked into, one may have in those before, if there are any. */
function isPassed(at: Moment, { lastCommitAt }: LogEnd, { run }: ChosenSet): boolean {
  return lastCommitAt === null ? run.segments.length > SEGMENTS_READ : at < lastCommitAt;
}

/** At the last record: recovery to the plain end of the archive would open the server on a timeline of its own. */
function stopAtEnd(timeline: number, { run }: ChosenSet, end: LogEnd | null) {
  const lsn = end?.lastLsn ?? toLsn(run.endPosition);
  const recovery = { type: 'lsn', target: lsn, isExclusive: false, timeline, lsn } as const;
  return { recovery, at: end?.lastCommitAt ?? null };
}

function beyond(
  ground: Ground,
  target: LogTarget,
  { chosen, end }: { readonly chosen: ChosenSet; readonly end: LogEnd | null },
): Error {
  const text = describeTarget(target);
  const last =
    target.kind === 'TIME' || target.kind === 'LATEST'
      ? `a transaction that ended at ${end?.lastCommitAt ?? 'a moment that could not be read'}`
      : `LSN ${end?.lastLsn ?? toLsn(chosen.run.endPosition)}`;
  return chosen.run.missing === null
    ? new TargetBeyondArchiveError(ground.cluster, text, last)
    : toGap(ground, text, { ...chosen, last });
}

function toGap(
  { sets }: Ground,
  text: string,
  { set, run, last }: { readonly set: BackupSet; readonly run: SegmentRun; readonly last: string },
): TargetInGapError {
  const next = sets.find((one) => one.finishedAt > set.finishedAt)?.label ?? null;
  return new TargetInGapError(text, { segment: run.missing ?? set.walStop ?? '', last, next });
}
