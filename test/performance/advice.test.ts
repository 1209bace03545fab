import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IndexSuggestion } from '../../src/performance/advice/advise.ts';
import { raw } from '../../src/postgres/sql.ts';
import { type AdviceDatabase, openAdviceDatabase } from './advice-database.ts';

let on: AdviceDatabase;
beforeAll(async () => {
  on = await openAdviceDatabase();
});
afterAll(() => on?.[Symbol.asyncDispose]());

const codes = async (statement: string) => (await on.optimize(statement)).findings.map(({ code }) => code);
const count = async (table: string) =>
  (await on.db.rows<{ n: number }>(raw(`SELECT count(*)::int AS n FROM ${table}`)))[0]?.n;
const tail = ({ statements }: IndexSuggestion) =>
  (statements[0] ?? '').replace(/^.* ON (?:ONLY )?public\./, '');

describe('without HypoPG', () => {
  test('decides by rules, and says so', async () => {
    const found = await on.optimize('SELECT * FROM items WHERE board_id = ? AND deleted_at IS NULL');
    expect(found).toMatchObject({ method: 'RULES', isExecuted: false, plannedAs: 'postgres', reason: null });
    expect(found.statement).toBe('SELECT * FROM items WHERE board_id = $1 AND deleted_at IS NULL');
    expect(found.hints[0]).toContain('HypoPG');
    expect(found.indexes).toMatchObject([
      { method: 'RULES', gain: null, costAfter: null, table: 'items', name: 'items_board_id_idx' },
    ]);
    expect(found.indexes[0]?.statements).toEqual([
      'CREATE INDEX CONCURRENTLY items_board_id_idx ON public.items (board_id);',
    ]);
    expect(found.plan[0]).toMatchObject({ kind: 'Seq Scan', relation: 'items', actualRows: null });
  });

  test('suggests no index where one begins with the same columns', async () => {
    expect((await on.optimize('SELECT name FROM boards WHERE id = 7')).indexes).toEqual([]);
    expect((await on.optimize('SELECT title FROM items WHERE id = $1')).indexes).toEqual([]);
  });

  test('suggests GIN for documents, words and parts of words', async () => {
    const first = async (where: string) =>
      (await on.optimize(`SELECT id FROM items WHERE ${where}`)).indexes.map(tail);
    expect(await first(`tags @> '{"color": 7}'`)).toEqual(['items USING gin (tags jsonb_path_ops);']);
    expect(await first(`to_tsvector('english', title) @@ to_tsquery('english', 'seven')`)).toEqual([
      "items USING gin ((to_tsvector('english'::regconfig, title)));",
    ]);
    const parts = await on.optimize(`SELECT id FROM items WHERE title LIKE '%itle 77%'`);
    expect(parts.indexes[0]?.statements).toEqual([
      'CREATE EXTENSION IF NOT EXISTS pg_trgm;',
      'CREATE INDEX CONCURRENTLY items_title_gin_trgm_ops_idx ON public.items USING gin (title gin_trgm_ops);',
    ]);
  });
});

describe('words in the way of a good plan', () => {
  test.each([
    ['SELECT * FROM items WHERE id = 1', ['SELECT_STAR']],
    ['SELECT id FROM items ORDER BY id LIMIT 10 OFFSET 5000', ['OFFSET_PAGING']],
    ['SELECT id FROM items WHERE board_id = 1 OR owner_id = 2', ['OR_OVER_COLUMNS']],
    [`SELECT id FROM items WHERE date_trunc('day', created_at) = $1`, ['FUNCTION_ON_COLUMN']],
    ['SELECT id FROM boards WHERE id NOT IN (SELECT owner_id FROM items)', ['NOT_IN_SUBQUERY']],
    [`SELECT id FROM items WHERE title LIKE '%7'`, ['LEADING_WILDCARD']],
    ['SELECT title FROM items WHERE id = 7.5', ['IMPLICIT_CAST']],
    ['SELECT id, title FROM items ORDER BY title', ['ORDER_WITHOUT_LIMIT']],
    [
      'SELECT name FROM boards AS b WHERE (SELECT count(*) FROM items WHERE board_id = b.id) > 0',
      ['COUNT_FOR_EXISTENCE'],
    ],
    ['DELETE FROM items', ['WRITE_WITHOUT_WHERE']],
    ['SELECT name FROM boards WHERE id = $1', []],
  ])('finds in %s: %s', async (statement, expected) => {
    expect(await codes(statement)).toEqual(expected);
  });
});

