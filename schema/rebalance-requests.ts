import { z } from 'zod';
import { builder } from './builder.ts';
import { organizationId } from './organizations.ts';
import { RebalanceGoalRef } from './rebalances.ts';
import { auditFields, line, requestFields } from './requests.ts';

export const PlanRebalanceInputRef = builder.inputType('PlanRebalanceInput', {
  description: 'What for, and what must not happen.',
  fields: (t) => ({
    goal: t.field({ type: RebalanceGoalRef, required: true, description: 'What it is for.' }),
    maxMoves: t.int({
      defaultValue: 20,
      description: 'At most so many moves, 1 to 1,000. Null: 20.',
      validate: z.int().min(1).max(1_000).nullish(),
    }),
    maxMoveBytes: t.field({
      type: 'BigInt',
      description: 'Larger organizations stay, in bytes. Null: none is too large.',
      validate: z.bigint().min(0n, 'this is not negative').nullish(),
    }),
    tolerance: t.float({
      defaultValue: 0.05,
      description: 'Enough when so much of the load is in the wrong place, 0 to 1. Null: 0.05.',
      validate: z.number().min(0).max(1).nullish(),
    }),
    keep: t.stringList({
      description: 'Uuids of organizations that stay, at most 1,000. Null: none.',
      validate: z.array(organizationId).max(1_000).nullish(),
    }),
    drain: t.stringList({
      description: 'Names of shards to plan for as if they were drained, at most 100. Null: none.',
      validate: z.array(line(63)).max(100).nullish(),
    }),
    ...auditFields(t),
  }),
});

const DailyWindowInputRef = builder.inputType('DailyWindowInput', {
  description: 'A time of each day, in UTC; one that ends before it begins goes over midnight.',
  fields: (t) => ({
    from: t.string({
      required: true,
      description: '`HH:MM`.',
      validate: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'this is HH:MM'),
    }),
    to: t.string({
      required: true,
      description: '`HH:MM`.',
      validate: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'this is HH:MM'),
    }),
  }),
});

export const StartRebalanceInputRef = builder.inputType('StartRebalanceInput', {
  description: 'Which plan is carried out, and how gently.',
  fields: (t) => ({
    plan: t.id({
      required: true,
      description: 'Id of the plan.',
      validate: z.uuid('this is no id of a plan'),
    }),
    concurrency: t.int({
      defaultValue: 1,
      description:
        'Moves at the same time, 1 to 8; those that share a shard come one after the other. Null: 1.',
      validate: z.int().min(1).max(8).nullish(),
    }),
    window: t.field({
      type: DailyWindowInputRef,
      description: 'Moves begin and cut over only then. Null: at any time.',
    }),
    inQuietHours: t.boolean({
      defaultValue: false,
      description:
        'True: the window is the longest run of hours with less than half of the usual load, as it was measured. Null: false.',
    }),
    pauseBudgetMs: t.int({
      description:
        'Writers of an organization wait for at most so many milliseconds, 1 to 60,000. Null: what moves take by themselves.',
      validate: z.int().min(1).max(60_000).nullish(),
    }),
    ...requestFields(t),
  }),
});

const rebalanceInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      operation: t.id({ required: true, description: 'Id of the operation that rebalances.' }),
      ...auditFields(t),
    }),
  });
export const PauseRebalanceInputRef = rebalanceInput(
  'PauseRebalanceInput',
  'Which rebalance begins no further move.',
);
export const ResumeRebalanceInputRef = rebalanceInput('ResumeRebalanceInput', 'Which rebalance goes on.');
