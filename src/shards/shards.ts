import type { ClusterConfig } from '../config.ts';

/**
 * | state     | takes organizations | gives organizations away          |
 * |-----------|---------------------|-----------------------------------|
 * | ACTIVE    | yes                 | when it has more than its share   |
 * | FULL      | no: above capacity  | when it has more than its share   |
 * | DRAINING  | no                  | all but those that may not leave  |
 * | READ_ONLY | no                  | no                                |
 */
export const SHARD_STATES = ['ACTIVE', 'FULL', 'DRAINING', 'READ_ONLY'] as const;
export type ShardState = (typeof SHARD_STATES)[number];

/** A cluster that holds organizations. */
export interface Shard {
  readonly name: string;
  readonly cluster: string;
  readonly state: ShardState;
  /** What it should hold in proportion to the others. */
  readonly weight: number;
  /** Null: no limit. */
  readonly capacityBytes: bigint | null;
  /** Of the product's database, when it was measured last; null when it never was. */
  readonly bytes: bigint | null;
  /** Null: nobody has said where it stands. */
  readonly region: string | null;
  /** Organizations that are placed on it. */
  readonly organizations: number;
  readonly createdAt: Date;
}

/** Where an organization lives. */
export interface Placement {
  readonly organization: string;
  readonly shard: string;
  readonly cluster: string;
  /** Grows with every move: an answer with a lower one is older. */
  readonly epoch: bigint;
  /** Somebody chose this shard: rebalancing leaves it alone. */
  readonly isPinned: boolean;
  /** It may only live on shards of this region; null: anywhere. */
  readonly region: string | null;
  readonly placedAt: Date;
  readonly updatedAt: Date;
}

/** A shard before it is registered. */
export interface NewShard {
  readonly name: string;
  readonly cluster: string;
  readonly weight: number;
  readonly capacityBytes: bigint | null;
  readonly region: string | null;
}

/** What of a shard becomes another one; what is left out stays. */
export interface ShardChanges extends Partial<Pick<NewShard, 'weight' | 'capacityBytes' | 'region'>> {
  /** True: READ_ONLY. False: ACTIVE, when it was READ_ONLY. */
  readonly isReadOnly?: boolean;
}

export const DEFAULT_WEIGHT = 100;

/** The shards that `sunday.yaml` names: each has the name of its cluster. */
export function shardsOf(clusters: readonly ClusterConfig[]): readonly NewShard[] {
  return clusters.flatMap(({ name, shard }) => {
    if (shard === false) return [];
    const { weight = DEFAULT_WEIGHT, capacityBytes, region = null } = shard === true ? {} : shard;
    const capacity = capacityBytes === undefined ? null : BigInt(capacityBytes);
    return [{ name, cluster: name, weight, capacityBytes: capacity, region }];
  });
}

/** Whether new organizations may come to it. */
export const takesOrganizations = ({ state }: Pick<Shard, 'state'>): boolean => state === 'ACTIVE';
