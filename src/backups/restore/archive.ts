import type { StanzaConfig } from '../../config.ts';
import { groupByTimeline, walkPath, type Present } from '../archive/gaps.ts';
import { listArchives, readHistory } from '../archive/listing.ts';
import {
  inferSegmentBytes,
  parseLsn,
  parseSegmentName,
  positionOf,
  toSegmentName,
} from '../archive/segments.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import type { CallOptions } from '../pgbackrest/pgbackrest.ts';
import {
  buildTimelines,
  pathTo,
  type HistoryEntry,
  type Stretch,
  type Timeline,
} from '../archive/timelines.ts';

/** The write-ahead log that a restore can use. */
export interface RestorableLog {
  readonly timelines: readonly Timeline[];
  /** Timelines whose history file is there: a server recovers to no other, but the first one. */
  readonly histories: readonly number[];
  readonly present: Present;
  readonly segmentBytes: number;
  /** When the repository got a segment, by its name. */
  readonly storedAt: ReadonlyMap<string, Date>;
}

/** Live from the repositories. @throws the typed failures of a repository. */
export async function readRestorableLog(
  stanza: StanzaConfig,
  archiveId: string | null,
  options: CallOptions = {},
): Promise<RestorableLog> {
  const archives = await listArchives(stanza, options);
  const archive = archives.find((one) => one.id === archiveId);
  const names = archive?.segments.map((one) => one.name) ?? [];
  const segmentBytes = inferSegmentBytes(names);
  const segments = names.flatMap((name) => parseSegmentName(name, segmentBytes) ?? []);
  const histories = new Map<number, readonly HistoryEntry[]>();
  for (const timeline of archive?.histories ?? []) {
    const id = archive?.id ?? '';
    histories.set(timeline, await readHistory(stanza, { archiveId: id, timeline }, options));
  }
  const ids = [...new Set(segments.map((one) => one.timeline))];
  return {
    timelines: buildTimelines(histories, ids),
    histories: [...histories.keys()],
    present: groupByTimeline(segments),
    segmentBytes,
    storedAt: new Map(archive?.segments.map((one) => [one.name, one.storedAt])),
  };
}

/** Timelines that nothing branches off: where the archive can end. */
export function leavesOf({ timelines }: RestorableLog): readonly number[] {
  return timelines.filter((one) => one.children.length === 0).map((one) => one.id);
}

export function timelineOfSegment(segment: string): number {
  return parseInt(segment.slice(0, 8), 16);
}

/** True when `lsn` of `timeline` is on the way `path`. */
export function isOnPath(path: readonly Stretch[], timeline: number, lsn: string): boolean {
  const stretch = path.find((one) => one.timeline === timeline);
  return stretch !== undefined && (stretch.until === null || parseLsn(lsn) <= stretch.until);
}

/** Log without a hole, from the begin of a backup on. */
export interface SegmentRun {
  /** In the order of replay; empty when not even the first one is there. */
  readonly segments: readonly string[];
  /** The first that is missing, or the history of the timeline, without which nothing is; null: the end of the archive. */
  readonly missing: string | null;
  /** Behind the last byte of the last segment. */
  readonly endPosition: bigint;
}

/** From the first segment of `set` along the way to `timeline`. */
export function followLog(log: RestorableLog, timeline: number, set: BackupSet): SegmentRun {
  const { segmentBytes, present } = log;
  const path = pathTo(log.timelines, timeline);
  const start = parseSegmentName(set.walStart ?? '', segmentBytes)?.index ?? 0;
  if (timeline !== 1 && !log.histories.includes(timeline))
    return { segments: [], missing: historyOf(timeline), endPosition: positionOf(start, segmentBytes) };
  const { missing, last } = walkPath(present, path, { start, segmentBytes });
  const [gap] = missing;
  const end = gap?.first ?? (last === null ? start : last + 1);
  const timelineAt = (index: number) =>
    path.findLast((one) => positionOf(index + 1, segmentBytes) > one.from)?.timeline ?? timeline;
  const name = (index: number) => toSegmentName({ timeline: timelineAt(index), index }, segmentBytes);
  return {
    segments: Array.from({ length: end - start }, (_, offset) => name(start + offset)),
    missing: gap !== undefined ? name(gap.first) : last === null ? name(start) : null,
    endPosition: positionOf(end, segmentBytes),
  };
}

/** Name of the file that says where a timeline came from. */
function historyOf(timeline: number): string {
  return `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
}
