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

type Known = Pick<OrganizationMove, 'id' | 'organization' | 'fromShard' | 'toShard' | 'subscriptions'>;
interface Place {
  readonly shard: string;
  readonly db: Queryable;
}

/** What is on one shard and belongs to none of `unfinished`. */
export async function findLeftoversOn(
  { shard, db }: Place,
  unfinished: readonly Known[],
): Promise<readonly MoveLeftover[]> {
  const here = unfinished.filter(({ fromShard, toShard }) => fromShard === shard || toShard === shard);
  return (await listTraces(db)).flatMap((trace) => {
    const { kind, name } = trace;
    const moveId = idOf(trace);
    const isUsed =
      trace.isActive || // by a copy, of whatever subscription
      here.some((one) => isOf(one, shard, trace) || mayBeOf(one, trace));
    return isUsed ? [] : [{ shard, kind, name, moveId }];
  });
}

/** What is on one shard and is of `move`. */
export async function findTracesOf(move: Known, { shard, db }: Place): Promise<readonly MoveLeftover[]> {
  const own = (await listTraces(db)).filter((trace) => isOf(move, shard, trace));
  return own.map(({ kind, name }) => ({ shard, kind, name, moveId: move.id }));
}

const idOf = ({ kind, name }: MoveTrace) => (kind === 'MARKERS' ? name : moveOf(name));

function isOf(move: Known, shard: string, trace: MoveTrace): boolean {
  const { kind, name } = trace;
  if (kind === 'FENCE') return name === move.organization;
  if (kind !== 'ORIGIN' && kind !== 'COPY_SLOT') return idOf(trace) === move.id;
  // Origins are where the subscription is, slots of its copies on the other side.
  return move.subscriptions.some(({ direction, oid }) => {
    const [from, to] =
      direction === 'FORWARD' ? [move.fromShard, move.toShard] : [move.toShard, move.fromShard];
    return shard === (kind === 'ORIGIN' ? to : from) && new RegExp(`^pg_${oid}(_|$)`).test(name);
  });
}

/** A copy begins before anybody could write down which subscription it is for. */
const mayBeOf = ({ subscriptions }: Known, { kind }: MoveTrace) =>
  kind === 'COPY_SLOT' && subscriptions.length === 0;

/** As one line. */
export function describeLeftover({ shard, kind, name }: MoveLeftover): string {
  return `${kind} ${name} on ${shard}`;
}
