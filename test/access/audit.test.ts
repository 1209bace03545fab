import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toAuditInput } from '../../src/access/audit-input.ts';
import { sql } from '../../src/postgres/sql.ts';
import { codeOf, REQUESTER, startApi, type TestApi } from '../server/api.ts';
import { seedOperation } from '../server/sockets.ts';

const REVOKE = `mutation ($id: ID!, $reason: String) {
  revokeToken(input: { id: $id, reason: $reason, onBehalfOf: "ada" }) {
    __typename ... on UserError { code message path hint retryable } ... on RevokeTokenSuccess { token { revokedAt } }
  }
}`;
const CANCEL = `mutation ($id: ID!) { cancelOperation(input: { id: $id }) {
  __typename ... on UserError { code path } ... on CancelOperationSuccess { operation { id state } }
} }`;
const LOG = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: AuditFilter) {
  auditLog(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount
    edges { cursor node { id principal onBehalfOf reason action target input outcome requestId operation { kind } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly cursor: string; readonly node: Record<string, unknown> }[];
  readonly pageInfo: Record<string, unknown>;
}

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

const readLog = async (variables: object): Promise<Page> =>
  ((await api.query(LOG, variables)).body.data as { auditLog: Page }).auditLog;

describe('every mutation leaves one line', () => {
  test('one that succeeded', async () => {
    const { token } = await api.createToken('VIEWER');
    const reply = await api.query(REVOKE, { id: token.id, reason: 'left the team' });
    const log = await readLog({ filter: { action: 'revokeToken' } });
    expect(log.totalCount).toBe(1);
    expect(log.edges[0]?.node).toMatchObject({
      principal: 'test ADMIN',
      onBehalfOf: 'ada',
      reason: 'left the team',
      target: 'test VIEWER',
      outcome: 'ACCEPTED',
      requestId: reply.headers.get('x-request-id'),
    });
  });

  test('one that found nothing', async () => {
    const { body } = await api.query(REVOKE, { id: 'nobody' });
    expect(body.data).toMatchObject({
      revokeToken: {
        __typename: 'TokenNotFoundError',
        code: 'TOKEN_NOT_FOUND',
        path: ['input', 'id'],
        retryable: false,
      },
    });
    expect((await readLog({ filter: { outcome: 'TOKEN_NOT_FOUND' } })).edges).toMatchObject([
      { node: { action: 'revokeToken', target: 'nobody', onBehalfOf: 'ada' } },
    ]);
  });

  test('one that the token may not do', async () => {
    const { secret } = await api.createToken('VIEWER');
    const { body } = await api.query(REVOKE, { id: 'x' }, secret);
    expect(body.data).toMatchObject({ revokeToken: { __typename: 'ForbiddenError', code: 'FORBIDDEN' } });
    expect((await readLog({ filter: { outcome: 'FORBIDDEN' } })).edges).toMatchObject([
      { node: { action: 'revokeToken', principal: 'test VIEWER' } },
    ]);
  });

  test('one whose input is wrong, cut to what the log can hold', async () => {
    const { body } = await api.query(REVOKE, { id: 'x', reason: `a\0${'b'.repeat(600)}` });
    expect(body.data).toMatchObject({
      revokeToken: { __typename: 'InvalidInputError', path: ['input', 'reason'] },
    });
    const [edge] = (await readLog({ filter: { outcome: 'INVALID_INPUT' } })).edges;
    expect(edge?.node['reason']).toHaveLength(500);
  });

  test('one that works on an operation, written by the engine alone', async () => {
    const { id } = await seedOperation(api);
    const { body } = await api.query(CANCEL, { id });
    const { operation } = (body.data as { cancelOperation: { operation: { id: string } } }).cancelOperation;
    expect(body.data).toMatchObject({ cancelOperation: { operation: { state: 'CANCELLED' } } });
    const log = await readLog({ filter: { operation: operation.id } });
    expect(log.edges.map(({ node }) => node['action'])).toEqual(['cancelOperation', 'test']);
    expect(log.edges[0]?.node['operation']).toEqual({ kind: 'test.work' });
    expect((await readLog({ filter: { action: 'cancelOperation' } })).totalCount).toBe(1);
  });

  test('one about an operation that does not exist', async () => {
    const { body } = await api.query(CANCEL, { id: '00000000-0000-4000-8000-000000000000' });
    expect(body.data).toMatchObject({ cancelOperation: { code: 'OPERATION_NOT_FOUND' } });
    expect((await readLog({ filter: { outcome: 'OPERATION_NOT_FOUND' } })).totalCount).toBe(1);
  });
});

test('makes a token whose secret is shown once and stands nowhere else', async () => {
  const { body } =
    await api.query(`mutation { createToken(input: { name: "ci", role: OPERATOR, scopes: ["backup:read"] }) {
    ... on CreateTokenSuccess { secret token { name scopes createdBy } } ... on UserError { code message }
  } }`);
  const { secret, token } = (body.data as { createToken: { secret: string; token: unknown } }).createToken;
  expect(token).toEqual({ name: 'ci', scopes: ['backup:read'], createdBy: 'test ADMIN' });
  const [row] = await api.db.rows<{ text: string }>(
    sql`/* test.audit */ SELECT string_agg(audit_entry::text, ' ') AS text FROM audit_entry`,
  );
  expect(row?.text).not.toContain(secret);
  expect(api.logText()).not.toContain(secret);
});

describe('the log is read in pages', () => {
  beforeAll(async () => {
    for (let index = 1; index <= 5; index++) {
      await api.access.recordAlone({
        requester: REQUESTER,
        action: 'page',
        target: `${index}`,
        input: null,
        outcome: 'ACCEPTED',
        operationId: null,
      });
    }
  });
  const filter = { action: 'page' };
  const targets = ({ edges }: Page) => edges.map(({ node }) => node['target']);

  test('newest first, forwards', async () => {
    const first = await readLog({ filter, first: 2 });
    expect(targets(first)).toEqual(['5', '4']);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await readLog({ filter, first: 3, after: first.pageInfo['endCursor'] });
    expect(targets(second)).toEqual(['3', '2', '1']);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(second.totalCount).toBe(5);
  });

  test('backwards from the end', async () => {
    const last = await readLog({ filter, last: 2 });
    expect(targets(last)).toEqual(['2', '1']);
    expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const before = await readLog({ filter, last: 3, before: last.pageInfo['startCursor'] });
    expect(targets(before)).toEqual(['5', '4', '3']);
    expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  test('and refuses the cursor of another list', async () => {
    await seedOperation(api);
    const { body } = await api.query('{ operations(first: 1) { edges { cursor } } }');
    const [edge] = (body.data as { operations: Page }).operations.edges;
    expect(codeOf(await api.query(LOG, { after: edge?.cursor }))).toBe('INVALID_CURSOR');
    expect(codeOf(await api.query(LOG, { first: 1, last: 1 }))).toBe('INVALID_INPUT');
  });
});

test.each(['UPDATE audit_entry SET action = $$x$$', 'DELETE FROM audit_entry', 'TRUNCATE audit_entry'])(
  'the table refuses %s',
  async (statement) => {
    await expect(api.db.rows({ text: `/* test.tamper */ ${statement}`, values: [] })).rejects.toThrow(
      'the audit log is append-only',
    );
  },
);

test('keeps no secrets, no NUL and no more than 8 kB of an input', () => {
  expect(toAuditInput({ password: 'x', idempotencyKey: 'y', big: 1n, text: 'a\0b' })).toBe(
    '{"password":"[redacted]","idempotencyKey":"y","big":"1","text":"a\\ufffdb"}',
  );
  expect(toAuditInput({ text: 'x'.repeat(20_000) }).length).toBeLessThan(1_100);
});
