import { measured, unknown, withState, type Figure } from './measure.ts';
import { worstOf } from '../limits.ts';

/** What is known about a cluster's write-ahead log on its way into the repository. */
export interface ArchiveSafety {
  readonly loss: {
    readonly seconds: number | null;
    readonly reason: string;
    /** No number of seconds says it: nothing could be recovered at all. */
    readonly isEverything: boolean;
  };
  readonly waitingSegments: number | null;
  readonly unsentSegments: number | null;
  /** Why the latest attempt failed; null when it did not. */
  readonly failure: string | null;
  /** Null when no primary answers. */
  readonly slots: readonly { readonly name: string; readonly heldBytes: bigint | null }[] | null;
  /** Why figures of the primary are null; null when they are not. */
  readonly reason: string | null;
}

/** Looks at the repository itself. Null: the cluster has none. */
export type MeasureArchive = (cluster: string) => Promise<ArchiveSafety | null>;

/** What the repository says, or why it can't be asked. */
export type ArchiveAnswer = ArchiveSafety | { readonly failure: string } | null;

export const ARCHIVE_PROBE_MS = 10_000; // an object store takes seconds for a long listing

/** Pure: data that would be lost, segments on their way, and log that slots hold back. */
export function judgeArchiving(answer: ArchiveAnswer): readonly Figure[] {
  if (answer === null) return [];
  if (!('loss' in answer)) {
    const explanation = { reason: answer.failure, hint: null };
    return [unknown('loss_window', null, explanation), unknown('archive_backlog', null, explanation)];
  }
  return [judgeLossWindow(answer), judgeBacklog(answer), judgeSlots(answer)];
}

function judgeLossWindow({ loss }: ArchiveSafety): Figure {
  const { seconds, reason, isEverything } = loss;
  if (seconds !== null) return { ...measured('loss_window', null, seconds), reason };
  const metric = unknown('loss_window', null, { reason, hint: null });
  return isEverything
    ? withState(metric, { state: 'CRITICAL', reason, hint: 'Take a full backup now.' })
    : metric;
}

function judgeBacklog(safety: ArchiveSafety): Figure {
  const { waitingSegments, unsentSegments, failure, reason } = safety;
  if (waitingSegments === null)
    return unknown('archive_backlog', null, {
      reason: reason ?? 'we may not see what waits for the archive',
      hint: null,
    });
  const metric = measured('archive_backlog', null, waitingSegments + (unsentSegments ?? 0));
  return failure === null
    ? metric
    : withState(metric, {
        state: worstOf([metric.state, 'WARNING']),
        reason: failure,
        hint: "Read the primary's log for the error of archive_command; PostgreSQL keeps trying.",
      });
}

function judgeSlots({ slots, reason }: ArchiveSafety): Figure {
  if (slots === null) return unknown('wal_held_by_slots', null, { reason, hint: null });
  const [worst] = slots;
  const metric = measured('wal_held_by_slots', null, Number(worst?.heldBytes ?? 0n));
  if (worst === undefined || metric.state === 'OK') return metric;
  return withState(metric, {
    state: metric.state,
    reason: `slot ${worst.name} holds back the most`,
    hint: 'See whether its reader is alive, or drop it with pg_drop_replication_slot: the log fills the disk.',
  });
}
