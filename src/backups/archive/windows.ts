import { groupByTimeline, mergeRuns, walkPath, type MissingRun, type Present } from './gaps.ts';
import type { Archive } from './listing.ts';
import { indexOf, parseLsn, parseSegmentName, positionOf } from './segments.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import { pathTo, type Stretch, type Timeline } from './timelines.ts';

/** A set as far as it matters for where recovery can begin. */
export type StartingSet = Pick<
  BackupSet,
  'label' | 'type' | 'finishedAt' | 'walStart' | 'walStop' | 'lsnStop' | 'references'
>;

/** An interval of write-ahead log without a gap: each place in it can be recovered, on the way to `timeline`. */
export interface WindowSpan {
  /** Sets to begin with, oldest first: at least one. */
  readonly sets: readonly StartingSet[];
  /** The timeline that recovery has to be told. */
  readonly timeline: number;
  /** Where the oldest set becomes consistent. */
  readonly from: bigint;
  /** End of the last segment before the next gap, or of the archive. */
  readonly to: bigint;
  readonly firstSegment: number;
  readonly lastSegment: number;
  /** Timeline whose name the last segment has. */
  readonly lastTimeline: number;
}

/** Segments that are missing, and what that costs. */
export interface GapSpan extends MissingRun {
  /** Segments are there, but in two versions that contradict each other. */
  readonly isAmbiguous: boolean;
  /** The window that ends because of it or of an earlier gap; null when there is none. */
  readonly before: WindowSpan | null;
  /** The window that begins after it; null: nothing behind the gap can be recovered until the next backup. */
  readonly after: WindowSpan | null;
  /** Sets that can't be restored at all, because they need one of the segments. */
  readonly brokenSets: readonly string[];
}

export interface WindowsInput {
  readonly archive: Archive;
  readonly timelines: readonly Timeline[];
  /** Sets of this archive that can be counted on. */
  readonly sets: readonly StartingSet[];
  readonly segmentBytes: number;
  /** That of the primary, for which costs are told; null when nobody knows. */
  readonly currentTimeline: number | null;
}

export interface Windows {
  /** By timeline, then by place. */
  readonly windows: readonly WindowSpan[];
  readonly gaps: readonly GapSpan[];
  /** Of the current timeline: the window that ends last, also when it ends on an ancestor; null when there is none. */
  readonly current: WindowSpan | null;
}

interface Way {
  readonly id: number;
  readonly missing: readonly MissingRun[];
  readonly windows: readonly WindowSpan[];
}

/** Pure: every interval that can be recovered, and every gap between them. */
export function findWindows(input: WindowsInput): Windows {
  const { archive, timelines, segmentBytes, currentTimeline } = input;
  const present = groupByTimeline(
    archive.segments.flatMap(({ name }) => parseSegmentName(name, segmentBytes) ?? []),
  );
  const ways = timelines.map(({ id }) => walkWay(input, present, id));
  const windows = ways.flatMap(({ id, windows: found }) => {
    const begin = timelines.find((one) => one.id === id)?.switchPosition ?? 0n;
    // One that ends before the timeline branches off is its parent's.
    return found.filter(({ lastSegment }) => lastSegment >= indexOf(begin, segmentBytes));
  });
  // Costs are told for where the primary is; the newest timeline stands in for it.
  const preferred = [...ways].sort(
    (a, b) => Number(b.id === currentTimeline) - Number(a.id === currentTimeline) || b.id - a.id,
  );
  const gaps = mergeRuns(ways.flatMap(({ missing }) => missing)).map((run) =>
    toGap(input, run, preferred.find((way) => way.missing.some((one) => isOverlapping(one, run))) ?? null),
  );
  return { windows, gaps, current: ways.find(({ id }) => id === currentTimeline)?.windows.at(-1) ?? null };
}

interface Placed {
  readonly set: StartingSet;
  readonly first: number;
  readonly last: number;
  readonly stop: bigint;
}

function walkWay({ timelines, sets, segmentBytes }: WindowsInput, present: Present, id: number): Way {
  const path = pathTo(timelines, id);
  const placed = sets
    .flatMap((set) => placeSet(set, path, segmentBytes) ?? [])
    .sort((a, b) => a.first - b.first || a.last - b.last);
  const start = placed[0]?.first;
  if (start === undefined) return { id, missing: [], windows: [] };
  const { missing, last } = walkPath(present, path, { start, segmentBytes });
  const groups = new Map<number, Placed[]>();
  for (const one of placed) {
    const gap = missing.find((run) => run.last >= one.first);
    const end = gap === undefined ? (last ?? -1) : gap.first - 1;
    // A set whose own segments are not all there can't become consistent.
    if (end >= one.last) groups.set(end, [...(groups.get(end) ?? []), one]);
  }
  const windows = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([end, members]) => toWindow(members, { id, end, path, segmentBytes }));
  return { id, missing, windows };
}

/** Null when recovery can't go from this set along this path. */
function placeSet(set: StartingSet, path: readonly Stretch[], segmentBytes: number): Placed | null {
  const first = parseSegmentName(set.walStart ?? '', segmentBytes);
  const last = parseSegmentName(set.walStop ?? '', segmentBytes);
  if (first === null || last === null || set.lsnStop === null) return null;
  const stop = parseLsn(set.lsnStop);
  const stretch = path.find((one) => one.timeline === last.timeline);
  if (stretch === undefined || (stretch.until !== null && stop > stretch.until)) return null;
  return { set, first: first.index, last: last.index, stop };
}

function toWindow(
  members: readonly Placed[],
  {
    id,
    end,
    path,
    segmentBytes,
  }: { id: number; end: number; path: readonly Stretch[]; segmentBytes: number },
): WindowSpan {
  const inOrder = members.toSorted((a, b) => (a.stop < b.stop ? -1 : 1));
  const to = positionOf(end + 1, segmentBytes);
  const isAt = ({ from, until }: Stretch) =>
    indexOf(from, segmentBytes) <= end && (until === null || indexOf(until, segmentBytes) > end);
  return {
    sets: inOrder.map(({ set }) => set),
    timeline: id,
    from: inOrder[0]?.stop ?? to,
    to,
    firstSegment: Math.min(...members.map(({ first }) => first)),
    lastSegment: end,
    lastTimeline: path.find(isAt)?.timeline ?? id,
  };
}

function toGap({ archive, sets, segmentBytes }: WindowsInput, run: MissingRun, way: Way | null): GapSpan {
  const isInside = (name: string | null) => {
    const segment = parseSegmentName(name ?? '', segmentBytes);
    return segment?.timeline === run.timeline && segment.index >= run.first && segment.index <= run.last;
  };
  const needs = ({ walStart, walStop }: StartingSet) => {
    const first = parseSegmentName(walStart ?? '', segmentBytes);
    const last = parseSegmentName(walStop ?? '', segmentBytes);
    return (
      first !== null && last?.timeline === run.timeline && first.index <= run.last && last.index >= run.first
    );
  };
  return {
    ...run,
    isAmbiguous: archive.ambiguous.some(isInside),
    before: way?.windows.findLast(({ lastSegment }) => lastSegment < run.first) ?? null,
    after: way?.windows.find(({ firstSegment }) => firstSegment > run.last) ?? null,
    brokenSets: sets.filter(needs).map(({ label }) => label),
  };
}

function isOverlapping(a: MissingRun, b: MissingRun): boolean {
  return a.timeline === b.timeline && a.first <= b.last && b.first <= a.last;
}
