import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnauthenticatedError, type Session } from '../access/access.ts';
import { readBearer } from '../access/tokens.ts';
import { CancelledError, SundayError } from '../errors.ts';
import { answerEarly, announcedBytes, readBody } from './body.ts';
import { BodyTooLargeError } from './errors.ts';
import type { GraphqlServer } from './graphql.ts';
import { checkReadiness } from './health.ts';
import { CLOSE_CODES, type LiveConnections } from './live-connections.ts';
import type { Metrics } from './metrics.ts';
import type { Settings } from './options.ts';
import { toPublicError } from './public-errors.ts';
import { requestIdOf } from './request-id.ts';
import { isEndless, sendStream, sendWhole } from './send.ts';

export interface HttpParts {
  readonly settings: Settings;
  readonly graphql: GraphqlServer;
  readonly metrics: Metrics;
  readonly connections: LiveConnections;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly path: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';
const JSON_BODY = /^application\/(graphql\+)?json\s*(;|$)/i;

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers plain HTTP: GraphQL, health and metrics. It never throws and always answers. */
export function createRequestHandler(parts: HttpParts): RequestHandler {
  return (request, response) => {
    const requestId = requestIdOf(request);
    const startedAt = performance.now();
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    response.setHeader('x-request-id', requestId);
    response.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1_000;
      note(parts, { request, response, requestId, path }, seconds);
    });
    const exchange = { request, response, requestId, path };
    route(parts, exchange).catch((error: unknown) => answerError(parts, exchange, error));
  };
}

async function route(parts: HttpParts, exchange: Exchange): Promise<void> {
  const { path, response } = exchange;
  if (path === '/graphql') return answerGraphql(parts, exchange);
  if (path === '/health/live') return answerJson(response, 200, { status: 'live' });
  if (path === '/health/ready') {
    const { isReady, checks } = await checkReadiness(parts.settings.readiness);
    return answerJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', checks });
  }
  if (path === '/metrics') {
    const text = await parts.metrics.render();
    response.writeHead(200, { 'content-type': parts.metrics.contentType }).end(text);
    return;
  }
  answerJson(response, 404, { error: 'not found', hint: 'The API is at /graphql.' });
}

async function answerGraphql(parts: HttpParts, exchange: Exchange): Promise<void> {
  const { settings, graphql, connections } = parts;
  const { request, response, requestId } = exchange;
  if (announcedBytes(request) > settings.limits.bodyBytes)
    throw new BodyTooLargeError(settings.limits.bodyBytes);
  const secret = readBearer(request.headers.authorization);
  const session = isPage(parts, request) ? null : await settings.services.access.authenticate(secret);
  if (request.method === 'POST' && !JSON_BODY.test(request.headers['content-type'] ?? '')) {
    answerJson(response, 415, { error: 'the body of a POST must be application/json' });
    return;
  }
  const body = request.method === 'POST' ? await readBody(request, settings.limits.bodyBytes) : null;
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort(new CancelledError('the request'));
  });
  const answer = await graphql.fetch(
    new graphql.fetchAPI.Request(`http://localhost${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers: plainHeaders(request),
      body: body === null ? null : body.toString('utf8'),
      signal: left.signal,
    }),
    { session, requestId, signal: left.signal },
  );
  if (!isEndless(answer) || session === null) return sendWhole(response, answer);
  const remove = connections.add(endlessConnection(response, session, secret ?? ''));
  response.once('close', remove);
  return sendStream(response, answer);
}

/** GraphiQL itself is only a page: it holds nothing, and asks for a token. */
function isPage({ settings }: HttpParts, { method, headers }: IncomingMessage): boolean {
  return (
    !settings.environment.isProduction && method === 'GET' && (headers.accept ?? '').includes('text/html')
  );
}

function endlessConnection(response: ServerResponse, session: Session, secret: string) {
  const { socket } = response;
  if (socket === null) throw new CancelledError('the request');
  return {
    session,
    secret,
    socket,
    // HTTP has no close codes. One that does not read gets nothing more; others a proper end.
    end: (code: number) => (code === CLOSE_CODES.slow ? response.destroy() : response.end()),
  };
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' && name !== 'authorization' ? [[name, value]] : [],
    ),
  );
}

function answerError({ settings }: HttpParts, exchange: Exchange, error: unknown): void {
  const { request, response, requestId } = exchange;
  if (response.headersSent || response.destroyed) {
    if (!(error instanceof SundayError)) settings.log.warn({ requestId, err: error }, 'response broke off');
    response.destroy();
    return;
  }
  const shown = toPublicError(error, { requestId, log: settings.log });
  const { http, ...extensions } = shown.extensions as {
    http?: { status: number; headers?: Record<string, string> };
  };
  const accepts = request.headers.accept ?? '';
  const answer = {
    status: http?.status ?? 400,
    contentType: accepts.includes('application/graphql-response+json') ? GRAPHQL_TYPE : JSON_TYPE,
    body: JSON.stringify({ errors: [{ message: shown.message, extensions }] }),
  };
  Object.entries(http?.headers ?? {}).forEach(([name, value]) => response.setHeader(name, value));
  if (error instanceof BodyTooLargeError || (error instanceof UnauthenticatedError && !request.complete)) {
    answerEarly(request, response, answer);
    return;
  }
  response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': JSON_TYPE }).end(JSON.stringify(body));
}

const ROUTES = new Set(['/graphql', '/health/live', '/health/ready', '/metrics']);

function note({ settings, metrics }: HttpParts, exchange: Exchange, seconds: number): void {
  const { request, response, requestId, path } = exchange;
  const status = response.statusCode;
  metrics.observeRequest(ROUTES.has(path) ? path : 'other', status, seconds);
  const line = { requestId, method: request.method, path, status, durationMs: Math.round(seconds * 1_000) };
  if (path === '/graphql') settings.log.info(line, 'request');
  else settings.log.debug(line, 'request');
}
