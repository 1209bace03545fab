import type { Requester } from '../access/principals.ts';
import { type ErrorRecord, SundayError } from '../errors.ts';
import type { OperationDefinition, Plan } from './define.ts';

/**
 * | state      | means                                     | next                                 |
 * |------------|-------------------------------------------|--------------------------------------|
 * | QUEUED     | written; no step has begun                | RUNNING, CANCELLED                   |
 * | RUNNING    | holds its lanes, steps are under way      | SUCCEEDED, FAILED, CANCELLING        |
 * | CANCELLING | told to stop; tools and leftovers go away | CANCELLED, SUCCEEDED (it was too late), FAILED |
 * | SUCCEEDED, FAILED, CANCELLED | the end                 | FAILED and CANCELLED: QUEUED by retry |
 */
export const OPERATION_STATES = [
  'QUEUED',
  'RUNNING',
  'CANCELLING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

export const ENDED_STATES: readonly OperationState[] = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

export interface OperationStep {
  readonly name: string;
  readonly attempt: number;
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** One durable piece of work. */
export interface Operation {
  readonly id: string;
  /** The operation that started it and waits for its end; null for one that a request started. */
  readonly parentId: string | null;
  readonly kind: string;
  /** Null when it belongs to no cluster. */
  readonly cluster: string | null;
  /** Clusters besides `cluster` whose lanes it holds; most have none. */
  readonly alsoOn: readonly string[];
  readonly target: string;
  readonly state: OperationState;
  readonly phase: string | null;
  readonly message: string | null;
  /** 0 to 1; null while unknown. */
  readonly fractionDone: number | null;
  readonly bytesDone: bigint | null;
  readonly bytesTotal: bigint | null;
  readonly etaSeconds: number | null;
  readonly attempts: number;
  readonly requestedBy: string;
  readonly onBehalfOf: string | null;
  readonly reason: string | null;
  readonly input: unknown;
  readonly plan: Plan | null;
  readonly result: unknown;
  readonly error: ErrorRecord | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** What one event of an operation says: its state and progress at that moment. */
export interface OperationEvent {
  readonly id: bigint;
  readonly operationId: string;
  readonly state: OperationState;
  readonly phase: string | null;
  readonly message: string;
  readonly fractionDone: number | null;
  readonly bytesDone: bigint | null;
  readonly bytesTotal: bigint | null;
  readonly etaSeconds: number | null;
  readonly at: Date;
}

/** Who starts work, and the key that makes a repeated call the same call. */
export interface OperationRequest extends Requester {
  /** 1 to 255 characters; null means that every call is a new one. Kept for 24 hours. */
  readonly idempotencyKey: string | null;
  /** Set by an operation that starts others. */
  readonly parentId?: string;
}

/** The one door through which nouns start work. */
export interface OperationStarter {
  /**
   * Writes the operation, its audit row and its place in the queue in one transaction.
   *
   * @throws {OperationConflictError} when a lane is taken and the definition says REFUSE.
   * @throws {IdempotencyKeyReusedError} @throws {TooManyOperationsError}
   */
  start<Input, Output>(
    definition: OperationDefinition<Input, Output>,
    input: Input,
    request: OperationRequest,
  ): Promise<Operation>;
}

export class OperationNotFoundError extends SundayError {
  readonly code = 'OPERATION_NOT_FOUND';
  override readonly hint = 'List the operations to see their ids.';
  override readonly argument: readonly string[];
  constructor(id: string, argument: readonly string[] = ['input', 'id']) {
    super(`there is no operation ${id}`);
    this.argument = argument;
  }
}

export class OperationConflictError extends SundayError {
  readonly code = 'OPERATION_CONFLICT';
  override readonly hint = 'Follow the running operation, or cancel it first.';
  override readonly retryable = true;
  readonly operationId: string;
  constructor(wanted: string, other: Pick<Operation, 'id' | 'kind' | 'target'>) {
    super(
      `${wanted} cannot start while operation ${other.id} (${other.kind} of ${other.target}) is under way`,
    );
    this.operationId = other.id;
  }
}

export class OperationEndedError extends SundayError {
  readonly code = 'OPERATION_ENDED';
  override readonly hint = 'There is nothing left to cancel; look at its result or error.';
  constructor(id: string, state: OperationState) {
    super(`operation ${id} has already ended as ${state}`);
  }
}

export class OperationNotRetryableError extends SundayError {
  readonly code = 'OPERATION_NOT_RETRYABLE';
  override readonly hint = 'Start a new operation instead.';
  constructor(id: string, state: OperationState) {
    super(`operation ${id} is ${state}; only FAILED and CANCELLED ones can be tried again`);
  }
}

export class IdempotencyKeyReusedError extends SundayError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
  override readonly hint = 'Send a new key for a new request, or the same arguments for the same request.';
  override readonly argument = ['input', 'idempotencyKey'];
  readonly operationId: string;
  constructor(operationId: string) {
    super(`this idempotency key belongs to operation ${operationId}, which was started with other arguments`);
    this.operationId = operationId;
  }
}

export class TooManyOperationsError extends SundayError {
  readonly code = 'TOO_MANY_OPERATIONS';
  override readonly hint = 'Wait until some of them have ended.';
  override readonly retryable = true;
  constructor(cluster: string, limit: number) {
    super(`${cluster} already has ${limit} unfinished operations`);
  }
}
