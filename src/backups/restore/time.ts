import { InvalidInputError } from '../../errors.ts';
import { LocalTimeAmbiguousError, LocalTimeMissingError } from './errors.ts';

/** A moment in UTC to the microsecond, `2026-11-22T12:00:00.123456Z`: as text two of them compare as moments do. */
export type Moment = string;

const AT = ['input', 'target', 'time', 'at'];
const TIMEZONE = ['input', 'target', 'time', 'timezone'];
const SHAPE = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const DAY_MS = 86_400_000;

/**
 * Reads a time as people give it: with an offset (`2026-11-22T12:00:00.5+01:00`), or as clocks of `timezone` show it.
 *
 * @throws {InvalidInputError} also when both or neither are given: a moment must not depend on where a server stands.
 * @throws {LocalTimeAmbiguousError} @throws {LocalTimeMissingError}
 */
export function parseMoment(at: string, timezone: string | null): Moment {
  const [, date, minutes, seconds = '00', fraction = '', offset] = SHAPE.exec(at.trim()) ?? [];
  if (date === undefined || minutes === undefined)
    throw new InvalidInputError(AT, 'this is no time', 'For example 2026-11-22T12:00:00+01:00.');
  const wall = `${date}T${minutes}:${seconds}`;
  const wallMs = Date.parse(`${wall}Z`);
  if (Number.isNaN(wallMs) || new Date(wallMs).toISOString().slice(0, 19) !== wall)
    throw new InvalidInputError(AT, 'there is no such day or time');
  if (offset !== undefined && timezone !== null)
    throw new InvalidInputError(TIMEZONE, 'the time has an offset already');
  if (offset === undefined && timezone === null)
    throw new InvalidInputError(AT, 'the offset is missing', 'Add `Z` or `+01:00`, or give a timezone.');
  const ms = offset === undefined ? findLocal(wallMs, wall, timezone ?? '') : wallMs - offsetMs(offset);
  return `${new Date(ms).toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}Z`;
}

export function toMoment(date: Date): Moment {
  return `${date.toISOString().slice(0, -1)}000Z`;
}

/** `2026-11-22 12:00:00.123456 UTC`, as pg_waldump prints it with TZ=UTC; null when it is none. */
export function momentOfLog(text: string): Moment | null {
  const [, date, time, fraction = ''] = /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d+))? UTC/.exec(text) ?? [];
  return date === undefined || time === undefined ? null : `${date}T${time}.${fraction.padEnd(6, '0')}Z`;
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const [, sign, hours, minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  const value = Number(hours) * 60 + Number(minutes);
  if (value > 18 * 60 || Number(minutes) > 59) throw new InvalidInputError(AT, `${offset} is no offset`);
  return (sign === '-' ? -value : value) * 60_000;
}

/** Offsets change at most once within a day of `wallMs`, so the moments that are meant have one of two. */
function findLocal(wallMs: number, wall: string, timezone: string): number {
  const offsets = new Set([wallMs - DAY_MS, wallMs + DAY_MS].map((ms) => localMs(ms, timezone) - ms));
  const candidates = [...offsets]
    .map((offset) => wallMs - offset)
    .filter((ms) => localMs(ms, timezone) === wallMs)
    .sort((a, b) => a - b);
  const [only] = candidates;
  if (only === undefined) throw new LocalTimeMissingError(wall, timezone);
  if (candidates.length === 1) return only;
  const moments = candidates.map((ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`);
  throw new LocalTimeAmbiguousError(wall, timezone, moments);
}

/** What a clock there shows at `ms`, read as if it were UTC. */
function localMs(ms: number, timezone: string): number {
  const parts = formatterOf(timezone).formatToParts(ms);
  const get = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
}

function formatterOf(timezone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: timezone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23' },
      ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidInputError(
      TIMEZONE,
      `the IANA database has no timezone ${timezone}`,
      'For example Europe/Berlin.',
    );
  }
}
