import { z } from 'zod';
import { decodeEventCursor } from '../src/events/cursor.ts';
import { DatabaseUnavailableError } from '../src/postgres/errors.ts';
import { NoShardTakesError, OrganizationUnknownError, ShardUnknownError } from '../src/shards/errors.ts';
import type { DescribedOrganization } from '../src/shards/service.ts';
import type { Placement } from '../src/shards/shards.ts';
import { builder } from '../schema/builder.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import { toLocalId } from '../schema/node-id.ts';
import {
  CrossShardVerdictRef,
  OrganizationConnectionRef,
  organizationId,
  OrganizationPlacementRef,
  OrganizationRef,
  PlacementChangeRef,
  PlaceOrganizationInputRef,
  PlaceOrganizationSuccessRef,
} from '../schema/organizations.ts';
import { OrganizationLoadRef, ShardRef } from '../schema/shards.ts';
import { type KeysetList, readConnection } from './connections.ts';
import { subscribe } from './live.ts';
import { loadShardLoads } from './shards.ts';

/** Where an organization lives, by its uuid; null when the directory does not know it. Batched. */
export const loadPlacements: LoadMany<Placement | null> = ({ shards }, ids) => shards.directory.findMany(ids);
const loadFacts: LoadMany<DescribedOrganization> = ({ shards }, ids) => shards.describe(ids);

export const organizationNode: NodeSource = { scope: 'shard:read', find: findOrganization };

/** Null when the directory does not know it, also for a text that is no uuid. */
export function findOrganization(id: string, { loaders }: Context): Promise<Placement | null> {
  const { data } = organizationId.safeParse(id);
  return data === undefined ? Promise.resolve(null) : loaders.load(loadPlacements, data);
}

function organizationList({ services }: Context, shard: string | null): KeysetList<Placement, string> {
  return {
    name: 'organizations',
    toText: ({ organization }) => organization,
    toKey: (text) => organizationId.safeParse(text).data ?? null,
    list: (page) => services.shards.directory.list(shard, page),
    count: () => services.shards.directory.count(shard),
  };
}

const loadOf = async ({ shard, organization }: Placement, { loaders }: Context) => {
  const { value } = await loaders.load(loadShardLoads, shard);
  return value?.organizations.find((one) => one.organization === organization) ?? null;
};

builder.objectField(OrganizationPlacementRef, 'shard', (t) =>
  t.field({
    type: ShardRef,
    description: 'The shard.',
    resolve: ({ shard }, _args, { services }) => services.shards.directory.getShard(shard),
  }),
);

builder.objectField(OrganizationLoadRef, 'organization', (t) =>
  t.field({
    type: OrganizationRef,
    nullable: true,
    description: 'The organization; null while the directory does not know it yet.',
    resolve: ({ organization }, _args, context) => findOrganization(organization, context),
  }),
);

builder.objectFields(OrganizationRef, (t) => ({
  name: t.string({
    nullable: true,
    description: 'Its name; null when its shard does not answer or does not have it yet, `reason` says so.',
    resolve: async ({ organization }, _args, { loaders }) =>
      (await loaders.load(loadFacts, organization)).facts?.name ?? null,
  }),
  slug: t.string({
    nullable: true,
    description: 'Its name in addresses; null like `name`.',
    resolve: async ({ organization }, _args, { loaders }) =>
      (await loaders.load(loadFacts, organization)).facts?.slug ?? null,
  }),
  reason: t.string({
    nullable: true,
    description: 'Why its shard says nothing of it; null when it does.',
    resolve: async ({ organization }, _args, { loaders }) =>
      (await loaders.load(loadFacts, organization)).reason,
  }),
  bytes: t.field({
    type: 'BigInt',
    nullable: true,
    description:
      'Of its tables and indexes, in bytes; an estimate. Null when its shard could not be measured.',
    resolve: async (placement, _args, context) => (await loadOf(placement, context))?.bytes ?? null,
  }),
  rows: t.field({
    type: 'BigInt',
    nullable: true,
    description: 'Over all tables; an estimate. Null when its shard could not be measured.',
    resolve: async (placement, _args, context) => (await loadOf(placement, context))?.rows ?? null,
  }),
  load: t.field({
    type: OrganizationLoadRef,
    nullable: true,
    description: 'What it is to its shard. Null when that could not be measured.',
    resolve: (placement, _args, context) => loadOf(placement, context),
  }),
}));

