import { z } from 'zod';
import { MoverMissingError } from '../src/fleet/fleet.ts';
import {
  LastShardError,
  NoShardTakesError,
  SharedTablesConflictError,
  ShardExistsError,
  ShardUnknownError,
} from '../src/shards/errors.ts';
import type { ShardShare } from '../src/shards/load/distribution.ts';
import type { OrganizationLoad, ShardLoad } from '../src/shards/load/load.ts';
import { SHARD_STATES, type Shard, type ShardState } from '../src/shards/shards.ts';
import { SHARED_STATES, type SharedTablesState } from '../src/shards/shared/tables.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';

const STATES: Record<ShardState, string> = {
  ACTIVE: 'Takes new organizations.',
  FULL: 'Above its capacity: takes none, and gives away what is more than its share.',
  DRAINING: 'Takes none, and gives away all that may leave.',
  READ_ONLY: 'Takes none and gives none away.',
};

export const ShardStateRef = builder.enumType('ShardState', {
  description: 'What a shard does with organizations.',
  values: Object.fromEntries(
    SHARD_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<ShardState, { value: ShardState; description: string }>,
});

const SHARED: Record<SharedTablesState['state'], string> = {
  HOME: 'Here they are written.',
  EQUAL: 'The rows are those of the home.',
  BEHIND: 'They are not, but changes are on their way.',
  DIFFERENT: 'They are not, and nothing is on its way.',
  BROKEN: 'The stream has stopped.',
  NOT_SET_UP: 'The shard does not follow the home.',
  UNKNOWN: 'One of both did not answer, or the tables are not there.',
};

const SharedStateRef = builder.enumType('SharedTablesStateKind', {
  description: 'Whether the tables that all shards share are the same on a shard as at their home.',
  values: Object.fromEntries(
    SHARED_STATES.map((state) => [state, { value: state, description: SHARED[state] }]),
  ) as Record<SharedTablesState['state'], { value: SharedTablesState['state']; description: string }>,
});

export const SharedTablesRef = builder.objectRef<SharedTablesState>('SharedTables').implement({
  description: 'Users, roles, permissions and templates: written at one home, followed by every shard.',
  fields: (t) => ({
    home: t.exposeString('home', { description: 'Name of the cluster on which they are written.' }),
    state: t.expose('state', { type: SharedStateRef, description: 'Whether they are the same here.' }),
    different: t.field({
      type: ['String'],
      description: 'Names of the tables whose rows are not those of the home.',
      resolve: ({ different }) => [...different],
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'What is wrong; null when all is well.',
    }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When both were compared.' }),
  }),
});

/** `cluster`, `load` and `sharedTables` are edges: resolvers add them. */
export const ShardRef = builder.node(builder.objectRef<Shard>('Shard'), {
  description: 'A cluster that holds organizations.',
  id: { resolve: ({ name }) => name },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What people type, e.g. `shard-1`.' }),
    state: t.expose('state', { type: ShardStateRef, description: 'What it does with organizations.' }),
    weight: t.exposeInt('weight', {
      description: 'What it should hold in proportion to the others, 1 to 10,000.',
    }),
    capacityBytes: t.expose('capacityBytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Above it the shard is FULL, in bytes; null: no limit.',
    }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Of its database, in bytes, when it was measured last; null when it never was.',
    }),
    region: t.exposeString('region', {
      nullable: true,
      description: 'Where it stands; null when nobody has said so.',
    }),
    organizationCount: t.exposeInt('organizations', { description: 'Organizations that are placed on it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
  }),
});

