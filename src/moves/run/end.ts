import type { SundayError } from '../../errors.ts';
import type { OperationContext } from '../../operations/define.ts';
import { isUnavailable } from '../../postgres/errors.ts';
import { untilAvailable } from '../../postgres/retry.ts';
import {
  MoveDiffersError,
  MoveLeftoversError,
  MoveStateError,
  MoveStreamError,
  MoveUnprovenError,
} from '../errors.ts';
import { forgetHome } from '../fence/fence-store.ts';
import type { LaterInput, MoveResult } from '../inputs.ts';
import { describeLeftover, findTracesOf } from '../leftovers/leftovers.ts';
import { ENDED_MOVES, namesOf } from '../moves.ts';
import * as store from '../store.ts';
import { findSlot, findSubscription } from '../stream/stream-store.ts';
import { compare, type MoveDependencies, note, noteSubscriptions, onMove, type Part } from './parts.ts';
import { removeFence, removeRows, removeStream } from './remove.ts';
import { resultOf } from './result.ts';
import { switchHome } from './switch.ts';

/** `moves.reverse`: the source is the home again, and the target's rows go. */
export async function runReverse(
  deps: MoveDependencies,
  context: OperationContext,
  { moveId, acceptDifferences }: LaterInput,
): Promise<MoveResult> {
  const { step } = context;
  // Twice is safe: it only reads.
  await step('compare', (told) =>
    onMove(deps, moveId, told, async (part) => {
      const isBack = (await deps.directory.find(part.move.organization))?.shard === part.move.fromShard;
      if (part.move.state !== 'REVERSIBLE')
        throw new MoveStateError(
          part.move,
          'reversed',
          'Only a move that is REVERSIBLE can be; abort it before its cutover.',
        );
      if (isBack) return;
      if (!(await hasWayBack(part)))
        throw new MoveStreamError(
          `the way back of move ${moveId} is gone: what was written since is on ${part.move.toShard} alone`,
          'Complete the move, and bring the organization back by a new one.',
        );
      await compare(part, 'REVERSE').catch((error: unknown) => {
        if (!(error instanceof MoveDiffersError) || !acceptDifferences) throw error;
        told.progress({ message: `${error.message}; going back all the same, as was asked` });
      });
    }),
  );
  // Twice is safe: the directory says on which side of the way back we are.
  const pauseMs = await step('go back', (told) =>
    onMove(deps, moveId, told, async ({ move, sides, context: { signal } }) => {
      const switched = await switchHome({
        sides,
        move,
        direction: 'REVERSE',
        directory: deps.directory,
        signal,
      });
      const at = new Date().toISOString();
      if (switched !== null)
        await untilAvailable(() =>
          store.addPause(deps.db, moveId, { at, reason: 'REVERSE', milliseconds: switched.pauseMs }),
        );
      return switched?.pauseMs ?? null;
    }),
  );
  await clear(deps, context, { moveId, emptied: 'to', end: 'REVERSED' });
  return resultOf(deps, context, moveId, pauseMs);
}

/** `moves.complete`: the source's rows go, when both sides were proven equal after the cutover or somebody takes it on himself. */
export async function runComplete(
  deps: MoveDependencies,
  context: OperationContext,
  { moveId, acceptDifferences }: LaterInput,
): Promise<MoveResult> {
  // Twice is safe: it only reads.
  await context.step('compare', (told) =>
    onMove(deps, moveId, told, async (part) => {
      const { move } = part;
      if (move.state !== 'REVERSIBLE')
        throw new MoveStateError(move, 'completed', 'Only a move that is REVERSIBLE can be.');
      const refusal = await prove(part).then(
        () => null,
        (error: unknown) => {
          if (!acceptDifferences || !isDoubt(error)) throw error;
          return error;
        },
      );
      const problem = refusal && `${refusal.message}; completed all the same, as was asked`;
      if (problem !== null) told.progress({ message: problem });
      await note(part, { problem });
    }),
  );
  await clear(deps, context, { moveId, emptied: 'from', end: 'COMPLETED' });
  return resultOf(deps, context, moveId, null);
}

/** Rows are deleted for good: nobody does that on a cutover whose rows were never proven. */
async function prove(part: Part): Promise<void> {
  const last = part.move.verifications.at(-1);
  if (last?.direction === 'REVERSE' && last.isEqual) return;
  if (!(await hasWayBack(part))) throw new MoveUnprovenError(part.move);
  await compare(part, 'REVERSE');
}

/** What stays wrong however often it is tried. */
const isDoubt = (error: unknown): error is SundayError =>
  error instanceof MoveUnprovenError || error instanceof MoveDiffersError || error instanceof MoveStreamError;

/** False: it was given up, or somebody took it away, so that the source has stood still since. */
async function hasWayBack({ sides: { from, to }, move }: Part): Promise<boolean> {
  const { stream } = namesOf(move.id, 'REVERSE');
  return (await findSubscription(from.db, stream)) !== null && (await findSlot(to.db, stream)) !== null;
}

interface Clearing {
  readonly moveId: string;
  /** The side where it does not live any more. */
  readonly emptied: 'from' | 'to';
  readonly end: 'COMPLETED' | 'REVERSED' | 'ABORTED';
  readonly problem?: string | null;
}

/** Takes everything away that the move has made, deletes the rows of one side, and proves both. */
export async function clear(
  deps: MoveDependencies,
  { step }: OperationContext,
  { moveId, emptied, end, problem = null }: Clearing,
): Promise<void> {
  // Twice is safe, all of them: what is gone already is not looked for.
  await step('take the streams away', (told) =>
    onMove(deps, moveId, told, async ({ sides, move }) => {
      if (ENDED_MOVES.includes(move.state)) return;
      await noteSubscriptions({ deps, sides, move }).catch((error: unknown) => {
        // What the side that sends keeps for one that is away must go at once; whoever drops the rest notes it first.
        if (!isUnavailable(error)) throw error;
      });
      await removeStream({ sides, move }, 'FORWARD', told.signal);
      await removeStream({ sides, move }, 'REVERSE', told.signal);
    }),
  );
  await step('delete the rows that are not needed', (told) =>
    onMove(deps, moveId, told, async ({ sides, move }) => {
      if (ENDED_MOVES.includes(move.state)) return;
      // A move that was refused has made nothing: rows that were there before are not its own.
      const isUntouched = end === 'ABORTED' && move.state === 'PREFLIGHT';
      if (!isUntouched) await removeRows(sides[emptied], { move, directory: deps.directory }, told);
      if (end === 'ABORTED' && !isUntouched) await forgetHome(sides.to.db, move.organization);
    }),
  );
  await step('take the fence away', (told) =>
    onMove(deps, moveId, told, async (part) => {
      const { sides, move } = part;
      if (ENDED_MOVES.includes(move.state)) return;
      for (const side of [sides.from, sides.to]) await removeFence(side, move, told);
      await assertNothingLeft(part);
      await note(part, { state: end, ...(problem === null ? {} : { problem }) });
    }),
  );
}

/** @throws {MoveLeftoversError} */
async function assertNothingLeft({ sides, move }: Part): Promise<void> {
  const own = (await Promise.all([sides.from, sides.to].map((side) => findTracesOf(move, side)))).flat();
  if (own.length > 0) throw new MoveLeftoversError(own.map(describeLeftover));
}
