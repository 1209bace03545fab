import type { Fleet } from '../../fleet/fleet.ts';
import { readPasts, type ReadHistory } from '../history.ts';
import { daysUntil, type DaysLeft, type Fit, fitLine, type Point } from '../../straight-line.ts';

/** What can come to an end. */
export const CAPACITIES = ['DISK', 'CONNECTIONS', 'SEQUENCE', 'XID', 'MULTIXACT'] as const;
export type Capacity = (typeof CAPACITIES)[number];

export interface Forecast {
  readonly capacity: Capacity;
  readonly instance: string;
  /** Name of the metric that it is read from. */
  readonly metric: string;
  /** In `unit`; null when nothing is known. */
  readonly current: number | null;
  readonly limit: number;
  readonly unit: string;
  readonly fit: Fit | null;
  /** Null when there is no fit. */
  readonly daysLeft: DaysLeft | null;
  /** Why there is no forecast; null when there is one. */
  readonly reason: string | null;
}

interface Subject {
  readonly metric: string;
  readonly limit: number;
  readonly unit: string;
}

/** PostgreSQL manual, 25.1.5: three million transactions before the end it takes no commands any more. */
const LAST_XID = 2 ** 31 - 3_000_000;

const SUBJECTS: Readonly<Record<Capacity, Subject>> = {
  DISK: { metric: 'disk_used', limit: 100, unit: 'percent' },
  CONNECTIONS: { metric: 'connections', limit: 100, unit: 'percent' },
  SEQUENCE: { metric: 'sequence_used', limit: 100, unit: 'percent' },
  XID: { metric: 'xid_age', limit: LAST_XID, unit: 'transactions' },
  MULTIXACT: { metric: 'multixact_age', limit: LAST_XID, unit: 'transactions' },
};

const DAY_MS = 86_400_000;
const STEP_SECONDS = 3_600;
/** Fewer say nothing: their line goes through noise. */
const LEAST_POINTS = 8;

export interface ForecastInput {
  readonly cluster: string;
  /** The last so many days are looked at. */
  readonly days: number;
}

/** When disk, connections, sequences and transaction ids of each instance end. @throws {ClusterNotFoundError} */
export async function forecastCapacity(
  { fleet, readHistory }: { readonly fleet: Fleet; readonly readHistory: ReadHistory },
  { cluster, days }: ForecastInput,
): Promise<readonly Forecast[]> {
  const to = new Date();
  const from = new Date(to.getTime() - days * DAY_MS);
  const wanted = fleet
    .get(cluster)
    .instances.flatMap(({ name }) => CAPACITIES.map((capacity) => ({ instance: name, capacity })));
  const pasts = await readPasts(
    readHistory,
    wanted.map(({ instance, capacity }) => ({
      ...{ cluster, instance, metric: SUBJECTS[capacity].metric, from, to },
      stepSeconds: STEP_SECONDS,
    })),
  );
  return wanted.flatMap(({ instance, capacity }, index) => {
    const past = pasts[index];
    if (past === undefined) return [];
    const highest = past.buckets.map((one) => ({ at: one.at, value: one.highest }));
    return [
      { ...forecast(capacity, instance, highest), ...(past.reason === null ? {} : { reason: past.reason }) },
    ];
  });
}

/** Pure. Connections come and go, so only the highest of each day counts. */
export function forecast(
  capacity: Capacity,
  instance: string,
  history: readonly { readonly at: Date; readonly value: number }[],
): Forecast {
  const { metric, limit, unit } = SUBJECTS[capacity];
  const points = capacity === 'CONNECTIONS' ? dailyHighest(history) : history.map(toPoint);
  const fit = points.length < LEAST_POINTS ? null : fitLine(points);
  const about = { capacity, instance, metric, limit, unit, current: history.at(-1)?.value ?? null };
  if (fit === null)
    return {
      ...about,
      fit,
      daysLeft: null,
      reason: `only ${points.length} points are known, ${LEAST_POINTS} are needed`,
    };
  return { ...about, fit, daysLeft: daysUntil(limit, fit), reason: null };
}

function toPoint({ at, value }: { readonly at: Date; readonly value: number }): Point {
  return { day: at.getTime() / DAY_MS, value };
}

function dailyHighest(history: readonly { readonly at: Date; readonly value: number }[]): readonly Point[] {
  const days = new Map<number, number>();
  for (const { day, value } of history.map(toPoint)) {
    const whole = Math.floor(day);
    days.set(whole, Math.max(days.get(whole) ?? -Infinity, value));
  }
  return [...days].map(([day, value]) => ({ day, value }));
}
