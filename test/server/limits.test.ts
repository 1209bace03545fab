import { expect, test } from 'vitest';
import { codeOf, startApi } from './api.ts';

test('refuses a document with too many tokens, aliases, levels or cost before it runs', async () => {
  await using api = await startApi({ limits: { maxDepth: 4, maxCost: 200 } });
  const documents = [
    `{ ${'viewer { name } '.repeat(2_000)} }`,
    `{ ${Array.from({ length: 51 }, (_, index) => `a${index}: viewer { name }`).join(' ')} }`,
    '{ operations { edges { node { steps { name } } } } }',
    '{ operations(first: 100) { edges { node { cluster { name } } } } }',
  ];
  for (const document of documents) {
    const reply = await api.query(document);
    expect(codeOf(reply), document.slice(0, 40)).toBe('QUERY_TOO_EXPENSIVE');
    expect(reply.body.data).toBeUndefined();
  }
});

test('says what a request cost and what is left, and refuses when it is spent', async () => {
  await using api = await startApi({ limits: { costPerMinute: 130 } });
  const first = await api.query(
    '{ rateLimit { cost limit remaining } operations(first: 100) { edges { cursor } } }',
  );
  expect(first.body.data).toMatchObject({ rateLimit: { cost: 102, limit: 130, remaining: 28 } });
  expect(first.body.extensions?.['cost']).toMatchObject({ cost: 102, remaining: 28 });
  const second = await api.query('{ operations(first: 100) { edges { cursor } } }');
  expect(codeOf(second)).toBe('RATE_LIMITED');
  expect(second.status).toBe(429);
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  const { secret } = await api.createToken('VIEWER');
  expect((await api.query('{ operations(first: 100) { totalCount } }', {}, secret)).status).toBe(200);
});

test('gives up a request that takes too long', async () => {
  await using api = await startApi({
    limits: { requestTimeoutSeconds: 0.2 },
    services: ({ access }) => ({ access: { ...access, listTokens: () => new Promise(() => {}) } }),
  });
  const reply = await api.query('{ tokens { id } }');
  expect(codeOf(reply)).toBe('REQUEST_TIMEOUT');
  expect(reply.status).toBe(504);
});

test('masks a bug and keeps its stack for the log, under the request id', async () => {
  await using api = await startApi({
    services: ({ access }) => ({
      access: { ...access, listTokens: () => Promise.reject(new Error('password is hunter2')) },
    }),
  });
  const reply = await api.query('{ tokens { id } }');
  expect(codeOf(reply)).toBe('INTERNAL');
  expect(JSON.stringify(reply.body)).not.toContain('hunter2');
  const requestId = reply.headers.get('x-request-id');
  expect(reply.body.errors?.[0]?.extensions['requestId']).toBe(requestId);
  const line = api.logLines().find((one) => one['msg'] === 'unexpected error');
  expect(line).toMatchObject({ requestId, err: { message: 'password is hunter2' } });
  expect((line?.['err'] as { stack: string }).stack).toContain('limits.test.ts');
});

test('is not ready when a check fails or hangs', async () => {
  await using api = await startApi({
    readiness: { engine: () => Promise.reject(new Error('x')), database: () => new Promise(() => {}) },
  });
  const response = await fetch(api.url.replace('/graphql', '/health/ready'));
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    status: 'not ready',
    checks: { engine: 'failed', database: 'no answer within 2000 ms' },
  });
});

test('serves GraphiQL in development without a token, and not in production', async () => {
  await using development = await startApi();
  const page = await fetch(development.url, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('Sunday Control Plane');
  await using production = await startApi({ isProduction: true });
  expect((await fetch(production.url, { headers: { accept: 'text/html' } })).status).toBe(401);
});