describe('what is executed', () => {
  test('is nothing: rows stay, functions are not called', async () => {
    const { plan } = await on.optimize('DELETE FROM items WHERE board_id = $1');
    expect(plan.map(({ kind }) => kind)).toContain('ModifyTable');
    await on.optimize('SELECT touch() FROM boards');
    await on.optimize('INSERT INTO boards SELECT id, title FROM items');
    expect(await count('items')).toBe(60_000);
    expect(await count('boards')).toBe(500);
    expect(await count('seen WHERE is_called')).toBe(0);
  });

  test('is a SELECT with values when that is asked for', async () => {
    const found = await on.optimize('SELECT id FROM items WHERE board_id = 7', { analyze: true });
    expect(found).toMatchObject({ isExecuted: true, plan: [{ kind: 'Seq Scan', actualRows: 120 }] });
  });

  test.each([
    'SELECT id FROM items WHERE board_id = ?',
    'DELETE FROM items WHERE id = 1',
    'WITH gone AS (DELETE FROM items RETURNING id) SELECT * FROM gone',
    'SELECT touch()',
    'SELECT pg_sleep(60)',
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity',
  ])('is never %s', async (statement) => {
    await expect(on.optimize(statement, { analyze: true })).rejects.toMatchObject({
      code: 'STATEMENT_REFUSED',
    });
    expect(await count('items')).toBe(60_000);
  });
});

test.each([
  ['SELECT * FROM nowhere', '42P01'],
  ['SELECT nothing FROM items', '42703'],
  ['SELECT id FROM items WHERE id = true', '42883'],
])('says in the words of the server why it cannot plan %s', async (statement, state) => {
  await expect(on.optimize(statement)).rejects.toMatchObject({ code: 'STATEMENT_UNPLANNABLE', state });
});

test('waits for no lock: a table under ACCESS EXCLUSIVE is refused at once, and can be tried again', async () => {
  await on.db.transaction(async (tx) => {
    await tx.rows(raw('LOCK TABLE boards'));
    await expect(on.optimize('SELECT name FROM boards WHERE id = 1')).rejects.toMatchObject({
      ...{ code: 'STATEMENT_UNPLANNABLE', state: '55P03', retryable: true },
    });
  });
  expect(await on.optimize('SELECT name FROM boards WHERE id = 1')).toMatchObject({ reason: null });
});

test('says which GRANT would help where no role may read a table', async () => {
  expect(await on.optimize('SELECT id FROM items WHERE board_id = 1', { cluster: 'blind' })).toMatchObject({
    ...{ plannedAs: null, totalCost: null, plan: [], indexes: [] },
    hint: `GRANT SELECT ON items TO ${on.stranger}`,
  });
});

test.each([
  'SELECT id FROM items WHERE created_at > now() - interval $1',
  'SELECT id FROM items WHERE id = ANY(ARRAY[$1, $2, $3])',
  'SELECT id FROM log WHERE at < current_date + $1 AND item_id = $2',
  'SELECT n FROM generate_series($1, $2) AS n WHERE n > $3',
  'SELECT v.label FROM (VALUES ($1, $2), ($3, $4)) AS v (id, label) JOIN items AS i ON i.id = v.id',
  'SELECT extract($1 from created_at) FROM items WHERE id = $2',
  'SELECT $1 FROM boards WHERE $2 IS NULL OR id = $3',
  'SELECT id FROM items WHERE ($1 IS NULL OR state = $1) LIMIT $2',
  'UPDATE items SET title = ?, position = position + ? WHERE id = ANY (?)',
  'INSERT INTO boards (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name',
])('plans %s', async (statement) => {
  expect((await on.optimize(statement)).totalCost).toBeGreaterThan(0);
});
