import { z } from 'zod';
import type { EventLog, NewEvent } from '../../events/events.ts';
import type { Placement } from '../shards.ts';

const TOPIC = 'placement';

/** PLACED: it is new. ADOPTED: it was found on a shard. MOVED: it came from another shard. */
export const PLACEMENT_CHANGES = ['PLACED', 'ADOPTED', 'MOVED'] as const;

/** Something that the directory says anew. */
export interface PlacementChange extends Pick<Placement, 'organization' | 'shard' | 'epoch'> {
  readonly kind: (typeof PLACEMENT_CHANGES)[number];
  /** Where it was before; null for one that is new. */
  readonly from: string | null;
}

const payload = z.object({
  kind: z.enum(PLACEMENT_CHANGES),
  shard: z.string(),
  from: z.string().nullable(),
  epoch: z.coerce.bigint(),
});

/** What a follower of placements gets. `EXPIRED`: changes before `resumeAfter` are gone, so read the placements anew. */
export type PlacementDelivery =
  | { readonly kind: 'EVENT'; readonly id: bigint; readonly at: Date; readonly change: PlacementChange }
  | { readonly kind: 'EXPIRED'; readonly resumeAfter: bigint };

/** The row of the outbox for a change. */
export function toEvent({ organization, kind, shard, from, epoch }: PlacementChange): NewEvent {
  return { topic: TOPIC, subject: organization, payload: { kind, shard, from, epoch: epoch.toString() } };
}

/** Changes after `after` (null: from the oldest that is kept), then live, until `signal` aborts. */
export async function* followChanges(
  events: EventLog,
  after: bigint | null,
  signal: AbortSignal,
): AsyncGenerator<PlacementDelivery> {
  for await (const delivery of events.follow({ topic: TOPIC }, after, signal)) {
    if (delivery.kind === 'EXPIRED') {
      yield delivery;
    } else {
      const { id, at, subject, payload: said } = delivery.event;
      yield { kind: 'EVENT', id, at, change: { organization: subject, ...payload.parse(said) } };
    }
  }
}

/** The place right behind the newest change: who reads placements after asking for it misses nothing. */
export async function findNewest(events: EventLog): Promise<bigint> {
  const { newest, expiredThrough } = await events.findBounds({ topic: TOPIC });
  return newest > expiredThrough ? newest : expiredThrough;
}
