import type { EventLog } from '../../events/events.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Page } from '../../page.ts';
import type { Database, Transaction } from '../../postgres/pool.ts';
import { lockOrganization } from './lock-store.ts';
import {
  LastShardError,
  OrganizationUnknownError,
  PlacementChangedError,
  ShardExistsError,
  ShardUnknownError,
} from '../errors.ts';
import { NoShardTakesError } from '../errors.ts';
import {
  takesOrganizations,
  type NewShard,
  type Placement,
  type Shard,
  type ShardChanges,
} from '../shards.ts';
import { followChanges, toEvent, type PlacementChange, type PlacementDelivery } from './changes.ts';
import { chooseShard } from './choose.ts';
import { addHomes } from './mirror-store.ts';
import * as store from './store.ts';

/** What was asked for a new organization. */
export interface PlaceRequest {
  readonly organization: string;
  /** Null: the one with the least for its weight. */
  readonly shard: string | null;
  /** Null: it may live anywhere. */
  readonly region: string | null;
  /** True: only say where it would be. */
  readonly dryRun: boolean;
}

/** Which shards a piece of work touches. */
export interface CrossShardVerdict {
  readonly isSingleShard: boolean;
  readonly parts: readonly { readonly shard: string; readonly organizations: readonly string[] }[];
  readonly unknown: readonly string[];
}

/** The one truth about which organization lives where. Shards have a mirror of it, which is their fence. */
export interface Directory {
  listShards(): Promise<readonly Shard[]>;
  /** @throws {ShardUnknownError} */
  getShard(name: string, argument?: readonly string[]): Promise<Shard>;
  find(organization: string): Promise<Placement | null>;
  /** In the order of `organizations`; null where there is none. */
  findMany(organizations: readonly string[]): Promise<readonly (Placement | null)[]>;
  list(shard: string | null, page: Page<string>): Promise<readonly Placement[]>;
  count(shard: string | null): Promise<number>;
  /** Whether all of them live on one shard, or which part lives where. */
  validate(organizations: readonly string[]): Promise<CrossShardVerdict>;
  /** Gives a new organization its shard. One that has a shard keeps it. @throws {NoShardTakesError} */
  place(request: PlaceRequest): Promise<{
    readonly placement: Pick<Placement, 'organization' | 'shard' | 'epoch'>;
    readonly isNew: boolean;
  }>;
  /** The one moment of a move; gives the new epoch. @throws {PlacementChangedError} */
  flip(change: Flip): Promise<bigint>;
  /** Registers those that nobody has registered; without an error for those that are there. */
  register(shards: readonly NewShard[]): Promise<void>;
  /** @throws {ShardExistsError} @throws {ClusterNotFoundError} */
  add(shard: NewShard): Promise<Shard>;
  /** @throws {ShardUnknownError} @throws {LastShardError} when nobody else takes organizations. */
  setState(name: string, state: 'ACTIVE' | 'DRAINING' | 'READ_ONLY'): Promise<Shard>;
  /** @throws {ShardUnknownError} @throws {LastShardError} like `setState` */
  update(name: string, changes: ShardChanges): Promise<Shard>;
  /** Places organizations that were found on a shard and that nobody has placed; gives their number. */
  adopt(placements: readonly store.NewPlacement[]): Promise<number>;
  follow(after: bigint | null, signal: AbortSignal): AsyncIterable<PlacementDelivery>;
}

export interface Flip {
  readonly organization: string;
  readonly from: string;
  readonly to: string;
  readonly expectedEpoch: bigint;
}

export interface DirectoryOptions {
  /** The control database. */
  readonly db: Database;
  readonly events: EventLog;
  readonly fleet: Fleet;
}

