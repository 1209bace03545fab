import type { OperationContext } from '../../operations/define.ts';
import { MoveStateError, OutsideWindowError, PauseBudgetError } from '../errors.ts';
import type { LaterInput, MoveResult } from '../inputs.ts';
import { isInWindow } from '../moves.ts';
import { catchUp } from '../stream/copy.ts';
import {
  compare,
  cutOver,
  getMove,
  type MoveDependencies,
  note,
  onMove,
  type Part,
  prepareWayBack,
  turnRound,
} from './parts.ts';
import { messageOf, resultOf } from './result.ts';

const CUTOVER_TRIES = 3;

/** From READY on: the cutover, the stream the other way round, and the proof of it. A pause that is too long leaves it READY. */
export async function finishCutover(
  deps: MoveDependencies,
  context: OperationContext,
  id: string,
): Promise<MoveResult> {
  const { step } = context;
  // Twice is safe: made only when it is not there.
  await step('prepare the way back', (told) => onMove(deps, id, told, prepareWayBack));
  // Twice is safe: the directory says on which side of the cutover we are.
  const { pauseMs, gaveUp } = await step('cut over', (told) => onMove(deps, id, told, tryCutover));
  if (gaveUp) return resultOf(deps, context, id, null);
  await step('turn the stream round', (told) => onMove(deps, id, told, turnRound));
  // Twice is safe: it only reads. What was written between the first comparison and the cutover is in this one.
  await step('compare again', (told) =>
    onMove(deps, id, told, (part) =>
      compare(part, 'REVERSE').catch(async (error: unknown) => {
        await note(part, { problem: `not proven after the cutover: ${messageOf(error)}` });
        if (!(error instanceof PauseBudgetError)) throw error;
      }),
    ),
  );
  return resultOf(deps, context, id, pauseMs);
}

async function tryCutover(
  part: Part,
): Promise<{ readonly pauseMs: number | null; readonly gaveUp: boolean }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { pauseMs: await cutOver(part), gaveUp: false };
    } catch (error) {
      if (!(error instanceof PauseBudgetError)) throw error;
      if (attempt === CUTOVER_TRIES) return { pauseMs: null, gaveUp: true };
      await catchUp({ ...part, direction: 'FORWARD' }, part.context);
    }
  }
}

/** `moves.cutover`: a pause that would be too long fails it, and the move stays READY. */
export async function runCutover(
  deps: MoveDependencies,
  context: OperationContext,
  { moveId }: LaterInput,
): Promise<MoveResult> {
  // Twice is safe: it only reads. One that was killed between its cutover and its end goes on from there.
  await context.step('compare', (told) =>
    onMove(deps, moveId, told, async (part) => {
      const { move } = part;
      if (move.state === 'CUTOVER') return;
      if (move.state !== 'READY')
        throw new MoveStateError(move, 'cut over', 'Only a move that is READY can be.');
      if (!isInWindow(move.settings.window, new Date()) && move.settings.window)
        throw new OutsideWindowError(move.settings.window);
      await compare(part, 'FORWARD').catch(async (error: unknown) => {
        await note(part, { problem: messageOf(error) });
        throw error;
      });
    }),
  );
  const result = await finishCutover(deps, context, moveId);
  const { settings } = await context.step('look at the end', (told) => getMove(deps, moveId, told.signal));
  // Somebody asked for it, so it has to say that it was not done.
  if (result.state === 'READY') throw new PauseBudgetError(settings.pauseBudgetMs, 'all tries');
  return result;
}
