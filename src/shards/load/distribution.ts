import { takesOrganizations, type Shard } from '../shards.ts';
import type { ShardLoad } from './load.ts';
import type { ShardAnswer } from '../scatter/ask.ts';

/** What a shard has of the whole, and what it should have. */
export interface ShardShare {
  readonly shard: Shard;
  /** Null when it did not answer. */
  readonly bytes: bigint | null;
  readonly rows: bigint | null;
  /** Of all organizations, 0 to 1; null while there is none. */
  readonly share: number | null;
  /** By weight among the shards that take organizations, 0 to 1. */
  readonly fairShare: number;
  /** `share` less `fairShare`. */
  readonly deviation: number | null;
  /** Why there are no figures; null when all is well. */
  readonly reason: string | null;
}

/** The same figures as `shard_load_distribution` of a single database, over all shards. */
export function listDistribution(
  shards: readonly Shard[],
  answers: readonly ShardAnswer<ShardLoad>[],
): readonly ShardShare[] {
  const organizations = shards.reduce((sum, one) => sum + one.organizations, 0);
  const weights = shards.filter(takesOrganizations).reduce((sum, one) => sum + one.weight, 0);
  return shards.map((shard) => {
    const answer = answers.find((one) => one.shard === shard.name);
    const share = organizations === 0 ? null : shard.organizations / organizations;
    const fairShare = takesOrganizations(shard) ? shard.weight / weights : 0;
    return {
      ...{ shard, share, fairShare },
      bytes: answer?.value?.bytes ?? null,
      rows: answer?.value?.rows ?? null,
      deviation: share === null ? null : share - fairShare,
      reason: answer?.reason ?? null,
    };
  });
}
