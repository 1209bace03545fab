import type { Measure, PlanOrganization, PlanShard } from './subjects.ts';

/** What a shard has, and what it should have. */
export interface Balance {
  readonly shard: string;
  readonly organizations: number;
  readonly bytes: number;
  readonly activityPerMinute: number;
  /** Of what the goal measures: bytes, or rows of activity in a minute. */
  readonly target: number;
}

/**
 * What each shard should have, by weight. A DRAINING one should have nothing; what a READ_ONLY one has is left out on
 * both sides, for nothing of it can be moved.
 */
export function targetsOf(
  shards: readonly PlanShard[],
  organizations: readonly PlanOrganization[],
  measure: Measure,
): ReadonlyMap<string, number> {
  const sharing = shards.filter((one) => one.state === 'ACTIVE' || one.state === 'FULL');
  const weights = sharing.reduce((sum, one) => sum + one.weight, 0);
  const total = totalOf(shards, organizations, measure);
  return new Map(sharing.map((one) => [one.name, (total * one.weight) / weights]));
}

/** Share of the load that is in the wrong place, 0 to 1. */
export function imbalanceOf(
  shards: readonly PlanShard[],
  organizations: readonly PlanOrganization[],
  targets: ReadonlyMap<string, number>,
  measure: Measure,
): number {
  const total = totalOf(shards, organizations, measure);
  if (total === 0) return 0;
  const wrong = shards
    .filter((one) => one.state !== 'READ_ONLY')
    .map(({ name }) => Math.abs(loadOf(name, organizations, measure) - (targets.get(name) ?? 0)));
  return wrong.reduce((sum, one) => sum + one, 0) / 2 / total;
}

/** Each shard in numbers. */
export function describeBalance(
  shards: readonly PlanShard[],
  organizations: readonly PlanOrganization[],
  targets: ReadonlyMap<string, number>,
): readonly Balance[] {
  return shards.map(({ name }) => ({
    shard: name,
    organizations: organizations.filter((one) => one.shard === name).length,
    bytes: loadOf(name, organizations, (one) => one.bytes),
    activityPerMinute: loadOf(name, organizations, (one) => one.activityPerMinute),
    target: targets.get(name) ?? 0,
  }));
}

function totalOf(
  shards: readonly PlanShard[],
  organizations: readonly PlanOrganization[],
  measure: Measure,
): number {
  const readOnly = new Set(shards.filter((one) => one.state === 'READ_ONLY').map((one) => one.name));
  return organizations.filter((one) => !readOnly.has(one.shard)).reduce((sum, one) => sum + measure(one), 0);
}

function loadOf(shard: string, organizations: readonly PlanOrganization[], measure: Measure): number {
  return organizations.filter((one) => one.shard === shard).reduce((sum, one) => sum + measure(one), 0);
}
