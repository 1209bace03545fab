import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { questionsOf } from '../../../src/migrations/analysis/questions.ts';
import { parseLockMode, strongestPerTable, type Lock } from '../../../src/migrations/analysis/lock-modes.ts';
import { locksOf } from '../../../src/migrations/analysis/locks.ts';
import { readTargetFacts } from '../../../src/migrations/analysis/probe.ts';
import { createWorld } from '../../../src/migrations/analysis/world.ts';
import { parseSql } from '../../../src/postgres/parse.ts';
import type { Queryable } from '../../../src/postgres/pool.ts';
import { raw, sql } from '../../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.rows(raw(SCHEMA));
});
afterAll(() => database[Symbol.asyncDispose]());

const SCHEMA = `
  CREATE SCHEMA side;
  CREATE TABLE parent (id int PRIMARY KEY, name text);
  CREATE TABLE child (id int PRIMARY KEY, parent_id int, other_id int, name varchar(20), note text, n int,
    CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent,
    CONSTRAINT child_late CHECK (n > 0) NOT VALID);
  ALTER TABLE child ADD CONSTRAINT child_other FOREIGN KEY (other_id) REFERENCES parent NOT VALID;
  CREATE TABLE lonely (id int, name text, n int);
  CREATE UNIQUE INDEX lonely_id ON lonely (id);
  CREATE INDEX lonely_name ON lonely (name);
  CREATE TABLE side."Odd Name" (id int);
  CREATE UNLOGGED TABLE scratchpad (id int);
  CREATE TABLE measure (id int NOT NULL, at date NOT NULL, parent_id int REFERENCES parent) PARTITION BY RANGE (at);
  CREATE TABLE measure_1 PARTITION OF measure FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
  CREATE TABLE measure_rest PARTITION OF measure DEFAULT;
  CREATE TABLE loose (LIKE measure);
  CREATE TABLE calm (id int, at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE loose_calm (LIKE calm);
  CREATE TABLE calm_1 PARTITION OF calm FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
  CREATE VIEW lonely_view AS SELECT id FROM lonely;
  CREATE MATERIALIZED VIEW summary AS SELECT id, name FROM lonely;
  CREATE UNIQUE INDEX summary_id ON summary (id);
  CREATE SEQUENCE counter;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER lonely_touch BEFORE UPDATE ON lonely FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE POLICY lonely_all ON lonely USING (true);
  CREATE PUBLICATION feed FOR TABLE parent;
`;

