import { expect, test } from 'vitest';
import { writeName } from '../../src/postgres/names.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase } from '../support/database.ts';

test.each([
  [['items'], 'items'],
  [['public', 'items'], 'public.items'],
  [['user'], '"user"'],
  [['Items'], '"Items"'],
  [['a"b'], '"a""b"'],
  [['two words'], '"two words"'],
  [['1st'], '"1st"'],
])('writes %j as %s', (parts, written) => {
  expect(writeName(...parts)).toBe(written);
});

test('quotes every word that PostgreSQL takes for no name', async () => {
  await using database = await createTestDatabase();
  const words = await database.db.rows<{ word: string }>(
    sql`SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')`,
  );
  expect(words.length).toBeGreaterThan(90);
  expect(words.filter(({ word }) => writeName(word) !== identifier(word).text)).toEqual([]);
});
