import { SundayError } from '../errors.ts';

/** A PostgreSQL server does not answer: down, starting, out of connections, or the network hangs. */
export class DatabaseUnavailableError extends SundayError {
  readonly code = 'DATABASE_UNAVAILABLE';
  override readonly hint =
    'Check that the server runs and that its address, password and pg_hba.conf are right.';
  override readonly retryable = true;
  constructor(server: string, cause: unknown) {
    super(`${server} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Our own database does not answer. Unlike one of the fleet it is needed for everything, also to let anybody in. */
export class ControlDatabaseUnavailableError extends SundayError {
  readonly code = 'CONTROL_DATABASE_UNAVAILABLE';
  override readonly hint = 'Try again in a moment; /health/ready says when it is back.';
  override readonly retryable = true;
  constructor(cause: unknown) {
    super('the control database does not answer', { cause });
  }
}

/** What `pg` gives for an error the server reported. */
export interface ServerError extends Error {
  readonly code: string;
  readonly detail?: string;
  readonly constraint?: string;
  /** Of the table that the error is about. */
  readonly schema?: string;
  readonly position?: string;
}

/**
 * SQLSTATE classes of a server that cannot serve now, or of a session that it has ended: connection exceptions,
 * shutdown, start-up, too many clients, idle in a transaction for too long.
 */
const UNAVAILABLE_STATES = /^(08...|57P0[1-3]|53300|25P03)$/;
/** Serialization failure, deadlock, lock not available: the transaction is gone, and the next try may go through. */
const COLLISIONS = ['40001', '40P01', '55P03'] as const;
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
/** `pg` reports these without any code. */
const NETWORK_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client was closed|not queryable/i;

export function isServerError(error: unknown, ...states: readonly string[]): error is ServerError {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return /^[0-9A-Z]{5}$/.test(error.code) && (states.length === 0 || states.includes(error.code));
}

/** True when the server, not the statement, is at fault: the same statement may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError || error instanceof ControlDatabaseUnavailableError)
    return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return UNAVAILABLE_STATES.test(code) || NETWORK_CODES.has(code) || NETWORK_MESSAGES.test(error.message);
}

/** True when a whole transaction may go through at the next try: the server is away, or others were in the way. */
export function isPassing(error: unknown): boolean {
  return isUnavailable(error) || isServerError(error, ...COLLISIONS);
}
