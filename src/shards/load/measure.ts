import type { Fleet } from '../../fleet/fleet.ts';
import type { Database } from '../../postgres/pool.ts';
import type { Directory } from '../directory/directory.ts';
import { hasMirror } from '../directory/mirror-store.ts';
import { askAll, type ShardAnswer } from '../scatter/ask.ts';
import type { Shard } from '../shards.ts';
import { estimateOrganizations } from './estimate.ts';
import * as probe from './load-probe.ts';
import { growthOf, markHot, METHOD, type OrganizationLoad, rateOf, type ShardLoad } from './load.ts';
import * as samples from './sample-store.ts';

export interface LoadOptions {
  /** The control database. */
  readonly db: Database;
  readonly fleet: Fleet;
  readonly directory: Directory;
}

/** The load of a shard as it is now; the look is remembered, for rates and growth. */
export async function measureShard({ db, fleet }: LoadOptions, shard: Shard): Promise<ShardLoad> {
  const database = await fleet.primary(shard.cluster);
  const [last, oldest] = [
    await samples.findLastSample(db, shard.name),
    await samples.findOldestSample(db, shard.name),
  ];
  const counters = await probe.readCounters(database);
  await samples.recordSample(db, shard.name, counters);
  const count = (key: 'transactions' | 'statements') =>
    rateOf({ at: counters.at, count: counters[key] }, last && { at: last.at, count: last[key] });
  const found = (await hasMirror(database)) ? await measureOrganizations(db, database, shard.name) : NOBODY;
  return {
    shard: shard.name,
    measuredAt: counters.at,
    bytes: counters.bytes,
    connections: counters.connections,
    transactionsPerSecond: count('transactions'),
    queriesPerSecond: count('statements'),
    growthBytesPerDay: growthOf(counters, oldest),
    ...found,
  };
}

const NOBODY = {
  rows: 0n,
  unattributedBytes: 0n,
  organizations: [],
  method: 'The migrations of the product have not been applied there.',
};

type Found = Pick<ShardLoad, 'rows' | 'unattributedBytes' | 'organizations' | 'method'>;

async function measureOrganizations(db: Database, database: Database, shard: string): Promise<Found> {
  const ids = await probe.listOrganizations(database);
  const estimates = estimateOrganizations(await probe.readStatistics(database), ids);
  const activity = await database.transaction((tx) => probe.countActivity(tx, ids)).catch(() => null);
  const oldest = await samples.listOldest(db, ids);
  const at = new Date();
  const loads = [...estimates.byOrganization].map(([organization, one]): OrganizationLoad => {
    const bytes = BigInt(Math.round(one.bytes));
    return {
      ...{ organization, shard, bytes },
      rows: BigInt(Math.round(one.rows)),
      rowsMargin: BigInt(Math.ceil(one.rowsMargin)),
      activityPerMinute: activity?.get(organization) ?? null,
      growthBytesPerDay: growthOf({ at, bytes }, oldest.get(organization) ?? null),
      isHot: false,
    };
  });
  await samples.recordOrganizations(db, loads);
  const unknown = activity === null ? ' The activity could not be counted within 2 s.' : '';
  return {
    rows: BigInt(Math.round(estimates.rows)),
    unattributedBytes: estimates.unattributedBytes,
    organizations: markHot(loads).toSorted((a, b) => Number(b.bytes - a.bytes)),
    method: `${METHOD}${unknown}`,
  };
}

/** All shards at once; one that is away says why. */
export async function measureAll(options: LoadOptions): Promise<readonly ShardAnswer<ShardLoad>[]> {
  const shards = await options.directory.listShards();
  return askAll(shards, (shard) => measureShard(options, shard));
}
