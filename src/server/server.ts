import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidConfigError } from '../config.ts';
import { PortTakenError } from '../ports.ts';
import { createBudget } from './budget.ts';
import { createGuard } from './execution.ts';
import { createGraphqlServer } from './graphql.ts';
import { createRequestHandler } from './http.ts';
import { CLOSE_CODES, createLiveConnections } from './live-connections.ts';
import { createMetrics } from './metrics.ts';
import { type ServerOptions, toSettings } from './options.ts';
import { createWebsocketServer } from './websocket.ts';

export const API_PORT_HINT = 'Set PORT to another one, or stop the program that listens there.';
const HEADERS_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000; // longer than the usual 60 s of load balancers, so that they close first

export interface ApiServer {
  /** Port 0 lets the system choose one. @throws {PortTakenError} */
  listen(host: string, port: number): Promise<{ readonly url: string; readonly port: number }>;
  /** Takes no new requests, tells subscribers to come back elsewhere, waits for what is under way, then cuts. */
  close(): Promise<void>;
}

/** The API over HTTP, SSE and websockets, with health checks and metrics beside it. */
export function createServer(options: ServerOptions): ApiServer {
  const settings = toSettings(options);
  const { services, limits } = settings;
  const metrics = createMetrics(services);
  const connections = createLiveConnections(services.access, limits, settings.log);
  const guard = createGuard(settings, createBudget(limits.costPerMinute), metrics);
  const graphql = createGraphqlServer(settings, guard);
  const parts = { settings, graphql, metrics, connections };
  const websockets = createWebsocketServer(parts);
  const handle = createRequestHandler(parts);
  const server = createHttpServer({ keepAliveTimeout: KEEP_ALIVE_MS }, handle);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = BODY_TIMEOUT_MS;
  // `Expect: 100-continue`: ask for the body only when we would take it.
  server.on('checkContinue', (request, response) => {
    if (Number(request.headers['content-length'] ?? 0) <= limits.bodyBytes) response.writeContinue();
    handle(request, response);
  });
  server.on('upgrade', (request, socket, head) => websockets.upgrade(request, socket, head));
  return {
    listen: (host, port) => listen(server, host, port),
    async close() {
      const stopped = stop(server, limits.drainMs, () => websockets.cut());
      connections.endAll(CLOSE_CODES.shutdown, 'the server is going away; come back with your last cursor');
      websockets.close();
      await stopped;
      connections.close();
    },
  };
}

function listen(server: Server, host: string, port: number) {
  return new Promise<{ url: string; port: number }>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new PortTakenError(port, 'the API', API_PORT_HINT)
          : new InvalidConfigError('the environment', [`HOST, PORT: cannot listen there: ${error.message}`]),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${name}:${address.port}/graphql`, port: address.port });
    });
  });
}

/** Resolves when every connection has ended, by force after `drainMs`. */
function stop(server: Server, drainMs: number, cutWebsockets: () => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      cutWebsockets();
      server.closeAllConnections();
    }, drainMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
