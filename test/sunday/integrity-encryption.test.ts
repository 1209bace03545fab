import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { createIntegrityDatabase, type IntegrityDatabase, refusalOf, trying } from './integrity-database.ts';

let database: IntegrityDatabase;
beforeAll(async () => {
  database = await createIntegrityDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const KEY = 'first-key-of-at-least-32-characters';
const NEXT_KEY = 'second-key-of-at-least-32-characters';
const withKey = (key: string, previous = '') => ({
  'app.encryption_key': key,
  'app.previous_encryption_key': previous,
});
const encrypt = (key: string, content: string) =>
  trying(database.app, withKey(key), async (tx) => {
    const [row] = await tx.rows<{ field: Buffer }>(sql`SELECT encrypt_field(${content}) AS field`);
    return row?.field ?? Buffer.alloc(0);
  });
const decrypt = (settings: Readonly<Record<string, string>>, field: Buffer) =>
  trying(database.app, settings, async (tx) => {
    const refusal = await refusalOf(tx, sql`SELECT decrypt_field(${field})`);
    if (refusal) return refusal;
    const [row] = await tx.rows<{ content: string }>(sql`SELECT decrypt_field(${field}) AS content`);
    return row?.content;
  });

test('gives back what was encrypted with the key of the session', async () => {
  const field = await encrypt(KEY, 'Grüße 🔑');
  expect(field.includes('Gr')).toBe(false);
  expect(await decrypt(withKey(KEY), field)).toBe('Grüße 🔑');
});

test('encrypts the same twice to two different values, and nothing to nothing', async () => {
  expect((await encrypt(KEY, 'x')).equals(await encrypt(KEY, 'x'))).toBe(false);
  expect(await database.app.rows(sql`SELECT encrypt_field(NULL) AS a, decrypt_field(NULL) AS b`)).toEqual([
    { a: null, b: null },
  ]);
});

test('reads fields of the previous key while keys are rotated, and writes with the new one', async () => {
  const field = await encrypt(KEY, 'x');
  expect(await decrypt(withKey(NEXT_KEY, KEY), field)).toBe('x');
  expect(await decrypt(withKey(KEY, NEXT_KEY), await encrypt(NEXT_KEY, 'y'))).toBe('y');
});

test('refuses another key and a changed byte, and carries neither key nor content in the error', async () => {
  const field = await encrypt(KEY, 'the-content');
  const changed = Buffer.from(field);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  for (const [key, content] of [
    [NEXT_KEY, field],
    [KEY, changed],
    [KEY, Buffer.from('no OpenPGP at all')],
  ] as const) {
    const error = await decrypt(withKey(key), content);
    expect(error).toMatchObject({
      code: '22000',
      message: 'the field was encrypted with another key, or is damaged',
    });
    expect(JSON.stringify({ ...(error as Error) })).not.toMatch(/-key-of-|the-content/);
  }
});

test.each([
  ['no key', ''],
  ['a short key', 'only-31-characters-are-too-few!'],
])('refuses to encrypt with %s, and does not repeat it', async (_, key) => {
  const refusal = await trying(database.app, withKey(key), (tx) =>
    refusalOf(tx, sql`SELECT encrypt_field('the-content')`),
  );
  expect(refusal?.code).toBe('55000');
  expect(refusal?.message).toMatch(/^app\.encryption_key is (not set|shorter than 32 characters)$/);
  expect(JSON.stringify({ ...refusal })).not.toMatch(/31-characters|the-content/);
});
