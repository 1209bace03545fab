import { indexOf, positionOf } from './segments.ts';
import type { LogState } from './loss-probe.ts';

/** What would be lost if the primary and its disks were gone this moment. */
export interface LossWindow {
  /** At most so many seconds of commits; 0 when everything is in the repository. Null when nobody can say. */
  readonly seconds: number | null;
  /** Write-ahead log behind the last place that can be recovered; null when nobody can say. */
  readonly bytes: bigint | null;
  /** True: nothing can be recovered at all. */
  readonly isEverything: boolean;
  /** Why there is no figure, or what it stands on. */
  readonly reason: string;
}

/** The last place that can be recovered on the primary's timeline. */
export interface Reach {
  readonly lastSegment: number;
  /** When the last transaction in it ended; null when unknown or when none did. */
  readonly lastEndAt: Date | null;
}

/**
 * The header of a segment's first page (40), then the change of a row (54 at least) and its commit (34), each rounded
 * up to 8. An idle server writes one list of running transactions (48) into a new segment, and stops.
 */
const LEAST_LOST_BYTES = 40n + 56n + 40n;

/**
 * Pure. Commits behind the last recoverable segment are younger than its last write, and when only the segment that
 * is being written is missing, also younger than archive_timeout: the latest of such bounds is the loss at most.
 * When the repository got the segment says nothing: it may have been late.
 */
export function judgeLoss(reach: Reach | null, log: LogState): LossWindow {
  if (reach === null) {
    const reason = 'no backup can be recovered: everything would be lost';
    return { seconds: null, bytes: null, isEverything: true, reason };
  }
  const safe = positionOf(reach.lastSegment + 1, log.segmentBytes);
  const bytes = log.position > safe ? log.position - safe : 0n;
  if (bytes < LEAST_LOST_BYTES)
    return {
      seconds: 0,
      bytes,
      isEverything: false,
      reason: 'no change was written since the last archived segment',
    };
  const missing = indexOf(log.position - 1n, log.segmentBytes) - reach.lastSegment;
  const isOnlyOpen = missing === 1;
  const since = [
    reach.lastEndAt,
    log.segmentWrittenAt,
    isOnlyOpen && log.archiveTimeoutSeconds > 0 && log.isArchiving
      ? new Date(log.now.getTime() - log.archiveTimeoutSeconds * 1_000)
      : null,
  ].filter((one) => one !== null);
  if (since.length === 0) {
    const reason = 'nobody can say when the last archived segment was written';
    return { seconds: null, bytes, isEverything: false, reason };
  }
  const sinceMs = Math.max(...since.map((one) => one.getTime()));
  return {
    seconds: Math.max(0, (log.now.getTime() - sinceMs) / 1_000),
    bytes,
    isEverything: false,
    reason: isOnlyOpen
      ? 'the segment that is being written is not archived yet'
      : `${missing} segments are not in the repository, or behind a gap`,
  };
}