const IN_TRANSACTION = [
  'ALTER TABLE lonely ADD COLUMN extra text',
  "ALTER TABLE lonely ADD COLUMN extra text NOT NULL DEFAULT 'x'",
  'ALTER TABLE lonely DROP COLUMN n',
  'ALTER TABLE child DROP COLUMN parent_id',
  'ALTER TABLE child ADD COLUMN third int REFERENCES parent',
  'ALTER TABLE child ALTER COLUMN name TYPE varchar(40)',
  'ALTER TABLE lonely ALTER COLUMN n TYPE bigint',
  'ALTER TABLE child ALTER COLUMN parent_id TYPE bigint',
  'ALTER TABLE lonely ALTER COLUMN n SET NOT NULL',
  'ALTER TABLE lonely ALTER COLUMN n SET DEFAULT 3',
  'ALTER TABLE lonely ALTER COLUMN n SET STATISTICS 500',
  'ALTER TABLE lonely ALTER COLUMN n SET (n_distinct = 5)',
  'ALTER TABLE lonely ALTER COLUMN name SET STORAGE EXTERNAL',
  'ALTER TABLE lonely SET (fillfactor = 80)',
  'ALTER TABLE lonely SET (autovacuum_enabled = false)',
  'ALTER TABLE lonely ADD CONSTRAINT positive CHECK (n > 0)',
  'ALTER TABLE lonely ADD CONSTRAINT positive CHECK (n > 0) NOT VALID',
  'ALTER TABLE child VALIDATE CONSTRAINT child_late',
  'ALTER TABLE child VALIDATE CONSTRAINT child_other',
  'ALTER TABLE lonely ADD CONSTRAINT up FOREIGN KEY (n) REFERENCES parent',
  'ALTER TABLE lonely ADD CONSTRAINT up FOREIGN KEY (n) REFERENCES parent NOT VALID',
  'ALTER TABLE lonely ADD CONSTRAINT lonely_pk PRIMARY KEY (id)',
  'ALTER TABLE lonely ADD CONSTRAINT lonely_key UNIQUE USING INDEX lonely_id',
  'ALTER TABLE child DROP CONSTRAINT child_parent',
  'ALTER TABLE child DROP CONSTRAINT child_late',
  'ALTER TABLE lonely ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE lonely DISABLE TRIGGER lonely_touch',
  'ALTER TABLE lonely REPLICA IDENTITY FULL',
  'ALTER TABLE lonely SET UNLOGGED',
  'ALTER TABLE scratchpad SET LOGGED',
  'ALTER TABLE lonely CLUSTER ON lonely_name',
  'ALTER TABLE lonely OWNER TO current_user',
  'ALTER TABLE lonely SET SCHEMA side',
  'ALTER TABLE lonely RENAME TO crowded',
  'ALTER TABLE lonely RENAME COLUMN n TO m',
  'ALTER TABLE child ALTER COLUMN n SET STATISTICS 9, VALIDATE CONSTRAINT child_late, ADD COLUMN x int',
  'ALTER TABLE child ALTER COLUMN n SET STATISTICS 9, VALIDATE CONSTRAINT child_other',
  'ALTER INDEX lonely_name RENAME TO lonely_title',
  'ALTER TABLE side."Odd Name" ADD COLUMN "New One" int',
  'ALTER TABLE measure ADD COLUMN extra int',
  'ALTER TABLE measure ALTER COLUMN id SET DEFAULT 1',
  'ALTER TABLE measure REPLICA IDENTITY FULL',
  "ALTER TABLE calm ATTACH PARTITION loose_calm FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')",
  "ALTER TABLE measure ATTACH PARTITION loose FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')",
  'ALTER TABLE measure DETACH PARTITION measure_1',
  'ALTER TABLE calm DETACH PARTITION calm_1',
  'CREATE TABLE fresh (id int PRIMARY KEY, parent_id int REFERENCES parent)',
  'CREATE TABLE fresh (LIKE lonely INCLUDING ALL)',
  'CREATE TABLE fresh () INHERITS (lonely)',
  "CREATE TABLE measure_2 PARTITION OF measure FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
  "CREATE TABLE calm_2 PARTITION OF calm FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
  'CREATE TABLE fresh AS SELECT * FROM lonely',
  'CREATE INDEX ON lonely (n)',
  'CREATE INDEX ON measure (id)',
  'CREATE INDEX ON ONLY calm (id)',
  'REINDEX TABLE lonely',
  'REINDEX INDEX lonely_name',
  'DROP INDEX lonely_name',
  'DROP TABLE lonely CASCADE',
  'DROP TABLE child',
  'DROP TABLE parent CASCADE',
  'DROP TABLE measure',
  'DROP TABLE measure_1',
  'DROP VIEW lonely_view',
  'DROP SEQUENCE counter',
  'DROP SCHEMA side CASCADE',
  'CREATE TRIGGER one BEFORE INSERT ON lonely FOR EACH ROW EXECUTE FUNCTION touch()',
  'CREATE TRIGGER one BEFORE INSERT ON measure FOR EACH ROW EXECUTE FUNCTION touch()',
  'DROP TRIGGER lonely_touch ON lonely',
  'CREATE POLICY one ON lonely USING (id > 0)',
  'ALTER POLICY lonely_all ON lonely USING (false)',
  'DROP POLICY lonely_all ON lonely',
  'CREATE RULE quiet AS ON DELETE TO lonely DO INSTEAD NOTHING',
  'CREATE STATISTICS lonely_both ON id, n FROM lonely',
  "COMMENT ON TABLE lonely IS 'x'",
  "COMMENT ON COLUMN lonely.n IS 'x'",
  "COMMENT ON INDEX lonely_name IS 'x'",
  "COMMENT ON CONSTRAINT child_late ON child IS 'x'",
  "COMMENT ON TRIGGER lonely_touch ON lonely IS 'x'",
  "COMMENT ON FUNCTION touch() IS 'x'",
  'CREATE PUBLICATION out FOR TABLE lonely, child',
  'ALTER PUBLICATION feed ADD TABLE lonely',
  'CREATE VIEW other AS SELECT * FROM child',
  'CREATE OR REPLACE VIEW lonely_view AS SELECT id FROM lonely WHERE id > 0',
  'REFRESH MATERIALIZED VIEW summary',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY summary',
  'CLUSTER lonely USING lonely_name',
  'ANALYZE lonely',
  'TRUNCATE lonely',
  'TRUNCATE parent CASCADE',
  'TRUNCATE calm',
  'LOCK TABLE lonely IN SHARE MODE',
  'LOCK TABLE lonely IN SHARE ROW EXCLUSIVE MODE NOWAIT',
  'ALTER SEQUENCE counter RESTART 5',
  'INSERT INTO lonely VALUES (1)',
  'UPDATE lonely SET n = 1 WHERE id IN (SELECT id FROM child)',
  'DELETE FROM lonely USING child WHERE child.id = lonely.id',
  'WITH gone AS (DELETE FROM lonely RETURNING id) SELECT * FROM gone',
  'SELECT * FROM lonely FOR UPDATE',
  'GRANT SELECT ON lonely TO PUBLIC',
  "CREATE TYPE mood AS ENUM ('good')",
];

