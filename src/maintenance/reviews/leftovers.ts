import { finding, type Finding, type Found } from '../findings.ts';
import type { LeftTrace, MaintenanceSources } from '../sources.ts';

/** What moves of organizations that have ended left behind on the shards of a cluster. */
export async function checkLeftovers(sources: MaintenanceSources, cluster: string): Promise<Found> {
  const { shards, found, unknown } = await sources.moveLeftovers(cluster);
  return {
    findings: [
      ...found.map(judgeTrace),
      ...unknown.map(({ shard, reason }) =>
        finding('UNKNOWN', `moves on ${shard}`, reason, {
          suggestedAction: 'Run it again when the shard answers.',
        }),
      ),
    ],
    lookedAt:
      shards.length === 0
        ? [`${cluster} is no shard: no move leaves anything there`]
        : shards.map(
            (shard) =>
              `slots, publications, subscriptions, origins, triggers, functions, markers and fences on ${shard}`,
          ),
  };
}

const SLOTS: readonly string[] = ['SLOT', 'COPY_SLOT'];

/** Pure. A slot keeps log until the disk is full; all else is in the way of the next move only. */
export function judgeTrace({ kind, name, moveId }: LeftTrace): Finding {
  const isSlot = SLOTS.includes(kind);
  const owner = moveId === null ? 'of no move that is under way' : `of the move ${moveId}, which has ended`;
  return finding(
    isSlot ? 'CRITICAL' : 'WARNING',
    `${kind.toLowerCase().replaceAll('_', ' ')} ${name}`,
    isSlot ? `${owner}; it keeps log on the server until it is dropped` : owner,
    {
      suggestedAction:
        moveId === null
          ? 'See that nobody else uses it, then remove it by hand.'
          : 'See `sunday organizations moves` for what became of the move, then remove it by hand.',
    },
  );
}