export function createDirectory(options: DirectoryOptions): Directory {
  const { db, events, fleet } = options;
  const listShards = () => store.listShards(db);
  const getShard: Directory['getShard'] = async (name, argument) => {
    const shards = await listShards();
    const found = shards.find((one) => one.name === name);
    if (found) return found;
    throw new ShardUnknownError(
      name,
      shards.map((one) => one.name),
      argument,
    );
  };
  const setState: Directory['setState'] = async (name, state) => {
    const shards = await listShards();
    const others = shards.filter((one) => one.name !== name && takesOrganizations(one));
    if (state !== 'ACTIVE' && others.length === 0) throw new LastShardError(name);
    await store.updateShardState(db, name, state);
    return getShard(name);
  };
  return {
    listShards,
    getShard,
    find: async (organization) => (await store.findPlacements(db, [organization]))[0] ?? null,
    findMany: (organizations) => store.findPlacements(db, organizations),
    list: (shard, page) => store.listPlacements(db, shard, page),
    count: (shard) => store.countPlacements(db, shard),
    validate: async (organizations) =>
      toVerdict(organizations, await store.findPlacements(db, organizations)),
    place: (request) => place(options, request),
    flip: (change) => flip(options, change),
    async register(shards) {
      for (const one of shards) await store.insertShard(db, one);
    },
    async add(shard) {
      fleet.get(shard.cluster);
      if (!(await store.insertShard(db, shard))) throw new ShardExistsError(shard.name, shard.cluster);
      return getShard(shard.name);
    },
    setState,
    async update(name, { isReadOnly, ...changes }) {
      const before = await getShard(name);
      if (isReadOnly !== undefined && isReadOnly !== (before.state === 'READ_ONLY'))
        await setState(name, isReadOnly ? 'READ_ONLY' : 'ACTIVE');
      await store.updateShard(db, { ...before, ...changes });
      return getShard(name);
    },
    async adopt(placements) {
      if (placements.length === 0) return 0;
      const adopted = await writeAndTell(options, (tx) => store.insertPlacements(tx, placements), 'ADOPTED');
      return adopted.length;
    },
    follow: (after, signal) => followChanges(events, after, signal),
  };
}

async function place(options: DirectoryOptions, { organization, shard, region, dryRun }: PlaceRequest) {
  const { db, fleet } = options;
  const shards = await store.listShards(db);
  const wanted = shard === null ? null : shards.find((one) => one.name === shard);
  if (wanted === undefined)
    throw new ShardUnknownError(
      shard ?? '',
      shards.map((one) => one.name),
    );
  if (wanted !== null && !takesOrganizations(wanted))
    throw new NoShardTakesError(`${wanted.name} is ${wanted.state}`);
  if (wanted !== null && region !== null && wanted.region !== region) {
    throw new NoShardTakesError(`${wanted.name} is not in region ${region}`);
  }
  const chosen = wanted ?? chooseShard(shards, region);
  const placement = { organization, shard: chosen.name, epoch: 1n, isPinned: shard !== null, region };
  const mirror = await fleet.primary(chosen.cluster);
  return db
    .transaction(async (tx) => {
      await lockOrganization(tx, organization);
      const [kept] = await store.findPlacements(tx, [organization]);
      if (kept) return { placement: kept, isNew: false };
      if (dryRun) return { placement, isNew: true };
      // The shard first: whoever reads the placement may go there at once. Without our commit it is adopted later.
      await addHomes(mirror, [placement]);
      await store.insertPlacements(tx, [placement]);
      await options.events.append(tx, [toEvent({ ...placement, kind: 'PLACED', from: null })]);
      return { placement, isNew: true };
    })
    .finally(() => options.events.ring());
}

async function flip({ db, events }: DirectoryOptions, change: Flip): Promise<bigint> {
  const { organization, from, to, expectedEpoch } = change;
  const epoch = await db.transaction(async (tx) => {
    const next = await store.flipPlacement(tx, change);
    if (next !== null) {
      await events.append(tx, [toEvent({ kind: 'MOVED', organization, shard: to, from, epoch: next })]);
      return next;
    }
    const [actual] = await store.findPlacements(tx, [organization]);
    if (!actual) throw new OrganizationUnknownError(organization);
    const say = (shard: string, one: bigint) => `on ${shard} with epoch ${one}`;
    throw new PlacementChangedError(organization, say(from, expectedEpoch), say(actual.shard, actual.epoch));
  });
  events.ring();
  return epoch;
}

type Written = Pick<Placement, 'organization' | 'shard' | 'epoch'>;

/** Writes placements and their events in one transaction, then rings. */
async function writeAndTell(
  { db, events }: DirectoryOptions,
  write: (tx: Transaction) => Promise<readonly Written[]>,
  kind: PlacementChange['kind'],
): Promise<readonly Written[]> {
  const written = await db.transaction(async (tx) => {
    const rows = await write(tx);
    if (rows.length > 0)
      await events.append(
        tx,
        rows.map((one) => toEvent({ ...one, kind, from: null })),
      );
    return rows;
  });
  if (written.length > 0) events.ring();
  return written;
}

function toVerdict(
  organizations: readonly string[],
  placements: readonly (Placement | null)[],
): CrossShardVerdict {
  const parts = new Map<string, Set<string>>();
  for (const one of placements) {
    if (one) parts.set(one.shard, (parts.get(one.shard) ?? new Set()).add(one.organization));
  }
  const unknown = [...new Set(organizations.filter((_, index) => placements[index] === null))].sort();
  return {
    isSingleShard: parts.size === 1 && unknown.length === 0,
    parts: [...parts.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([shard, ids]) => ({ shard, organizations: [...ids].sort() })),
    unknown,
  };
}
