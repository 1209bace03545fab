import { InvalidInputError } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Database } from '../../postgres/pool.ts';
import { readPasts, type ReadHistory } from '../history.ts';
import { slowQueries } from '../statements/slow-queries.ts';
import { indexUsage } from '../tables/indexes.ts';
import { vacuumNeeds } from '../tables/tables.ts';
import { type PerformanceReport, REPORT_METRICS, type ReportPeriod, type ReportSeries } from './report.ts';

export interface ReportDependencies {
  readonly fleet: Fleet;
  /** The control database. */
  readonly db: Database;
  readonly readHistory: ReadHistory;
}

const STATEMENTS = 20;
const MOST_ROWS = 500;
const SHOWN = 30;
const LONGEST_MS = 31 * 86_400_000;
const LONGEST_WINDOW_SECONDS = 604_800; // so long are the costs of statements kept
const NOT_FINE = ['INVALID', 'DUPLICATE', 'UNUSED'];

/** @throws {ClusterNotFoundError} @throws {InvalidInputError} @throws {DatabaseUnavailableError} */
export async function makeReport(deps: ReportDependencies, period: ReportPeriod): Promise<PerformanceReport> {
  const { fleet } = deps;
  const { cluster, from, to } = period;
  const { instances } = fleet.get(cluster);
  const lengthMs = to.getTime() - from.getTime();
  if (lengthMs <= 0 || lengthMs > LONGEST_MS)
    throw new InvalidInputError(['to'], 'it lies after `from`, by 31 days at most');
  const generatedAt = new Date();
  const windowSeconds = Math.ceil((generatedAt.getTime() - from.getTime()) / 1_000);
  const names = instances.map(({ name }) => name);
  const [series, slow, indexes, needs] = await Promise.all([
    readSeries(deps, period, names),
    slowQueries(deps, {
      ...{ cluster, instance: null, orderBy: 'TOTAL_TIME', limit: STATEMENTS },
      windowSeconds: Math.max(1, Math.min(LONGEST_WINDOW_SECONDS, windowSeconds)),
    }),
    indexUsage(fleet, cluster, MOST_ROWS),
    vacuumNeeds(fleet, { cluster, instance: null, limit: SHOWN }),
  ]);
  return {
    ...{ ...period, ...series, generatedAt },
    ...{ statements: slow.queries, statementsReason: slow.reason },
    indexes: indexes.indexes
      .filter(({ verdict }) => NOT_FINE.includes(verdict))
      .slice(0, SHOWN)
      .map(({ schema, name, because, statement }) => ({ subject: `${schema}.${name}`, because, statement })),
    tables: needs.tables.flatMap(({ schema, name, needs: all }) =>
      all.map(({ because, statement }) => ({ subject: `${schema}.${name}`, because, statement })),
    ),
  };
}

async function readSeries(
  { readHistory }: ReportDependencies,
  { cluster, from, to }: ReportPeriod,
  instances: readonly string[],
): Promise<Pick<PerformanceReport, 'series' | 'seriesReason'>> {
  const wanted = instances.flatMap((instance) => REPORT_METRICS.map((metric) => ({ instance, metric })));
  const pasts = await readPasts(
    readHistory,
    wanted.map((one) => ({ ...one, cluster, from, to, stepSeconds: null })),
  );
  const series = wanted.flatMap((one, index): readonly ReportSeries[] => {
    const { unit, buckets } = pasts[index] ?? { unit: '', buckets: [] };
    const points = buckets.map(({ at, mean, highest }) => ({ at, mean, highest }));
    return points.length === 0 ? [] : [{ ...one, unit, points }];
  });
  return { series, seriesReason: pasts.find(({ reason }) => reason !== null)?.reason ?? null };
}
