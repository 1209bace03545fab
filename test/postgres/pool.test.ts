import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatabaseUnavailableError } from '../../src/postgres/errors.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { identifier, literal, raw, sql, withLiterals } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('binds values, splices statements and renumbers their marks', () => {
  const inner = sql`a = ${1}`;
  expect(sql`SELECT ${'x'} WHERE ${inner} AND b = ${2}`).toEqual({
    text: 'SELECT $1 WHERE a = $2 AND b = $3',
    values: ['x', 1, 2],
  });
});

test('keeps a dollar mark in the body of a spliced function', () => {
  expect(sql`SELECT ${1} ${raw('AS $1')}`).toEqual({ text: 'SELECT $1 AS $1', values: [1] });
});

test('quotes identifiers and literals that hold quotes', async () => {
  const [row] = await database.db.rows<Record<string, string>>(
    sql`SELECT ${literal("o'\\x")} AS ${identifier('we"ird')}`,
  );
  expect(row).toEqual({ 'we"ird': "o'\\x" });
});

test('writes the values of a statement as literals, and refuses what is none', async () => {
  const statement = sql`SELECT ${"o'\\$1"} AS a, ${7}::int AS b, ${null} AS c`;
  expect(await database.db.rows(withLiterals(statement))).toEqual([{ a: "o'\\$1", b: 7, c: null }]);
  expect(() => withLiterals(sql`SELECT ${[1]}`)).toThrow(TypeError);
  expect(() => withLiterals(sql`SELECT ${'\0'}`)).toThrow(TypeError);
});

test('gives bigint for bigint columns', async () => {
  const [row] = await database.db.rows<{ n: bigint }>(sql`SELECT 9007199254740993::bigint AS n`);
  expect(row?.n).toBe(9007199254740993n);
});

test('rolls a transaction back when its work throws', async () => {
  await database.db.rows(sql`CREATE TABLE kept (id int)`);
  const work = database.db.transaction(async (tx) => {
    await tx.rows(sql`INSERT INTO kept VALUES (1)`);
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(await database.db.rows(sql`SELECT id FROM kept`)).toEqual([]);
});

test('says which server does not answer', async () => {
  const dead = openDatabase({ ...database.connection, port: 1, applicationName: 'sunday-test' });
  await expect(dead.rows(sql`SELECT 1`)).rejects.toThrow(DatabaseUnavailableError);
  await dead.close();
});

test('keeps plans for who asks the same again, and asks plainly when a change has made one useless', async () => {
  const db = openDatabase({ ...database.connection, maxConnections: 1, keepsPlans: true });
  try {
    await database.db.rows(sql`CREATE TABLE seen (id int)`);
    const ask = () => db.rows(sql`SELECT * FROM seen WHERE id = ${1}`);
    await ask();
    await ask();
    const plans = sql`SELECT count(*)::int AS count FROM pg_prepared_statements WHERE statement LIKE 'SELECT * FROM seen%'`;
    expect(await db.rows(plans)).toEqual([{ count: 1 }]);
    await database.db.rows(sql`ALTER TABLE seen ADD COLUMN note text`);
    await database.db.rows(sql`INSERT INTO seen VALUES (1, 'new')`);
    expect(await ask()).toEqual([{ id: 1, note: 'new' }]);
  } finally {
    await db.close();
  }
});
