import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { testFleet } from '../support/fleet.ts';
import { createOperator, type Operator } from '../support/operator.ts';

let plane: ControlPlane;
let operator: Operator;
beforeAll(async () => {
  plane = await createControlPlane(await testFleet());
  await plane.start();
  operator = createOperator(plane);
});
afterAll(() => plane[Symbol.asyncDispose]());

const UNKNOWN_ID = '6b0c4f0e-7f0e-4c0c-9b7a-0d4f4f3b2a11';
const full = { cluster: 'main', type: 'FULL' };
const globalId = (text: string) => Buffer.from(text).toString('base64url');

interface AuditLine {
  readonly action: string;
  readonly outcome: string;
  readonly principal: string;
}

/** The newest line of the audit log, and how many operations there are. */
async function look() {
  const found = await plane.graphql<{
    auditLog: { edges: { node: AuditLine }[]; totalCount: number };
    operations: { totalCount: number };
  }>(
    '{ auditLog(first: 1) { totalCount edges { node { action outcome principal } } } operations { totalCount } }',
  );
  const { auditLog, operations } = found;
  return { newest: auditLog.edges[0]?.node, audits: auditLog.totalCount, operations: operations.totalCount };
}

describe('refuses, with the reason in the audit log and nothing started,', () => {
  const label = '20000101-000000F';
  test.each([
    ['a cluster that is not configured', 'startBackup', { ...full, cluster: 'mian' }, 'CLUSTER_NOT_FOUND'],
    ['migrations of an unknown cluster', 'applyMigrations', { cluster: 'mian' }, 'CLUSTER_NOT_FOUND'],
    ['an unknown label to verify', 'verifyBackup', { cluster: 'main', label }, 'BACKUP_NOT_FOUND'],
    [
      'an unknown label to restore',
      'startRestore',
      { cluster: 'main', label, destination: '/tmp/nowhere/at-all' },
      'BACKUP_NOT_FOUND',
    ],
    ['an unknown migration', 'applyMigrations', { cluster: 'main', target: '999' }, 'MIGRATION_NOT_FOUND'],
    ['to cancel what is not there', 'cancelOperation', { id: UNKNOWN_ID }, 'OPERATION_NOT_FOUND'],
    ['to retry what is not there', 'retryOperation', { id: UNKNOWN_ID }, 'OPERATION_NOT_FOUND'],
  ])('%s', async (_what, mutation, input, code) => {
    const before = await look();
    const refusal = await operator.ask(mutation, input);
    expect(refusal).toMatchObject({ code, hint: expect.stringMatching(/\w/) as string });
    const [named] = Object.values(input).filter((one) => refusal.message?.includes(one));
    expect(named).toBeDefined();
    const after = await look();
    expect(after).toMatchObject({ audits: before.audits + 1, operations: before.operations });
    expect(after.newest).toMatchObject({ outcome: code });
  });

  test.each([
    ['an id of another type', 'cancelOperation', { id: globalId('Cluster:main') }, 'id'],
    ['an id with a NUL in it', 'cancelOperation', { id: 'a\0b' }, 'id'],
    ['an empty id', 'cancelOperation', { id: '' }, 'id'],
    ['an empty idempotency key', 'startBackup', { ...full, idempotencyKey: '' }, 'idempotencyKey'],
    ['a key that is too long', 'startBackup', { ...full, idempotencyKey: 'k'.repeat(256) }, 'idempotencyKey'],
    ['an empty reason', 'startBackup', { ...full, reason: '' }, 'reason'],
    ['a reason that is too long', 'startBackup', { ...full, reason: 'r'.repeat(501) }, 'reason'],
    ['a reason that moves the cursor', 'startBackup', { ...full, reason: 'a\u001b[2Jb' }, 'reason'],
    ['a reason with a NUL in it', 'startBackup', { ...full, reason: 'a\0b' }, 'reason'],
    ['a cluster with a NUL in it', 'startBackup', { ...full, cluster: 'main\0' }, 'cluster'],
    ['a label with a NUL in it', 'verifyBackup', { cluster: 'main', label: 'a\0b' }, 'label'],
  ])('%s', async (_what, mutation, input, argument) => {
    const before = await look();
    const refusal = await operator.ask(mutation, input);
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', path: ['input', argument] });
    expect(refusal.message).toContain(argument);
    const after = await look();
    expect(after).toMatchObject({ audits: before.audits + 1, operations: before.operations });
    expect(after.newest).toMatchObject({ outcome: 'INVALID_INPUT' });
  });
});

