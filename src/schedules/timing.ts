import { createHash } from 'node:crypto';
import { type CronField, type Moments, parseCron } from './cron.ts';
import { ScheduleMomentPastError, ScheduleNeverRunsError, timingProblem } from './errors.ts';

/** When work may begin: from each moment of `cron` for so long. */
export interface MaintenanceWindow {
  readonly cron: string;
  readonly durationMinutes: number;
  /** Name of the IANA database. */
  readonly timezone: string;
}

/**
 * When a schedule runs. With `at` once, with `cron` again and again, with neither once in the next window. With a
 * window a run that is due outside waits until it opens; what comes due while it waits is one run with it.
 */
export interface Timing {
  readonly at: Date | null;
  readonly cron: string | null;
  /** Of `cron`, and of the local times that people are shown. */
  readonly timezone: string;
  readonly window: MaintenanceWindow | null;
  /** Each run starts up to so much later: always the same for one moment, so that two workers agree on it. */
  readonly jitterSeconds: number;
}

/** One moment at which a schedule is due, and when its run may start. */
export interface Occurrence {
  readonly dueAt: Date;
  /** Later than `dueAt` by the jitter, or because the window has to open first. */
  readonly startAt: Date;
  /** End of the window, when it is too late to start; null: there is no window. */
  readonly closesAt: Date | null;
}

/** A run that is to come, as people are shown it. */
export interface PlannedRun extends Occurrence {
  /** `startAt` on the wall of the schedule's timezone, with its offset: `2026-11-23 02:00:00 +01:00`. */
  readonly localTime: string;
}

const AT_CRON: CronField = { cron: ['input', 'cron'], timezone: ['input', 'timezone'] };
const AT_WINDOW: CronField = {
  cron: ['input', 'window', 'cron'],
  timezone: ['input', 'window', 'timezone'],
};

/** The moments of one schedule. `seed`, e.g. its name, is what its jitter is made from. */
export interface Timetable {
  /** The first occurrence that is due after `after`; null when there is none any more. */
  next(after: Date): Occurrence | null;
  /** What comes after `occurrence`; null after the only one of a one-shot. */
  following(occurrence: Occurrence): Occurrence | null;
  /** When a run that is wanted at `moment` may start: then, or when the window opens; null when it never does. */
  admit(moment: Date): Occurrence | null;
}

/** @throws {CronInvalidError} @throws {TimezoneInvalidError} */
export function createTimetable(timing: Timing, seed: string): Timetable {
  const { at, cron, timezone, window } = timing;
  const moments = cron === null ? null : parseCron(cron, timezone, AT_CRON);
  const openings = window === null ? null : parseCron(window.cron, window.timezone, AT_WINDOW);
  const admit = (moment: Date): Occurrence | null => {
    if (window === null || openings === null) return { dueAt: moment, startAt: moment, closesAt: null };
    return enter(openings, window.durationMinutes * 60_000, moment);
  };
  const next = (after: Date): Occurrence | null => {
    const dueAt = at
      ? at > after
        ? at
        : null
      : moments
        ? moments.next(after)
        : (admit(after)?.startAt ?? null);
    const admitted = dueAt && admit(dueAt);
    return admitted && delay(admitted, timing.jitterSeconds, seed);
  };
  return {
    next,
    admit,
    following({ dueAt }) {
      const admitted = moments && admit(dueAt);
      return admitted && next(admitted.startAt);
    },
  };
}

/** Of windows that overlap, as those of every minute that last an hour. */
const MOST_OVERLAPPING = 1_440;

/** The window that is open at `moment`, of several the one that closes last; else the next one. */
function enter(openings: Moments, durationMs: number, moment: Date): Occurrence | null {
  let opensAt = openings.next(new Date(moment.getTime() - durationMs));
  if (opensAt === null) return null;
  for (let count = 0; count < MOST_OVERLAPPING; count++) {
    const later = openings.next(opensAt);
    if (later === null || later > moment) break;
    opensAt = later; // the one before may close before anybody could start
  }
  const startAt = opensAt > moment ? opensAt : moment;
  return { dueAt: moment, startAt, closesAt: new Date(opensAt.getTime() + durationMs) };
}

/** Never past the end of the window. */
function delay(occurrence: Occurrence, jitterSeconds: number, seed: string): Occurrence {
  const { dueAt, startAt, closesAt } = occurrence;
  const roomSeconds = closesAt ? Math.ceil((closesAt.getTime() - startAt.getTime()) / 1_000) - 1 : Infinity;
  const most = Math.max(0, Math.min(jitterSeconds, roomSeconds));
  if (most === 0) return occurrence;
  const hash = createHash('sha256').update(`${seed}:${dueAt.toISOString()}`).digest().readUInt32BE(0);
  return { ...occurrence, startAt: new Date(startAt.getTime() + (hash % (most + 1)) * 1_000) };
}

/**
 * The next occurrences, at most `count`, of a timing that somebody asks for now.
 *
 * @throws {CronInvalidError} @throws {TimezoneInvalidError} @throws {ScheduleMomentPastError}
 * @throws {ScheduleNeverRunsError} @throws {InvalidInputError}
 */
export function checkTiming(timing: Timing, seed: string, now: Date, count: number): readonly Occurrence[] {
  const { at, cron, window, jitterSeconds } = timing;
  if (at !== null && cron !== null) throw timingProblem('cron', 'this cannot be combined with at');
  if (at === null && cron === null && window === null)
    throw timingProblem('at', 'say when: at, cron, or a window alone for once in the next one');
  if (at !== null && at <= now) throw new ScheduleMomentPastError(at, now);
  const timetable = createTimetable(timing, seed);
  if (timetable.admit(now) === null) throw new ScheduleNeverRunsError('the window', AT_WINDOW.cron);
  const found = preview(timetable, timetable.next(now), count);
  const [first, second] = found;
  if (!first) throw new ScheduleNeverRunsError(cron ?? 'the moment', AT_CRON.cron);
  if (second && second.dueAt.getTime() - first.dueAt.getTime() <= jitterSeconds * 1_000 && jitterSeconds > 0)
    throw timingProblem('jitterSeconds', 'this must be less than the time between two runs');
  return found;
}

/** `first` and what comes after it, at most `count`. */
export function preview(
  timetable: Timetable,
  first: Occurrence | null,
  count: number,
): readonly Occurrence[] {
  const found: Occurrence[] = [];
  for (let one = first; one && found.length < count; one = timetable.following(one)) found.push(one);
  return found;
}

export function toPlannedRun(occurrence: Occurrence, timezone: string): PlannedRun {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    timeZoneName: 'longOffset',
  }).formatToParts(occurrence.startAt);
  const [year, month, day, hour, minute, second, offset] = (
    ['year', 'month', 'day', 'hour', 'minute', 'second', 'timeZoneName'] as const
  ).map((type) => parts.find((part) => part.type === type)?.value ?? '');
  const sign = offset === 'GMT' ? '+00:00' : offset?.slice(3);
  return { ...occurrence, localTime: `${year}-${month}-${day} ${hour}:${minute}:${second} ${sign}` };
}
