import { estimateMove, type MoveRates } from './rates.ts';
import { describeBalance, imbalanceOf, targetsOf, type Balance } from './balance.ts';
import { isolateHot, shareBesideHot } from './isolate.ts';
import { mayTake, type RebalanceConstraints, type StayReason, whyItStays, whyNowhere } from './rules.ts';
import { type Measure, type PlanOrganization, type PlanShard, sumBy } from './subjects.ts';

export const REBALANCE_GOALS = ['BALANCE_BYTES', 'BALANCE_ACTIVITY', 'DRAIN', 'ISOLATE_HOT'] as const;
export type RebalanceGoal = (typeof REBALANCE_GOALS)[number];

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
  /** What would stop its rebalance as things are now, for people. Left out in plans of earlier releases. */
  readonly warnings?: readonly string[];
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
  return input.goal === 'ISOLATE_HOT' ? planIsolation(input) : planBalance(input);
}

/** Every hot organization gets a shard where nobody else is: it goes, or the others do, whatever is less to move. */
function planIsolation(input: PlanInput): RebalancePlan {
  const { goal, shards, organizations: before, rates } = input;
  const { moves, stays, organizations: after } = isolateHot(input);
  const targets = targetsOf(shards, before, measureOf(goal));
  return {
    goal,
    moves: moves.map(({ organization, to, reason }) => {
      const { id, shard: from, bytes, rows } = organization;
      return { organization: id, from, to, bytes, rows, reason, ...estimateMove({ bytes, rows }, rates) };
    }),
    stays,
    before: describeBalance(shards, before, targets),
    after: describeBalance(shards, after, targets),
    imbalanceBefore: shareBesideHot(before),
    imbalanceAfter: shareBesideHot(after),
  };
}

function planBalance(input: PlanInput): RebalancePlan {
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
  return goal === 'BALANCE_ACTIVITY' || goal === 'ISOLATE_HOT'
    ? (one) => one.activityPerMinute
    : (one) => one.bytes;
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
