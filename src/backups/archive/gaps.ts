import { indexOf, type Segment } from './segments.ts';
import type { Stretch } from './timelines.ts';

/** Neighbouring segments of one timeline that are not there, both ends included. */
export interface MissingRun {
  readonly timeline: number;
  readonly first: number;
  readonly last: number;
}

/** Indexes of the segments that are there, in order, by timeline. */
export type Present = ReadonlyMap<number, readonly number[]>;

/** The way to a timeline, as far as the archive has it. */
export interface Walk {
  /** In the order of the way. */
  readonly missing: readonly MissingRun[];
  /** Last segment that is there; null when none is, from `start` on. */
  readonly last: number | null;
}

/** Pure. Each segment is looked at once: a year of a busy primary takes half a second. */
export function groupByTimeline(segments: readonly Segment[]): Present {
  const groups = new Map<number, number[]>();
  for (const { timeline, index } of segments) {
    const group = groups.get(timeline);
    if (group === undefined) groups.set(timeline, [index]);
    else group.push(index);
  }
  for (const group of groups.values()) group.sort((a, b) => a - b);
  return groups;
}

/**
 * Pure: walks the way to a timeline from segment `start` to the last one that is there, and gives all that is missing.
 * A timeline begins with a copy of the segment in which its parent was left, so that one is its own, not the parent's.
 */
export function walkPath(
  present: Present,
  path: readonly Stretch[],
  { start, segmentBytes }: { readonly start: number; readonly segmentBytes: number },
): Walk {
  const ranges = path.map(({ timeline, from, until }) => ({
    timeline,
    first: Math.max(start, indexOf(from, segmentBytes)),
    last: until === null ? Infinity : indexOf(until, segmentBytes) - 1,
  }));
  const last = findLast(present, ranges);
  if (last === null) return { missing: [], last };
  const missing = ranges.flatMap((range) =>
    listMissing(present.get(range.timeline) ?? [], { ...range, last: Math.min(range.last, last) }),
  );
  return { missing, last };
}

function findLast(present: Present, ranges: readonly MissingRun[]): number | null {
  for (const { timeline, first, last } of ranges.toReversed()) {
    const found = present.get(timeline)?.findLast((index) => index <= last);
    if (found !== undefined && found >= first) return found;
  }
  return null;
}

function listMissing(
  sorted: readonly number[],
  { timeline, first, last }: MissingRun,
): readonly MissingRun[] {
  const runs: MissingRun[] = [];
  let expected = first;
  for (let at = findAtLeast(sorted, first); at < sorted.length && expected <= last; at += 1) {
    const index = Math.min(sorted[at] ?? last + 1, last + 1);
    if (index > expected) runs.push({ timeline, first: expected, last: index - 1 });
    expected = index + 1;
  }
  if (expected <= last) runs.push({ timeline, first: expected, last });
  return runs;
}

/** Position of the first element that is not below `least`. */
function findAtLeast(sorted: readonly number[], least: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Pure: runs of several ways, each segment once, neighbours merged; by timeline, then by place. */
export function mergeRuns(runs: readonly MissingRun[]): readonly MissingRun[] {
  const sorted = runs.toSorted((a, b) => a.timeline - b.timeline || a.first - b.first);
  const merged: MissingRun[] = [];
  for (const run of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && before.timeline === run.timeline && run.first <= before.last + 1)
      merged[merged.length - 1] = { ...before, last: Math.max(before.last, run.last) };
    else merged.push(run);
  }
  return merged;
}
