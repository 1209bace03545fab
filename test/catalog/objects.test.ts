import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/catalog/catalog.ts';
import { readCatalog } from '../../src/catalog/probe.ts';
import { raw } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { TABLE_CASES } from './cases.ts';
import { differencesOf, toLines } from './objects.ts';
import { routineCases } from './routine-cases.ts';

const app = `app_${randomBytes(4).toString('hex')}`;

/** Made once; each case undoes what it changes. */
const BASE = `
  CREATE ROLE ${app};
  CREATE TABLE a (id bigint PRIMARY KEY, b text, c int DEFAULT 1, d text, CHECK (c > 0));
  CREATE TABLE other (id bigint PRIMARY KEY, a_id bigint REFERENCES a);
  CREATE INDEX a_b ON a (b);
  CREATE UNIQUE INDEX a_c ON a (c) WHERE c > 5;
  ALTER TABLE a ALTER c SET NOT NULL;
  CREATE UNIQUE INDEX a_ri ON a (c);
  CREATE STATISTICS a_stats ON b, d FROM a;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER a_touch BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE POLICY mine ON a USING (b = current_user);
  CREATE RULE quiet AS ON DELETE TO other DO INSTEAD NOTHING;
  CREATE VIEW v AS SELECT id, b FROM a;
  CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM a WITH NO DATA;
  CREATE TYPE mood AS ENUM ('good', 'bad');
  CREATE TYPE pair AS (x int, y text);
  CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
  CREATE TYPE span AS RANGE (SUBTYPE = float8);
  CREATE SEQUENCE counter;
  CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2';
  CREATE PROCEDURE noop() LANGUAGE sql AS 'SELECT 1';
  CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int);
  CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
  CREATE PUBLICATION pub FOR TABLE a WHERE (id > 0);
  CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
  COMMENT ON TABLE a IS 'the first';
`;

describe('a catalog', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await database.db.rows(raw(`SET client_min_messages = error; ${BASE}`));
  });
  afterAll(async () => {
    await database.db.rows(raw(`DROP OWNED BY ${app}; DROP ROLE ${app}`));
    await database[Symbol.asyncDispose]();
  });

  test.each([...TABLE_CASES, ...routineCases(app)])('sees of "%s" %j', async (change, seen, undo) => {
    const { db } = database;
    const before = fingerprintOf(await readCatalog(db));
    const found = await differencesOf(db, change);
    expect(toLines(found)).toEqual(seen);
    expect(fingerprintOf(await readCatalog(db)) === before).toBe(seen.length === 0);
    if (undo === '') return;
    await db.rows(raw(undo));
    if (!undo.endsWith('NOT VALID')) expect(fingerprintOf(await readCatalog(db))).toBe(before);
  });
});
