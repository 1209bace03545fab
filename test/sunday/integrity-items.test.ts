import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Queryable } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import {
  as,
  createIntegrityDatabase,
  type IntegrityDatabase,
  refusalOf,
  trying,
} from './integrity-database.ts';
import { idOf } from './integrity-seed.ts';

let database: IntegrityDatabase;
beforeAll(async () => {
  database = await createIntegrityDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const problemOf = async (type: string, value: unknown, settings: unknown = {}) => {
  const [row] = await database.db.rows<{ problem: string | null }>(sql`
    SELECT item_value_problem(${type}, ${JSON.stringify(settings)}, ${JSON.stringify(value)}) AS problem
  `);
  return row?.problem;
};

const LABELS = { labels: ['Open', { name: 'Done', color: 'green' }] };

test.each([
  ['status', { label: 'Open' }, LABELS],
  ['status', { label: 'Done' }, LABELS],
  ['status', { label: 'anything' }, {}],
  ['person', { users: [] }, {}],
  ['person', { users: [idOf('a', 'user')] }, {}],
  ['date', { date: '2024-02-29' }, {}],
  ['number', { number: -1.5 }, {}],
  ['text', { text: '' }, {}],
  ['tags', { tags: ['a', 'b'] }, {}],
  ['checkbox', { checked: false }, {}],
  ['link', { url: 'https://example.com/?q=1' }, {}],
  ['number', null, {}],
])('takes as %s the value %j', async (type, value, settings) => {
  expect(await problemOf(type, value, settings)).toBeNull();
});

test.each([
  ['status', { label: 'Lost' }, 'has a label that the column does not offer'],
  ['status', { label: 1 }, 'has no label'],
  ['status', {}, 'has no label'],
  ['person', { users: 'ann' }, 'has no list of users'],
  ['person', { users: ['ann'] }, 'has a user that is no uuid'],
  ['person', { users: [null] }, 'has a user that is no uuid'],
  ['date', { date: '2023-02-29' }, 'is a day that the calendar does not have'],
  ['date', { date: '0000-01-01' }, 'is a day that the calendar does not have'],
  ['date', { date: '29.02.2024' }, 'is no date like 2026-01-31'],
  ['date', { date: 20240229 }, 'is no date like 2026-01-31'],
  ['number', { number: '1' }, 'is no number'],
  ['number', 1, 'is no object'],
  ['text', { text: ['a'] }, 'is no text'],
  ['text', { text: 'x'.repeat(20_001) }, 'is longer than 20000 characters'],
  ['tags', { tags: 'a' }, 'is no list of texts'],
  ['tags', { tags: ['a', ''] }, 'is no list of texts'],
  ['tags', { tags: [1] }, 'is no list of texts'],
  ['checkbox', { checked: 'yes' }, 'is neither true nor false'],
  ['link', { url: 'javascript:alert(1)' }, 'is no http address'],
  ['link', {}, 'is no http address'],
  ['formula', { formula: '1' }, 'has the unknown type formula'],
])('refuses as %s the value %j', async (type, value, problem) => {
  expect(await problemOf(type, value, LABELS)).toBe(problem);
});

/** A person column on the board of `a`. */
const addPersonColumn = (tx: Queryable) =>
  tx.rows(sql`INSERT INTO board_columns (id, organization_id, board_id, name, type, position)
    VALUES (${idOf('a', 'person')}, ${idOf('a', 'organization')}, ${idOf('a', 'boards')}, 'Who', 'person', 2)`);
const STATUS = idOf('a', 'board_columns');

test('judges the data of an item by the columns of its board, and leaves keys free that are no columns', async () => {
  await trying(database.app, as('a'), async (tx) => {
    await addPersonColumn(tx);
    const judge = async (data: unknown) => {
      const [row] = await tx.rows<{ valid: boolean; problems: unknown }>(sql`
        SELECT validate_item_data(${idOf('a', 'boards')}, ${JSON.stringify(data)}) AS valid
          , (SELECT jsonb_agg(problem) FROM item_data_problems(${idOf('a', 'boards')}, ${JSON.stringify(data)})) AS problems
      `);
      return [row?.valid, row?.problems];
    };
    expect(await judge({})).toEqual([true, null]);
    expect(await judge({ priority: 'high', [STATUS]: { label: 'Open' } })).toEqual([true, null]);
    expect(await judge({ [STATUS]: { label: 'Lost' } })).toEqual([
      false,
      ['has a label that the column does not offer'],
    ]);
    expect(await judge({ [idOf('b', 'board_columns')]: null })).toEqual([
      false,
      ['names no column of the board'],
    ]);
    expect(await judge({ [idOf('a', 'person')]: { users: [idOf('a', 'user')] } })).toEqual([true, null]);
    expect(await judge({ [idOf('a', 'person')]: { users: [idOf('b', 'user')] } })).toEqual([
      false,
      ['names a user who is no member of the organization'],
    ]);
    expect(await judge([])).toEqual([false, ['is no object']]);
  });
});

test('refuses an item whose data does not fit its board, by INSERT, UPDATE and ON CONFLICT', async () => {
  await trying(database.app, as('a'), async (tx) => {
    const bad = JSON.stringify({ [STATUS]: { label: 'Lost' } });
    const insert = sql`INSERT INTO items (id, organization_id, board_id, group_id, name, position, item_data)
      SELECT ${idOf('a', 'items')}, organization_id, board_id, group_id, name, position, ${bad} FROM items
      WHERE id = ${idOf('a', 'items')}`;
    const refusal = { code: '23514', constraint: 'items_data_fits_board' };
    expect(await refusalOf(tx, sql`UPDATE items SET item_data = ${bad}`)).toMatchObject(refusal);
    expect(
      await refusalOf(tx, sql`${insert} ON CONFLICT (id) DO UPDATE SET item_data = excluded.item_data`),
    ).toMatchObject(refusal);
    const fresh = sql`INSERT INTO items (organization_id, board_id, group_id, name, position, item_data)
      SELECT organization_id, board_id, group_id, name, position, ${bad} FROM items LIMIT 1`;
    expect(await refusalOf(tx, fresh)).toMatchObject(refusal);
    expect(await refusalOf(tx, sql`UPDATE items SET item_data = '[]'`)).toMatchObject(refusal);
    const good = JSON.stringify({ [STATUS]: { label: 'Done' } });
    expect(await refusalOf(tx, sql`UPDATE items SET item_data = ${good}`)).toBeNull();
  });
});

test('refuses a value that does not fit its column, a column of another board, and a stranger', async () => {
  await trying(database.app, as('a'), async (tx) => {
    await addPersonColumn(tx);
    const refusal = { code: '23514', constraint: 'item_values_fit_column' };
    const write = (column: string, value: unknown) =>
      refusalOf(
        tx,
        sql`INSERT INTO item_values (organization_id, item_id, column_id, value)
          VALUES (${idOf('a', 'organization')}, ${idOf('a', 'other item')}, ${column}, ${JSON.stringify(value)})`,
      );
    expect(await write(STATUS, { label: 'Lost' })).toMatchObject(refusal);
    expect(await write(idOf('a', 'person'), { users: [idOf('b', 'user')] })).toMatchObject(refusal);
    expect(await write(idOf('a', 'person'), { users: [idOf('a', 'user')] })).toBeNull();
    expect(await refusalOf(tx, sql`UPDATE item_values SET value = '{"label": 2}'`)).toMatchObject(refusal);

    const board = idOf('a', 'second board');
    await tx.rows(sql`INSERT INTO boards (id, organization_id, workspace_id, name)
      VALUES (${board}, ${idOf('a', 'organization')}, ${idOf('a', 'workspaces')}, 'Second')`);
    await tx.rows(sql`INSERT INTO board_columns (id, organization_id, board_id, name, type, position)
      VALUES (${board}, ${idOf('a', 'organization')}, ${board}, 'Other', 'text', 1)`);
    await tx.rows(sql`INSERT INTO groups (id, organization_id, board_id, name, position)
      VALUES (${board}, ${idOf('a', 'organization')}, ${board}, 'Group', 1)`);
    expect(await write(board, { text: 'x' })).toMatchObject(refusal);
    const move = sql`UPDATE items SET board_id = ${board}, group_id = ${board} WHERE id = ${idOf('a', 'items')}`;
    expect(await refusalOf(tx, move)).toMatchObject({ code: '23514', constraint: 'items_data_fits_board' });
  });
});

// Planned once for one row, the join of the old rows with the new ones would take minutes here: the server's limit on
// a statement ends it.
test('checks an update of many rows in a session that has updated one before', async () => {
  await trying(database.db, {}, async (tx) => {
    await tx.rows(sql`UPDATE items SET item_data = '{"x": 1}' WHERE id = ${idOf('a', 'items')}`);
    await tx.rows(sql`INSERT INTO items (organization_id, board_id, group_id, name, position)
      SELECT organization_id, board_id, group_id, 'many', 3 FROM items, generate_series(1, 5000)
      WHERE id = ${idOf('a', 'items')}`);
    const changed = await tx.rows(
      sql`UPDATE items SET item_data = '{"x": 2}' WHERE name = 'many' RETURNING 1`,
    );
    expect(changed).toHaveLength(5000);
  });
});
