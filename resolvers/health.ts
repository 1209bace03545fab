import { InvalidInputError } from '../src/errors.ts';
import { ClusterNotFoundError } from '../src/fleet/fleet.ts';
import type { HealthReport } from '../src/health/health.ts';
import { isPlatformMetricName } from '../src/platform/catalogue.ts';
import { PlatformServiceNotFoundError } from '../src/platform/errors.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { LoadMany } from '../schema/context.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import { HealthReportRef } from '../schema/health.ts';
import {
  HealthThresholdRef,
  HistoryRangeRef,
  MetricHistoryRef,
  UpsertThresholdInputRef,
  UpsertThresholdSuccessRef,
} from '../schema/health-history.ts';
import { subscribe } from './live.ts';

/** All clusters of a request are read at once, and once. */
const loadHealth: LoadMany<HealthReport> = ({ health }, names) => health.current(names);
const checkHealth: LoadMany<HealthReport> = ({ health }, names) =>
  Promise.all(names.map((name) => health.check(name)));

const CLUSTER = 'Name of the cluster, e.g. `main`.';

builder.objectField(ClusterRef, 'health', (t) =>
  t.field({
    type: HealthReportRef,
    description:
      'Its health as it was collected last, at most 30 seconds ago; measured now where nobody collects.',
    authScopes: { scope: 'health:read' },
    resolve: ({ name }, _args, { loaders }) => loaders.load(loadHealth, name),
  }),
);

builder.queryField('checkDatabaseHealth', (t) =>
  t.field({
    type: HealthReportRef,
    description:
      'Measures the health of a cluster now: connections, cache, replication, transactions, archive, size. What needs an interval or is costly is as it was collected last.',
    authScopes: { scope: 'health:read' },
    args: { cluster: t.arg.string({ required: true, description: CLUSTER }) },
    resolve: (_root, { cluster }, { services, loaders }) =>
      loaders.load(checkHealth, services.fleet.get(cluster).name),
  }),
);

builder.queryField('metricHistory', (t) =>
  t.field({
    type: MetricHistoryRef,
    description: 'A metric over time, in aligned steps.',
    authScopes: { scope: 'health:read' },
    args: {
      cluster: t.arg.string({ required: true, description: CLUSTER }),
      instance: t.arg.string({
        description: 'Name of the instance, e.g. `main-1`. Null: the metric is one of the whole cluster.',
      }),
      metric: t.arg.string({ required: true, description: 'Name of the metric, e.g. `connections`.' }),
      range: t.arg({ type: HistoryRangeRef, required: true, description: 'From when to when.' }),
      step: t.arg.int({
        description: 'Length of a step in seconds, 10 to 2,678,400. Null: one that gives about 200 steps.',
      }),
    },
    resolve: (_root, { cluster, instance, metric, range, step }, { services }) => {
      if (step !== null && step !== undefined && (step < 10 || step > 2_678_400))
        throw new InvalidInputError(['step'], 'it is 10 to 2,678,400 seconds');
      return services.health.history({
        ...{ cluster, metric, from: range.from, to: range.to ?? new Date() },
        ...{ instance: instance ?? null, stepSeconds: step ?? null },
      });
    },
  }),
);

builder.queryField('thresholds', (t) =>
  t.field({
    type: [HealthThresholdRef],
    description: 'The limits that hold for a cluster, those of all metrics.',
    authScopes: { scope: 'health:read' },
    args: { cluster: t.arg.string({ required: true, description: CLUSTER }) },
    resolve: (_root, { cluster }, { services }) => services.health.thresholds(cluster),
  }),
);

builder.mutationField('upsertThreshold', (t) =>
  t.field({
    type: UpsertThresholdSuccessRef,
    description:
      'Sets both limits of a metric, for one cluster, one service beside them, or for all, or takes back what was set.',
    authScopes: { scope: 'health:write' },
    // The service writes the line in the transaction of the change.
    extensions: { auditedBy: 'SERVICE' },
    args: { input: t.arg({ type: UpsertThresholdInputRef, required: true, description: 'The limits.' }) },
    errors: { types: [...MUTATION_ERRORS, ClusterNotFoundError, PlatformServiceNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => {
      const { cluster = null, service = null, metric } = input;
      const request = {
        ...{ metric, target: input.target ?? null, critical: input.critical ?? null },
        ...{ isRestored: input.restoreDefault ?? false, dryRun: input.dryRun ?? false },
      };
      if (cluster !== null && service !== null)
        throw new InvalidInputError(
          ['input', 'service'],
          'limits are of a cluster or of a service, not of both',
        );
      const isOfService = service !== null || isPlatformMetricName(metric);
      return {
        threshold: await (isOfService && cluster === null
          ? services.platform.upsertThreshold({ ...request, service }, requester(input))
          : services.health.upsertThreshold({ ...request, cluster }, requester(input))),
      };
    },
  }),
);

builder.subscriptionField('healthUpdates', (t) =>
  t.field({
    type: HealthReportRef,
    description: 'The health of a cluster now, then each time that a state in it has changed.',
    authScopes: { scope: 'health:read' },
    args: { cluster: t.arg.string({ required: true, description: CLUSTER }) },
    subscribe: (_root, { cluster }, context) =>
      subscribe(context, (signal) => context.services.health.follow(cluster, signal)),
    resolve: (report) => report,
  }),
);
