import type { Fleet } from '../../fleet/fleet.ts';
import type { Database } from '../../postgres/pool.ts';
import type { Shard } from '../shards.ts';
import type { Directory } from './directory.ts';
import * as mirror from './mirror-store.ts';
import { listOfShard } from './store.ts';

/** What became of one shard's mirror. */
export interface MirrorReport {
  readonly shard: string;
  readonly state: 'DONE' | 'NOT_MIGRATED' | 'UNAVAILABLE';
  /** Organizations that were found there and had no placement. */
  readonly adopted: number;
  /** Organizations that are placed there and were not let in yet. */
  readonly added: number;
  /** Writable here, but placed elsewhere: two homes. */
  readonly contradictions: readonly string[];
  /** Null when all is well. */
  readonly reason: string | null;
}

export interface MirrorOptions {
  readonly db: Database;
  readonly fleet: Fleet;
  readonly directory: Directory;
  /** Organizations that a move holds: what is written of them is its business. */
  readonly listMoving: () => Promise<ReadonlySet<string>>;
}

/** Brings every shard and the directory to the same view; a shard that is away is left for the next time. */
export async function mirrorAll(options: MirrorOptions): Promise<readonly MirrorReport[]> {
  const shards = await options.directory.listShards();
  return Promise.all(
    shards.map((shard) =>
      mirrorOne(options, shard, shards).catch((error: unknown): MirrorReport => ({
        ...{ shard: shard.name, state: 'UNAVAILABLE', adopted: 0, added: 0, contradictions: [] },
        reason: error instanceof Error ? error.message : String(error),
      })),
    ),
  );
}

async function mirrorOne(
  { db, fleet, directory, listMoving }: MirrorOptions,
  shard: Shard,
  all: readonly Shard[],
): Promise<MirrorReport> {
  const none = { shard: shard.name, adopted: 0, added: 0, contradictions: [] };
  const database = await fleet.primary(shard.cluster);
  if (!(await mirror.hasMirror(database))) {
    const reason = 'The migrations of the product have not been applied there.';
    return { ...none, state: 'NOT_MIGRATED', reason };
  }
  await mirror.writeShards(database, shard.name, all);
  // Homes before placements: one that moves in between is seen as placed, never as homeless.
  const homes = await mirror.listHomes(database);
  const known = await directory.findMany(homes.map((one) => one.organization));
  const moving = await listMoving();
  const isFree = ({ organization }: { readonly organization: string }) => !moving.has(organization);
  const homeless = homes.filter((one, index) => known[index] === null && isFree(one));
  const adopted = await directory.adopt(homeless.map((one) => ({ ...one, shard: shard.name, region: null })));
  const contradictions = homes.flatMap((one, index) => {
    const placed = known[index];
    return placed && placed.shard !== shard.name && isFree(one) ? [one.organization] : [];
  });
  const here = new Set(homes.map((one) => one.organization));
  const placed = await listOfShard(db, shard.name);
  const missing = placed.filter((one) => !here.has(one.organization) && isFree(one));
  const added = await mirror.addHomes(database, missing);
  const reason =
    contradictions.length === 0
      ? null
      : `${contradictions.length} organizations are writable here and placed elsewhere.`;
  return { ...none, state: 'DONE', adopted, added, contradictions, reason };
}