/** `organization` is an edge: resolvers add it. */
export const OrganizationLoadRef = builder.objectRef<OrganizationLoad>('OrganizationLoad').implement({
  description: 'What one organization is to its shard.',
  fields: (t) => ({
    bytes: t.expose('bytes', {
      type: 'BigInt',
      description: 'Of tables and indexes, in bytes; an estimate.',
    }),
    rows: t.expose('rows', { type: 'BigInt', description: 'Over all tables; an estimate.' }),
    rowsMargin: t.expose('rowsMargin', {
      type: 'BigInt',
      description: 'The true number of rows is within `rows` plus or minus this, in 95 of 100 cases.',
    }),
    activityPerMinute: t.exposeFloat('activityPerMinute', {
      nullable: true,
      description:
        'Rows that its activity log got in the last quarter of an hour, for each minute; null when they could not be counted in time.',
    }),
    growthBytesPerDay: t.exposeFloat('growthBytesPerDay', {
      nullable: true,
      description: 'Bytes for each day, may be negative; null until there is an estimate that is a day old.',
    }),
    isHot: t.exposeBoolean('isHot', {
      description: 'True when it causes more than half of the activity on its shard, and is not alone there.',
    }),
  }),
});

export const ShardLoadRef = builder.objectRef<ShardLoad>('ShardLoad').implement({
  description: 'How much a shard has to do, measured now without scanning a table.',
  fields: (t) => ({
    measuredAt: t.expose('measuredAt', { type: 'DateTime', description: 'When it was measured.' }),
    bytes: t.expose('bytes', { type: 'BigInt', description: 'Of the whole database, in bytes.' }),
    rows: t.expose('rows', { type: 'BigInt', description: 'Of all tables of organizations; an estimate.' }),
    connections: t.exposeInt('connections', { description: 'Sessions in its database.' }),
    transactionsPerSecond: t.exposeFloat('transactionsPerSecond', {
      nullable: true,
      description: 'Since the look before; null for the first look, or after its counters were reset.',
    }),
    queriesPerSecond: t.exposeFloat('queriesPerSecond', {
      nullable: true,
      description: 'The same for statements; null also without pg_stat_statements.',
    }),
    growthBytesPerDay: t.exposeFloat('growthBytesPerDay', {
      nullable: true,
      description: 'Bytes for each day over the last eight at most; null within the first day.',
    }),
    unattributedBytes: t.expose('unattributedBytes', {
      type: 'BigInt',
      description: 'In tables that were never analyzed, so that nobody knows whose rows they hold; in bytes.',
    }),
    method: t.exposeString('method', { description: 'How it was measured, and what is missing.' }),
    organizations: t.field({
      type: [OrganizationLoadRef],
      description: 'Its organizations, largest first.',
      args: {
        first: t.arg.int({
          defaultValue: 100,
          description: 'At most so many, 1 to 1,000.',
          validate: z.int().min(1).max(1_000).nullish(),
        }),
      },
      resolve: ({ organizations }, { first }) => organizations.slice(0, first ?? 100),
    }),
  }),
});

export const ShardShareRef = builder.objectRef<ShardShare>('ShardShare').implement({
  description: 'What a shard has of the whole, and what it should have by its weight.',
  fields: (t) => ({
    shard: t.expose('shard', { type: ShardRef, description: 'The shard.' }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Of its database, in bytes; null when it did not answer.',
    }),
    rows: t.expose('rows', {
      type: 'BigInt',
      nullable: true,
      description: 'Of its organizations, an estimate; null when it did not answer.',
    }),
    share: t.exposeFloat('share', {
      nullable: true,
      description: 'Share of all organizations, 0 to 1; null while there is none.',
    }),
    fairShare: t.exposeFloat('fairShare', {
      description: 'Share by weight among the shards that take organizations, 0 to 1.',
    }),
    deviation: t.exposeFloat('deviation', {
      nullable: true,
      description: '`share` less `fairShare`; positive: it has more than its share. Null like `share`.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why there are no figures; null when all is well.',
    }),
  }),
});

errorType(ShardUnknownError, { description: 'No shard has that name.' });
errorType(ShardExistsError, { description: 'A shard of that name or on that cluster is there already.' });
errorType(LastShardError, { description: 'No other shard takes organizations.' });
errorType(NoShardTakesError, { description: 'No shard takes the organization; the message says why.' });
errorType(MoverMissingError, {
  description: 'No role that may make subscriptions is configured for a cluster.',
});
errorType(SharedTablesConflictError, { description: 'Rows that all shards share contradict each other.' });
