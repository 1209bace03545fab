import { ENDED_STATES, type Operation, type OperationState } from '../../src/operations/operations.ts';
import type { TestEngine } from './engine.ts';
import { LONG_PAUSE_MS, pause, SHORT_PAUSE_MS } from './pause.ts';

type Finder = Pick<TestEngine['operations'], 'findMany'>;

/** The operation once it has ended; throws after `timeoutMs`. */
export function waitForEnd(
  engine: { readonly operations: Finder },
  id: string,
  timeoutMs = 25_000,
): Promise<Operation> {
  return waitFor(engine.operations, id, (operation) => ENDED_STATES.includes(operation.state), {
    timeoutMs,
    pauseMs: LONG_PAUSE_MS,
  });
}

export function waitForState(
  engine: { readonly operations: Finder },
  id: string,
  state: OperationState,
): Promise<Operation> {
  return waitFor(engine.operations, id, (operation) => operation.state === state, {
    timeoutMs: 25_000,
    pauseMs: SHORT_PAUSE_MS,
  });
}

async function waitFor(
  operations: Finder,
  id: string,
  isThere: (operation: Operation) => boolean,
  { timeoutMs, pauseMs }: { readonly timeoutMs: number; readonly pauseMs: number },
) {
  const begunAt = performance.now();
  for (;;) {
    const [operation] = await operations.findMany([id]);
    if (operation && isThere(operation)) return operation;
    if (performance.now() > begunAt + timeoutMs)
      throw new Error(`operation ${id} is still ${operation?.state}: ${operation?.message}`);
    await pause(begunAt, pauseMs);
  }
}
