import { positionOf, toLsn, toSegmentName } from './segments.ts';
import type { BackupType } from '../pgbackrest/info.ts';
import type { LogState } from './loss-probe.ts';
import type { Safety } from './windows-service.ts';
import type { ArchiveScan } from './windows-scan.ts';
import type { GapSpan, WindowSpan } from './windows.ts';

/** A set that recovery can begin with. */
export interface WindowSet {
  readonly label: string;
  readonly type: BackupType;
  readonly finishedAt: Date;
}

/** An interval without a gap: every point in it can be recovered. */
export interface RecoveryWindow {
  /** `15-1`: the archive it is in. */
  readonly archiveId: string;
  readonly timeline: number;
  /** True: it is on the way to what the primary writes now, and ends last. */
  readonly isCurrent: boolean;
  /** When the oldest set was finished: no earlier point can be recovered. */
  readonly earliestAt: Date;
  /** When its last transaction ended; null when nobody could read it: `reason` says why. */
  readonly latestAt: Date | null;
  readonly reason: string | null;
  /** When the repository got its last segment: no transaction in it ended later. */
  readonly latestStoredAt: Date | null;
  readonly earliestLsn: string;
  /** First byte that is not in it. */
  readonly latestLsn: string;
  readonly lastSegment: string;
  /** Oldest first. */
  readonly sets: readonly WindowSet[];
}

/** Segments that are missing, and what that costs. */
export interface RecoveryGap {
  readonly archiveId: string;
  readonly timeline: number;
  /** Last point before it that can be recovered; null when there is none or nobody knows. */
  readonly from: Date | null;
  /** First point after it that can be recovered; null: none until the next backup. */
  readonly to: Date | null;
  readonly firstSegment: string;
  readonly lastSegment: string;
  readonly segments: number;
  readonly fromLsn: string;
  /** Where recovery is possible again; null: nowhere until the next backup. */
  readonly toLsn: string | null;
  readonly isAmbiguous: boolean;
  readonly brokenSets: readonly string[];
}

export interface RecoveryTimeline {
  readonly archiveId: string;
  readonly id: number;
  readonly parent: number | null;
  readonly switchLsn: string | null;
  readonly reason: string | null;
  readonly isCurrent: boolean;
  readonly hasHistory: boolean;
  readonly children: readonly number[];
}

/** All that can be recovered of a cluster. */
export interface Recovery extends Safety {
  readonly cluster: string;
  readonly checkedAt: Date;
  /** First and last point on the way to what the primary writes; null: none can be recovered, or nobody knows it. */
  readonly earliestAt: Date | null;
  readonly latestAt: Date | null;
  /** Oldest archive and timeline first. */
  readonly windows: readonly RecoveryWindow[];
  readonly gaps: readonly RecoveryGap[];
  readonly timelines: readonly RecoveryTimeline[];
  /** Timeline that the primary writes; null when none answers. */
  readonly currentTimeline: number | null;
}

type End = { readonly at: Date | null; readonly reason: string | null };
type FindEnd = (scan: ArchiveScan, window: WindowSpan) => Promise<End>;

interface Found extends Pick<Recovery, 'cluster' | 'checkedAt'> {
  readonly scans: readonly ArchiveScan[];
  readonly safety: Safety;
  readonly log: LogState | null;
}

/** Times and names for what was found in the archives. Segments are read one after the other: each costs a fetch. */
export async function toRecovery(found: Found, findEnd: FindEnd): Promise<Recovery> {
  const { cluster, checkedAt, safety, log } = found;
  const windows: RecoveryWindow[] = [];
  const gaps: RecoveryGap[] = [];
  for (const scan of found.scans.toReversed()) {
    const known = new Map<string, RecoveryWindow>();
    for (const span of scan.windows) {
      const window = toWindow(scan, span, await findEnd(scan, span));
      windows.push(window);
      known.set(keyOf(span), window);
    }
    gaps.push(...scan.gaps.map((gap) => toGap(scan, gap, known)));
  }
  const timelines = found.scans.toReversed().flatMap((scan) => toTimelines(scan, log));
  return {
    ...{ cluster, checkedAt, windows, gaps, timelines, ...safety },
    ...findEnds(windows, timelines),
    currentTimeline: log?.timeline ?? null,
  };
}

