import type { MoveLeftover } from '../src/moves/leftovers/leftovers.ts';
import type { Leftovers } from '../src/moves/service.ts';
import { builder } from './builder.ts';

const MoveLeftoverRef = builder.objectRef<MoveLeftover>('MoveLeftover').implement({
  description: 'Something of a move that has ended, or that nobody knows.',
  fields: (t) => ({
    shard: t.exposeString('shard', { description: 'Shard on which it is.' }),
    kind: t.exposeString('kind', {
      description: 'PUBLICATION, SLOT, COPY_SLOT, SUBSCRIPTION, ORIGIN, TRIGGER, FUNCTION, MARKERS or FENCE.',
    }),
    name: t.exposeString('name', { description: 'Its name; of a fence the id of the organization.' }),
    moveId: t.exposeString('moveId', {
      nullable: true,
      description: 'The move; null when its name does not tell.',
    }),
  }),
});

const UnknownShardRef = builder.objectRef<Leftovers['unknown'][number]>('UnaskedShard').implement({
  description: 'A shard that did not answer.',
  fields: (t) => ({
    shard: t.exposeString('shard', { description: 'Name of the shard.' }),
    reason: t.exposeString('reason', { description: 'Why nothing is known of it.' }),
  }),
});

export const MoveLeftoversRef = builder.objectRef<Leftovers>('MoveLeftovers').implement({
  description: 'What moves left behind, on all shards that answered.',
  fields: (t) => ({
    found: t.field({ type: [MoveLeftoverRef], description: 'By shard.', resolve: ({ found }) => found }),
    unknown: t.field({
      type: [UnknownShardRef],
      description: 'Shards that did not answer: what they hold is unknown.',
      resolve: ({ unknown }) => unknown,
    }),
  }),
});
