import { RebalanceNotRunningError, RebalancePlanNotFoundError } from '../src/shards/errors.ts';
import type { Balance } from '../src/shards/rebalance/balance.ts';
import {
  REBALANCE_GOALS,
  type PlannedMove,
  type RebalanceGoal,
  type RebalancePlan,
} from '../src/shards/rebalance/plan.ts';
import { STAY_REASONS, type StayReason } from '../src/shards/rebalance/rules.ts';
import type { StoredPlan } from '../src/shards/rebalance/plan-store.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { startSuccess } from './requests.ts';

const GOALS: Record<RebalanceGoal, string> = {
  BALANCE_BYTES: 'Every shard has its share of the bytes, by weight.',
  BALANCE_ACTIVITY: 'Every shard has its share of what happens, by weight: hot organizations part.',
  DRAIN: 'Shards that are drained become empty; nothing else moves.',
  ISOLATE_HOT:
    'Every organization that causes most of what happens on its shard gets a shard of its own; whatever is less to move goes.',
};
export const RebalanceGoalRef = builder.enumType('RebalanceGoal', {
  description: 'What a rebalance is for.',
  values: Object.fromEntries(
    REBALANCE_GOALS.map((goal) => [goal, { value: goal, description: GOALS[goal] }]),
  ) as Record<RebalanceGoal, { value: RebalanceGoal; description: string }>,
});

const STAYS: Record<StayReason, string> = {
  PINNED: 'Somebody chose its shard.',
  REGION: 'No other shard that has room stands in its region.',
  TOO_LARGE: 'It is larger than a move may be.',
  MOVING: 'It is on its way already.',
  KEPT: 'The request keeps it.',
  NO_ROOM: 'No other shard takes it.',
};
const StayReasonRef = builder.enumType('StayReason', {
  description: 'Why an organization stays where there is too much.',
  values: Object.fromEntries(
    STAY_REASONS.map((reason) => [reason, { value: reason, description: STAYS[reason] }]),
  ) as Record<StayReason, { value: StayReason; description: string }>,
});

const PlannedMoveRef = builder.objectRef<PlannedMove>('PlannedMove').implement({
  description: 'One move of a plan.',
  fields: (t) => ({
    organizationId: t.exposeString('organization', { description: 'Uuid of the organization.' }),
    from: t.exposeString('from', { description: 'Name of the shard that it leaves.' }),
    to: t.exposeString('to', { description: 'Name of the shard that it comes to.' }),
    reason: t.exposeString('reason', { description: 'Why it moves.' }),
    bytes: t.field({
      type: 'BigInt',
      description: 'Its size, in bytes; an estimate.',
      resolve: ({ bytes }) => BigInt(bytes),
    }),
    rows: t.field({
      type: 'BigInt',
      description: 'Its rows; an estimate.',
      resolve: ({ rows }) => BigInt(rows),
    }),
    estimatedSeconds: t.exposeInt('estimatedSeconds', { description: 'What the move takes, in seconds.' }),
    estimatedPauseMs: t.exposeFloat('estimatedPauseMs', {
      description: 'How long its writers wait, in milliseconds.',
    }),
  }),
});

const StayRef = builder.objectRef<RebalancePlan['stays'][number]>('PlannedStay').implement({
  description: 'An organization that a plan leaves on a shard that has too much.',
  fields: (t) => ({
    organizationId: t.exposeString('organization', { description: 'Its uuid.' }),
    shard: t.exposeString('shard', { description: 'Name of the shard.' }),
    reason: t.expose('reason', { type: StayReasonRef, description: 'Why it stays.' }),
  }),
});

const BalanceRef = builder.objectRef<Balance>('ShardBalance').implement({
  description: 'What a shard has, and what it should have.',
  fields: (t) => ({
    shard: t.exposeString('shard', { description: 'Name of the shard.' }),
    organizations: t.exposeInt('organizations', { description: 'Number of its organizations.' }),
    bytes: t.field({
      type: 'BigInt',
      description: 'Of its organizations, in bytes; an estimate.',
      resolve: ({ bytes }) => BigInt(Math.round(bytes)),
    }),
    activityPerMinute: t.exposeFloat('activityPerMinute', {
      description: 'Rows of activity for each minute.',
    }),
    target: t.exposeFloat('target', {
      description:
        'What it should have of what the goal measures: bytes, or rows of activity for each minute.',
    }),
  }),
});

export const RebalancePlanRef = builder.objectRef<StoredPlan>('RebalancePlan').implement({
  description: 'Moves that would bring every shard nearer to its share. Nothing is moved by it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'What `startRebalance` takes. Kept for a week, begun once.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    goal: t.field({
      type: RebalanceGoalRef,
      description: 'What it is for.',
      resolve: ({ plan }) => plan.goal,
    }),
    moves: t.field({
      type: [PlannedMoveRef],
      description: 'In the order in which they are made.',
      resolve: ({ plan }) => [...plan.moves],
    }),
    stays: t.field({
      type: [StayRef],
      description: 'Organizations of shards that have too much and that are left there.',
      resolve: ({ plan }) => [...plan.stays],
    }),
    before: t.field({
      type: [BalanceRef],
      description: 'How it is.',
      resolve: ({ plan }) => [...plan.before],
    }),
    after: t.field({
      type: [BalanceRef],
      description: 'How it would be.',
      resolve: ({ plan }) => [...plan.after],
    }),
    imbalanceBefore: t.float({
      description:
        'Share of the load that is in the wrong place, 0 to 1. For ISOLATE_HOT: of the activity, what happens beside a hot organization, its own included.',
      resolve: ({ plan }) => plan.imbalanceBefore,
    }),
    imbalanceAfter: t.float({
      description: 'The same after all moves; never more than before.',
      resolve: ({ plan }) => plan.imbalanceAfter,
    }),
    warnings: t.stringList({
      description:
        'What is critical on its shards, with what helps: `startRebalance` would stop at it. As it was when the plan was made.',
      resolve: ({ plan }) => [...(plan.warnings ?? [])],
    }),
    isPaused: t.exposeBoolean('isPaused', {
      description: 'True while its rebalance begins no further move.',
    }),
  }),
});

export const StartRebalanceSuccessRef = startSuccess(
  'StartRebalanceSuccess',
  'The moves of the plan are being made.',
);

const planSuccess = (name: string, description: string) =>
  builder.objectRef<{ readonly plan: StoredPlan }>(name).implement({
    description,
    fields: (t) => ({ plan: t.expose('plan', { type: RebalancePlanRef, description: 'The plan.' }) }),
  });
export const PlanRebalanceSuccessRef = planSuccess(
  'PlanRebalanceSuccess',
  'The plan was made and kept; nothing moves.',
);
export const PauseRebalanceSuccessRef = planSuccess(
  'PauseRebalanceSuccess',
  'No further move begins; those under way go on.',
);
export const ResumeRebalanceSuccessRef = planSuccess('ResumeRebalanceSuccess', 'It goes on.');
export const DrainShardSuccessRef = planSuccess(
  'DrainShardSuccess',
  'The shard takes no more organizations. The plan says what would leave it; `startRebalance` carries it out.',
);

errorType(RebalancePlanNotFoundError, {
  description: 'No plan has that id, or it was begun already, or is older than a week.',
});
errorType(RebalanceNotRunningError, { description: 'The operation is no rebalance, or has ended.' });
