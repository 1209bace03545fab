import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.ts';
import { seedOperation } from './sockets.ts';

const FEED = 'subscription { operationsFeed(after: "ZTE6MA") { cursor message } }';
const BIG = 'x'.repeat(50_000);

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ limits: { slowConsumerMs: 400 } });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

test('streams events to a client without websockets', async () => {
  const operation = await seedOperation(api);
  await operation.report('hello');
  const response = await open(api, FEED);
  expect(response.headers['content-type']).toBe('text/event-stream');
  const text = await readUntil(response, 'hello');
  expect(text).toMatch(/event: next\ndata: \{"data":\{"operationsFeed":\{"cursor":"[\w-]+","message":"/);
  response.destroy();
});

test('ends the stream of an operation that has ended', async () => {
  const operation = await seedOperation(api);
  await api.operations.cancel(operation.id, {
    principal: { id: 'test', name: 'test', role: 'ADMIN', scopes: [] },
    onBehalfOf: null,
    reason: null,
    action: 'test',
    requestId: 'test-request',
  });
  const response = await open(
    api,
    `subscription { operationEvents(id: "${operation.id}") { operation { state } } }`,
  );
  const text = await readUntil(response, 'event: complete');
  expect(text.match(/"state":"(\w+)"/g)).toEqual(['"state":"QUEUED"', '"state":"CANCELLED"']);
});

test('ends a stream when its token expires', async () => {
  const { secret } = await api.createToken('VIEWER', { expiresAt: new Date(Date.now() + 400) });
  const response = await open(api, FEED, secret);
  await expect(readUntil(response, 'never in it')).rejects.toThrow();
});

test('cuts a client that does not read, and holds nobody else up', async () => {
  const operation = await seedOperation(api);
  for (let batch = 0; batch < 20; batch++) await operation.report(...Array.from({ length: 20 }, () => BIG));
  await operation.report('the last one');
  const slow = await open(api, FEED);
  slow.pause();
  slow.on('error', () => {});
  const quick = await open(api, FEED);
  await readUntil(quick, 'the last one');
  quick.destroy();
  await expect.poll(() => api.logText().includes('slow consumer'), { timeout: 10_000 }).toBe(true);
  await expect(readUntil(slow, 'the last one')).rejects.toThrow();
});

function open({ port, admin }: TestApi, query: string, token = admin): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      port,
      path: '/graphql',
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(JSON.stringify({ query }));
  });
}

/** Rejects when the response ends first. */
function readUntil(response: IncomingMessage, wanted: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('error', reject);
    response.on('close', () => reject(new Error('the stream ended')));
    response.resume();
    response.on('data', (part: string) => {
      const from = Math.max(0, text.length - wanted.length);
      text += part;
      if (text.includes(wanted, from)) resolve(text);
    });
  });
}
