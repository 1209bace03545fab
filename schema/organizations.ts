import { z } from 'zod';
import { encodeEventCursor } from '../src/events/cursor.ts';
import { PLACEMENT_CHANGES, type PlacementDelivery } from '../src/shards/directory/changes.ts';
import type { CrossShardVerdict } from '../src/shards/directory/directory.ts';
import { OrganizationUnknownError } from '../src/shards/errors.ts';
import type { Placement } from '../src/shards/shards.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { auditFields, line } from './requests.ts';

/** As ids of organizations are written everywhere. */
export const organizationId = z.uuid('this is no uuid').toLowerCase();

/** `shard` is an edge: resolvers add it. */
export const OrganizationPlacementRef = builder.objectRef<Placement>('OrganizationPlacement').implement({
  description: 'Where an organization lives.',
  fields: (t) => ({
    organizationId: t.exposeString('organization', { description: 'Its uuid, as applications know it.' }),
    shardName: t.exposeString('shard', { description: 'Name of the shard.' }),
    cluster: t.exposeString('cluster', { description: 'Name of the cluster that is this shard.' }),
    epoch: t.expose('epoch', {
      type: 'BigInt',
      description:
        'Grows with every move. Enter the organization on its shard with it (`ops.enter_tenant`): SD001 then means that it has moved since.',
    }),
    isPinned: t.exposeBoolean('isPinned', {
      description: 'True: somebody chose this shard, and rebalancing leaves it alone.',
    }),
    region: t.exposeString('region', {
      nullable: true,
      description: 'The only region that it may live in; null: anywhere.',
    }),
    placedAt: t.expose('placedAt', { type: 'DateTime', description: 'When it got its first shard.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it came to this shard.' }),
  }),
});

/** What stands on its shard is an edge: resolvers add it. */
export const OrganizationRef = builder.node(builder.objectRef<Placement>('Organization'), {
  description: 'An organization that the directory knows. Its name and size are asked of its shard.',
  id: { resolve: ({ organization }) => organization },
  fields: (t) => ({
    organizationId: t.exposeString('organization', { description: 'Its uuid, as applications know it.' }),
    placement: t.field({
      type: OrganizationPlacementRef,
      description: 'Where it lives.',
      resolve: (placement) => placement,
    }),
  }),
});

export const OrganizationConnectionRef = builder.connectionObject({
  type: OrganizationRef,
  name: 'OrganizationConnection',
});

const ShardPartRef = builder.objectRef<CrossShardVerdict['parts'][number]>('ShardPart').implement({
  description: 'Organizations of one piece of work that live on one shard.',
  fields: (t) => ({
    shard: t.exposeString('shard', { description: 'Name of the shard.' }),
    organizations: t.field({
      type: ['String'],
      description: 'Their uuids, in order.',
      resolve: ({ organizations }) => [...organizations],
    }),
  }),
});

export const CrossShardVerdictRef = builder.objectRef<CrossShardVerdict>('CrossShardVerdict').implement({
  description: 'Whether one piece of work touches one shard only.',
  fields: (t) => ({
    isSingleShard: t.exposeBoolean('isSingleShard', {
      description: 'True when all organizations are known and live on one shard.',
    }),
    parts: t.field({
      type: [ShardPartRef],
      description: 'What lives where, by shard.',
      resolve: ({ parts }) => [...parts],
    }),
    unknown: t.field({
      type: ['String'],
      description: 'Uuids that the directory does not know.',
      resolve: ({ unknown }) => [...unknown],
    }),
  }),
});

const KINDS = {
  PLACED: 'It is new.',
  ADOPTED: 'It was found on a shard, and nobody had placed it.',
  MOVED: 'It came from another shard.',
} as const;
const PlacementChangeKindRef = builder.enumType('PlacementChangeKind', {
  description: 'What the directory says anew.',
  values: Object.fromEntries(
    PLACEMENT_CHANGES.map((kind) => [kind, { value: kind, description: KINDS[kind] }]),
  ) as Record<keyof typeof KINDS, { value: keyof typeof KINDS; description: string }>,
});

/** Null of a field: the event is no change, but the note that changes are missing. */
export const PlacementChangeRef = builder.objectRef<PlacementDelivery>('PlacementChange').implement({
  description: 'A change of the directory, or the note that changes before `cursor` are gone.',
  fields: (t) => ({
    cursor: t.string({
      description:
        'Place right after it. Send it as `after` to go on from here, with no gap and no duplicate.',
      resolve: (one) => encodeEventCursor(one.kind === 'EVENT' ? one.id : one.resumeAfter),
    }),
    isExpired: t.boolean({
      description: 'True: the given cursor was too old. Forget what you know, then go on.',
      resolve: ({ kind }) => kind === 'EXPIRED',
    }),
    kind: t.field({
      type: PlacementChangeKindRef,
      nullable: true,
      description: 'What happened; null when `isExpired`.',
      resolve: (one) => (one.kind === 'EVENT' ? one.change.kind : null),
    }),
    organizationId: t.string({
      nullable: true,
      description: 'Uuid of the organization; null when `isExpired`.',
      resolve: (one) => (one.kind === 'EVENT' ? one.change.organization : null),
    }),
    shard: t.string({
      nullable: true,
      description: 'Name of the shard on which it lives from now on; null when `isExpired`.',
      resolve: (one) => (one.kind === 'EVENT' ? one.change.shard : null),
    }),
    from: t.string({
      nullable: true,
      description:
        'Name of the shard on which it lived before; null for one that is new, or when `isExpired`.',
      resolve: (one) => (one.kind === 'EVENT' ? one.change.from : null),
    }),
    epoch: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Its new epoch; one that you know already is not new. Null when `isExpired`.',
      resolve: (one) => (one.kind === 'EVENT' ? one.change.epoch : null),
    }),
    at: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it happened; null when `isExpired`.',
      resolve: (one) => (one.kind === 'EVENT' ? one.at : null),
    }),
  }),
});

export const PlaceOrganizationInputRef = builder.inputType('PlaceOrganizationInput', {
  description: 'Which organization gets a shard.',
  fields: (t) => ({
    organization: t.string({
      required: true,
      description: 'Its uuid, which the application has chosen for it.',
      validate: organizationId,
    }),
    shard: t.string({
      description:
        'Name of the shard; it is pinned there then. Null: the one that has the least for its weight.',
      validate: line(63).nullish(),
    }),
    region: t.string({
      description: 'The only region that it may live in; 1 to 63 characters. Null: anywhere.',
      validate: line(63).nullish(),
    }),
    dryRun: t.boolean({ defaultValue: false, description: 'True: only say where it would be. Null: false.' }),
    ...auditFields(t),
  }),
});

export interface Placed {
  readonly placement: Pick<Placement, 'organization' | 'shard' | 'epoch'>;
  readonly isNew: boolean;
}

export const PlaceOrganizationSuccessRef = builder.objectRef<Placed>('PlaceOrganizationSuccess').implement({
  description: 'The organization has a shard, or would have.',
  fields: (t) => ({
    organizationId: t.string({
      description: 'Its uuid.',
      resolve: ({ placement }) => placement.organization,
    }),
    shard: t.string({
      description: 'Name of the shard on which the application makes it.',
      resolve: ({ placement }) => placement.shard,
    }),
    epoch: t.field({
      type: 'BigInt',
      description: 'To enter it with.',
      resolve: ({ placement }) => placement.epoch,
    }),
    isNew: t.exposeBoolean('isNew', { description: 'False: it had this shard already.' }),
  }),
});

errorType(OrganizationUnknownError, { description: 'The directory knows no organization of that id.' });
