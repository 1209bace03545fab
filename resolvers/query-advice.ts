import { z } from 'zod';
import { builder } from '../schema/builder.ts';
import { IndexAdviceRef, OptimizationRef } from '../schema/query-advice.ts';

const DEFAULT_BUDGET_BYTES = 256 * 1_048_576;
const WORKLOAD_BUDGET_BYTES = 1_073_741_824;
const DAY_SECONDS = 86_400;

const budget = z.number().min(0, 'this is at least 0').max(1e15, 'this is at most 1e15').nullish();
const wholeOf = (least: number, most: number) =>
  z.int().min(least, `this is at least ${least}`).max(most, `this is at most ${most}`).nullish();

builder.queryField('optimizeQuery', (t) =>
  t.field({
    type: OptimizationRef,
    description:
      'What the planner makes of a statement with `?`, `$n` or values, and which indexes and other words would make it cheaper. Nothing is executed, unless `analyze` says so.',
    // Executing, if only to read, needs more than looking does.
    authScopes: (_root, { analyze }) => ({ scope: analyze === true ? 'session:write' : 'performance:read' }),
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      sql: t.arg.string({
        required: true,
        description: 'One SELECT, INSERT, UPDATE, DELETE or WITH, at most 50,000 characters.',
      }),
      instance: t.arg.string({ description: 'Name of the instance. Null: the primary.' }),
      analyze: t.arg.boolean({
        defaultValue: false,
        description:
          'Executes a SELECT without parameters, in a transaction that reads only, for at most 10 seconds. Needs `session:write`. Null: false.',
      }),
      budgetBytes: t.arg.float({
        defaultValue: DEFAULT_BUDGET_BYTES,
        description: 'All suggested indexes together take at most so many bytes. Null: 256 MiB.',
        validate: budget,
      }),
    },
    resolve: (_root, { cluster, sql, instance, analyze, budgetBytes }, { services }) =>
      services.performance.optimizeQuery({
        ...{ cluster, sql, instance: instance ?? null, analyze: analyze ?? false },
        budgetBytes: budgetBytes ?? DEFAULT_BUDGET_BYTES,
      }),
  }),
);

builder.queryField('indexAdvice', (t) =>
  t.field({
    type: IndexAdviceRef,
    description:
      'The indexes that would save most over the dearest statements of the last time. Nothing is executed.',
    authScopes: { scope: 'performance:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      instance: t.arg.string({ description: 'Name of the instance. Null: the primary.' }),
      windowSeconds: t.arg.int({
        defaultValue: DAY_SECONDS,
        description: 'Statements of the last so many seconds, 1 to 604,800. Null: 86,400.',
        validate: wholeOf(1, 604_800),
      }),
      statements: t.arg.int({
        defaultValue: 50,
        description: 'The dearest so many of them, 1 to 100. Null: 50.',
        validate: wholeOf(1, 100),
      }),
      budgetBytes: t.arg.float({
        defaultValue: WORKLOAD_BUDGET_BYTES,
        description: 'All suggested indexes together take at most so many bytes. Null: 1 GiB.',
        validate: budget,
      }),
      first: t.arg.int({
        defaultValue: 10,
        description: 'At most so many indexes, 1 to 20. Null: 10.',
        validate: wholeOf(1, 20),
      }),
    },
    resolve: (_root, { cluster, instance, windowSeconds, statements, budgetBytes, first }, { services }) =>
      services.performance.indexAdvice({
        ...{ cluster, instance: instance ?? null, windowSeconds: windowSeconds ?? DAY_SECONDS },
        ...{ statements: statements ?? 50, limit: first ?? 10 },
        budgetBytes: budgetBytes ?? WORKLOAD_BUDGET_BYTES,
      }),
  }),
);
