import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UnauthenticatedError } from '../../src/access/access.ts';
import type { Access } from '../../src/access/access.ts';
import { type Principal, type Requester, SCOPES, SCOPES_OF } from '../../src/access/principals.ts';
import { createAccess } from '../../src/access/service.ts';
import { hashSecret, readBearer } from '../../src/access/tokens.ts';
import { ControlDatabaseUnavailableError } from '../../src/postgres/errors.ts';
import { sql } from '../../src/postgres/sql.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { createControlDatabase } from '../support/control.ts';
import { freePort } from '../support/ports.ts';
import type { TestDatabase } from '../support/database.ts';

const root: Principal = { id: 'root', name: 'root', role: 'ADMIN', scopes: SCOPES };
const requesterOf = (principal: Principal): Requester => ({
  principal,
  onBehalfOf: null,
  reason: null,
  action: 'test',
  requestId: 'test-request',
});
const admin = requesterOf(root);
const plain = { name: 'bot', role: 'OPERATOR', scopes: null, expiresAt: null } as const;

let database: TestDatabase;
let access: Access;
beforeAll(async () => {
  database = await createControlDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});
beforeEach(() => {
  access = createAccess(database.db); // without what an earlier test left in the cache
});

test('lets the owner of a token in with the scopes of its role', async () => {
  const { secret, token } = await access.createToken(plain, admin);
  expect(secret).toMatch(/^sun_[\w-]{43}$/);
  const { principal, expiresAt } = await access.authenticate(secret);
  expect(principal).toEqual({ id: token.id, name: 'bot', role: 'OPERATOR', scopes: SCOPES_OF.OPERATOR });
  expect(expiresAt).toBeNull();
});

test('keeps a hash and never the token', async () => {
  const { secret, token } = await access.createToken(plain, admin);
  const [row] = await database.db.rows<{ text: string; hash: Buffer }>(sql`/* test.token */
    SELECT access_token::text AS text, secret_sha256 AS hash FROM access_token WHERE id = ${token.id}`);
  expect(row?.text).not.toContain(secret);
  expect(row?.hash).toEqual(hashSecret(secret));
});

test('gives fewer scopes than the role has when they are named', async () => {
  const { secret } = await access.createToken({ ...plain, scopes: ['backup:read'] }, admin);
  expect((await access.authenticate(secret)).principal.scopes).toEqual(['backup:read']);
});

test('notes when a token was used, at most once a minute', async () => {
  const { secret, token } = await access.createToken(plain, admin);
  await access.authenticate(secret);
  const used = await lastUsedAt(token.id);
  expect(used).toBeInstanceOf(Date);
  await createAccess(database.db).authenticate(secret);
  expect(await lastUsedAt(token.id)).toEqual(used);
});

describe('refuses', () => {
  test.each([
    ['no token', null],
    ['a token of another shape', 'sun_short'],
    ['an unknown token', `sun_${'A'.repeat(43)}`],
  ])('%s', async (_what, secret) => {
    await expect(access.authenticate(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a token that was revoked, and lets it be revoked twice', async () => {
    const { secret, token } = await access.createToken(plain, admin);
    const revoked = await access.revokeToken(token.id, admin);
    expect((await access.revokeToken(token.id, admin)).revokedAt).toEqual(revoked.revokedAt);
    await expect(access.authenticate(secret)).rejects.toBeInstanceOf(UnauthenticatedError);
  });

  test('a token that has expired, also while it is cached', async () => {
    const expiresAt = new Date(Date.now() + 200);
    const { secret } = await access.createToken({ ...plain, expiresAt }, admin);
    expect((await access.authenticate(secret)).expiresAt).toEqual(expiresAt);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await expect(access.authenticate(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('to give away what the maker does not have', async () => {
    const operator = requesterOf({ id: 'o', name: 'o', role: 'OPERATOR', scopes: SCOPES_OF.OPERATOR });
    await expect(access.createToken({ ...plain, role: 'ADMIN' }, operator)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      scope: 'audit:read',
    });
  });

  test('scopes outside of the role, and an end in the past', async () => {
    await expect(
      access.createToken({ ...plain, role: 'VIEWER', scopes: ['backup:write'] }, admin),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', argument: ['input', 'scopes'] });
    await expect(access.createToken({ ...plain, expiresAt: new Date(0) }, admin)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      argument: ['input', 'expiresAt'],
    });
  });

  test('to revoke a token that does not exist', async () => {
    await expect(access.revokeToken('nobody', admin)).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
  });
});

test('says that the control database is down instead of refusing the token', async () => {
  const gone = openDatabase({
    ...database.connection,
    port: await freePort(),
    toUnavailable: (_server, cause) => new ControlDatabaseUnavailableError(cause),
  });
  await expect(createAccess(gone).authenticate(`sun_${'A'.repeat(43)}`)).rejects.toMatchObject({
    code: 'CONTROL_DATABASE_UNAVAILABLE',
    retryable: true,
  });
  await gone.close();
});

describe('the token file of the embedded fleet', () => {
  test('is written with an administrator token that only its owner can read, and kept while it is good', async () => {
    await using folder = temporaryFolder();
    const file = join(folder.path, 'token');
    await access.ensureBootstrapToken(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = readFileSync(file, 'utf8').trim();
    expect((await access.authenticate(first)).principal).toMatchObject({ name: 'bootstrap', role: 'ADMIN' });
    await access.ensureBootstrapToken(file);
    expect(readFileSync(file, 'utf8').trim()).toBe(first);
  });

  test('is replaced when its token is no longer good, and the old token is revoked', async () => {
    await using folder = temporaryFolder();
    const file = join(folder.path, 'token');
    await access.ensureBootstrapToken(file);
    const first = readFileSync(file, 'utf8').trim();
    writeFileSync(file, 'rubbish\n');
    await access.ensureBootstrapToken(file);
    expect(readFileSync(file, 'utf8').trim()).not.toBe(first);
    await expect(createAccess(database.db).authenticate(first)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

test('reads a bearer token out of a header', () => {
  expect(readBearer('Bearer sun_abc')).toBe('sun_abc');
  expect(readBearer('bearer  sun_abc ')).toBe('sun_abc');
  expect(readBearer('Basic abc')).toBeNull();
  expect(readBearer('Bearer a b')).toBeNull();
  expect(readBearer(undefined)).toBeNull();
});

async function lastUsedAt(id: string): Promise<Date | null | undefined> {
  return (await access.listTokens(1_000)).find((one) => one.id === id)?.lastUsedAt;
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'sunday-access-'));
  return {
    path,
    [Symbol.asyncDispose]: () => Promise.resolve(rmSync(path, { recursive: true, force: true })),
  };
}
