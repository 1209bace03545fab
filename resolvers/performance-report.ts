import { builder } from '../schema/builder.ts';
import { PerformanceReportRef } from '../schema/performance-report.ts';

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
      services.performance.report({ cluster, from, to: to ?? new Date() }),
  }),
);
