import { z } from 'zod';
import type { SamplePlan, StatementPlace } from '../src/performance/advice/sample-plan.ts';
import { builder } from '../schema/builder.ts';
import type { LoadMany } from '../schema/context.ts';
import { SamplePlanRef, SlowQueriesRef, SlowQueryOrderRef, SlowQueryRef } from '../schema/slow-queries.ts';

const HOUR_SECONDS = 3_600;

/** By the statement and its place as JSON: a text may hold whatever would part them. */
const loadPlans: LoadMany<SamplePlan> = ({ performance }, keys) =>
  performance.samplePlans(keys.map((key) => JSON.parse(key) as StatementPlace));

builder.objectField(SlowQueryRef, 'plan', (t) =>
  t.field({
    type: SamplePlanRef,
    description:
      'Its generic plan, made now by the instance that it ran on, and not executed. All plans of one list take 5 seconds at most; those that do not come up by then are UNKNOWN.',
    complexity: { field: 10, multiplier: 1 }, // the server plans it; other fields only show what is there
    resolve: ({ cluster, instance, query }, _args, { loaders }) =>
      loaders.load(loadPlans, JSON.stringify({ cluster, instance, query } satisfies StatementPlace)),
  }),
);

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
