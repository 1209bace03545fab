import { InvalidInputError } from '../src/errors.ts';
import {
  type PerformanceReport,
  REPORT_METRICS,
  type ReportSeries,
} from '../src/performance/report/report.ts';
import type { Services } from '../src/services.ts';
import { builder } from '../schema/builder.ts';
import { PerformanceReportRef } from '../schema/performance-report.ts';

const STATEMENTS = 20;
const MOST_ROWS = 500;
const SHOWN = 30;
const LONGEST_MS = 31 * 86_400_000;
const LONGEST_WINDOW_SECONDS = 604_800; // so long are the costs of statements kept
const NOT_FINE = ['INVALID', 'DUPLICATE', 'UNUSED'];

builder.queryField('performanceReport', (t) =>
  t.field({
    type: PerformanceReportRef,
    description:
      'How a cluster did: history of its metrics, costliest statements, indexes and tables in need. `html` is the same as a page.',
    authScopes: { scope: 'performance:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Begin; at most 31 days before `to`.' }),
      to: t.arg({ type: 'DateTime', description: 'End. Null: now.' }),
    },
    resolve: (_root, { cluster, from, to }, { services }) =>
      makeReport(services, { cluster, from, to: to ?? new Date() }),
  }),
);

type Period = Pick<PerformanceReport, 'cluster' | 'from' | 'to'>;

async function makeReport(
  { fleet, health, performance }: Services,
  period: Period,
): Promise<PerformanceReport> {
  const { cluster, from, to } = period;
  const { instances } = fleet.get(cluster);
  const lengthMs = to.getTime() - from.getTime();
  if (lengthMs <= 0 || lengthMs > LONGEST_MS)
    throw new InvalidInputError(['to'], 'it lies after `from`, by 31 days at most');
  const generatedAt = new Date();
  const windowSeconds = Math.ceil((generatedAt.getTime() - from.getTime()) / 1_000);
  const [series, slow, indexes, needs] = await Promise.all([
    Promise.all(
      instances.flatMap(({ name }) => REPORT_METRICS.map((one) => readSeries(health, period, one, name))),
    ),
    performance.slowQueries({
      ...{ cluster, instance: null, orderBy: 'TOTAL_TIME', limit: STATEMENTS },
      windowSeconds: Math.max(1, Math.min(LONGEST_WINDOW_SECONDS, windowSeconds)),
    }),
    performance.indexUsage(cluster, MOST_ROWS),
    performance.vacuumNeeds({ cluster, instance: null, limit: SHOWN }),
  ]);
  return {
    ...{ ...period, generatedAt, series: series.filter(({ points }) => points.length > 0) },
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
  health: Services['health'],
  { cluster, from, to }: Period,
  metric: string,
  instance: string,
): Promise<ReportSeries> {
  const { unit, buckets } = await health.history({ cluster, instance, metric, from, to, stepSeconds: null });
  const points = buckets.map(({ at, mean, highest }) => ({ at, mean, highest }));
  return { metric, instance, unit, points };
}
