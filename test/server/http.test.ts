import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, post, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

test('says whose token it is', async () => {
  const { status, body } = await api.query('{ viewer { name role scopes } }');
  expect(status).toBe(200);
  expect(body.data).toMatchObject({ viewer: { name: 'test ADMIN', role: 'ADMIN' } });
});

describe('refuses', () => {
  test('a request without a token, with the status and code for it', async () => {
    const reply = await post(api.url, { query: '{ viewer { name } }' }, null);
    expect(reply.status).toBe(401);
    expect(codeOf(reply)).toBe('UNAUTHENTICATED');
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('an unknown, an expired and a revoked token in the same words', async () => {
    const expired = await api.createToken('VIEWER', { expiresAt: new Date(Date.now() + 50) });
    const revoked = await api.createToken('VIEWER');
    const { principal } = await api.access.authenticate(api.admin);
    await api.access.revokeToken(revoked.token.id, {
      principal,
      onBehalfOf: null,
      reason: null,
      action: 'test',
      requestId: 'test-request',
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const secrets = [`sun_${'x'.repeat(43)}`, expired.secret, revoked.secret, 'nonsense'];
    const replies = await Promise.all(
      secrets.map((one) => post(api.url, { query: '{ viewer { name } }' }, one)),
    );
    expect(new Set(replies.map(({ status, body }) => `${status} ${body.errors?.[0]?.message}`))).toEqual(
      new Set(['401 no valid token was sent']),
    );
  });

  test('a body of 10 MB before reading all of it', async () => {
    const reply = await post(
      api.url,
      { query: `{ viewer { name } } # ${'x'.repeat(10_000_000)}` },
      api.admin,
    );
    expect(reply.status).toBe(413);
    expect(codeOf(reply)).toBe('BODY_TOO_LARGE');
  });

  test('a body that grows too large without having said so', async () => {
    const answer = await sendChunked(api, 10);
    expect(answer).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  test('a form, so that no web page can post one unseen', async () => {
    const response = await fetch(api.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.admin}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query={viewer{name}}',
    });
    expect(response.status).toBe(415);
  });

  test('a mutation by GET', async () => {
    const query = encodeURIComponent('mutation { revokeToken(input: { id: "x" }) { __typename } }');
    const response = await fetch(`${api.url}?query=${query}`, {
      headers: { authorization: `Bearer ${api.admin}` },
    });
    expect(response.status).toBe(405);
  });

  test('a field that does not exist, as the fault of the caller', async () => {
    const reply = await api.query('{ nothing }');
    expect(codeOf(reply)).toBe('INVALID_INPUT');
    expect(reply.body.data).toBeUndefined();
  });

  test('text that is not JSON', async () => {
    const reply = await post(api.url, '{"query": ', api.admin);
    expect(reply.status).toBe(400);
    expect(codeOf(reply)).toBe('INVALID_INPUT');
  });

  test('a query that needs a scope that the token lacks, and names the scope', async () => {
    const { secret } = await api.createToken('VIEWER');
    const reply = await api.query('{ auditLog { totalCount } }', {}, secret);
    expect(codeOf(reply)).toBe('FORBIDDEN');
    expect(reply.body.errors?.[0]?.message).toBe('auditLog needs the scope audit:read');
  });

  test('a malformed cursor and a page that is too large', async () => {
    expect(codeOf(await api.query('{ operations(after: "abc") { totalCount } }'))).toBe('INVALID_CURSOR');
    expect(codeOf(await api.query('{ operations(first: 101) { totalCount } }'))).toBe('INVALID_INPUT');
    expect(codeOf(await api.query('{ operations(first: 0) { totalCount } }'))).toBe('INVALID_INPUT');
  });

  test('a node id that is none', async () => {
    expect(codeOf(await api.query('{ node(id: "abc") { id } }'))).toBe('INVALID_INPUT');
  });
});

describe('request id', () => {
  test('is taken from the caller and stands in header, body and log', async () => {
    const reply = await post(api.url, { query: '{ viewer { name } }' }, api.admin, {
      'x-request-id': 'my-request-0001',
    });
    expect(reply.headers.get('x-request-id')).toBe('my-request-0001');
    expect(reply.body.extensions).toMatchObject({ requestId: 'my-request-0001' });
    await expect
      .poll(() => api.logLines().some(({ requestId }) => requestId === 'my-request-0001'))
      .toBe(true);
  });

  test('is made up when the caller sends one that a log line could not hold', async () => {
    const reply = await post(api.url, { query: '{ viewer { name } }' }, api.admin, {
      'x-request-id': 'a b\tc',
    });
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('never logs a token', async () => {
  await api.query('{ viewer { name } }');
  await post(api.url, { query: `{ viewer { name } } # ${api.admin}` }, api.admin);
  expect(api.logText()).not.toContain(api.admin);
});

test('answers live and ready', async () => {
  const base = api.url.replace('/graphql', '');
  expect((await fetch(`${base}/health/live`)).status).toBe(200);
  const ready = await fetch(`${base}/health/ready`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({ status: 'ready', checks: { controlDatabase: 'ok' } });
});

test('counts requests and operations in its metrics', async () => {
  await api.query('query Any { viewer { name } }');
  const text = await (await fetch(api.url.replace('/graphql', '/metrics'))).text();
  expect(text).toContain('sunday_graphql_operation_duration_seconds_count{type="query",field="viewer"}');
  expect(text).toContain('sunday_http_request_duration_seconds_count{route="/graphql",status="200"}');
  expect(text).toContain('sunday_operations{state="QUEUED"} 0');
  expect(text).toContain('nodejs_eventloop_lag_seconds');
});

/** `megabytes` in chunks without a length; gives the answer, which comes while the body is still on its way. */
function sendChunked({ port, admin }: TestApi, megabytes: number) {
  return new Promise<{ status: number | undefined; code: unknown }>((resolve, reject) => {
    const outgoing = request({
      port,
      path: '/graphql',
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (part: string) => {
        text += part;
        const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] };
        resolve({ status: response.statusCode, code: errors[0]?.extensions.code });
        outgoing.off('error', reject).on('error', () => {});
        outgoing.destroy();
      });
    });
    for (let sent = 0; sent < megabytes; sent++) outgoing.write('x'.repeat(1_000_000));
  });
}
