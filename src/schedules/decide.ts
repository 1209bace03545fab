import type { Occurrence, Timetable } from './timing.ts';

/** What becomes of a moment that passed while nobody could start its run. */
export const MISSED_POLICIES = ['SKIP', 'RUN_ONCE'] as const;
export type MissedPolicy = (typeof MISSED_POLICIES)[number];

/** How late a run may start when there is no window: a restart of the control plane takes less. */
export const GRACE_MS = 60_000;
/** Moments that are counted one by one; a control plane that was away for longer has missed "more than" these. */
const MOST_COUNTED = 1_000;

/**
 * What to do about the occurrence that a schedule waits for:
 *
 * | decision | when                                                      | the run                             |
 * |----------|-----------------------------------------------------------|-------------------------------------|
 * | WAIT     | it is not due                                             | none                                |
 * | START    | it is due, and not too late                               | STARTED, or SKIPPED by an overlap   |
 * | START    | it was missed, RUN_ONCE, and a run may start now          | the same; `missed` says how many    |
 * | MISS     | it was missed otherwise                                   | MISSED; `next` is waited for        |
 *
 * Missed is what is later than the grace, or whose window is closed, or that a younger moment has overtaken.
 */
export type Decision =
  | { readonly kind: 'WAIT' }
  | { readonly kind: 'START'; readonly missed: number; readonly next: Occurrence | null }
  | { readonly kind: 'MISS'; readonly missed: number; readonly next: Occurrence | null };

export function decide(
  timetable: Timetable,
  { waitsFor, missedPolicy }: { readonly waitsFor: Occurrence; readonly missedPolicy: MissedPolicy },
  now: Date,
): Decision {
  if (waitsFor.startAt > now) return { kind: 'WAIT' };
  const { missed, next } = passMissed(timetable, waitsFor, now);
  if (missed === 0) return { kind: 'START', missed, next: timetable.following(waitsFor) };
  const isNextDue = next !== null && next.startAt <= now;
  // A run that may start now is as good as one that catches up.
  if (missedPolicy === 'SKIP' || isNextDue) return { kind: 'MISS', missed, next };
  const catchUp = timetable.admit(now);
  if (catchUp && catchUp.startAt <= now) return { kind: 'START', missed, next };
  return { kind: 'MISS', missed, next: earlier(next, catchUp && { ...catchUp, dueAt: catchUp.startAt }) };
}

/** Counts what is missed from `from` on, and gives the first occurrence that is not. */
function passMissed(timetable: Timetable, from: Occurrence, now: Date) {
  let missed = 0;
  let one: Occurrence | null = from;
  while (one && one.startAt <= now && missed < MOST_COUNTED) {
    const following = timetable.following(one);
    if (!isMissed(one, following, now)) break;
    missed++;
    one = following;
  }
  return { missed, next: missed < MOST_COUNTED ? one : one && timetable.next(now) };
}

function isMissed({ startAt, closesAt }: Occurrence, following: Occurrence | null, now: Date): boolean {
  const isLate = now.getTime() - startAt.getTime() > GRACE_MS;
  if (closesAt === null) return isLate;
  return now >= closesAt || (isLate && following !== null && following.startAt <= now);
}

function earlier(one: Occurrence | null, other: Occurrence | null): Occurrence | null {
  if (one === null || other === null) return one ?? other;
  return other.startAt < one.startAt ? other : one;
}
