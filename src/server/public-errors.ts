import { GraphQLError } from 'graphql';
import { SundayError } from '../errors.ts';
import type { Log } from '../log.ts';

/** Where an error came up, so that it is found again in the log. */
export interface Origin {
  readonly requestId: string;
  readonly log: Log;
}

/** HTTP status of an error that ends the whole request. What is not listed gives 200, as errors beside data do. */
const STATUS: Readonly<Partial<Record<SundayError['code'], number>>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  BODY_TOO_LARGE: 413,
  QUERY_TOO_EXPENSIVE: 400,
  REQUEST_TIMEOUT: 504,
  CONTROL_DATABASE_UNAVAILABLE: 503,
};

/**
 * What of an error may leave the server: a typed one with its code, a fault in the document as GraphQL words it, and of
 * a bug nothing but the request id, under which the log has it with its stack.
 */
export function toPublicError(error: unknown, { requestId, log }: Origin): GraphQLError {
  const shown = error instanceof GraphQLError ? error : null;
  if (shown?.extensions['requestId'] !== undefined) return shown; // was here already
  const cause = originOf(error);
  if (cause instanceof SundayError) {
    const { code, hint, retryable, argument } = cause;
    return rewrite(shown, cause.message, {
      code,
      hint,
      retryable,
      argument,
      requestId,
      ...httpOf(cause, shown),
    });
  }
  const http = httpOfYoga(shown);
  if (http !== undefined || (cause instanceof GraphQLError && isClientsFault(cause, shown))) {
    const message = shown?.message ?? 'this is no valid request';
    return rewrite(shown, message, {
      code: 'INVALID_INPUT',
      requestId,
      ...(http === undefined ? {} : { http }),
    });
  }
  log.error({ requestId, err: cause, path: shown?.path }, 'unexpected error');
  return rewrite(shown, 'an unexpected error; the log has it under this request id', {
    code: 'INTERNAL',
    requestId,
    ...(shown?.path === undefined ? { http: { status: 500 } } : {}),
  });
}

function originOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? originOf(error.originalError) : error;
}

/**
 * GraphQL reports a wrong document or variable without a path, and a wrong argument with the node it stands in.
 * What has a path and no node of its own is a value of ours that does not fit its type: a bug.
 */
function isClientsFault(cause: GraphQLError, shown: GraphQLError | null): boolean {
  return shown?.path === undefined || (cause.nodes !== undefined && cause !== shown);
}

/** Yoga's own, for bodies and documents that are no GraphQL. What is not even JSON gets its status whatever is accepted. */
function httpOfYoga(shown: GraphQLError | null): object | undefined {
  const { http, originalError } = shown?.extensions ?? {};
  if (typeof http !== 'object' || http === null) return undefined;
  return originalError === undefined ? http : { ...http, spec: false };
}

function httpOf(cause: SundayError, shown: GraphQLError | null) {
  const status = STATUS[cause.code];
  if (status === undefined || shown?.path !== undefined) return {};
  const retryAfter = 'retryAfterSeconds' in cause ? { 'retry-after': String(cause.retryAfterSeconds) } : {};
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return { http: { status, headers: { ...retryAfter, ...challenge } } };
}

function rewrite(
  shown: GraphQLError | null,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLError {
  return new GraphQLError(message, {
    extensions,
    ...(shown === null
      ? {}
      : { nodes: shown.nodes, source: shown.source, positions: shown.positions, path: shown.path }),
  });
}