builder.objectField(ShardRef, 'organizations', (t) =>
  t.connection(
    {
      type: OrganizationRef,
      description: 'Organizations that live on it, by uuid.',
      resolve: ({ name }, page, context) => readConnection(page, organizationList(context, name)),
    },
    OrganizationConnectionRef,
  ),
);

const MOST_ROUTED = 1_000;
const ids = z
  .array(organizationId)
  .min(1, 'name an organization')
  .max(MOST_ROUTED, `at most ${MOST_ROUTED} organizations`);

builder.queryFields((t) => ({
  organization: t.field({
    type: OrganizationRef,
    nullable: true,
    description: 'One organization; null when the directory does not know it.',
    authScopes: { scope: 'shard:read' },
    args: { id: t.arg.id({ required: true, description: 'Global id, or its uuid.' }) },
    resolve: (_root, { id }, context) => findOrganization(toLocalId('Organization', id, ['id']), context),
  }),
  organizations: t.connection(
    {
      type: OrganizationRef,
      description: 'All organizations that the directory knows, by uuid.',
      authScopes: { scope: 'shard:read' },
      args: { shard: t.arg.string({ description: 'Only those on this shard; null: all.' }) },
      resolve: (_root, { shard, ...page }, context) =>
        readConnection(page, organizationList(context, shard ?? null)),
    },
    OrganizationConnectionRef,
  ),
}));

builder.queryFields((t) => ({
  organizationShard: t.field({
    type: OrganizationPlacementRef,
    nullable: true,
    description: 'Where one organization lives; null when the directory does not know it.',
    authScopes: { scope: 'shard:read' },
    args: { id: t.arg.id({ required: true, description: 'Global id, or its uuid.' }) },
    resolve: (_root, { id }, context) => findOrganization(toLocalId('Organization', id, ['id']), context),
  }),
  routeOrganizations: t.field({
    type: [OrganizationPlacementRef],
    description: `Where organizations live, those that are known, in the order of \`ids\`. For routers of applications.`,
    authScopes: { scope: 'shard:read' },
    args: {
      ids: t.arg.stringList({
        required: true,
        description: `Their uuids, 1 to ${MOST_ROUTED}.`,
        validate: ids,
      }),
    },
    resolve: async (_root, { ids: wanted }, { services }) =>
      (await services.shards.directory.findMany(wanted)).filter((one) => one !== null),
  }),
  validateCrossShardOperation: t.field({
    type: CrossShardVerdictRef,
    description: 'Whether organizations of one piece of work live on one shard, or which part lives where.',
    authScopes: { scope: 'shard:read' },
    args: {
      ids: t.arg.stringList({
        required: true,
        description: `Their uuids, 1 to ${MOST_ROUTED}.`,
        validate: ids,
      }),
    },
    resolve: (_root, { ids: wanted }, { services }) => services.shards.directory.validate(wanted),
  }),
}));

builder.mutationField('placeOrganization', (t) =>
  t.field({
    type: PlaceOrganizationSuccessRef,
    description:
      'Gives a new organization its shard, before the application makes it there. One that has a shard keeps it.',
    authScopes: { scope: 'shard:write' },
    args: {
      input: t.arg({ type: PlaceOrganizationInputRef, required: true, description: 'Which, and where.' }),
    },
    errors: {
      types: [
        ...MUTATION_ERRORS,
        ShardUnknownError,
        NoShardTakesError,
        OrganizationUnknownError,
        DatabaseUnavailableError,
      ],
    },
    resolve: (_root, { input }, { services }) =>
      services.shards.directory.place({
        organization: input.organization,
        shard: input.shard ?? null,
        region: input.region ?? null,
        dryRun: input.dryRun ?? false,
      }),
  }),
);

builder.subscriptionField('placementChanges', (t) =>
  t.field({
    type: PlacementChangeRef,
    description:
      'What the directory said anew since `after`, then what it says; does not end by itself. For caches of routers.',
    authScopes: { scope: 'shard:read' },
    args: {
      after: t.arg.string({
        description: 'Cursor of the last change that was seen. Null: from the oldest that is kept.',
      }),
    },
    subscribe: (_root, { after }, context) => {
      const cursor = decodeEventCursor(after);
      return subscribe(context, (signal) => context.services.shards.directory.follow(cursor, signal));
    },
    resolve: (delivery) => delivery,
  }),
);
