import type { Queryable } from '../../postgres/pool.ts';
import { moveOf, type OrganizationMove } from '../moves.ts';
import { listTraces, type MoveTrace } from './probe.ts';

/** Something of a move that has ended, or that nobody knows. */
export interface MoveLeftover {
  readonly shard: string;
  readonly kind: MoveTrace['kind'];
  readonly name: string;
  /** Null when its name does not tell. */
  readonly moveId: string | null;
}

/** What is on one shard and belongs to none of `unfinished`. */
export async function findLeftoversOn(
  { shard, db }: { readonly shard: string; readonly db: Queryable },
  unfinished: readonly Pick<OrganizationMove, 'id' | 'organization' | 'fromShard' | 'toShard'>[],
): Promise<readonly MoveLeftover[]> {
  const here = unfinished.filter(({ fromShard, toShard }) => fromShard === shard || toShard === shard);
  return (await listTraces(db)).flatMap(({ kind, name }) => {
    const moveId = kind === 'MARKERS' ? name : moveOf(name);
    const isUsed =
      kind === 'FENCE'
        ? here.some(({ organization }) => organization === name)
        : // A copy's slot and an origin carry the number of a subscription, which may belong to any move that is under way.
          moveId === null
          ? here.length > 0
          : here.some(({ id }) => id === moveId);
    return isUsed ? [] : [{ shard, kind, name, moveId }];
  });
}

/** As one line. */
export function describeLeftover({ shard, kind, name }: MoveLeftover): string {
  return `${kind} ${name} on ${shard}`;
}
