import { setTimeout as sleep } from 'node:timers/promises';
import { ENDED_STATES, type Operation, type OperationState } from '../../src/operations/operations.ts';
import type { TestEngine } from './engine.ts';

type Finder = Pick<TestEngine['operations'], 'findMany'>;

/** The operation once it has ended; throws after `timeoutMs`. */
export function waitForEnd(
  engine: { readonly operations: Finder },
  id: string,
  timeoutMs = 25_000,
): Promise<Operation> {
  return waitFor(engine.operations, id, (operation) => ENDED_STATES.includes(operation.state), timeoutMs);
}

export function waitForState(
  engine: { readonly operations: Finder },
  id: string,
  state: OperationState,
): Promise<Operation> {
  return waitFor(engine.operations, id, (operation) => operation.state === state, 25_000);
}

async function waitFor(
  operations: Finder,
  id: string,
  isThere: (operation: Operation) => boolean,
  timeoutMs: number,
) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const [operation] = await operations.findMany([id]);
    if (operation && isThere(operation)) return operation;
    if (performance.now() > deadline)
      throw new Error(`operation ${id} is still ${operation?.state}: ${operation?.message}`);
    await sleep(20);
  }
}
