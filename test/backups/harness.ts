import { randomUUID } from 'node:crypto';
import type {
  OperationContext,
  OperationDefinition,
  Progress,
  StepContext,
} from '../../src/operations/define.ts';

export interface Harness {
  readonly operationId: string;
  readonly progress: readonly (Progress & { readonly step: string })[];
  readonly steps: readonly string[];
  /** What a worker that died and came back does: every step runs again. */
  readonly context: OperationContext;
  readonly abort: AbortController;
}

/** Runs steps one after the other, without a database; `before` is called at the start of each. */
export function createHarness(
  operationId: string = randomUUID(),
  before: (step: string) => Promise<void> | void = () => {},
): Harness {
  const progress: (Progress & { step: string })[] = [];
  const steps: string[] = [];
  const abort = new AbortController();
  const context: OperationContext = {
    operationId,
    attempt: 1,
    async step(name, work) {
      steps.push(name);
      await before(name);
      const stepContext: StepContext = {
        operationId,
        signal: abort.signal,
        token: 1n,
        processMarks: { SUNDAY_OPERATION: operationId },
        assertLease: () => {},
        progress: (one) => progress.push({ step: name, ...one }),
      };
      // A checkpoint keeps JSON and nothing else.
      return JSON.parse(JSON.stringify((await work(stepContext)) ?? null)) as never;
    },
  };
  return { operationId, progress, steps, context, abort };
}

/** Runs an operation to its end, with its compensation when it fails, as the engine does. */
export async function perform<Input, Output>(
  definition: OperationDefinition<Input, Output>,
  input: Input,
  harness: Harness = createHarness(),
): Promise<Output> {
  try {
    return await definition.run(harness.context, definition.input.parse(input));
  } catch (error) {
    const own = createHarness(harness.operationId);
    await definition.compensate?.(own.context, input);
    throw error;
  }
}
