import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as createSocket, type Client as Socket } from 'graphql-ws';
import {
  type AlertFilter,
  FollowAlertsDocument,
  type FollowAlertsSubscription,
  FollowOperationDocument,
  type FollowOperationSubscription,
} from './cli/generated/graphql.ts';
import { ApiUnavailableError, toAnsweredError } from './client-errors.ts';
import { SundayError } from './errors.ts';

/** One thing that an operation reported. */
export type FollowedEvent = FollowOperationSubscription['operationEvents'];

/** One thing that happened to an alert, or the note that some were missed. */
export type FollowedAlert = FollowAlertsSubscription['alertEvents'];

export interface FollowOptions {
  /** Cursor of the last event that was seen; null or left out: from the first one. */
  readonly after?: string | null;
  readonly signal?: AbortSignal;
  /** Told when a connection is lost and how long it waits before the next try. */
  readonly onReconnect?: (error: Error, delayMs: number) => void;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;
/** A server that has not come back by then is for people to look after. The operation goes on without us. */
const GIVE_UP_AFTER_MS = 300_000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const ENDED: readonly string[] = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
/** Close codes after which the same connection would fail in the same way: bad request, unauthorised, forbidden. */
const FINAL_CLOSE_CODES: readonly number[] = [4400, 4401, 4403];

/** Every event of an operation. Ends when the server ends the stream behind the operation's end. */
export function followOperation(
  connection: Connection,
  operationId: string,
  options: FollowOptions,
): AsyncGenerator<FollowedEvent, void> {
  const stream: CursorStream<FollowedEvent> = {
    query: FollowOperationDocument.toString(),
    field: 'operationEvents',
    variables: { id: operationId },
    // Not at the first event that says so: after a retry there is an end in the middle of the history.
    isOver: (last) => ENDED.includes(last?.operation?.state ?? ''),
  };
  return followStream(connection, stream, options);
}

/** Every event of the alerts that match. Does not end by itself. */
export function followAlerts(
  connection: Connection,
  filter: AlertFilter,
  options: FollowOptions,
): AsyncGenerator<FollowedAlert, void> {
  const query = FollowAlertsDocument.toString();
  const stream = { query, field: 'alertEvents', variables: { filter }, isOver: () => false };
  return followStream<FollowedAlert>(connection, stream, options);
}

interface Connection {
  readonly url: string;
  readonly token: string | null;
}

/** A subscription whose items have a cursor that its argument `after` takes. */
interface CursorStream<Event> {
  readonly query: string;
  readonly field: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Asked when the server ends the stream: whether that was behind the last event. */
  isOver(last: Event | null): boolean;
}

/**
 * Every event once and in order: a new connection asks for what came after the last event that was handed out.
 * Ends when the stream is over, or when the signal aborts.
 */
async function* followStream<Event extends { readonly cursor: string }>(
  connection: Connection,
  stream: CursorStream<Event>,
  options: FollowOptions,
): AsyncGenerator<Event, void> {
  const { signal, onReconnect } = options;
  let cursor = options.after ?? null;
  let last: Event | null = null;
  let failures = 0;
  let lastSignOfLife = performance.now();
  while (!signal?.aborted) {
    let problem: Error = new Error('the server ended the stream');
    const connectedAt = performance.now();
    try {
      for await (const event of readStream(connection, stream, cursor, signal)) {
        failures = 0;
        lastSignOfLife = performance.now();
        if (event.cursor === cursor) continue;
        cursor = event.cursor;
        last = event;
        yield event;
      }
      if (stream.isOver(last)) return;
    } catch (error) {
      problem = toProblem(connection.url, error);
      if (problem instanceof SundayError && !problem.retryable) throw problem;
    }
    // A quiet stream that stood for long was alive until it broke.
    if (performance.now() - connectedAt > 2 * PING_EVERY_MS) lastSignOfLife = performance.now();
    if (performance.now() - lastSignOfLife > GIVE_UP_AFTER_MS) throw toProblem(connection.url, problem);
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** failures++, LONGEST_DELAY_MS);
    if (signal?.aborted) return;
    onReconnect?.(problem, delayMs);
    // Spread out: all who watch lose their connections at the same moment when a server restarts.
    await sleep(delayMs * (0.5 + Math.random() / 2), undefined, signal ? { signal } : {}).catch(() => {});
  }
}

/** The events of one connection. */
async function* readStream<Event>(
  connection: Connection,
  { field, query, variables }: CursorStream<Event>,
  after: string | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, void> {
  const socket = openSocket(connection);
  const stream = socket.iterate<Readonly<Record<string, Event>>>({
    query,
    variables: { ...variables, after },
  });
  const onAbort = () => void stream.return?.();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const { data, errors } of stream) {
      const [error] = errors ?? [];
      if (error !== undefined) throw toAnsweredError(error);
      const event = data?.[field];
      if (event !== undefined) yield event;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await socket.dispose();
  }
}

function openSocket({ url, token }: Connection): Socket {
  let overdue: NodeJS.Timeout | undefined;
  const socket: Socket = createSocket({
    url: url.replace(/^http/, 'ws'),
    ...(token === null ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
    retryAttempts: 0, // only we know the cursor to go on from
    lazy: true,
    lazyCloseTimeout: 0,
    keepAlive: PING_EVERY_MS,
    connectionAckWaitTimeout: PING_EVERY_MS,
    on: {
      // A connection can die without a word (a laptop that slept, a proxy): no pong means it has.
      ping: (received) => {
        if (!received) overdue = setTimeout(() => socket.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(overdue);
      },
      closed: () => clearTimeout(overdue),
    },
  });
  return socket;
}

/** graphql-ws throws what ended the stream: a list of GraphQL errors, a CloseEvent, or an Error. */
function toProblem(url: string, thrown: unknown): Error {
  if (thrown instanceof SundayError) return thrown;
  const [first] = Array.isArray(thrown) ? (thrown as { message: string; extensions?: unknown }[]) : [];
  if (first !== undefined) return toAnsweredError(first);
  if (isCloseEvent(thrown)) {
    const { code, reason } = thrown;
    const text = `the connection was closed: ${code} ${reason}`.trim();
    if (!FINAL_CLOSE_CODES.includes(code)) return new ApiUnavailableError(url, new Error(text));
    return toAnsweredError({
      message: text,
      extensions: { code: code === 4400 ? 'INTERNAL' : code === 4401 ? 'UNAUTHENTICATED' : 'FORBIDDEN' },
    });
  }
  const message = isEvent(thrown) ? 'the connection failed' : undefined;
  return new ApiUnavailableError(url, message === undefined ? thrown : new Error(message));
}

function isCloseEvent(thrown: unknown): thrown is { readonly code: number; readonly reason: string } {
  return isEvent(thrown) && 'code' in thrown && typeof thrown.code === 'number' && 'reason' in thrown;
}

function isEvent(thrown: unknown): thrown is object {
  return typeof thrown === 'object' && thrown !== null && 'type' in thrown;
}
