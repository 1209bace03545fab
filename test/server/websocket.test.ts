import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startApi, type TestApi } from './api.ts';
import { collect, connect, seedOperation } from './sockets.ts';

const FOLLOW = `subscription Follow($id: ID!, $after: String) {
  operationEvents(id: $id, after: $after) { __typename cursor phase message bytesDone operation { state phase kind } }
}`;
const FEED = `subscription Feed($after: String) { operationsFeed(after: $after) { cursor message } }`;
const FROM_START = Buffer.from('e1:0').toString('base64url');
const BIG = 'x'.repeat(50_000);

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ limits: { slowConsumerMs: 400, connectionInitMs: 300, maxSocketsPerPrincipal: 5 } });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

test('answers a query', async () => {
  await using socket = connect(api);
  const [answer] = await collect(socket.client, '{ viewer { name } }', {});
  expect(answer).toEqual({ viewer: { name: 'test ADMIN' } });
});

test('replays what was reported, goes on live, and shows the state of each event', async () => {
  const operation = await seedOperation(api);
  await operation.report('one');
  await using socket = connect(api);
  const seen = collect(socket.client, FOLLOW, { id: operation.id }, 3);
  await operation.report('two');
  expect(await seen).toMatchObject([
    { operationEvents: { __typename: 'OperationProgress', operation: { state: 'QUEUED' } } },
    {
      operationEvents: {
        message: 'one',
        bytesDone: '5',
        operation: { state: 'RUNNING', phase: 'copy files' },
      },
    },
    { operationEvents: { message: 'two', operation: { kind: 'test.work' } } },
  ]);
});

test('goes on after a cursor with no gap and no duplicate', async () => {
  const operation = await seedOperation(api);
  await operation.report('one', 'two', 'three');
  await using first = connect(api);
  const before = await collect(first.client, FOLLOW, { id: operation.id }, 2);
  const { cursor } = before[1]?.['operationEvents'] as { cursor: string };
  await first.client.dispose();
  await using second = connect(api);
  const after = await collect(second.client, FOLLOW, { id: operation.id, after: cursor }, 2);
  expect(after.map((one) => (one['operationEvents'] as { message: string }).message)).toEqual([
    'two',
    'three',
  ]);
});

test('stops reading at once for a subscriber that has left, also while nothing happens', async () => {
  const signals: AbortSignal[] = [];
  await using other = await startApi({
    services: ({ operations }) => ({
      operations: {
        ...operations,
        watch(id, after, signal) {
          signals.push(signal);
          return operations.watch(id, after, signal);
        },
      },
    }),
  });
  const operation = await seedOperation(other);
  await using socket = connect(other);
  await collect(socket.client, FOLLOW, { id: operation.id }, 1);
  await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true]);
});

describe('refuses', () => {
  test('a client without a token', async () => {
    await using socket = connect(api, null);
    expect(await socket.ended).toEqual({ code: 4401, reason: 'no valid token was sent' });
  });

  test('a malformed cursor and an operation that does not exist, by their codes', async () => {
    await using socket = connect(api);
    const [cursor] = await collect(socket.client, FEED, { after: 'abc' });
    expect(cursor).toMatchObject({ errors: [{ extensions: { code: 'INVALID_CURSOR' } }] });
    const [missing] = await collect(socket.client, FOLLOW, { id: '00000000-0000-4000-8000-000000000000' });
    expect(missing).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_NOT_FOUND' } }] });
  });

  test('more sockets than one token may have', async () => {
    const { secret } = await api.createToken('VIEWER');
    const sockets = Array.from({ length: 6 }, () => connect(api, secret));
    expect(await Promise.race(sockets.map(({ ended }) => ended))).toEqual({
      code: 4429,
      reason: 'too many connections with this token',
    });
    await Promise.all(sockets.map((one) => one[Symbol.asyncDispose]()));
  });

  test('a client that does not say who it is in time', async () => {
    const socket = new WebSocket(api.url.replace('http', 'ws'), 'graphql-transport-ws');
    expect(await closeOf(socket)).toBe(4408);
  });

  test('a message that is too large', async () => {
    await using socket = connect(api);
    await collect(socket.client, '{ viewer { name } }', {});
    socket.socket()?.send(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(2_000_000) } }));
    expect((await socket.ended).code).toBe(1009);
  });
});

test('closes a subscription when its token expires', async () => {
  const { secret } = await api.createToken('VIEWER', { expiresAt: new Date(Date.now() + 500) });
  await using socket = connect(api, secret);
  void collect(socket.client, FEED, {}).catch(() => {});
  expect(await socket.ended).toEqual({ code: 4401, reason: 'the token has expired' });
});

test('closes a client that does not read with 4429, and holds nobody else up', async () => {
  const operation = await seedOperation(api);
  for (let batch = 0; batch < 20; batch++) await operation.report(...Array.from({ length: 20 }, () => BIG));
  const slow = connect(api);
  void collect(slow.client, FEED, { after: FROM_START }, Infinity).catch(() => {});
  await expect.poll(() => slow.socket()?.readyState).toBe(WebSocket.OPEN);
  slow.socket()?.pause();
  await using quick = connect(api);
  const seen = await collect(quick.client, FOLLOW, { id: operation.id }, 400);
  expect(seen).toHaveLength(400);
  await expect.poll(() => api.logText().includes('slow consumer'), { timeout: 10_000 }).toBe(true);
  slow.socket()?.resume();
  expect(await slow.ended).toEqual({ code: 4429, reason: 'slow consumer: nothing was read for too long' });
});

test('tells subscribers to come back when it stops', async () => {
  await using other = await startApi();
  await using socket = connect(other);
  void collect(socket.client, FEED, {}).catch(() => {});
  await collect(socket.client, '{ viewer { name } }', {});
  await other.server.close();
  expect((await socket.ended).code).toBe(1001);
});

function closeOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve));
}
