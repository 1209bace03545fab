import { Cron } from 'croner';
import { CronInvalidError, TimezoneInvalidError } from './errors.ts';

/** Largest value of a field, by its place from the left: second, minute, hour. */
const LARGEST = [59, 59, 23] as const;

/** The moments that a cron expression names, in the days and hours of one timezone. */
export interface Moments {
  /** The first moment after `after`; null when there is none any more. */
  next(after: Date): Date | null;
}

/**
 * Reads a cron expression of 5 fields, or of 6 with the seconds first.
 *
 * Where clocks are put forward, moments of the hour that does not exist come once, right after it; where they are
 * put back, moments of the hour that exists twice come the first time only. An expression with every hour (`*`) is
 * about time that passes and not about the clock on the wall: it goes on through both.
 *
 * @throws {CronInvalidError} @throws {TimezoneInvalidError}
 */
export function parseCron(cron: string, timezone: string, field: CronField): Moments {
  checkTimezone(timezone, field.timezone);
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6)
    throw new CronInvalidError(cron, `it has ${fields.length} fields`, field.cron);
  try {
    const found = new Cron(toWallClock(fields).join(' '), {
      timezone,
      mode: '5-or-6-parts',
      fixedTimeRule: 'no-wildcard',
      paused: true,
    });
    return { next: (after) => found.nextRun(after) };
  } catch (error) {
    throw new CronInvalidError(cron, (error as Error).message.replace(/^CronPattern: /, ''), field.cron);
  }
}

/** Where the expression and its timezone stand among the arguments. */
export interface CronField {
  readonly cron: readonly string[];
  readonly timezone: readonly string[];
}

/** @throws {TimezoneInvalidError} for what is not in the IANA database. */
export function checkTimezone(timezone: string, argument: readonly string[]): void {
  try {
    // An offset (`+01:00`) is taken by the built-in too, but it knows no summer.
    if (/^[+-]/.test(timezone)) throw new RangeError('an offset is no timezone');
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw new TimezoneInvalidError(timezone, argument);
  }
}

/**
 * Steps and `*` before fixed hours as lists of numbers: every quarter of the hour 2 is four moments on the wall, and
 * croner takes only lists for that.
 */
function toWallClock(fields: readonly string[]): readonly string[] {
  const offset = fields.length === 6 ? 0 : 1; // without seconds the first field is the minute
  const hour = fields[2 - offset] ?? '*';
  if (hour === '*') return fields;
  return fields.map((field, place) => {
    const largest = LARGEST[place + offset];
    return largest === undefined
      ? field
      : field
          .split(',')
          .map((part) => toList(part, largest))
          .join(',');
  });
}

/** `*` and everything with a step as numbers; what is wrong stays as it is and is refused by croner. */
function toList(part: string, largest: number): string {
  const [, range, from, to, step = '1'] = /^(\*|(\d{1,2})-(\d{1,2}))(?:\/(\d{1,2}))?$/.exec(part) ?? [];
  if (range === undefined || Number(step) === 0) return part;
  if (range !== '*' && part === range) return part;
  const first = Number(from ?? 0);
  const last = Number(to ?? largest);
  if (last > largest || first > last) return part;
  const count = Math.floor((last - first) / Number(step)) + 1;
  return Array.from({ length: count }, (_, index) => first + index * Number(step)).join(',');
}
