import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertFilter, TypedDocumentString } from './cli/generated/graphql.ts';
import { ApiUnavailableError, toAnsweredError } from './client-errors.ts';
import type { RecordedError } from './errors.ts';
import {
  followAlerts,
  type FollowedAlert,
  followOperation,
  type FollowedEvent,
  type FollowOptions,
} from './follow.ts';

export interface ClientOptions {
  /** Of the GraphQL endpoint: `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Null: requests go without one, and most are refused. */
  readonly token: string | null;
  readonly requestTimeoutMs?: number;
}

/** The control plane's API for programs of ours. */
export interface Client {
  readonly url: string;
  /**
   * @throws {ApiUnavailableError} when nobody answers, or not in time, or not as a GraphQL server.
   * @throws {RecordedError} with the code, message and hint of the error that the API answered.
   */
  request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** The same for a document whose fields may fail one by one, e.g. because one of many clusters is down. */
  requestParts<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<{ readonly data: Result; readonly failures: readonly FieldFailure[] }>;
  /**
   * A mutation that starts work. It always carries an idempotency key, so it is safe to send again when the
   * connection breaks and nobody knows whether the first one arrived: that is done twice before it gives up.
   */
  start<Result, Input extends StartInput>(
    document: TypedDocumentString<Result, { input: Input }>,
    input: Input,
  ): Promise<Result>;
  /** Every event of an operation once, from the first to the end; connections that break are made anew. */
  follow(operationId: string, options?: FollowOptions): AsyncGenerator<FollowedEvent, void>;
  /** The same of all alerts that match; it does not end by itself. */
  followAlerts(filter: AlertFilter, options?: FollowOptions): AsyncGenerator<FollowedAlert, void>;
}

/** A field that is null because of an error. */
export interface FieldFailure {
  /** Names and positions from the top of the answer, e.g. `['clusters', 0, 'backups']`. */
  readonly path: readonly (string | number)[];
  readonly error: RecordedError;
}

interface StartInput {
  idempotencyKey?: string | null | undefined;
}

const REQUEST_TIMEOUT_MS = 35_000; // a little more than the server gives itself
const RESEND_AFTER_MS = [250, 1_500] as const;

export function createClient(options: ClientOptions): Client {
  const requestParts: Client['requestParts'] = (document, variables) =>
    send(options, document.toString(), variables);
  const request: Client['request'] = async (document, variables) => {
    const { data, failures } = await requestParts(document, variables);
    const [first] = failures;
    if (first !== undefined) throw first.error;
    return data;
  };
  return {
    url: options.url,
    request,
    requestParts,
    start: (document, input) => {
      const keyed = { ...input, idempotencyKey: input.idempotencyKey ?? randomUUID() };
      return resend(() => request(document, { input: keyed }));
    },
    follow: (operationId, followOptions = {}) => followOperation(options, operationId, followOptions),
    followAlerts: (filter, followOptions = {}) => followAlerts(options, filter, followOptions),
  };
}

async function resend<T>(attempt: () => Promise<T>): Promise<T> {
  for (const delayMs of RESEND_AFTER_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ApiUnavailableError) || error.isRefused) throw error;
      await sleep(delayMs);
    }
  }
  return attempt();
}

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: unknown;
  }[];
}

async function send<Result>(options: ClientOptions, query: string, variables: unknown) {
  const { url, token, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const answer = await fetchJson<Answer<Result>>(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(requestTimeoutMs),
    redirect: 'error', // a token is for the server it was given for
  });
  const failures = (answer.errors ?? []).map((one) => ({
    path: one.path ?? [],
    error: toAnsweredError(one),
  }));
  if (answer.data === undefined || answer.data === null) throw failures[0]?.error ?? notGraphql(url);
  return { data: answer.data, failures };
}

async function fetchJson<Body>(url: string, init: RequestInit): Promise<Body> {
  const body = await fetch(url, init)
    .then((response) => response.text())
    .catch((error: unknown) => {
      throw new ApiUnavailableError(url, error);
    });
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && ('data' in parsed || 'errors' in parsed)) {
      return parsed as Body;
    }
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw notGraphql(url);
}

function notGraphql(url: string): ApiUnavailableError {
  return new ApiUnavailableError(url, new Error('what answers there is not the control plane'));
}
