import { estimateMove, type MoveRates } from './rates.ts';
import { describeBalance, imbalanceOf, targetsOf, type Balance } from './balance.ts';
import { type Measure, type PlanOrganization, type PlanShard, sumBy } from './subjects.ts';

export const REBALANCE_GOALS = ['BALANCE_BYTES', 'BALANCE_ACTIVITY', 'DRAIN'] as const;
export type RebalanceGoal = (typeof REBALANCE_GOALS)[number];

export interface RebalanceConstraints {
  readonly maxMoves: number;
  /** Larger organizations stay; null: none is too large. */
  readonly maxMoveBytes: number | null;
  /** The plan is done when no more than this share of the load is in the wrong place, 0 to 1. */
  readonly tolerance: number;
  /** Organizations that stay. */
  readonly keep: readonly string[];
}

export const STAY_REASONS = ['PINNED', 'REGION', 'TOO_LARGE', 'MOVING', 'KEPT', 'NO_ROOM'] as const;
export type StayReason = (typeof STAY_REASONS)[number];

export interface PlannedMove {
  readonly organization: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly rows: number;
  readonly reason: string;
  readonly estimatedSeconds: number;
  readonly estimatedPauseMs: number;
}

export interface RebalancePlan {
  readonly goal: RebalanceGoal;
  readonly moves: readonly PlannedMove[];
  /** Organizations of shards that have too much, which the plan leaves where they are. */
  readonly stays: readonly {
    readonly organization: string;
    readonly shard: string;
    readonly reason: StayReason;
  }[];
  readonly before: readonly Balance[];
  readonly after: readonly Balance[];
  /** Share of the load that is in the wrong place, 0 to 1. */
  readonly imbalanceBefore: number;
  readonly imbalanceAfter: number;
}

export interface PlanInput {
  readonly goal: RebalanceGoal;
  readonly shards: readonly PlanShard[];
  readonly organizations: readonly PlanOrganization[];
  readonly constraints: RebalanceConstraints;
  readonly rates: MoveRates;
}

/** Moves that bring each shard nearer to its share by weight. Every one of them makes the whole more even, or drains. */
export function planMoves(input: PlanInput): RebalancePlan {
  const { goal, shards, constraints, rates } = input;
  const measure = measureOf(goal);
  const before = input.organizations;
  let now = before;
  const moves: PlannedMove[] = [];
  const targets = targetsOf(shards, before, measure);
  while (moves.length < constraints.maxMoves) {
    const next = findNext(
      { ...input, organizations: now },
      targets,
      new Set(moves.map((one) => one.organization)),
    );
    if (next === null) break;
    const { organization, to, reason } = next;
    const { id, shard: from, bytes, rows } = organization;
    moves.push({ organization: id, from, to, bytes, rows, reason, ...estimateMove({ bytes, rows }, rates) });
    now = now.map((one) => (one.id === id ? { ...one, shard: to } : one));
  }
  const moved = new Set(moves.map((one) => one.organization));
  return {
    goal,
    moves,
    stays: listStays({ ...input, organizations: now }, targets, moved),
    before: describeBalance(shards, before, targets),
    after: describeBalance(shards, now, targets),
    imbalanceBefore: imbalanceOf(shards, before, targets, measure),
    imbalanceAfter: imbalanceOf(shards, now, targets, measure),
  };
}

function measureOf(goal: RebalanceGoal): Measure {
  return goal === 'BALANCE_ACTIVITY' ? (one) => one.activityPerMinute : (one) => one.bytes;
}

interface Candidate {
  readonly organization: PlanOrganization;
  readonly to: string;
  readonly reason: string;
  /** How much less of the load is in the wrong place afterwards. */
  readonly gain: number;
}

