import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buildSchema, graphql } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- what graphql-ws asks for
type Roots = Record<string, {}>;

export interface FakeApi extends AsyncDisposable {
  readonly url: string;
  /** What came in over HTTP: the variables and the token. */
  readonly requests: {
    readonly variables: Record<string, unknown>;
    readonly authorization: string | undefined;
  }[];
  /** Breaks all connections, as a server that is killed does. */
  breakConnections(): void;
}

export interface FakeApiOptions {
  /** Answers of queries and mutations by field. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Streams of subscriptions by field. */
  readonly streams?: Roots;
  /** Asked before each HTTP request is read; false breaks its connection. */
  readonly answers?: () => boolean;
}

/** The API's own schema over real HTTP and websockets, with scripted answers. */
export async function startFakeApi({ fields = {}, streams = {}, answers }: FakeApiOptions): Promise<FakeApi> {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const requests: FakeApi['requests'] = [];
  const sockets = new Set<Socket>();
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { query, variables } = JSON.parse(await readBody(request)) as {
      query: string;
      variables: Record<string, unknown>;
    };
    requests.push({ variables, authorization: request.headers.authorization });
    if (answers?.() === false) return request.socket.destroy();
    const result = await graphql({ schema, source: query, rootValue: fields, variableValues: variables });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const websockets = new WebSocketServer({ server, path: '/graphql' });
  const graphqlWs = useServer({ schema, roots: { subscription: streams } }, websockets);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakConnections = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests,
    breakConnections,
    async [Symbol.asyncDispose]() {
      breakConnections();
      await graphqlWs.dispose();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
  return body;
}

const OPERATION_ID = '0a7d1f9e-5a1c-4c55-9c0e-0d9f6c1b2a3d';

/** An operation as the API gives it; its short id is `operation.shortId`. */
export function fakeOperation(part: Readonly<Record<string, unknown>> = {}) {
  return {
    __typename: 'Operation',
    id: Buffer.from(`Operation:${OPERATION_ID}`).toString('base64url'),
    kind: 'backups.start',
    target: 'main',
    state: 'QUEUED',
    phase: null,
    message: null,
    fractionDone: null,
    bytesDone: null,
    bytesTotal: null,
    etaSeconds: null,
    attempts: 1,
    requestedBy: 'admin',
    onBehalfOf: null,
    reason: null,
    input: null,
    plan: null,
    result: null,
    error: null,
    steps: [],
    createdAt: '2026-11-22T08:00:00.000Z',
    startedAt: '2026-11-22T08:00:01.000Z',
    finishedAt: null,
    ...part,
  };
}

export const SHORT_ID = OPERATION_ID;

/** One item of `operationEvents`. */
export function fakeEvent(cursor: string, state: string, part: Readonly<Record<string, unknown>> = {}) {
  return {
    operationEvents: {
      __typename: 'OperationProgress',
      cursor,
      operation: fakeOperation({ state }),
      phase: 'copy files',
      message: 'copy files',
      fractionDone: null,
      bytesDone: null,
      bytesTotal: null,
      etaSeconds: null,
      at: '2026-11-22T08:00:02.000Z',
      ...part,
    },
  };
}
