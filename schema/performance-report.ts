import type {
  PerformanceReport,
  ReportFinding,
  ReportSeries,
  ReportStatement,
} from '../src/performance/report/report.ts';
import { toHtml } from '../src/performance/report/html.ts';
import { builder } from './builder.ts';

const ReportPointRef = builder.objectRef<ReportSeries['points'][number]>('PerformanceReportPoint').implement({
  description: 'What a metric was in one step.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'Start of the step.' }),
    mean: t.exposeFloat('mean', { description: 'Mean of its samples, in the unit of the series.' }),
    highest: t.exposeFloat('highest', { description: 'Highest of them, in that unit.' }),
  }),
});

const ReportSeriesRef = builder.objectRef<ReportSeries>('PerformanceReportSeries').implement({
  description: 'One metric of one instance over the time of a report.',
  fields: (t) => ({
    metric: t.exposeString('metric', { description: 'Name of the metric.' }),
    instance: t.exposeString('instance', { description: 'Name of the instance.' }),
    unit: t.exposeString('unit', { description: 'Unit of its values, e.g. `milliseconds`.' }),
    points: t.field({
      type: [ReportPointRef],
      description: 'Oldest first; steps without samples are left out.',
      resolve: ({ points }) => points,
    }),
  }),
});

const ReportStatementRef = builder.objectRef<ReportStatement>('PerformanceReportStatement').implement({
  description: 'What one normalised statement cost.',
  fields: (t) => ({
    query: t.exposeString('query', {
      nullable: true,
      description: 'Its text, values left out; null when the server has forgotten it.',
    }),
    calls: t.exposeFloat('calls', { description: 'How often it ran.' }),
    totalMs: t.exposeFloat('totalMs', { description: 'Time of all calls, in milliseconds.' }),
    meanMs: t.exposeFloat('meanMs', { description: 'Time of a call on average, in milliseconds.' }),
    p95BoundMs: t.exposeFloat('p95BoundMs', {
      description: 'At most 1 call in 20 took longer, in milliseconds. An upper bound.',
    }),
    shareOfTime: t.exposeFloat('shareOfTime', { description: 'Its part of all time, 0 to 1.' }),
  }),
});

const ReportFindingRef = builder.objectRef<ReportFinding>('PerformanceReportFinding').implement({
  description: 'A table or an index that something should be done about.',
  fields: (t) => ({
    subject: t.exposeString('subject', { description: 'Its name with its schema.' }),
    because: t.exposeString('because', { description: 'Why, for people.' }),
    statement: t.exposeString('statement', {
      nullable: true,
      description: 'What helps; null: nothing simple.',
    }),
  }),
});

export const PerformanceReportRef = builder.objectRef<PerformanceReport>('PerformanceReport').implement({
  description: 'How a cluster did in a time, as data and as a page.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Its begin.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Its end.' }),
    generatedAt: t.expose('generatedAt', { type: 'DateTime', description: 'When it was made.' }),
    series: t.field({
      type: [ReportSeriesRef],
      description: 'The metrics that were collected in that time.',
      resolve: ({ series }) => series,
    }),
    seriesReason: t.exposeString('seriesReason', {
      nullable: true,
      description: 'UNKNOWN: why the history of the metrics cannot be read; null when it can.',
    }),
    statements: t.field({
      type: [ReportStatementRef],
      description: 'The costliest first, at most 20, from `from` until the report was made.',
      resolve: ({ statements }) => statements,
    }),
    statementsReason: t.exposeString('statementsReason', {
      nullable: true,
      description: 'Why no statements are known; null when they are.',
    }),
    indexes: t.field({
      type: [ReportFindingRef],
      description: 'Invalid, duplicate and unused indexes, as they are now.',
      resolve: ({ indexes }) => indexes,
    }),
    tables: t.field({
      type: [ReportFindingRef],
      description: 'Tables that VACUUM or ANALYZE should see, as they are now.',
      resolve: ({ tables }) => tables,
    }),
    html: t.string({
      description:
        'All of it as one HTML page with plots, without scripts and without anything from elsewhere.',
      resolve: (report) => toHtml(report),
    }),
  }),
});
