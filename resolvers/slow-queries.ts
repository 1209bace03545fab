import { z } from 'zod';
import { builder } from '../schema/builder.ts';
import { SlowQueriesRef, SlowQueryOrderRef } from '../schema/slow-queries.ts';

const HOUR_SECONDS = 3_600;

builder.queryField('slowQueries', (t) =>
  t.field({
    type: SlowQueriesRef,
    description:
      'Which statements cost most in the last time: differences of pg_stat_statements, kept every five minutes for a week.',
    authScopes: { scope: 'performance:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      instance: t.arg.string({ description: 'Name of the instance. Null: the primary.' }),
      windowSeconds: t.arg.int({
        defaultValue: HOUR_SECONDS,
        description: 'The last so many seconds, 1 to 604,800, from the look before them on. Null: 3,600.',
        validate: z.int().min(1, 'this is at least 1').max(604_800, 'this is at most 604,800').nullish(),
      }),
      orderBy: t.arg({
        type: SlowQueryOrderRef,
        defaultValue: 'TOTAL_TIME',
        description: 'What comes first. Null: TOTAL_TIME.',
      }),
      first: t.arg.int({
        defaultValue: 20,
        description: 'At most so many, 1 to 100. Null: 20.',
        validate: z.int().min(1, 'this is at least 1').max(100, 'this is at most 100').nullish(),
      }),
    },
    resolve: (_root, { cluster, instance, windowSeconds, orderBy, first }, { services }) =>
      services.performance.slowQueries({
        ...{ cluster, instance: instance ?? null, orderBy: orderBy ?? 'TOTAL_TIME' },
        windowSeconds: windowSeconds ?? HOUR_SECONDS,
        limit: first ?? 20,
      }),
  }),
);
