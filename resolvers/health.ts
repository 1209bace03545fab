import type { HealthReport } from '../src/health/health.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { LoadMany } from '../schema/context.ts';
import { HealthReportRef } from '../schema/health.ts';

/** All clusters of a request are checked at once, and once. */
const loadHealth: LoadMany<HealthReport> = ({ health }, names) =>
  Promise.all(names.map((name) => health.check(name)));

builder.objectField(ClusterRef, 'health', (t) =>
  t.field({
    type: HealthReportRef,
    description: 'Its health, measured now.',
    authScopes: { scope: 'health:read' },
    resolve: ({ name }, _args, { loaders }) => loaders.load(loadHealth, name),
  }),
);

builder.queryField('checkDatabaseHealth', (t) =>
  t.field({
    type: HealthReportRef,
    description:
      'Measures the health of a cluster now: connections, cache, replication, transactions, archive, size.',
    authScopes: { scope: 'health:read' },
    args: { cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }) },
    resolve: (_root, { cluster }, { services, loaders }) =>
      loaders.load(loadHealth, services.fleet.get(cluster).name),
  }),
);
