import type { MissingShard } from '../src/shards/scatter/ask.ts';
import type {
  FoundMembership,
  FoundOrganization,
  FoundUser,
  SearchResult,
} from '../src/shards/scatter/search.ts';
import { builder } from './builder.ts';

const FoundOrganizationRef = builder.objectRef<FoundOrganization>('FoundOrganization').implement({
  description: 'An organization as its shard knows it.',
  fields: (t) => ({
    organizationId: t.exposeString('id', { description: 'Its uuid.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'Its name in addresses.' }),
    shard: t.exposeString('shard', { description: 'Name of the shard that it was found on.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was marked as deleted; null for one that is not.',
    }),
  }),
});

const MissingShardRef = builder.objectRef<MissingShard>('MissingShard').implement({
  description: 'A shard that is not in an answer.',
  fields: (t) => ({
    shard: t.exposeString('shard', { description: 'Name of the shard.' }),
    reason: t.exposeString('reason', { description: 'Why it did not answer.' }),
  }),
});

export const OrganizationSearchRef = builder
  .objectRef<SearchResult<FoundOrganization>>('OrganizationSearch')
  .implement({
    description: 'What the shards that answered in time have found.',
    fields: (t) => ({
      found: t.field({
        type: [FoundOrganizationRef],
        description: 'By name.',
        resolve: ({ found }) => [...found],
      }),
      isPartial: t.boolean({
        description: 'True when a shard is missing from the answer, so that there may be more.',
        resolve: ({ missing }) => missing.length > 0,
      }),
      missing: t.field({
        type: [MissingShardRef],
        description: 'Shards that did not answer in time, and why.',
        resolve: ({ missing }) => [...missing],
      }),
    }),
  });

const FoundMembershipRef = builder.objectRef<FoundMembership>('FoundMembership').implement({
  description: 'An organization that a user belongs to.',
  fields: (t) => ({
    organizationId: t.exposeString('organization', { description: 'Uuid of the organization.' }),
    name: t.exposeString('name', { description: 'Name of the organization.' }),
    slug: t.exposeString('slug', { description: 'Name of the organization in addresses.' }),
    shard: t.exposeString('shard', { description: 'Name of the shard that it lives on.' }),
    role: t.exposeString('role', { description: "Key of the member's role there, as `owner` or `guest`." }),
    status: t.exposeString('status', { description: '`invited`, `active`, `suspended` or `left`.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When the membership was made.' }),
  }),
});

const FoundUserRef = builder.objectRef<FoundUser>('FoundUser').implement({
  description: 'A user of the product, with the organizations of all shards that answered.',
  fields: (t) => ({
    userId: t.exposeString('id', { description: 'Uuid of the user.' }),
    email: t.exposeString('email', { description: 'Address of the user.' }),
    name: t.exposeString('name', { description: 'Name of the user.' }),
    shards: t.field({
      type: ['String'],
      description:
        'Names of the shards that have the row, in order. Users are equal on all shards: one that answered and is not here is behind, or follows no home (`syncSharedTables`).',
      resolve: ({ shards }) => [...shards],
    }),
    memberships: t.field({
      type: [FoundMembershipRef],
      description: 'Organizations that the user belongs to, by name; at most 100 of each shard.',
      resolve: ({ memberships }) => [...memberships],
    }),
    membershipCount: t.exposeInt('membershipCount', {
      description: 'Number of all memberships, over the shards that answered.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user was made.' }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the user was marked as deleted; null for one that is not.',
    }),
  }),
});

export const UserSearchRef = builder.objectRef<SearchResult<FoundUser>>('UserSearch').implement({
  description: 'What the shards that answered in time have found.',
  fields: (t) => ({
    found: t.field({
      type: [FoundUserRef],
      description: 'By address.',
      resolve: ({ found }) => [...found],
    }),
    isPartial: t.boolean({
      description: 'True when a shard is missing: there may be more users, and more organizations of each.',
      resolve: ({ missing }) => missing.length > 0,
    }),
    missing: t.field({
      type: [MissingShardRef],
      description: 'Shards that did not answer in time, and why.',
      resolve: ({ missing }) => [...missing],
    }),
  }),
});