describe('answers a query', () => {
  test('for a cluster or an operation that is not there with null', async () => {
    const query = `{ cluster(name: "mian") { name } operation(id: "${UNKNOWN_ID}") { id } node(id: "${globalId(`Operation:${UNKNOWN_ID}`)}") { id } }`;
    expect(await plane.graphql(query)).toEqual({ cluster: null, operation: null, node: null });
  });

  test.each([
    ['{ checkDatabaseHealth(cluster: "mian") { state } }', 'CLUSTER_NOT_FOUND'],
    ['{ migrationPlan(cluster: "mian") { target } }', 'CLUSTER_NOT_FOUND'],
    ['{ operation(id: "a\\u0000b") { id } }', 'INVALID_INPUT'],
    ['{ node(id: "no-such-thing") { id } }', 'INVALID_INPUT'],
    ['{ operations(first: 0) { totalCount } }', 'INVALID_INPUT'],
    ['{ operations(first: 101) { totalCount } }', 'INVALID_INPUT'],
    ['{ operations(first: 1, last: 1) { totalCount } }', 'INVALID_INPUT'],
    ['{ operations(after: "bm90IG91cnM") { totalCount } }', 'INVALID_CURSOR'],
    ['{ auditLog(before: "\\u0000") { totalCount } }', 'INVALID_CURSOR'],
    ['mutation { startBackup(input: { cluster: "main", type: HUGE }) { __typename } }', 'INVALID_INPUT'],
    ['{ nonsense }', 'INVALID_INPUT'],
    ['{ clusters {', 'INVALID_INPUT'],
  ])('%s with the code %s', async (query, code) => {
    const { errors } = await plane.send({ query });
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  test('for a list of a cluster with a wrong page in the place of the list alone', async () => {
    const query = '{ cluster(name: "main") { name backups(first: 0) { totalCount } } }';
    const { data, errors } = await plane.send({ query });
    expect(data).toEqual({ cluster: { name: 'main', backups: null } });
    expect(errors).toMatchObject([{ path: ['cluster', 'backups'], extensions: { code: 'INVALID_INPUT' } }]);
  });
});

test.each([
  ['an unknown operation', { id: UNKNOWN_ID }, 'OPERATION_NOT_FOUND'],
  ['a malformed id', { id: '\0' }, 'INVALID_INPUT'],
  ['a malformed cursor', { id: UNKNOWN_ID, after: 'nonsense' }, 'INVALID_CURSOR'],
])('refuses to follow %s', async (_what, variables, code) => {
  const following = plane.subscribe(
    'subscription ($id: ID!, $after: String) { operationEvents(id: $id, after: $after) { cursor } }',
    variables,
  );
  await expect(following).rejects.toMatchObject({ code });
});

describe('lets nobody in', () => {
  const createToken = async (input: Record<string, unknown>) => {
    const { createToken: made } = await plane.graphql<{
      createToken: { secret: string; token: { id: string } };
    }>(
      `mutation ($input: CreateTokenInput!) { createToken(input: $input) {
        ... on CreateTokenSuccess { secret token { id } } ... on UserError { code message } } }`,
      { input: { name: 'somebody', role: 'VIEWER', ...input } },
    );
    return made;
  };
  const viewer = '{ viewer { name } }';

  test('without a token, and with one that nobody made', async () => {
    for (const token of [null, 'sun_', `sun_${'A'.repeat(43)}`, 'x'.repeat(5_000)]) {
      const { status, errors } = await plane.send({ query: viewer }, token);
      expect(status).toBe(401);
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  });

  test('whose token has expired since it was used last', async () => {
    const { secret } = await createToken({ expiresAt: new Date(Date.now() + 700).toISOString() });
    expect(await plane.send({ query: viewer }, secret)).toMatchObject({ status: 200, errors: [] });
    await sleep(750);
    expect(await plane.send({ query: viewer }, secret)).toMatchObject({ status: 401 });
  });

  test('whose token was revoked, after five seconds at the latest', async () => {
    const { secret, token } = await createToken({});
    expect(await plane.send({ query: viewer }, secret)).toMatchObject({ status: 200 });
    await plane.graphql(
      'mutation ($id: ID!) { revokeToken(input: { id: $id }) { ... on RevokeTokenSuccess { token { id } } } }',
      { id: token.id },
    );
    await expect
      .poll(async () => (await plane.send({ query: viewer }, secret)).status, { timeout: 5_500 })
      .toBe(401);
  });

  test('to do what the scopes of the token do not include, and writes that down', async () => {
    const { secret } = await createToken({ name: 'onlooker' });
    const before = await look();
    const refusal = await operator.ask('startBackup', full, secret);
    expect(refusal).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('backup:write') as string,
      hint: expect.stringMatching(/\w/) as string,
    });
    expect(await look()).toEqual({
      operations: before.operations,
      audits: before.audits + 1,
      newest: { action: 'startBackup', outcome: 'FORBIDDEN', principal: 'onlooker' },
    });
  });
});

describe('does not read, parse or run more than is healthy:', () => {
  const send = (query: string) => plane.send({ query });
  const nested = (depth: number): string =>
    depth === 0 ? 'name' : `operations { edges { node { cluster { ${nested(depth - 1)} } } } }`;

  test('a body of 10 MB', async () => {
    const body = JSON.stringify({ query: '{ viewer { name } }', padding: 'x'.repeat(10_000_000) });
    const { status, errors } = await plane.send(body);
    expect(status).toBe(413);
    expect(errors).toMatchObject([
      { extensions: { code: 'BODY_TOO_LARGE', hint: expect.any(String) as string } },
    ]);
    expect(await send('{ viewer { name } }')).toMatchObject({ status: 200, errors: [] });
  });

  test.each([
    ['levels', `{ clusters { ${nested(5)} } }`],
    [
      'cost',
      '{ operations(first: 100) { edges { node { cluster { operations(first: 100) { edges { cursor } } } } } } }',
    ],
    ['aliases', `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: viewer { name }`).join(' ')} }`],
    ['tokens', `{ ${'viewer { name } '.repeat(2_000)} }`],
    [
      'brackets that end',
      `{ operations(filter: { states: ${'['.repeat(2_400)}${']'.repeat(2_400)} }) { totalCount } }`,
    ],
    ['brackets', `{ operations(filter: { states: ${'['.repeat(4_000)} }) { totalCount } }`],
  ])('a document of too many %s', async (_what, document) => {
    const { status, errors } = await send(document);
    expect(status).toBe(400);
    expect(errors[0]?.extensions.code).toMatch(/^(QUERY_TOO_EXPENSIVE|INVALID_INPUT)$/);
  });

  test('a flood of mutations by alias, of which none is started', async () => {
    const before = await look();
    const flood = Array.from(
      { length: 51 },
      (_, n) => `a${n}: startBackup(input: { cluster: "main" }) { __typename }`,
    );
    expect((await send(`mutation { ${flood.join(' ')} }`)).errors).toMatchObject([
      { extensions: { code: 'QUERY_TOO_EXPENSIVE' } },
    ]);
    expect(await look()).toEqual(before);
  });

  test('variables that are nested without end', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const document = JSON.stringify(
      'mutation ($input: StartBackupInput!) { startBackup(input: $input) { __typename } }',
    );
    const { errors } = await plane.send(`{"query":${document},"variables":{"input":${deep}}}`);
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });
});
