import type { OperationContext } from '../../operations/define.ts';
import { untilAvailable } from '../../postgres/retry.ts';
import { MoveRefusedError, MoveStateError, MoveStreamError } from '../errors.ts';
import { BEFORE_CUTOVER, ENDED_MOVES } from '../moves.ts';
import * as store from '../store.ts';
import { clear } from './end.ts';
import { getMove, type MoveDependencies, onMove, turnRound } from './parts.ts';
import { reopen, switchHome } from './switch.ts';

/**
 * Takes back a move that has not been cut over; one that has is brought to where it can be reversed instead, since its
 * organization already lives elsewhere. Twice is safe.
 */
export async function undo(
  deps: MoveDependencies,
  context: OperationContext,
  moveId: string,
  reason: string | null,
): Promise<void> {
  const { step } = context;
  const what = await step('see what was done', async (told) => {
    const [move] = await untilAvailable(() => store.findMany(deps.db, [moveId]));
    if (!move || ENDED_MOVES.includes(move.state)) return 'NOTHING' as const;
    const placement = await untilAvailable(() => deps.directory.find(move.organization));
    told.progress({ message: `the organization lives on ${placement?.shard ?? 'no shard'}` });
    if (placement?.shard === move.toShard) return 'MOVED' as const;
    if (placement?.shard !== move.fromShard)
      throw new MoveStreamError(
        `the directory places ${move.organization} on neither shard`,
        'Look at the directory.',
      );
    return move.state === 'PREFLIGHT' ? ('REFUSED' as const) : ('STARTED' as const);
  });
  if (what === 'NOTHING') return;
  if (what === 'MOVED') {
    const move = await step('look at the move', (told) => getMove(deps, moveId, told.signal));
    if (reason !== null && !BEFORE_CUTOVER.includes(move.state) && move.state !== 'CUTOVER')
      throw new MoveStateError(
        move,
        'aborted',
        'Its organization lives on the target: reverse the move instead.',
      );
    if (move.state === 'CUTOVER') {
      await step('open the new home', (told) =>
        onMove(deps, moveId, told, ({ sides, move: now }) =>
          switchHome({
            sides,
            move: now,
            direction: 'FORWARD',
            directory: deps.directory,
            signal: told.signal,
          }),
        ),
      );
      await step('turn the stream round', (told) => onMove(deps, moveId, told, turnRound));
    }
    return;
  }
  const problem = reason ?? (await step('say why', () => describeFailure(deps, moveId)));
  if (what === 'REFUSED') {
    await step('write it down', () =>
      untilAvailable(() => store.update(deps.db, moveId, { state: 'ABORTED', problem })),
    );
    return;
  }
  // A run that was killed in the middle of its cutover may have left the old home closed.
  await step('open the old home', (told) =>
    onMove(deps, moveId, told, ({ sides, move }) =>
      reopen({ sides, move, direction: 'FORWARD' }, move.epoch),
    ),
  );
  await clear(deps, context, { moveId, emptied: 'to', end: 'ABORTED', problem });
}

async function describeFailure(deps: MoveDependencies, moveId: string): Promise<string> {
  const move = await getMove(deps, moveId);
  const failed = move.checks.filter(({ state }) => state === 'FAILED');
  if (failed.length > 0) return new MoveRefusedError(failed).message;
  return move.problem ?? `it failed or was cancelled while it was ${move.state}; the operation says why`;
}
