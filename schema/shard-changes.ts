import { z } from 'zod';
import type { Shard } from '../src/shards/shards.ts';
import type { SharedTablesState } from '../src/shards/shared/tables.ts';
import { builder } from './builder.ts';
import { auditFields, clusterField, line } from './requests.ts';
import { SharedTablesRef, ShardRef } from './shards.ts';

export const AddShardInputRef = builder.inputType('AddShardInput', {
  description: 'Which cluster becomes a shard.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of a cluster of the configuration; the shard gets the same name.'),
    weight: t.int({
      defaultValue: 100,
      description: 'What it should hold in proportion to the others, 1 to 10,000. Null: 100.',
      validate: z.int().min(1).max(10_000).nullish(),
    }),
    capacityBytes: t.field({
      type: 'BigInt',
      description: 'Above it the shard is FULL, in bytes, 1 or more. Null: no limit.',
      validate: z.bigint().min(1n, 'this is at least 1').nullish(),
    }),
    region: t.string({
      description: 'Where it stands; 1 to 63 characters. Null: not said.',
      validate: line(63).nullish(),
    }),
    ...auditFields(t),
  }),
});

export const UpdateShardInputRef = builder.inputType('UpdateShardInput', {
  description: 'What of a shard becomes another one. What is left out stays as it is.',
  fields: (t) => ({
    shard: clusterField(t, 'Name of the shard, e.g. `shard-1`.'),
    weight: t.int({
      description: 'What it should hold in proportion to the others, 1 to 10,000. Null: as it is.',
      validate: z.int().min(1).max(10_000).nullish(),
    }),
    capacityBytes: t.field({
      type: 'BigInt',
      description: 'Above it the shard is FULL, in bytes, 1 or more. Null: no limit. Left out: as it is.',
      validate: z.bigint().min(1n, 'this is at least 1').nullish(),
    }),
    region: t.string({
      description: 'Where it stands; 1 to 63 characters. Null: not said. Left out: as it is.',
      validate: line(63).nullish(),
    }),
    readOnly: t.boolean({
      description:
        'True: it takes no organizations and gives none away (READ_ONLY); those on it go on writing. False: it is ACTIVE again if it was. Null: as it is.',
    }),
    ...auditFields(t),
  }),
});

export const UpdateShardSuccessRef = builder
  .objectRef<{ readonly shard: Shard }>('UpdateShardSuccess')
  .implement({
    description: 'The shard is as was asked for. Nothing moves because of it before a rebalance is planned.',
    fields: (t) => ({ shard: t.expose('shard', { type: ShardRef, description: 'The shard.' }) }),
  });

export const DrainShardInputRef = builder.inputType('DrainShardInput', {
  description: 'Which shard takes no more organizations.',
  fields: (t) => ({
    shard: clusterField(t, 'Name of the shard, e.g. `shard-1`.'),
    undo: t.boolean({ defaultValue: false, description: 'True: it is ACTIVE again. Null: false.' }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan of what would leave it. Null: false.',
    }),
    ...auditFields(t),
  }),
});

export const SyncSharedTablesInputRef = builder.inputType('SyncSharedTablesInput', {
  description: 'Which shard follows the home of the shared tables anew.',
  fields: (t) => ({
    shard: clusterField(t, 'Name of the shard, e.g. `shard-1`.'),
    ...auditFields(t),
  }),
});

export const AddShardSuccessRef = builder.objectRef<{ readonly shard: Shard }>('AddShardSuccess').implement({
  description:
    'The cluster is a shard now. It takes organizations once the migrations of the product were applied there.',
  fields: (t) => ({ shard: t.expose('shard', { type: ShardRef, description: 'The shard.' }) }),
});

export const SyncSharedTablesSuccessRef = builder
  .objectRef<{ readonly tables: SharedTablesState }>('SyncSharedTablesSuccess')
  .implement({
    description: 'The shard follows the home anew.',
    fields: (t) => ({
      tables: t.expose('tables', { type: SharedTablesRef, description: 'How they are now.' }),
    }),
  });
