import { SundayError } from '../errors.ts';

/** Found by looking at the document, before anything of it ran. */
export class QueryTooExpensiveError extends SundayError {
  readonly code = 'QUERY_TOO_EXPENSIVE';
  override readonly hint = 'Ask for fewer items, nest less, or split the document.';
  constructor(measure: string, actual: number | null, limit: number) {
    super(`the ${measure} of this document is ${actual ?? 'above the limit'}; at most ${limit} is allowed`);
  }
}

/** The token has spent what it may spend in this minute. */
export class RateLimitedError extends SundayError {
  readonly code = 'RATE_LIMITED';
  override readonly retryable = true;
  override readonly hint: string;
  readonly retryAfterSeconds: number;
  constructor(what: string, retryAfterSeconds: number) {
    super(what);
    this.retryAfterSeconds = retryAfterSeconds;
    this.hint = `Try again in ${retryAfterSeconds} s.`;
  }
}

export class BodyTooLargeError extends SundayError {
  readonly code = 'BODY_TOO_LARGE';
  override readonly hint = 'Send large values in smaller pieces.';
  constructor(limitBytes: number) {
    super(`the request body is larger than ${limitBytes} bytes`);
  }
}

export class RequestTimeoutError extends SundayError {
  readonly code = 'REQUEST_TIMEOUT';
  override readonly retryable = true;
  override readonly hint = 'Ask for less at once, or start an operation for what takes long.';
  constructor(timeoutMs: number) {
    super(`the request took longer than ${timeoutMs} ms and was given up`);
  }
}
