/** Shown where there is no value. */
export const NOTHING = '–';
/** Shown for an empty list. */
const EMPTY = 'none';

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const UNIT = /^(.*?)(Bytes|Seconds|Ms)$/;
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** `1234567` → `1.2 MB`. Powers of 1000, as disks and networks are sold; the API's BigInt comes as text. */
export function formatBytes(bytes: string | number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NOTHING;
  let value = Number(bytes);
  let unit = 0;
  // 999.5 would be shown as 1000 of the smaller unit.
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

/** `192` → `3 min 12 s`: the two largest units, tenths only below ten seconds. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NOTHING;
  if (seconds < 0.0005) return '0 s';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return pair(Math.floor(whole / 3_600), 'h', Math.floor((whole % 3_600) / 60), 'min');
  return pair(Math.floor(whole / 86_400), 'd', Math.floor((whole % 86_400) / 3_600), 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `2026-11-22 08:31:04Z`: UTC, because servers, logs and chats stand in different places. */
export function formatTime(time: string | null | undefined): string {
  if (time === null || time === undefined) return NOTHING;
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** `3 min ago`; one unit is enough for an age. */
export function formatAge(time: string | null | undefined, now: Date = new Date()): string {
  if (time === null || time === undefined) return NOTHING;
  const seconds = (now.getTime() - new Date(time).getTime()) / 1000;
  if (seconds < 1) return 'just now';
  return `${formatDuration(Math.floor(seconds)).split(' ').slice(0, 2).join(' ')} ago`;
}

/** Seconds between two times; null while one of them is open. */
export function secondsBetween(
  from: string | null | undefined,
  to: string | null | undefined,
): number | null {
  if (!from || !to) return null;
  return (new Date(to).getTime() - new Date(from).getTime()) / 1000;
}

/** `0.4321` → `43 %`. Never 100 before the end. */
export function formatFraction(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined) return NOTHING;
  return `${Math.floor(fraction * 100)} %`;
}

/** A figure in the unit that the API names. */
export function formatFigure(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return NOTHING;
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'seconds') return formatDuration(value);
  if (unit === 'percent') return `${Number(value.toFixed(1))} %`;
  if (unit === 'milliseconds') return formatDuration(value / 1_000);
  if (unit === 'days') return `${formatCount(Math.round(value))} d`;
  if (unit === 'bytes_per_second') return `${formatBytes(value)}/s`;
  if (unit === 'bytes_per_day') return `${value < 0 ? '-' : ''}${formatBytes(Math.abs(value))}/d`;
  if (unit === 'per_second') return `${value}/s`;
  if (unit === 'transactions') return formatCount(value);
  return String(value);
}

/** `12345` → `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/**
 * The id that people see and copy. A global id holds the type's name and the id within it; the API takes both,
 * and its messages and logs show the short one.
 */
export function toShortId(globalId: string): string {
  const opened = Buffer.from(globalId, 'base64url').toString('utf8');
  return /^[A-Z][A-Za-z]+:([\x21-\x7e]+)$/.exec(opened)?.[1] ?? globalId;
}

/**
 * An object of the API as lines of label and value. Our names end in their unit, so `databaseBytes` becomes
 * `database` in MB; what is nested is joined to its parent's name.
 */
export function describeFields(value: unknown, prefix = ''): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]: [string, unknown]) => {
    if (isPlainObject(field) && prefix.split(' ').length < 4) {
      const [, stem = key, unit = ''] = UNIT.exec(key) ?? [];
      // `rtoMs: { proof: 73 }`: the unit of the whole is that of its parts.
      const parts = Object.fromEntries(Object.entries(field).map(([part, one]) => [`${part}${unit}`, one]));
      return describeFields(parts, `${prefix}${toWords(stem)} `);
    }
    const [label, text] = describeField(key, field);
    return [[`${prefix}${label}`, text] as const];
  });
}

function describeField(key: string, field: unknown): readonly [string, string] {
  if (isNumeric(field)) {
    const [, stem = key, unit] = UNIT.exec(key) ?? [];
    const number = Number(field);
    if (unit === 'Bytes') return [toWords(stem), formatBytes(number)];
    if (unit === 'Seconds') return [toWords(stem), formatDuration(number)];
    if (unit === 'Ms') return [toWords(stem), formatDuration(number / 1000)];
    return [toWords(key), typeof field === 'number' ? formatCount(number) : String(field)];
  }
  if (typeof field === 'string') return [toWords(key), ISO_TIME.test(field) ? formatTime(field) : field];
  if (Array.isArray(field)) return [toWords(key), describeList(field)];
  return [toWords(key), field === null || field === undefined ? NOTHING : JSON.stringify(field)];
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A short list in full, each entry with what it says; of a long one only the length. */
function describeList(list: readonly unknown[]): string {
  if (list.length === 0) return EMPTY;
  if (list.length > 5) return `${formatCount(list.length)} entries`;
  const entries = list.map((one) => {
    if (typeof one === 'string') return one;
    const fields = describeFields(one).filter(([, text]) => text !== NOTHING && text !== EMPTY);
    return fields.length > 0 ? fields.map((field) => field.join(' ')).join(', ') : JSON.stringify(one);
  });
  return entries.join(list.some(isPlainObject) ? '; ' : ', ');
}

function isNumeric(field: unknown): field is number | string {
  return typeof field === 'number' || (typeof field === 'string' && /^-?\d{1,19}$/.test(field));
}

function toWords(name: string): string {
  return name
    .replace(/[_-]/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
}
