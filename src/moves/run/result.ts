import type { OperationContext } from '../../operations/define.ts';
import type { MoveResult } from '../inputs.ts';
import { getMove, type MoveDependencies } from './parts.ts';

/** For people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the operation came to, as the move's row says it. */
export async function resultOf(
  deps: MoveDependencies,
  { step }: OperationContext,
  id: string,
  pauseMs: number | null,
): Promise<MoveResult> {
  return step('look at the result', async (told) => {
    const { state, problem } = await getMove(deps, id, told.signal);
    return { moveId: id, state, pauseMs, problem };
  });
}
