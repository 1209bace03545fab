import { z } from 'zod';
import {
  CancelledError,
  type ErrorRecord,
  InvalidInputError,
  RecordedError,
  SundayError,
  toErrorRecord,
} from '../errors.ts';
import { untilAvailable } from '../postgres/retry.ts';
import { checkpoint, isTakenOver } from './dbos.ts';
import { clustersOf, type OperationContext, type OperationDefinition } from './define.ts';
import { createExecution, type Execution, type ExecutionOptions, type StepMode } from './execution.ts';
import type { Queue } from './journal.ts';
import type { Ending } from './journal-store.ts';
import { ENDED_STATES, type Operation } from './operations.ts';

export type AnyDefinition = OperationDefinition<unknown, unknown>;

/** What the workflow needs of the process it runs in. */
export interface WorkflowHost {
  definitionOf(kind: string): AnyDefinition | null;
  find(operationId: string): Promise<Operation | null>;
  /** `release` ends the watch for a cancel. */
  prepare(opened: Opened, definition: AnyDefinition): { execution: ExecutionOptions; release: () => void };
  queueOf(clusters: readonly (string | null)[]): Queue;
}

/** What is read of the operation once and for all; a replay has the same. */
export type Opened = Pick<Operation, 'id' | 'kind' | 'cluster' | 'input'> & {
  readonly attempt: number;
  /** Left out in what releases before this one have written down. */
  readonly alsoOn?: readonly string[];
};

/**
 * The one workflow that runs every kind of operation. Outside `checkpoint` there is no I/O, no clock and no
 * randomness: the code runs again from the top after each crash.
 */
export async function runOperation(host: WorkflowHost, operationId: string, attempt: number): Promise<void> {
  const opened = await checkpoint('open', () => untilAvailable(() => open(host, operationId, attempt)));
  if (!opened) return;
  const definition = host.definitionOf(opened.kind) ?? unknownKind(opened.kind);
  // Not checkpointed on purpose: each process that runs this operation has a lease and signals of its own.
  const { execution: options, release } = host.prepare(opened, definition);
  const execution = createExecution(options);
  try {
    if (!(await checkpoint('begin', () => execution.begin()))) return;
    const steps = createSteps(execution, attempt);
    const ending = await runDefinition(definition, { opened, onBug: options.onBug }, steps);
    await checkpoint('finish', () => finish(host, { execution, options, opened }, ending));
  } finally {
    execution.stop();
    release();
  }
}

/** Stands for a kind that a newer API has started and this worker has never heard of: it fails, and says so. */
function unknownKind(kind: string): AnyDefinition {
  return {
    kind,
    input: z.unknown(),
    lanes: [],
    whenBusy: 'QUEUE',
    target: () => ({ cluster: null, name: kind }),
    run: () =>
      Promise.reject(new InvalidInputError(['kind'], `this worker does not know operations of kind ${kind}`)),
  };
}

/** Null when there is nothing to run: cancelled while it was queued, or an attempt that is over. */
async function open(host: WorkflowHost, operationId: string, attempt: number): Promise<Opened | null> {
  const operation = await host.find(operationId);
  if (!operation || operation.attempts !== attempt || ENDED_STATES.includes(operation.state)) return null;
  const { id, kind, cluster, alsoOn, input } = operation;
  return { id, kind, cluster, alsoOn, input, attempt };
}

type Steps = (when: StepMode) => OperationContext['step'];

/** Steps are numbered in the order of calls, which a replay repeats. */
function createSteps(execution: Execution, attempt: number): Steps {
  let position = 0;
  return (when) => async (name, work) => {
    const key = { attempt, position: position++, name };
    const outcome = await checkpoint(name, () => execution.perform(key, work, when));
    if (outcome.kind === 'DONE') return outcome.value;
    throw outcome.kind === 'CANCELLED' ? new CancelledError(name) : new RecordedError(outcome.error);
  };
}

async function runDefinition(
  definition: AnyDefinition,
  { opened: { id, attempt, input }, onBug }: Pick<FinishContext, 'opened'> & Pick<ExecutionOptions, 'onBug'>,
  steps: Steps,
): Promise<Ending> {
  const context = (when: StepMode): OperationContext => ({ operationId: id, attempt, step: steps(when) });
  try {
    const result = await definition.run(context('UNTIL_CANCELLED'), input);
    return { state: 'SUCCEEDED', message: 'done', result, error: null };
  } catch (error) {
    if (isTakenOver(error)) throw error; // not an end of the operation: its new run goes on
    if (!(error instanceof SundayError)) onBug(error, 'between its steps');
    const ending = endingOf(error);
    const failure = await compensate(definition, context('ALWAYS'), input);
    return failure ? { ...ending, state: 'FAILED', error: failure, message: failure.message } : ending;
  }
}

function endingOf(error: unknown): Ending {
  const record = toErrorRecord(error);
  return error instanceof CancelledError
    ? { state: 'CANCELLED', message: 'cancelled', result: null, error: record }
    : { state: 'FAILED', message: record.message, result: null, error: record };
}

/** Gives the error of a compensation that failed: what it left behind is worse news than why it had to run. */
async function compensate(
  definition: AnyDefinition,
  context: OperationContext,
  input: unknown,
): Promise<ErrorRecord | null> {
  try {
    await definition.compensate?.(context, input);
    return null;
  } catch (error) {
    if (isTakenOver(error)) throw error;
    return toErrorRecord(error);
  }
}

interface FinishContext {
  readonly execution: Execution;
  readonly options: ExecutionOptions;
  readonly opened: Opened;
}

/** Twice is safe: a crash after the commit and before the checkpoint finds the operation ended, and leaves it so. */
async function finish(
  host: WorkflowHost,
  { execution, options, opened }: FinishContext,
  ending: Ending,
): Promise<void> {
  const current = await untilAvailable(() => host.find(opened.id));
  if (!current || current.attempts !== opened.attempt || ENDED_STATES.includes(current.state)) return;
  const { cluster, alsoOn = [] } = opened;
  const queue = host.queueOf(clustersOf({ cluster, alsoOn }));
  await execution.persist((token) => options.journal.finish(token, ending, queue));
}
