export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How long each level is kept. */
export const RETENTION_MS = { SAMPLE: 2 * DAY_MS, MINUTE: 30 * DAY_MS, HOUR: 730 * DAY_MS } as const;

/** How far the levels have been rolled up. */
export interface Progress {
  readonly minute: Date;
  readonly hour: Date;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Which level answers for which part of a range; null: none of it. */
export interface Ranges {
  readonly hours: Span | null;
  readonly minutes: Span | null;
  readonly samples: Span | null;
  readonly stepSeconds: number;
}

/**
 * Pure: the coarsest level that is fine enough for the step, where it has been rolled up; the finer one for what has
 * not; a coarser one for what is too old for it. Then the step grows to that level.
 */
export function chooseRanges(
  { from, to, stepSeconds }: Span & { readonly stepSeconds: number },
  progress: Progress,
  now: Date,
): Ranges {
  const start = from.getTime();
  const end = to.getTime();
  const hourEnd = clamp(
    stepSeconds >= 3_600 ? progress.hour.getTime() : floor(now.getTime() - RETENTION_MS.MINUTE, HOUR_MS),
    { start, end },
  );
  const minuteEnd = clamp(
    stepSeconds >= 60 ? progress.minute.getTime() : floor(now.getTime() - RETENTION_MS.SAMPLE, MINUTE_MS),
    { start: hourEnd, end },
  );
  return {
    hours: span(start, hourEnd),
    minutes: span(hourEnd, minuteEnd),
    samples: span(minuteEnd, end),
    stepSeconds: Math.max(stepSeconds, hourEnd > start ? 3_600 : 0, minuteEnd > hourEnd ? 60 : 0),
  };
}

function span(start: number, end: number): Span | null {
  return end > start ? { from: new Date(start), to: new Date(end) } : null;
}

function clamp(value: number, { start, end }: { readonly start: number; readonly end: number }): number {
  return Math.min(Math.max(value, start), end);
}

function floor(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}
