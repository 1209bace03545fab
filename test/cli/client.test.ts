import { expect, test } from 'vitest';
import { ClustersDocument, StartBackupDocument } from '../../src/cli/generated/graphql.ts';
import { createClient } from '../../src/client.ts';
import { fakeEvent, fakeOperation, SHORT_ID, startFakeApi } from './fake-api.ts';

test('gives every event once when the connection breaks twice, going on from the last cursor', async () => {
  const asked: (string | null)[] = [];
  await using api = await startFakeApi({
    streams: {
      async *operationEvents({ after }: { after?: string | null }) {
        asked.push(after ?? null);
        const first = Number(after ?? 0) + 1;
        for (let id = first; id <= 6; id++) {
          yield fakeEvent(String(id), id === 6 ? 'SUCCEEDED' : 'RUNNING');
          if (id === first + 1 && asked.length <= 2) {
            api.breakConnections();
            await new Promise((resolve) => setTimeout(resolve, 30)); // until the server has noticed
          }
        }
      },
    },
  });
  const problems: string[] = [];
  const cursors: string[] = [];
  const events = createClient({ url: api.url, token: null }).follow(SHORT_ID, {
    onReconnect: (error) => problems.push(error.message),
  });
  for await (const event of events) cursors.push(event.cursor);
  expect(cursors).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(asked[0]).toBeNull();
  expect(asked).toHaveLength(3);
  expect(problems).toHaveLength(2);
});

test('asks again when the stream ends before the operation does', async () => {
  let streams = 0;
  await using api = await startFakeApi({
    streams: {
      async *operationEvents() {
        streams++;
        yield fakeEvent(String(streams), streams === 2 ? 'FAILED' : 'RUNNING');
      },
    },
  });
  const states: (string | undefined)[] = [];
  for await (const event of createClient({ url: api.url, token: null }).follow(SHORT_ID)) {
    states.push(event.operation?.state);
  }
  expect(states).toEqual(['RUNNING', 'FAILED']);
});

test('stops following when it is told to', async () => {
  await using api = await startFakeApi({
    streams: {
      async *operationEvents() {
        yield fakeEvent('1', 'RUNNING');
        await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
      },
    },
  });
  const stop = new AbortController();
  const cursors: string[] = [];
  const events = createClient({ url: api.url, token: null }).follow(SHORT_ID, { signal: stop.signal });
  for await (const event of events) {
    cursors.push(event.cursor);
    stop.abort();
  }
  expect(cursors).toEqual(['1']);
});

test('sends the same idempotency key again when a connection breaks before the answer', async () => {
  let calls = 0;
  await using api = await startFakeApi({
    answers: () => ++calls > 1,
    fields: { startBackup: { __typename: 'StartBackupSuccess', operation: fakeOperation() } },
  });
  const client = createClient({ url: api.url, token: 'sun_test' });
  await client.start(StartBackupDocument, { cluster: 'main', type: 'FULL' });
  const [first, second] = api.requests.map(({ variables }) => variables['input']);
  expect(first).toEqual(second);
  expect(first).toMatchObject({
    cluster: 'main',
    idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
  expect(api.requests[0]?.authorization).toBe('Bearer sun_test');
});

test('gives up on a server that does not answer in time', async () => {
  await using api = await startFakeApi({ fields: { clusters: () => new Promise(() => {}) } });
  const client = createClient({ url: api.url, token: null, requestTimeoutMs: 100 });
  await expect(client.request(ClustersDocument, {})).rejects.toMatchObject({ code: 'API_UNAVAILABLE' });
});

test('throws what the API answered, with its code', async () => {
  await using api = await startFakeApi({
    fields: {
      clusters: () => {
        throw Object.assign(new Error('no'), {
          extensions: { code: 'FORBIDDEN', hint: 'ask', retryable: false },
        });
      },
    },
  });
  const client = createClient({ url: api.url, token: null });
  await expect(client.request(ClustersDocument, {})).rejects.toMatchObject({
    code: 'FORBIDDEN',
    hint: 'ask',
  });
});
