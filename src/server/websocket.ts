import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { ExecutionArgs, GraphQLError } from 'graphql';
import {
  type Context as WsContext,
  handleProtocols,
  makeServer,
  type OperationResult,
  type SubscribePayload,
} from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { UnauthenticatedError, type Session } from '../access/access.ts';
import { readBearer } from '../access/tokens.ts';
import { CancelledError } from '../errors.ts';
import { RateLimitedError } from './errors.ts';
import type { GraphqlServer } from './graphql.ts';
import { CLOSE_CODES, type LiveConnections } from './live-connections.ts';
import type { Metrics } from './metrics.ts';
import type { Settings } from './options.ts';
import { toPublicError } from './public-errors.ts';
import { requestIdOf } from './request-id.ts';

const PING_MS = 12_000;
const MAX_SUBSCRIPTIONS = 100;

export interface WebsocketParts {
  readonly settings: Settings;
  readonly graphql: GraphqlServer;
  readonly metrics: Metrics;
  readonly connections: LiveConnections;
}

/** What we know about one socket. `session` is there from the acknowledged connection on. */
interface Extra {
  readonly socket: WebSocket;
  readonly raw: Socket;
  readonly requestId: string;
  readonly header: string | undefined;
  readonly left: AbortController;
  session: Session | null;
  remove: () => void;
}

type Connection = WsContext<Record<string, unknown>, Extra>;

export interface WebsocketServer {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Asks every client to go; `cut` does not ask. */
  close(): void;
  cut(): void;
}

/** GraphQL over websockets (the protocol `graphql-transport-ws`) on `/graphql`. */
export function createWebsocketServer(parts: WebsocketParts): WebsocketServer {
  const { limits } = parts.settings;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.bodyBytes,
    perMessageDeflate: false, // a zlib context for each socket costs more memory than our small events save
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: limits.connectionInitMs,
    onConnect: (connection) => connect(parts, connection),
    onSubscribe: (connection, _id, payload) => prepare(parts, connection, payload),
    execute: (args) => (args as PreparedArgs).runs.execute(args),
    subscribe: (args) => (args as PreparedArgs).runs.subscribe(args),
  });
  return {
    upgrade(request, socket, head) {
      const path = (request.url ?? '').split('?', 1)[0];
      if (path !== '/graphql') {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (open) => serve(parts, protocol, open, request));
    },
    close: () =>
      sockets.clients.forEach((one) => one.close(CLOSE_CODES.shutdown, 'the server is going away')),
    cut: () => sockets.clients.forEach((one) => one.terminate()),
  };
}

function serve(
  { settings, metrics }: WebsocketParts,
  protocol: ReturnType<typeof makeServer<Record<string, unknown>, Extra>>,
  socket: WebSocket,
  request: IncomingMessage,
): void {
  const requestId = requestIdOf(request);
  const extra: Extra = {
    socket,
    raw: request.socket,
    requestId,
    header: request.headers.authorization,
    left: new AbortController(),
    session: null,
    remove: () => {},
  };
  metrics.sockets.inc();
  // A frame that is too large or broken: ws closes the socket itself, with a code that says so.
  socket.on('error', (error) => settings.log.info({ requestId, err: error }, 'websocket failed'));
  const stopPings = keepAlive(socket);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // Waits until the message has left this process, so a slow client holds up its own events and nobody else's.
      send: (data) => sendMessage(socket, data),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (listener) =>
        socket.on('message', (data: Buffer) => {
          listener(data.toString('utf8')).catch((error: unknown) => {
            settings.log.error({ requestId, err: error }, 'websocket message failed');
            socket.close(4500, 'an unexpected error; the log has it');
          });
        }),
    },
    extra,
  );
  socket.once('close', (code, reason) => {
    stopPings();
    extra.remove();
    extra.left.abort(new CancelledError('the connection'));
    metrics.sockets.dec();
    settings.log.info({ requestId, code, principal: extra.session?.principal.name }, 'websocket closed');
    closed(code, reason.toString('utf8')).catch((error: unknown) => {
      settings.log.error({ requestId, err: error }, 'websocket did not close cleanly');
    });
  });
}

function sendMessage(socket: WebSocket, data: string): Promise<void> {
  return new Promise((resolve) => {
    // A send that fails means that the socket is closing: its `close` ends the subscriptions.
    if (socket.readyState === socket.OPEN) socket.send(data, () => resolve());
    else resolve();
  });
}

/** Ends a socket whose other end is gone without a word: two pings in a row without an answer. */
function keepAlive(socket: WebSocket): () => void {
  let unanswered = 0;
  socket.on('pong', () => (unanswered = 0));
  const timer = setInterval(() => {
    if (unanswered >= 2) socket.terminate();
    unanswered += 1;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The token comes in the first message, because browsers can't set headers on websockets; a header does, too. */
async function connect({ settings, connections }: WebsocketParts, connection: Connection): Promise<boolean> {
  const { extra, connectionParams = {} } = connection;
  const given = connectionParams['authorization'] ?? connectionParams['Authorization'];
  const secret = readBearer(typeof given === 'string' ? given : extra.header);
  try {
    const session = await settings.services.access.authenticate(secret);
    if (connections.countOf(session.principal.id) >= settings.limits.maxSocketsPerPrincipal) {
      extra.socket.close(CLOSE_CODES.tooMany, 'too many connections with this token');
      return false;
    }
    extra.session = session;
    extra.remove = connections.add({
      session,
      secret: secret ?? '',
      socket: extra.raw,
      end: (code, reason) => extra.socket.close(code, reason),
    });
    settings.log.info(
      { requestId: extra.requestId, principal: session.principal.name },
      'websocket connected',
    );
    return true;
  } catch (error) {
    const { message } = toPublicError(error, { requestId: extra.requestId, log: settings.log });
    extra.socket.close(
      error instanceof UnauthenticatedError ? CLOSE_CODES.unauthenticated : 4500,
      message.slice(0, 100),
    );
    return false;
  }
}

/** Carries the functions that belong to this context through graphql-ws, which knows only the arguments. */
interface PreparedArgs extends ExecutionArgs {
  readonly runs: Record<'execute' | 'subscribe', (args: ExecutionArgs) => OperationResult>;
}

/** Parses and validates; what it gives is executed by the functions of the same envelope. */
async function prepare(
  { settings, graphql }: WebsocketParts,
  { extra, subscriptions }: Connection,
  { query, operationName, variables }: SubscribePayload,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { requestId, session, left } = extra;
  const origin = { requestId, log: settings.log };
  if (session === null) return [toPublicError(new UnauthenticatedError(), origin)];
  if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) {
    return [toPublicError(new RateLimitedError('this connection has too many subscriptions', 1), origin)];
  }
  const arrival = { session, requestId, signal: left.signal, request: { method: 'POST' } };
  const enveloped = graphql.getEnveloped(arrival);
  try {
    const schema = enveloped.schema as ExecutionArgs['schema'];
    const document = enveloped.parse(query) as ExecutionArgs['document'];
    const errors = enveloped.validate(schema, document) as readonly GraphQLError[];
    if (errors.length > 0) return errors.map((error) => toPublicError(error, origin));
    const contextValue: unknown = await enveloped.contextFactory();
    const { execute, subscribe } = enveloped;
    const args = { schema, document, operationName, variableValues: variables, contextValue };
    return { ...args, runs: { execute, subscribe } } as PreparedArgs;
  } catch (error) {
    return [toPublicError(error, origin)];
  }
}
