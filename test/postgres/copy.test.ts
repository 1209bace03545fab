import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyRows, toCopyLine } from '../../src/postgres/copy.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const target = { schema: 'public', table: 'kept', columns: ['id', 'text', 'at'], timeoutMs: 10_000 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.rows(sql`CREATE TABLE kept (id int PRIMARY KEY, text text, at timestamptz)`);
});
afterAll(() => database[Symbol.asyncDispose]());

test('brings every character, an empty text, a null and a moment over unchanged', async () => {
  const at = new Date('2026-11-22T06:48:11.123Z');
  const texts = ['tab\tbreak\r\nback\\slash \\N \\.', '', '😀', null, '\\.'];
  const lines = texts.map((text, id) => toCopyLine([id, text, at]));
  const count = await database.db.session(({ client }) => copyRows(client, target, lines));
  expect(count).toBe(5);
  expect(await database.db.rows(sql`SELECT text, at FROM kept ORDER BY id`)).toEqual(
    texts.map((text) => ({ text, at })),
  );
});

test('keeps an empty text at the begin of a row', () => {
  expect(toCopyLine(['', '', 1])).toBe('\t\t1\n');
});

test('leaves the connection usable after the server has refused a row', async () => {
  await database.db.session(async (session) => {
    const lines = [toCopyLine([100, 'x', null]), toCopyLine(['no number', 'x', null])];
    await expect(copyRows(session.client, target, lines)).rejects.toMatchObject({ code: '22P02' });
    expect(await session.rows(sql`SELECT id FROM kept WHERE id = 100`)).toEqual([]);
  });
});
