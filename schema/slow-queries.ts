import type { SamplePlan } from '../src/performance/advice/sample-plan.ts';
import {
  SLOW_QUERY_ORDERS,
  type SlowQueries,
  type SlowQuery,
  type SlowQueryOrder,
} from '../src/performance/statements/slow-queries.ts';
import { builder } from './builder.ts';

const ORDERS: Record<SlowQueryOrder, string> = {
  TOTAL_TIME: 'By the time they took together: what to mend first.',
  MEAN_TIME: 'By the time of one call.',
  P95_BOUND: 'By the bound that 95 % of the calls stay below.',
  CALLS: 'By how often they ran.',
  IO: 'By blocks read from outside of memory, temporary ones too.',
};

export const SlowQueryOrderRef = builder.enumType('SlowQueryOrder', {
  description: 'What comes first.',
  values: Object.fromEntries(
    SLOW_QUERY_ORDERS.map((order) => [order, { value: order, description: ORDERS[order] }]),
  ) as Record<SlowQueryOrder, { value: SlowQueryOrder; description: string }>,
});

const METHODS: Record<SlowQueries['method'], string> = {
  INTERVALS: 'Differences of the counters over the window.',
  SINCE_RESET: 'The counters as they are, since they began: there is no earlier look to compare with yet.',
  NONE: 'There are no figures; `reason` says why.',
};

const SlowQueriesMethodRef = builder.enumType('SlowQueriesMethod', {
  description: 'Where figures of statements come from.',
  values: Object.fromEntries(
    Object.entries(METHODS).map(([method, description]) => [method, { value: method, description }]),
  ) as Record<SlowQueries['method'], { value: SlowQueries['method']; description: string }>,
});

export const SamplePlanRef = builder.objectRef<SamplePlan>('SamplePlan').implement({
  description:
    'The generic plan of a statement: what the server does whatever the values are. Never executed.',
  fields: (t) => ({
    text: t.exposeString('text', {
      nullable: true,
      description: 'One line for each step, its cost, rows and condition; null: UNKNOWN, see `reason`.',
    }),
    totalCost: t.exposeFloat('totalCost', {
      nullable: true,
      description: 'In the planner’s units; null without a plan.',
    }),
    plannedAs: t.exposeString('plannedAs', {
      nullable: true,
      description: 'The role whose rights and policies the plan has; null without a plan.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why there is no plan; null when there is one.',
    }),
    hint: t.exposeString('hint', { nullable: true, description: 'What helps; null when nothing is needed.' }),
  }),
});

/** `plan` is an edge: resolvers add it. */
export const SlowQueryRef = builder.objectRef<SlowQuery>('SlowQuery').implement({
  description: 'What one normalised statement cost.',
  fields: (t) => ({
    queryId: t.exposeString('queryId', { description: 'As in pg_stat_statements.' }),
    query: t.exposeString('query', {
      nullable: true,
      description: 'Its text with `$n` for values, strings left out; null when the server has forgotten it.',
    }),
    calls: t.exposeFloat('calls', { description: 'How often it ran.' }),
    totalMs: t.exposeFloat('totalMs', { description: 'Time of all calls, in milliseconds.' }),
    meanMs: t.exposeFloat('meanMs', { description: 'Time of a call on average, in milliseconds.' }),
    stddevMs: t.exposeFloat('stddevMs', { description: 'Standard deviation of it, in milliseconds.' }),
    p95BoundMs: t.exposeFloat('p95BoundMs', {
      description:
        'At most 1 call in 20 took longer, in milliseconds: mean + 4.36 standard deviations (Cantelli), whatever the distribution. An upper bound, no estimate.',
    }),
    shareOfTime: t.exposeFloat('shareOfTime', {
      description: 'Its part of the time of all statements, 0 to 1.',
    }),
    rows: t.exposeFloat('rows', { description: 'Rows that it gave or changed.' }),
    blocksHit: t.exposeFloat('blocksHit', { description: 'Blocks of 8 kB found in memory.' }),
    blocksRead: t.exposeFloat('blocksRead', { description: 'Blocks of 8 kB read from outside of it.' }),
    blocksTemp: t.exposeFloat('blocksTemp', { description: 'Temporary blocks of 8 kB read and written.' }),
    hitRatio: t.exposeFloat('hitRatio', {
      nullable: true,
      description: 'Part of its blocks that were in memory, 0 to 1; null when it used none.',
    }),
    ioMs: t.exposeFloat('ioMs', {
      description: 'Time of reading and writing blocks, in milliseconds; 0 without track_io_timing.',
    }),
    walBytes: t.exposeFloat('walBytes', { description: 'Write-ahead log that it wrote, in bytes.' }),
  }),
});

export const SlowQueriesRef = builder.objectRef<SlowQueries>('SlowQueries').implement({
  description: 'Which statements cost most in a time.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    instance: t.exposeString('instance', { description: 'Name of the instance.' }),
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: 'Begin of the time that the figures cover; null when it is not known.',
    }),
    to: t.expose('to', { type: 'DateTime', nullable: true, description: 'End of it; null without figures.' }),
    method: t.expose('method', { type: SlowQueriesMethodRef, description: 'Where the figures come from.' }),
    totalCalls: t.exposeFloat('totalCalls', { description: 'Calls of all statements.' }),
    totalMs: t.exposeFloat('totalMs', { description: 'Time of all statements, in milliseconds.' }),
    queries: t.expose('queries', {
      type: [SlowQueryRef],
      description: 'The dearest, in the order asked for.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why there are no figures; null when there are.',
    }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'The statement that helps; null when none is needed.',
    }),
  }),
});
