import { fitLine } from '../../straight-line.ts';
import { finding, type Finding, type Found } from '../findings.ts';
import type { MaintenanceSources } from '../sources.ts';
import { judgeMetrics } from './metrics.ts';

const METRICS = [
  ...['disk_used', 'disk_free', 'database_growth', 'connections', 'sequence_used'],
  ...['xid_age', 'xid_days_left', 'multixact_age', 'multixact_days_left', 'wal_held_by_slots'],
];
const DAY_MS = 86_400_000;
const LEAST_DAYS = 3;
/** A size that doubles within a month outgrows any plan. */
const FAST_SHARE_OF_MONTH = 1;
const MONTH_DAYS = 30;

/** What runs out, and how fast the database grows. */
export async function planCapacity(sources: MaintenanceSources, cluster: string): Promise<Found> {
  const [metrics, sizes] = await Promise.all([sources.health(cluster), sources.sizeByDay(cluster)]);
  const judged = judgeMetrics(metrics, METRICS);
  return {
    findings: [...judged.findings, judgeGrowth(sizes)],
    lookedAt: [...judged.lookedAt, `the size of the database on ${sizes.length} day(s)`],
  };
}

/** Pure. Least squares over the days: one outlier does not make a trend, and neither do two points. */
export function judgeGrowth(sizes: readonly { readonly at: Date; readonly bytes: number }[]): Finding {
  const newest = sizes.at(-1);
  if (newest === undefined || sizes.length < LEAST_DAYS)
    return finding(
      'UNKNOWN',
      'database_size',
      `its growth is known after ${LEAST_DAYS} days of history, and there are ${sizes.length}`,
      { suggestedAction: 'Let a worker collect metrics, and look again.' },
    );
  const fit = fitLine(sizes.map(({ at, bytes }) => ({ day: at.getTime() / DAY_MS, value: bytes })));
  const { perDay: slope, perDayError } = fit ?? { perDay: 0, perDayError: 0 };
  const share = (slope * MONTH_DAYS) / Math.max(1, newest.bytes);
  const message = `${megabytes(newest.bytes)} MB now, ${megabytes(slope)} ± ${megabytes(perDayError)} MB more a day over ${sizes.length} days: ${megabytes(newest.bytes + slope * MONTH_DAYS)} MB in 30 days`;
  return share > FAST_SHARE_OF_MONTH
    ? finding('WARNING', 'database_size', message, {
        suggestedAction: 'Find out which tables grow with `sunday performance tables`, and plan the disk.',
      })
    : finding('INFO', 'database_size', message);
}

const megabytes = (bytes: number) => Number((bytes / 1024 ** 2).toPrecision(3));
