/** A time of each day, in UTC; one that ends before it begins goes over midnight. */
export interface DailyWindow {
  /** `HH:MM`. */
  readonly from: string;
  readonly to: string;
}

export interface HourLoad {
  /** 0 to 23, UTC. */
  readonly hour: number;
  readonly perSecond: number;
  /** On how many days it was measured. */
  readonly days: number;
}

const HOURS = 24;
/** An hour is quiet below this share of the mean. */
const QUIET_SHARE = 0.5;

/** The longest run of quiet hours, or else the quietest hour; null until every hour of a day was measured. */
export function findQuietWindow(hours: readonly HourLoad[]): DailyWindow | null {
  const byHour = Array.from({ length: HOURS }, (_, hour) =>
    hours.find((one) => one.hour === hour && one.days > 0),
  );
  const loads = byHour.flatMap((one) => (one === undefined ? [] : [one.perSecond]));
  if (loads.length < HOURS) return null;
  const mean = loads.reduce((sum, one) => sum + one, 0) / HOURS;
  const isQuiet = (hour: number) => (loads[hour % HOURS] ?? 0) < mean * QUIET_SHARE;
  let best = { from: loads.indexOf(Math.min(...loads)), length: 1 };
  for (let from = 0; from < HOURS; from++) {
    let length = 0;
    while (length < HOURS && isQuiet(from + length)) length++;
    if (length > best.length) best = { from, length };
  }
  return { from: toTime(best.from), to: toTime(best.from + best.length) };
}

const toTime = (hour: number): string => `${String(hour % HOURS).padStart(2, '0')}:00`;

/** True while the window is open; null is always open. */
export function isOpen(window: DailyWindow | null, now: Date): boolean {
  if (window === null) return true;
  const time = now.toISOString().slice(11, 16);
  return window.from <= window.to
    ? time >= window.from && time < window.to
    : time >= window.from || time < window.to;
}
