import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectOf, workOf } from '../../../src/migrations/analysis/effects.ts';
import { readTargetFacts } from '../../../src/migrations/analysis/probe.ts';
import { questionsOf } from '../../../src/migrations/analysis/questions.ts';
import { createWorld } from '../../../src/migrations/analysis/world.ts';
import { parseSql } from '../../../src/postgres/parse.ts';
import type { Queryable } from '../../../src/postgres/pool.ts';
import { raw, sql } from '../../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.rows(
    raw(`
    CREATE TABLE t (id int NOT NULL, name varchar(20), note text, code char(4), amount numeric(8,2), n int,
      at timestamp, moment timestamptz, ip cidr, bits varbit(4), free numeric, checked varchar(5),
      CONSTRAINT t_checked CHECK (checked <> ''), CONSTRAINT t_n CHECK (n IS NOT NULL AND n > 0));
    INSERT INTO t (id, name, code, amount, n, at, moment, ip, checked)
      SELECT i, 'x', 'ab', 1.25, i, now(), now(), '10.0.0.0/8', 'y' FROM generate_series(1, 50) i;
    CREATE UNLOGGED TABLE u (id int);
    CREATE INDEX t_id ON t (id);
    CREATE DOMAIN plain AS text;
    CREATE DOMAIN strict AS int CHECK (VALUE > 0);
    CREATE DOMAIN filled AS text CHECK (VALUE <> '');
    CREATE DOMAIN present AS text NOT NULL;
    CREATE DOMAIN nested AS filled;
    CREATE DOMAIN short AS varchar(30);
    CREATE DOMAIN double AS plain;
    CREATE FUNCTION steady() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
    CREATE FUNCTION moody() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
  `),
  );
});
afterAll(() => database[Symbol.asyncDispose]());

const STATEMENTS = [
  'ADD COLUMN a text',
  "ADD COLUMN a text NOT NULL DEFAULT 'x'",
  'ADD COLUMN a timestamptz DEFAULT now()',
  'ADD COLUMN a timestamptz DEFAULT clock_timestamp()',
  'ADD COLUMN a uuid DEFAULT gen_random_uuid()',
  'ADD COLUMN a int DEFAULT steady()',
  'ADD COLUMN a int DEFAULT moody()',
  'ADD COLUMN a bigserial',
  'ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY',
  'ADD COLUMN a int GENERATED ALWAYS AS (id * 2) STORED',
  'ADD COLUMN a plain',
  'ADD COLUMN a strict',
  'ADD COLUMN a int CHECK (a > 0)',
  'ALTER COLUMN name TYPE varchar(40)',
  'ALTER COLUMN name TYPE varchar(10)',
  'ALTER COLUMN name TYPE varchar',
  'ALTER COLUMN name TYPE text',
  'ALTER COLUMN name TYPE text USING name::text',
  'ALTER COLUMN name TYPE text USING upper(name)',
  'ALTER COLUMN note TYPE varchar',
  'ALTER COLUMN note TYPE varchar(100)',
  'ALTER COLUMN code TYPE plain',
  'ALTER COLUMN note TYPE plain',
  'ALTER COLUMN note TYPE double',
  'ALTER COLUMN name TYPE plain USING name::plain',
  'ALTER COLUMN name TYPE short',
  'ALTER COLUMN note TYPE short',
  'ALTER COLUMN name TYPE filled',
  'ALTER COLUMN note TYPE nested',
  'ALTER COLUMN code TYPE present',
  'ALTER COLUMN n TYPE strict',
  'ALTER COLUMN code TYPE char(8)',
  'ALTER COLUMN code TYPE text',
  'ALTER COLUMN amount TYPE numeric(12,2)',
  'ALTER COLUMN amount TYPE numeric(12,4)',
  'ALTER COLUMN amount TYPE numeric(4,2)',
  'ALTER COLUMN amount TYPE numeric',
  'ALTER COLUMN free TYPE numeric(10,2)',
  'ALTER COLUMN n TYPE bigint',
  'ALTER COLUMN n TYPE int',
  'ALTER COLUMN at TYPE timestamp(6)',
  'ALTER COLUMN at TYPE timestamp(3)',
  'ALTER COLUMN at TYPE date',
  'ALTER COLUMN ip TYPE inet',
  'ALTER COLUMN bits TYPE varbit(8)',
  'ALTER COLUMN checked TYPE varchar(9)',
  'ALTER COLUMN n SET NOT NULL',
  'ALTER COLUMN name SET NOT NULL',
  'ALTER COLUMN name DROP NOT NULL',
  'DROP COLUMN note',
  'SET UNLOGGED',
  'SET LOGGED',
  'SET (fillfactor = 90)',
  'ADD CONSTRAINT c CHECK (id > 0)',
  'ADD CONSTRAINT c UNIQUE (id)',
  'REPLICA IDENTITY FULL',
].map((command) => `ALTER TABLE t ${command}`);
const OTHERS = ['CLUSTER t USING t_id', 'ALTER TABLE u SET LOGGED', 'ALTER TABLE u SET UNLOGGED'];

describe('what is said to rewrite a table gives it a new file', () => {
  test.each([...STATEMENTS, ...OTHERS])('%s', async (text) => {
    const table = / u /.test(text) ? 'u' : 't';
    expect((await effectIn(text)) === 'REWRITE').toBe(await getsNewFile(text, table));
  });
});

describe('what only looks at the rows', () => {
  test.each([
    ['ALTER TABLE t ALTER COLUMN n SET NOT NULL', 'METADATA'],
    ['ALTER TABLE t ALTER COLUMN id SET NOT NULL', 'METADATA'],
    ['ALTER TABLE t ALTER COLUMN name SET NOT NULL', 'SCAN'],
    ['ALTER TABLE t ALTER COLUMN checked TYPE varchar(9)', 'SCAN'],
    ['ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0)', 'SCAN'],
    ['ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0) NOT VALID', 'METADATA'],
    ['ALTER TABLE t ADD UNIQUE (id)', 'INDEX_BUILD'],
    ['CREATE INDEX CONCURRENTLY ON t (id)', 'INDEX_BUILD'],
    ['UPDATE t SET n = 1', 'DATA'],
    ["DO $$ BEGIN EXECUTE 'x'; END $$", 'UNKNOWN'],
    ['SELECT moody()', 'UNKNOWN'],
    ["SELECT set_config('a.b', 'c', true)", 'NONE'],
    ['COMMENT ON TABLE t IS NULL', 'METADATA'],
  ])('%s is %s', async (text, effect) => {
    expect(await effectIn(text)).toBe(effect);
  });
});

async function effectIn(text: string) {
  const statements = await parseSql(text);
  const world = createWorld(await readTargetFacts(database.db, questionsOf(statements)));
  const [statement] = statements;
  return statement && effectOf(statement, workOf(statement, world));
}

class Undo extends Error {}

async function getsNewFile(text: string, table: string): Promise<boolean> {
  let isNew = false;
  await database.db
    .transaction(async (tx) => {
      const before = await fileOf(tx, table);
      await tx.rows(raw(text));
      isNew = (await fileOf(tx, table)) !== before;
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return isNew;
}

async function fileOf(db: Queryable, table: string) {
  const [row] = await db.rows<{ file: number }>(
    sql`/* test.fileOf */ SELECT pg_relation_filenode(${table}::regclass) AS file`,
  );
  return row?.file;
}
