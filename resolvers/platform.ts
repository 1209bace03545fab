import { InvalidInputError } from '../src/errors.ts';
import { builder } from '../schema/builder.ts';
import { HealthThresholdRef, HistoryRangeRef, MetricHistoryRef } from '../schema/health-history.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import { PlatformKindRef, PlatformServiceRef } from '../schema/platform.ts';
import { RunServiceActionInputRef, RunServiceActionSuccessRef } from '../schema/service-actions.ts';
import { PlatformServiceNotFoundError, PlatformServiceUnavailableError } from '../src/platform/errors.ts';

builder.queryFields((t) => ({
  platformServices: t.field({
    type: [PlatformServiceRef],
    description: 'What stands beside the clusters and is configured, as it was seen last.',
    authScopes: { scope: 'health:read' },
    args: { kind: t.arg({ type: PlatformKindRef, description: 'Only those of this kind. Null: all.' }) },
    resolve: (_root, { kind }, { services }) => services.platform.list(kind ?? null),
  }),
  platformService: t.field({
    type: PlatformServiceRef,
    nullable: true,
    description: 'One service; null when none of this name is configured.',
    authScopes: { scope: 'health:read' },
    args: { name: t.arg.string({ required: true, description: 'Its name, e.g. `redis`.' }) },
    resolve: (_root, { name }, { services }) => services.platform.find(name),
  }),
}));

builder.interfaceField(PlatformServiceRef, 'history', (t) =>
  t.field({
    type: MetricHistoryRef,
    description: 'One of its metrics over time, in aligned steps.',
    args: {
      metric: t.arg.string({ required: true, description: 'Name of the metric, e.g. `redis_memory_used`.' }),
      range: t.arg({ type: HistoryRangeRef, required: true, description: 'From when to when.' }),
      step: t.arg.int({
        description: 'Length of a step in seconds, 10 to 2,678,400. Null: one that gives about 200 steps.',
      }),
    },
    resolve: ({ name }, { metric, range, step }, { services }) => {
      if (step !== null && step !== undefined && (step < 10 || step > 2_678_400))
        throw new InvalidInputError(['step'], 'it is 10 to 2,678,400 seconds');
      return services.platform.history({
        ...{ service: name, metric, from: range.from, to: range.to ?? new Date() },
        stepSeconds: step ?? null,
      });
    },
  }),
);

builder.interfaceField(PlatformServiceRef, 'thresholds', (t) =>
  t.field({
    type: [HealthThresholdRef],
    description: 'The limits that hold for it, those of all metrics of its kind.',
    resolve: ({ name }, _args, { services }) => services.platform.thresholds(name),
  }),
);

builder.mutationField('runServiceAction', (t) =>
  t.field({
    type: RunServiceActionSuccessRef,
    description: 'Does to a service what an alert of it suggests.',
    authScopes: { scope: 'health:write' },
    args: { input: t.arg({ type: RunServiceActionInputRef, required: true, description: 'What to which.' }) },
    errors: {
      types: [...MUTATION_ERRORS, PlatformServiceNotFoundError, PlatformServiceUnavailableError],
    },
    resolve: (_root, { input }, { services }) =>
      services.platform.act({
        ...{ service: input.service, action: input.action, dryRun: input.dryRun ?? false },
      }),
  }),
);