function findNext(
  input: PlanInput,
  targets: ReadonlyMap<string, number>,
  moved: ReadonlySet<string>,
): Candidate | null {
  const { goal, shards, organizations, constraints } = input;
  const measure = measureOf(goal);
  const loads = sumBy(organizations, measure);
  const bytesOn = sumBy(organizations, (one) => one.bytes);
  const excess = (name: string) => (loads.get(name) ?? 0) - (targets.get(name) ?? 0);
  const draining = new Set(shards.filter((one) => one.state === 'DRAINING').map((one) => one.name));
  const total = [...loads.values()].reduce((sum, one) => sum + one, 0);
  const isDone =
    goal !== 'DRAIN' &&
    imbalanceOf(shards, organizations, targets, measure) <= constraints.tolerance &&
    total > 0;
  const candidates = organizations
    .filter((one) => !moved.has(one.id) && (draining.has(one.shard) || (goal !== 'DRAIN' && !isDone)))
    .filter((one) => givesAway(shards, one.shard) && whyItStays(one, constraints) === null)
    .flatMap((organization) =>
      shards
        .filter((to) => mayTake(to, organization, bytesOn))
        .map((to): Candidate => {
          const amount = measure(organization);
          const [here, there] = [excess(organization.shard), excess(to.name)];
          const gain = Math.abs(here) + Math.abs(there) - Math.abs(here - amount) - Math.abs(there + amount);
          const reason = draining.has(organization.shard)
            ? `${organization.shard} is being drained`
            : `${organization.shard} has more than its share, ${to.name} less`;
          return { organization, to: to.name, reason, gain };
        }),
    )
    .filter((one) => draining.has(one.organization.shard) || one.gain > total * LEAST_GAIN);
  // The most for the least: of equal gains the one with fewer bytes; then by name, so that a plan is the same again.
  const [best] = candidates.toSorted(
    (a, b) =>
      b.gain - a.gain ||
      a.organization.bytes - b.organization.bytes ||
      (`${a.organization.id} ${a.to}` < `${b.organization.id} ${b.to}` ? -1 : 1),
  );
  return best ?? null;
}

/** A move that brings less than a thousandth of the load to its place is not worth a pause. */
const LEAST_GAIN = 0.001;

function givesAway(shards: readonly PlanShard[], name: string): boolean {
  return shards.some((one) => one.name === name && one.state !== 'READ_ONLY');
}

function whyItStays(one: PlanOrganization, { keep, maxMoveBytes }: RebalanceConstraints): StayReason | null {
  if (one.isMoving) return 'MOVING';
  if (one.isPinned) return 'PINNED';
  if (keep.includes(one.id)) return 'KEPT';
  return maxMoveBytes !== null && one.bytes > maxMoveBytes ? 'TOO_LARGE' : null;
}

function mayTake(to: PlanShard, one: PlanOrganization, bytesOn: ReadonlyMap<string, number>): boolean {
  if (to.name === one.shard || to.state !== 'ACTIVE') return false;
  if (one.region !== null && to.region !== one.region) return false;
  return to.capacityBytes === null || (bytesOn.get(to.name) ?? 0) + one.bytes <= to.capacityBytes;
}

function listStays(
  input: PlanInput,
  targets: ReadonlyMap<string, number>,
  moved: ReadonlySet<string>,
): RebalancePlan['stays'] {
  const { goal, shards, organizations, constraints } = input;
  const loads = sumBy(organizations, measureOf(goal));
  const bytesOn = sumBy(organizations, (one) => one.bytes);
  const isTooFull = (name: string) =>
    (loads.get(name) ?? 0) > (targets.get(name) ?? 0) && givesAway(shards, name);
  return organizations.flatMap((one) => {
    if (moved.has(one.id) || !isTooFull(one.shard)) return [];
    const reason = whyItStays(one, constraints) ?? whyNowhere(one, shards, bytesOn);
    return reason === null ? [] : [{ organization: one.id, shard: one.shard, reason }];
  });
}

function whyNowhere(
  one: PlanOrganization,
  shards: readonly PlanShard[],
  bytesOn: ReadonlyMap<string, number>,
): StayReason | null {
  if (shards.some((to) => mayTake(to, one, bytesOn))) return null;
  return shards.some((to) => mayTake(to, { ...one, region: null }, bytesOn)) ? 'REGION' : 'NO_ROOM';
}
