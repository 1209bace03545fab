import { DatabaseUnavailableError } from '../src/postgres/errors.ts';
import {
  LastShardError,
  RebalanceNotRunningError,
  RebalancePlanNotFoundError,
  ShardUnknownError,
} from '../src/shards/errors.ts';
import type { PlanRequest } from '../src/shards/service.ts';
import { builder } from '../schema/builder.ts';
import { MUTATION_ERRORS, START_ERRORS } from '../schema/errors.ts';
import {
  PauseRebalanceInputRef,
  PlanRebalanceInputRef,
  ResumeRebalanceInputRef,
  StartRebalanceInputRef,
} from '../schema/rebalance-requests.ts';
import {
  DrainShardSuccessRef,
  PauseRebalanceSuccessRef,
  PlanRebalanceSuccessRef,
  ResumeRebalanceSuccessRef,
  StartRebalanceSuccessRef,
} from '../schema/rebalances.ts';
import { DrainShardInputRef } from '../schema/shard-changes.ts';
import { toOperationId } from './operations.ts';

/** What a plan takes when nothing else is said. */
const DEFAULTS = { maxMoves: 20, maxMoveBytes: null, tolerance: 0.05, keep: [], drain: [] } as const;
/** All that may leave a shard leaves it. */
const MOST_MOVES = 1_000;

builder.mutationFields((t) => ({
  planRebalance: t.field({
    type: PlanRebalanceSuccessRef,
    description:
      'Measures all shards and plans moves: each with its reason, size, time and pause, with the balance that they lead to and with what stays and why. Nothing is moved.',
    authScopes: { scope: 'shard:write' },
    args: { input: t.arg({ type: PlanRebalanceInputRef, required: true, description: 'What for.' }) },
    errors: { types: [...MUTATION_ERRORS, ShardUnknownError, DatabaseUnavailableError] },
    resolve: async (_root, { input }, { services }) => {
      const request: PlanRequest = {
        goal: input.goal,
        maxMoves: input.maxMoves ?? DEFAULTS.maxMoves,
        maxMoveBytes: input.maxMoveBytes == null ? null : Number(input.maxMoveBytes),
        tolerance: input.tolerance ?? DEFAULTS.tolerance,
        keep: input.keep ?? [],
        drain: input.drain ?? [],
      };
      return { plan: await services.shards.plan(request) };
    },
  }),
  startRebalance: t.field({
    type: StartRebalanceSuccessRef,
    description:
      'Makes the moves of a plan, some at a time. It stops when a cluster is critical or a move fails; a retry goes on with what is left.',
    authScopes: { scope: 'shard:write' },
    args: {
      input: t.arg({ type: StartRebalanceInputRef, required: true, description: 'Which plan, and how.' }),
    },
    errors: { types: [...START_ERRORS, RebalancePlanNotFoundError] },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.shards.start(
        {
          planId: input.plan,
          concurrency: input.concurrency ?? 1,
          window: input.window ?? null,
          inQuietHours: input.inQuietHours ?? false,
          pauseBudgetMs: input.pauseBudgetMs ?? null,
        },
        request(input),
      ),
    }),
  }),
}));

builder.mutationFields((t) => ({
  pauseRebalance: t.field({
    type: PauseRebalanceSuccessRef,
    description: 'Lets a rebalance begin no further move. Those that are under way go on to their end.',
    authScopes: { scope: 'shard:write' },
    args: { input: t.arg({ type: PauseRebalanceInputRef, required: true, description: 'Which.' }) },
    errors: { types: [...MUTATION_ERRORS, RebalanceNotRunningError] },
    resolve: async (_root, { input }, { services }) => ({
      plan: await services.shards.setPaused(toOperationId(input.operation, ['input', 'operation']), true),
    }),
  }),
  resumeRebalance: t.field({
    type: ResumeRebalanceSuccessRef,
    description: 'Lets a paused rebalance go on.',
    authScopes: { scope: 'shard:write' },
    args: { input: t.arg({ type: ResumeRebalanceInputRef, required: true, description: 'Which.' }) },
    errors: { types: [...MUTATION_ERRORS, RebalanceNotRunningError] },
    resolve: async (_root, { input }, { services }) => ({
      plan: await services.shards.setPaused(toOperationId(input.operation, ['input', 'operation']), false),
    }),
  }),
  drainShard: t.field({
    type: DrainShardSuccessRef,
    description:
      'Lets a shard take no more organizations, and plans what leaves it. `startRebalance` begins the moves.',
    authScopes: { scope: 'shard:write' },
    args: { input: t.arg({ type: DrainShardInputRef, required: true, description: 'Which.' }) },
    errors: { types: [...MUTATION_ERRORS, ShardUnknownError, LastShardError, DatabaseUnavailableError] },
    resolve: async (_root, { input }, { services }) => {
      const { shard, undo, dryRun } = input;
      const isUndone = undo ?? false;
      await services.shards.directory.getShard(shard);
      if (!(dryRun ?? false))
        await services.shards.directory.setState(shard, isUndone ? 'ACTIVE' : 'DRAINING');
      const drain = isUndone ? [] : [shard];
      return {
        plan: await services.shards.plan({
          ...DEFAULTS,
          keep: [],
          goal: 'DRAIN',
          drain,
          maxMoves: MOST_MOVES,
        }),
      };
    },
  }),
}));
