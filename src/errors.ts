import type { ErrorCode } from './error-codes.ts';

/** Every error a caller may act on. Anything else is a bug and is masked before it leaves the server. */
export abstract class SundayError extends Error {
  /** Stable, UPPER_SNAKE, never reused: clients and the CLI's exit codes key on it. */
  abstract readonly code: ErrorCode;
  /** What the reader can do about it, as one sentence; null when nothing useful can be said. */
  readonly hint: string | null = null;
  /**
   * The argument that is wrong, from the outside in; null when the fault is not in the input. Not named `path`:
   * graphql takes an error that has one for located already, and the answer would not say which field failed.
   */
  readonly argument: readonly string[] | null = null;
  /** True when the same call may succeed later without any change to it. */
  readonly retryable: boolean = false;

  override get name(): string {
    return this.constructor.name;
  }
}

/** One argument is wrong: e.g. `['input', 'label']`. */
export class InvalidInputError extends SundayError {
  readonly code = 'INVALID_INPUT';
  override readonly argument: readonly string[];
  override readonly hint: string | null;
  constructor(argument: readonly string[], problem: string, hint: string | null = null) {
    super(`${argument.join('.')}: ${problem}`);
    this.argument = argument;
    this.hint = hint;
  }
}

/** The caller gave up or the operation was cancelled; carried as the reason of an AbortSignal. */
export class CancelledError extends SundayError {
  readonly code = 'CANCELLED';
  constructor(what: string) {
    super(`${what} was cancelled`);
  }
}

/** An error that crossed a border as data (a checkpoint, a row, the wire) and is an error again. */
export class RecordedError extends SundayError {
  readonly code: ErrorCode;
  override readonly hint: string | null;
  override readonly retryable: boolean;
  constructor(recorded: ErrorRecord) {
    super(recorded.message);
    this.code = recorded.code;
    this.hint = recorded.hint;
    this.retryable = recorded.retryable;
  }
}

/** What of an error is kept in rows and checkpoints. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
}

/** The part of `error` that may be stored and shown. A bug gives INTERNAL without its text: that is in the log. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof SundayError) {
    const { code, message, hint, retryable } = error;
    return { code, message, hint, retryable };
  }
  return {
    code: 'INTERNAL',
    message: 'an unexpected error; it is in the log',
    hint: 'Look for the operation id or request id in the log of the server.',
    retryable: false,
  };
}
