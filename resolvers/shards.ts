import { ClusterNotFoundError, MoverMissingError } from '../src/fleet/fleet.ts';
import { DatabaseUnavailableError } from '../src/postgres/errors.ts';
import {
  LastShardError,
  SharedTablesConflictError,
  ShardExistsError,
  ShardUnknownError,
} from '../src/shards/errors.ts';
import type { ShardLoad } from '../src/shards/load/load.ts';
import type { ShardAnswer } from '../src/shards/scatter/ask.ts';
import { DEFAULT_WEIGHT } from '../src/shards/shards.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { LoadMany, NodeSource } from '../schema/context.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import {
  AddShardInputRef,
  AddShardSuccessRef,
  SyncSharedTablesInputRef,
  SyncSharedTablesSuccessRef,
  UpdateShardInputRef,
  UpdateShardSuccessRef,
} from '../schema/shard-changes.ts';
import { SharedTablesRef, ShardLoadRef, ShardRef, ShardShareRef } from '../schema/shards.ts';

/** The load of shards by name, each measured once for a request. */
export const loadShardLoads: LoadMany<ShardAnswer<ShardLoad>> = async ({ shards }, names) => {
  const answers = await shards.measureAll();
  return names.map(
    (name) =>
      answers.find((one) => one.shard === name) ?? {
        shard: name,
        value: null,
        reason: 'It is no shard any more.',
      },
  );
};

export const shardNode: NodeSource = {
  scope: 'shard:read',
  find: async (name, { services }) =>
    (await services.shards.directory.listShards()).find((one) => one.name === name) ?? null,
};

builder.objectFields(ShardRef, (t) => ({
  cluster: t.field({
    type: ClusterRef,
    nullable: true,
    description: 'The cluster that it is; null when that is not configured any more.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.find(cluster),
  }),
  load: t.field({
    type: ShardLoadRef,
    nullable: true,
    description: 'What it has to do now; null when it does not answer, `loadReason` says why.',
    resolve: async ({ name }, _args, { loaders }) => (await loaders.load(loadShardLoads, name)).value,
  }),
  loadReason: t.string({
    nullable: true,
    description: 'Why there is no `load`; null when there is.',
    resolve: async ({ name }, _args, { loaders }) => (await loaders.load(loadShardLoads, name)).reason,
  }),
  sharedTables: t.field({
    type: SharedTablesRef,
    description: 'Whether the tables that all shards share are those of their home. Reads all of their rows.',
    resolve: ({ name }, _args, { services }) => services.shards.checkShared(name),
  }),
}));

builder.objectField(ClusterRef, 'isShard', (t) =>
  t.boolean({
    description:
      'True when it is there to hold a part of the organizations, by its configuration or the directory.',
    resolve: async ({ name, isShard }, _args, { services }) =>
      isShard || (await services.shards.directory.listShards()).some(({ cluster }) => cluster === name),
  }),
);

builder.queryFields((t) => ({
  shards: t.field({
    type: [ShardRef],
    description: 'All shards, by name.',
    authScopes: { scope: 'shard:read' },
    resolve: async (_root, _args, { services }) => [...(await services.shards.directory.listShards())],
  }),
  shardLoad: t.field({
    type: ShardLoadRef,
    description: 'What one shard has to do, by organization. Nothing is scanned for it.',
    authScopes: { scope: 'shard:read' },
    args: { shard: t.arg.string({ required: true, description: 'Name of the shard, e.g. `shard-1`.' }) },
    resolve: (_root, { shard }, { services }) => services.shards.measure(shard),
  }),
  shardLoadDistribution: t.field({
    type: [ShardShareRef],
    description: 'What each shard has of the whole, and what it should have by its weight.',
    authScopes: { scope: 'shard:read' },
    resolve: async (_root, _args, { services }) => [...(await services.shards.distribution())],
  }),
}));

builder.mutationFields((t) => ({
  addShard: t.field({
    type: AddShardSuccessRef,
    description: 'Lets a cluster of the configuration hold organizations.',
    authScopes: { scope: 'shard:write' },
    args: { input: t.arg({ type: AddShardInputRef, required: true, description: 'Which, and how much.' }) },
    errors: { types: [...MUTATION_ERRORS, ClusterNotFoundError, ShardExistsError] },
    resolve: async (_root, { input }, { services }) => ({
      shard: await services.shards.directory.add({
        name: input.cluster,
        cluster: input.cluster,
        weight: input.weight ?? DEFAULT_WEIGHT,
        capacityBytes: input.capacityBytes ?? null,
        region: input.region ?? null,
      }),
    }),
  }),
  updateShard: t.field({
    type: UpdateShardSuccessRef,
    description:
      'Gives a shard another weight, capacity or region, or lets it be READ_ONLY and ACTIVE again.',
    authScopes: { scope: 'shard:write' },
    args: { input: t.arg({ type: UpdateShardInputRef, required: true, description: 'Which, and what.' }) },
    errors: { types: [...MUTATION_ERRORS, ShardUnknownError, LastShardError] },
    resolve: async (_root, { input }, { services }) => ({
      shard: await services.shards.directory.update(input.shard, {
        ...(input.weight != null && { weight: input.weight }),
        ...(input.capacityBytes !== undefined && { capacityBytes: input.capacityBytes }),
        ...(input.region !== undefined && { region: input.region }),
        ...(input.readOnly != null && { isReadOnly: input.readOnly }),
      }),
    }),
  }),
  syncSharedTables: t.field({
    type: SyncSharedTablesSuccessRef,
    description:
      'Lets a shard follow the home of the shared tables anew: rows that only it has go to the home, then it gets those of the home. Writers of these tables wait for some milliseconds.',
    authScopes: { scope: 'shard:write' },
    args: { input: t.arg({ type: SyncSharedTablesInputRef, required: true, description: 'Which shard.' }) },
    errors: {
      types: [
        ...[...MUTATION_ERRORS, ShardUnknownError, MoverMissingError],
        ...[SharedTablesConflictError, DatabaseUnavailableError],
      ],
    },
    resolve: async (_root, { input }, { services }) => ({
      tables: await services.shards.syncShared(input.shard),
    }),
  }),
}));
