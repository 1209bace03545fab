import type { PlanOrganization, PlanShard } from './subjects.ts';

/** What must not happen. */
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

/** Null for one that may go. */
export function whyItStays(
  one: PlanOrganization,
  { keep, maxMoveBytes }: RebalanceConstraints,
): StayReason | null {
  if (one.isMoving) return 'MOVING';
  if (one.isPinned) return 'PINNED';
  if (keep.includes(one.id)) return 'KEPT';
  return maxMoveBytes !== null && one.bytes > maxMoveBytes ? 'TOO_LARGE' : null;
}

/** Whether a shard takes the organization, with what it has by then. */
export function mayTake(to: PlanShard, one: PlanOrganization, bytesOn: ReadonlyMap<string, number>): boolean {
  if (to.name === one.shard || to.state !== 'ACTIVE') return false;
  if (one.region !== null && to.region !== one.region) return false;
  return to.capacityBytes === null || (bytesOn.get(to.name) ?? 0) + one.bytes <= to.capacityBytes;
}

/** Null when some shard takes it. */
export function whyNowhere(
  one: PlanOrganization,
  shards: readonly PlanShard[],
  bytesOn: ReadonlyMap<string, number>,
): StayReason | null {
  if (shards.some((to) => mayTake(to, one, bytesOn))) return null;
  return shards.some((to) => mayTake(to, { ...one, region: null }, bytesOn)) ? 'REGION' : 'NO_ROOM';
}