/** Windows on the way to the current one count, whatever gaps are between them. */
function findEnds(
  windows: readonly RecoveryWindow[],
  timelines: readonly RecoveryTimeline[],
): Pick<Recovery, 'earliestAt' | 'latestAt'> {
  const current = windows.find(({ isCurrent }) => isCurrent);
  if (current === undefined) return { earliestAt: null, latestAt: null };
  const lineage = new Set<number>();
  for (let id: number | null = current.timeline; id !== null && !lineage.has(id);) {
    const at: number = id;
    lineage.add(at);
    id = timelines.find((one) => one.archiveId === current.archiveId && one.id === at)?.parent ?? null;
  }
  const times = windows
    .filter((one) => one.archiveId === current.archiveId && lineage.has(one.timeline))
    .map(({ earliestAt }) => earliestAt.getTime());
  return { earliestAt: new Date(Math.min(...times)), latestAt: current.latestAt };
}

/** Windows of two timelines that end at the same place on their common ancestor are one. */
function keyOf({ lastTimeline, lastSegment, from }: WindowSpan): string {
  return `${lastTimeline} ${lastSegment} ${from}`;
}

function toWindow(scan: ArchiveScan, span: WindowSpan, end: End): RecoveryWindow {
  const lastSegment = toSegmentName(
    { timeline: span.lastTimeline, index: span.lastSegment },
    scan.segmentBytes,
  );
  const times = span.sets.map((one) => one.finishedAt);
  const earliestAt = new Date(Math.min(...times.map(Number)));
  // Without a transaction behind it, the newest set is the newest thing that can be had.
  const latestAt = new Date(Math.max(...times.map(Number), end.at?.getTime() ?? -Infinity));
  return {
    archiveId: scan.archive.id,
    timeline: span.timeline,
    isCurrent: scan.isCurrent && span === scan.current,
    earliestAt,
    latestAt: end.reason === null ? latestAt : null,
    reason: end.reason,
    latestStoredAt: scan.archive.segments.find((one) => one.name === lastSegment)?.storedAt ?? null,
    earliestLsn: toLsn(span.from),
    latestLsn: toLsn(span.to),
    lastSegment,
    sets: span.sets.map(({ label, type, finishedAt }) => ({ label, type, finishedAt })),
  };
}

function toGap(
  { archive, segmentBytes }: ArchiveScan,
  gap: GapSpan,
  known: ReadonlyMap<string, RecoveryWindow>,
): RecoveryGap {
  const nameOf = (index: number) => toSegmentName({ timeline: gap.timeline, index }, segmentBytes);
  const before = gap.before === null ? null : known.get(keyOf(gap.before));
  return {
    archiveId: archive.id,
    timeline: gap.timeline,
    from: before?.latestAt ?? null,
    to: gap.after?.sets[0]?.finishedAt ?? null,
    firstSegment: nameOf(gap.first),
    lastSegment: nameOf(gap.last),
    segments: gap.last - gap.first + 1,
    fromLsn: toLsn(positionOf(gap.first, segmentBytes)),
    toLsn: gap.after === null ? null : toLsn(gap.after.from),
    isAmbiguous: gap.isAmbiguous,
    brokenSets: gap.brokenSets,
  };
}

function toTimelines({ archive, timelines, isCurrent }: ArchiveScan, log: LogState | null) {
  return timelines.map(({ switchPosition, ...one }) => ({
    ...one,
    archiveId: archive.id,
    switchLsn: switchPosition === null ? null : toLsn(switchPosition),
    isCurrent: isCurrent && one.id === log?.timeline,
  }));
}
