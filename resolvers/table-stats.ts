import { z } from 'zod';
import { builder } from '../schema/builder.ts';
import { IndexReportRef, TableOrderRef, TableReportRef } from '../schema/table-stats.ts';

const AUTH = { scope: 'performance:read' } as const;
const CLUSTER = { required: true, description: 'Name of the cluster, e.g. `main`.' } as const;
const INSTANCE = { description: 'Name of the instance. Null: the primary.' } as const;
const FIRST = {
  defaultValue: 50,
  description: 'At most so many, 1 to 500. Null: 50.',
  validate: z.int().min(1, 'this is at least 1').max(500, 'this is at most 500').nullish(),
} as const;
const DEFAULT_SIZE = 50;

builder.queryFields((t) => ({
  tableStats: t.field({
    type: TableReportRef,
    description: 'Rows, sizes, bloat, scans and due VACUUMs by table.',
    authScopes: AUTH,
    args: {
      cluster: t.arg.string(CLUSTER),
      instance: t.arg.string(INSTANCE),
      orderBy: t.arg({
        type: TableOrderRef,
        defaultValue: 'SIZE',
        description: 'What comes first. Null: SIZE.',
      }),
      first: t.arg.int(FIRST),
    },
    resolve: (_root, { cluster, instance, orderBy, first }, { services }) =>
      services.performance.tableStats({
        ...{ cluster, instance: instance ?? null },
        ...{ orderBy: orderBy ?? 'SIZE', limit: first ?? DEFAULT_SIZE },
      }),
  }),
  bloat: t.field({
    type: TableReportRef,
    description: 'Tables by the space that their rows do not fill: `tableStats` in that order.',
    authScopes: AUTH,
    args: { cluster: t.arg.string(CLUSTER), instance: t.arg.string(INSTANCE), first: t.arg.int(FIRST) },
    resolve: (_root, { cluster, instance, first }, { services }) =>
      services.performance.tableStats({
        ...{ cluster, instance: instance ?? null, orderBy: 'BLOAT', limit: first ?? DEFAULT_SIZE },
      }),
  }),
  vacuumNeeds: t.field({
    type: TableReportRef,
    description: 'Tables that VACUUM or ANALYZE should see, the most pressing first.',
    authScopes: AUTH,
    args: { cluster: t.arg.string(CLUSTER), instance: t.arg.string(INSTANCE), first: t.arg.int(FIRST) },
    resolve: (_root, { cluster, instance, first }, { services }) =>
      services.performance.vacuumNeeds({
        ...{ cluster, instance: instance ?? null, limit: first ?? DEFAULT_SIZE },
      }),
  }),
  indexUsage: t.field({
    type: IndexReportRef,
    description: 'How indexes are used by all instances together: invalid, duplicate and unused ones first.',
    authScopes: AUTH,
    args: { cluster: t.arg.string(CLUSTER), first: t.arg.int(FIRST) },
    resolve: (_root, { cluster, first }, { services }) =>
      services.performance.indexUsage(cluster, first ?? DEFAULT_SIZE),
  }),
}));
