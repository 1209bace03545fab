import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { TestApi } from './api.ts';
import { REQUESTER } from './api.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A graphql-ws client that does not come back by itself, so that a test sees each end. */
export function connect(api: TestApi, token: string | null = api.admin) {
  const ended = Promise.withResolvers<Closed>();
  const sockets: WebSocket[] = [];
  class Recorded extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  }
  const client: Client = createClient({
    url: api.url.replace('http', 'ws'),
    webSocketImpl: Recorded,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    ...(token === null ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
    on: {
      closed: (event) => {
        const { code, reason } = event as { code: number; reason: string };
        ended.resolve({ code, reason });
      },
    },
  });
  return {
    client,
    ended: ended.promise,
    socket: () => sockets[0],
    async [Symbol.asyncDispose]() {
      await client.dispose();
    },
  };
}

/** What a subscription gives, in order, until it ends or `limit` came. */
export async function collect(
  client: Client,
  query: string,
  variables: Record<string, unknown>,
  limit = Infinity,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const { data, errors } of client.iterate<Record<string, unknown>>({ query, variables })) {
    items.push(data ?? { errors });
    if (items.length >= limit) break;
  }
  return items;
}

/** An operation that nobody runs, and the events a test says it had. */
export async function seedOperation({ operations, events, db }: TestApi) {
  const { z } = await import('zod');
  const operation = await operations.start(
    {
      kind: 'test.work',
      input: z.object({}),
      lanes: ['data'],
      whenBusy: 'QUEUE',
      target: () => ({ cluster: 'main', name: 'main' }),
      run: () => Promise.resolve(null),
    },
    {},
    { ...REQUESTER, idempotencyKey: null },
  );
  return {
    id: operation.id,
    async report(...messages: readonly string[]) {
      await db.transaction((tx) =>
        events.append(
          tx,
          messages.map((message) => ({
            topic: 'operation',
            subject: operation.id,
            payload: toPayload(message),
          })),
        ),
      );
      events.ring();
    },
  };
}

function toPayload(message: string) {
  return {
    kind: 'test.work',
    cluster: 'main',
    state: 'RUNNING',
    phase: 'copy files',
    message,
    fractionDone: 0.5,
    bytesDone: '5',
    bytesTotal: '10',
    etaSeconds: 1,
  };
}
