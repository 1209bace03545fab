import { z } from 'zod';
import { builder } from '../schema/builder.ts';
import { ForecastRef } from '../schema/capacity.ts';

const DEFAULT_DAYS = 14;

builder.queryField('capacityForecast', (t) =>
  t.field({
    type: [ForecastRef],
    description:
      'When disk, connections, sequences and transaction ids of each instance of a cluster come to an end.',
    authScopes: { scope: 'performance:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      days: t.arg.int({
        defaultValue: DEFAULT_DAYS,
        description: 'The history of the last so many days is looked at, 1 to 80. Null: 14.',
        validate: z.int().min(1, 'this is at least 1').max(80, 'this is at most 80').nullish(),
      }),
    },
    resolve: (_root, { cluster, days }, { services }) =>
      services.performance.capacityForecast({ cluster, days: days ?? DEFAULT_DAYS }),
  }),
);
