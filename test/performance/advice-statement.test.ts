import { expect, test } from 'vitest';
import { toNumberedMarks } from '../../src/performance/advice/marks.ts';
import { estimateIndexBytes } from '../../src/performance/advice/size.ts';
import { readStatement } from '../../src/performance/advice/statement.ts';

test.each([
  ['SELECT * FROM items WHERE board_id = ?', 'SELECT * FROM items WHERE board_id = $1'],
  [
    'SELECT 1 WHERE a = ? AND b IN (?, ?) LIMIT ? OFFSET ?',
    'SELECT 1 WHERE a = $1 AND b IN ($2, $3) LIMIT $4 OFFSET $5',
  ],
  [
    'SELECT \'?\', "?", $$?$$, $a$ ? $a$ /* ? */ -- ?\n, ?',
    'SELECT \'?\', "?", $$?$$, $a$ ? $a$ /* ? */ -- ?\n, $1',
  ],
  [
    "SELECT data ? 'key', data ?| ARRAY['a'], data ?& $1",
    "SELECT data ? 'key', data ?| ARRAY['a'], data ?& $1",
  ],
  ["SELECT data ?? 'key' WHERE id = ?", "SELECT data ? 'key' WHERE id = $1"],
  ['SELECT data ? ? FROM t', 'SELECT data ? $1 FROM t'],
  ['SELECT x BETWEEN ? AND ?', 'SELECT x BETWEEN $1 AND $2'],
  ['SELECT now() - interval $1, extract($2 from at)', 'SELECT now() - $1::interval, date_part($2, at)'],
  ["SELECT E'it\\'s ?' WHERE a = ?", "SELECT E'it\\'s ?' WHERE a = $1"],
])('makes numbered marks of %s', (sql, numbered) => {
  expect(toNumberedMarks(sql)).toBe(numbered);
});

test.each([
  ['', 'STATEMENT_REFUSED'],
  ['-- nothing', 'STATEMENT_REFUSED'],
  ['SELECT 1; SELECT 2; SELECT 3', 'STATEMENT_REFUSED'],
  ['DROP TABLE items', 'STATEMENT_REFUSED'],
  ['CREATE INDEX ON items (id)', 'STATEMENT_REFUSED'],
  ['SELECT 1 INTO copy', 'STATEMENT_REFUSED'],
  ['EXPLAIN ANALYZE DELETE FROM items', 'STATEMENT_REFUSED'],
  ["COPY items TO PROGRAM 'sh'", 'STATEMENT_REFUSED'],
  ['SELECT 1\0', 'STATEMENT_REFUSED'],
  ['what is slow here?', 'SQL_INVALID'],
])('refuses %s', async (sql, code) => {
  await expect(readStatement(sql)).rejects.toMatchObject({ code });
});

test('reads one statement with comments and a semicolon, and knows what writes', async () => {
  expect(await readStatement('/* of ours */ SELECT 1 WHERE 2 = ?;')).toMatchObject({
    ...{ kind: 'SELECT', text: 'SELECT 1 WHERE 2 = $1', hasParameters: true, isWriting: false },
  });
  expect(
    await readStatement('WITH gone AS (DELETE FROM items RETURNING *) SELECT * FROM gone'),
  ).toMatchObject({
    ...{ kind: 'SELECT', hasParameters: false, isWriting: true },
  });
});

test('merges equal keys when it estimates the size of an index', () => {
  const column = (distinct: number) => ({
    name: 'a',
    quoted: 'a',
    type: 'bigint',
    isNotNull: true,
    width: 8,
    distinct,
  });
  const few = estimateIndexBytes({ rows: 1_000_000, keys: [column(10)], include: [] });
  const unique = estimateIndexBytes({ rows: 1_000_000, keys: [column(-1)], include: [] });
  expect(few).toBeLessThan(unique / 3);
  expect(unique).toBe((Math.ceil((1_000_000 * 20) / 0.9 / 8_192) + 1) * 8_192);
});

test('refuses a statement that is too long before it is parsed', async () => {
  const sql = `SELECT ${'1 + '.repeat(20_000)}1`;
  await expect(readStatement(sql)).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
});