describe('the lock table agrees with pg_locks', () => {
  test.each(IN_TRANSACTION)('for %s', async (statement) => {
    const predicted = await predict(statement);
    expect(predicted).toEqual(await observe(statement, Object.keys(predicted)));
  });
});

/** They refuse a transaction, so somebody stands in their way and the mode that they ask for is read. */
const ALONE = [
  ['CREATE INDEX CONCURRENTLY made_aside ON lonely (n)', 'public.lonely'],
  ['DROP INDEX CONCURRENTLY lonely_name', 'public.lonely'],
  ['REINDEX TABLE CONCURRENTLY lonely', 'public.lonely'],
  ['REINDEX INDEX CONCURRENTLY lonely_name', 'public.lonely'],
  ['VACUUM lonely', 'public.lonely'],
  ['VACUUM (FULL) lonely', 'public.lonely'],
  ['ALTER TABLE calm DETACH PARTITION calm_1 CONCURRENTLY', 'public.calm'],
] as const;

describe('the lock table agrees with what waits', () => {
  test.each(ALONE)('for %s', async (statement, table) => {
    const predicted = new Map(Object.entries(await predict(statement))).get(table);
    expect(predicted).toBe(await observeWaiting(statement, table));
  });
});

async function worldFor(statement: string) {
  const statements = await parseSql(statement);
  const world = createWorld(await readTargetFacts(database.db, questionsOf(statements)));
  return { world, statements };
}

async function predict(text: string) {
  const { world, statements } = await worldFor(text);
  return toRecord(statements.flatMap((one) => locksOf(one, world)));
}

const toRecord = (locks: readonly Lock[]) =>
  Object.fromEntries(strongestPerTable(locks).map(({ table, mode }) => [table, mode]));

class Undo extends Error {}

/** What the statement holds on tables, and on those other relations that `named` has. */
async function observe(text: string, named: readonly string[]) {
  const before = await readNames(database.db);
  let found: readonly Lock[] = [];
  await database.db
    .transaction(async (tx) => {
      await tx.rows(raw(text));
      found = await readLocks(tx, before, named);
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return toRecord(found);
}

type Names = ReadonlyMap<number, { readonly name: string; readonly kind: string }>;

async function readNames(db: Queryable): Promise<Names> {
  const rows = await db.rows<{ oid: number; name: string; kind: string }>(sql`/* test.readNames */
    SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_'`);
  return new Map(rows.map((row) => [row.oid, row]));
}

/** By the names of before: the transaction itself sees what it renamed or dropped no more. */
async function readLocks(tx: Queryable, before: Names, named: readonly string[]): Promise<readonly Lock[]> {
  const now = await readNames(tx);
  const rows = await tx.rows<{ oid: number; mode: string }>(sql`/* test.readLocks */
    SELECT relation AS oid, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND granted AND locktype = 'relation'`);
  return rows.flatMap(({ oid, mode }) => {
    const relation = before.get(oid) ?? now.get(oid);
    if (!relation || !(/[rpvm]/.test(relation.kind) || named.includes(relation.name))) return [];
    return [{ table: relation.name, mode: parseLockMode(mode) ?? 'ACCESS SHARE' }];
  });
}

async function observeWaiting(statement: string, table: string) {
  return database.db.session(async (blocker) => {
    await blocker.rows(raw(`BEGIN; LOCK TABLE ${table} IN SHARE UPDATE EXCLUSIVE MODE`));
    return database.db.session(async (waiter) => {
      const [me] = await waiter.rows<{ pid: number }>(sql`/* test.pid */ SELECT pg_backend_pid() AS pid`);
      await waiter.rows(raw("SET lock_timeout = '10s'"));
      const waiting = waiter.rows(raw(statement)).then(
        () => null,
        (error: unknown) => error,
      );
      const mode = await waitForMode(me?.pid ?? 0);
      await database.db.rows(sql`/* test.cancel */ SELECT pg_cancel_backend(${me?.pid}::int)`);
      expect(await waiting).toMatchObject({ code: '57014' });
      await blocker.rows(raw('ROLLBACK'));
      await waiter.rows(raw('RESET lock_timeout'));
      return mode;
    });
  });
}

async function waitForMode(pid: number) {
  for (let turn = 0; turn < 500; turn += 1) {
    const [row] = await database.db.rows<{ mode: string }>(sql`/* test.waitForMode */
      SELECT mode FROM pg_locks WHERE pid = ${pid}::int AND NOT granted AND locktype = 'relation'`);
    if (row) return parseLockMode(row.mode);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return null;
}
