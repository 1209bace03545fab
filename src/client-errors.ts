import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import { RecordedError, SundayError } from './errors.ts';

/** Nobody answers at the URL, or somebody else does. */
export class ApiUnavailableError extends SundayError {
  readonly code = 'API_UNAVAILABLE';
  override readonly retryable = true;
  override readonly hint: string;
  /** True when no connection was made, so that nothing can have been done. */
  readonly isRefused: boolean;
  constructor(url: string, cause: unknown) {
    super(`the control plane at ${url} does not answer: ${describe(cause)}`, { cause });
    this.isRefused = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH'].includes(codeOf(cause));
    this.hint = this.isRefused
      ? 'Start it with `npm start`, or check the URL.'
      : 'Try again, or check the URL.';
  }
}

/** What the API answered instead of data. A code that this program does not know counts as a bug. */
export function toAnsweredError(error: {
  readonly message: string;
  readonly extensions?: unknown;
}): RecordedError {
  const extensions = isRecord(error.extensions) ? error.extensions : {};
  const { code, hint, retryable, requestId } = extensions;
  const known = toErrorCode(code);
  const fallback = typeof requestId === 'string' ? `Request id: ${requestId}.` : null;
  return new RecordedError({
    code: known,
    message: error.message,
    hint: typeof hint === 'string' ? hint : known === 'INTERNAL' ? fallback : null,
    retryable: retryable === true,
  });
}

/** INTERNAL for a code that this program does not know: the server is newer. */
export function toErrorCode(code: unknown): ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'INTERNAL';
}

/** `fetch` hides what happened in the cause of its error, and several addresses in an AggregateError. */
function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}

function codeOf(error: unknown): string {
  const root = rootOf(error);
  return isRecord(root) && typeof root['code'] === 'string' ? root['code'] : '';
}

function describe(error: unknown): string {
  const root = rootOf(error);
  if (root instanceof Error && root.name === 'TimeoutError') return 'it took too long';
  return root instanceof Error ? root.message || codeOf(root) : String(root);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
