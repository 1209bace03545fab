import type { Fleet } from '../../fleet/fleet.ts';
import type { Transaction } from '../../postgres/pool.ts';
import type { Directory } from '../directory/directory.ts';
import type { OrganizationFacts } from '../directory/mirror-store.ts';
import { askAll, listMissing, type MissingShard, type ShardAnswer } from './ask.ts';
import * as probe from './search-probe.ts';

/** What is looked for on all shards. */
export interface SearchRequest {
  readonly text: string;
  /** At most so many are found. */
  readonly limit: number;
  /** How long each shard has to answer. */
  readonly timeoutMs: number;
}

/** Found on the shards that answered in time. */
export interface SearchResult<Found> {
  readonly found: readonly Found[];
  readonly missing: readonly MissingShard[];
}

export type FoundOrganization = OrganizationFacts & { readonly shard: string };

/** An organization that somebody belongs to, as its shard knows it. */
export type FoundMembership = Omit<probe.MembershipRow, 'user'> & { readonly shard: string };

/** A user, with the organizations of all shards that answered. */
export interface FoundUser extends Omit<probe.UserRow, 'membershipCount' | 'updatedAt'> {
  /** Names of the shards that have the row. Users are equal on all shards, so one that is missing here is behind or apart. */
  readonly shards: readonly string[];
  /** By name of the organization, at most 100 of each shard. */
  readonly memberships: readonly FoundMembership[];
  /** All of them, over the shards that answered. */
  readonly membershipCount: number;
}

export interface ScatterOptions {
  readonly fleet: Fleet;
  readonly directory: Pick<Directory, 'listShards'>;
}

/** Organizations whose name holds the text, or whose slug it is, by name. */
export async function searchOrganizations(
  options: ScatterOptions,
  request: SearchRequest,
): Promise<SearchResult<FoundOrganization>> {
  const answers = await searchAll(options, request, probe.searchOrganizations);
  return {
    found: answers
      .flatMap(({ shard, value }) => (value ?? []).map((one) => ({ ...one, shard })))
      .toSorted((a, b) => (`${a.name} ${a.id}` < `${b.name} ${b.id}` ? -1 : 1))
      .slice(0, request.limit),
    missing: listMissing(answers),
  };
}

/**
 * Users whose address begins with the text, whose name has a word that does, or whose id it is, by address.
 *
 * Users are equal on all shards, their memberships live where the organizations do: so every shard is asked for both, and
 * one that is apart from the others (it follows no home, or lags behind) adds the users that only it has.
 */
export async function searchUsers(
  options: ScatterOptions,
  request: SearchRequest,
): Promise<SearchResult<FoundUser>> {
  const answers = await searchAll(options, request, probe.searchUsers);
  // All shards order users alike, so the first of all are among the first of each shard that has them.
  const ids = new Set(answers.flatMap(({ value }) => (value?.users ?? []).map(({ id }) => id)));
  const found = [...ids].map((id) => gather(id, answers));
  return {
    found: found
      .toSorted((a, b) => (`${a.email.toLowerCase()} ${a.id}` < `${b.email.toLowerCase()} ${b.id}` ? -1 : 1))
      .slice(0, request.limit),
    missing: listMissing(answers),
  };
}

function gather(id: string, answers: readonly ShardAnswer<probe.FoundUsers>[]): FoundUser {
  const rows = answers.flatMap(({ shard, value }) =>
    (value?.users ?? []).filter((one) => one.id === id).map((one) => ({ ...one, shard })),
  );
  // Of shards that do not agree, the one that heard of him last.
  const newest = rows.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())[0];
  if (newest === undefined) throw new Error('a user that was found is on a shard');
  const { email, name, createdAt, deletedAt } = newest;
  return {
    ...{ id, email, name, createdAt, deletedAt },
    shards: rows.map(({ shard }) => shard),
    memberships: answers
      .flatMap(({ shard, value }) =>
        (value?.memberships ?? [])
          .filter(({ user }) => user === id)
          .map(({ user: _user, ...one }) => ({ ...one, shard })),
      )
      .toSorted((a, b) => (`${a.name} ${a.organization}` < `${b.name} ${b.organization}` ? -1 : 1)),
    membershipCount: rows.reduce((sum, one) => sum + one.membershipCount, 0),
  };
}

/** The server ends what takes longer than anybody waits for. */
async function searchAll<T>(
  { fleet, directory }: ScatterOptions,
  { text, limit, timeoutMs }: SearchRequest,
  search: (tx: Transaction, text: string, limit: number) => Promise<T>,
): Promise<readonly ShardAnswer<T>[]> {
  const shards = await directory.listShards();
  return askAll(
    shards,
    async ({ cluster }) => {
      const db = await fleet.primary(cluster);
      return db.transaction(async (tx) => {
        await probe.limitSearch(tx, timeoutMs);
        return search(tx, text, limit);
      });
    },
    timeoutMs,
  );
}
