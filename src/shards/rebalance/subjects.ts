import type { ShardState } from '../shards.ts';

/** A shard as the planner sees it. */
export interface PlanShard {
  readonly name: string;
  readonly state: ShardState;
  readonly weight: number;
  readonly capacityBytes: number | null;
  readonly region: string | null;
}

/** An organization as the planner sees it. */
export interface PlanOrganization {
  readonly id: string;
  readonly shard: string;
  readonly bytes: number;
  readonly rows: number;
  readonly activityPerMinute: number;
  readonly isPinned: boolean;
  /** It may only live on shards of this region; null: anywhere. */
  readonly region: string | null;
  readonly isMoving: boolean;
  /** Most of what happens on its shard is its doing. */
  readonly isHot: boolean;
}

/** What a goal looks at. */
export type Measure = (one: PlanOrganization) => number;

/** Sum of the measure by shard. */
export function sumBy(
  organizations: readonly PlanOrganization[],
  measure: Measure,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const one of organizations) sums.set(one.shard, (sums.get(one.shard) ?? 0) + measure(one));
  return sums;
}
