import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/catalog/catalog.ts';
import { readCatalog } from '../../src/catalog/probe.ts';
import { raw } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { differencesOf } from './objects.ts';

const BASE = `
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TABLE org (id int PRIMARY KEY);
  CREATE TABLE log (id int NOT NULL DEFAULT 1, org int NOT NULL REFERENCES org, at date NOT NULL, note text,
    CONSTRAINT short CHECK (length(note) < 9), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE UNIQUE INDEX log_ri ON log (org, id, at);
  CREATE INDEX log_note ON log (note);
  CREATE TRIGGER touch BEFORE UPDATE ON log FOR EACH ROW EXECUTE FUNCTION f();
  ALTER TABLE log ENABLE ROW LEVEL SECURITY;
  CREATE POLICY p ON log USING (org > 0);
  CREATE TABLE log_1 (LIKE log INCLUDING ALL, CONSTRAINT bounds CHECK (at >= '2026-01-01' AND at < '2026-02-01'));
  ALTER TABLE log_1 ENABLE ROW LEVEL SECURITY;
  ALTER TABLE log ATTACH PARTITION log_1 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
  ALTER TABLE log REPLICA IDENTITY USING INDEX log_ri;
  ALTER TABLE log_1 REPLICA IDENTITY USING INDEX log_1_org_id_at_idx;
`;

const PROBLEM = 'PARTITION_PROBLEM public.log_1: ';
const CASES: readonly (readonly [change: string, problem: string, definition: string, undo: string])[] = [
  [
    'ALTER TABLE log_1 ALTER id SET DEFAULT 2',
    'column id',
    "is integer NOT NULL DEFAULT 2, the parent's is integer NOT NULL DEFAULT 1",
    'ALTER TABLE log_1 ALTER id SET DEFAULT 1',
  ],
  [
    'ALTER TABLE log_1 ALTER note SET NOT NULL',
    'column note',
    'is text COLLATE "default" NOT NULL, the parent\'s is text COLLATE "default"',
    'ALTER TABLE log_1 ALTER note DROP NOT NULL',
  ],
  [
    'CREATE INDEX extra ON log_1 (org)',
    'index extra',
    'the parent has none: CREATE INDEX extra ON public.log_1 USING btree (org)',
    'DROP INDEX extra',
  ],
  [
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'log_1_note_idx'::regclass",
    'index log_note',
    'has no valid index for it',
    "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'log_1_note_idx'::regclass",
  ],
  [
    'ALTER TABLE log_1 ADD CONSTRAINT fk FOREIGN KEY (org) REFERENCES org',
    'constraint fk',
    'the parent has none: FOREIGN KEY (org) REFERENCES public.org(id)',
    'ALTER TABLE log_1 DROP CONSTRAINT fk',
  ],
  [
    'ALTER TABLE log_1 REPLICA IDENTITY DEFAULT',
    'replica identity',
    "is d, the parent's is i",
    'ALTER TABLE log_1 REPLICA IDENTITY USING INDEX log_1_org_id_at_idx',
  ],
  [
    'ALTER TABLE log_1 REPLICA IDENTITY USING INDEX log_1_pkey',
    'replica identity',
    "is another index than the parent's",
    'ALTER TABLE log_1 REPLICA IDENTITY USING INDEX log_1_org_id_at_idx',
  ],
  [
    'ALTER TABLE log_1 DISABLE ROW LEVEL SECURITY',
    'row level security',
    'enabled f, forced f; the parent: enabled t, forced f',
    'ALTER TABLE log_1 ENABLE ROW LEVEL SECURITY',
  ],
  [
    'CREATE POLICY mine ON log_1 USING (true)',
    'policy mine',
    'the parent has another or none',
    'DROP POLICY mine ON log_1',
  ],
  [
    'ALTER TABLE log_1 DISABLE TRIGGER touch',
    'trigger touch',
    "is switched to D, the parent's to O",
    'ALTER TABLE log_1 ENABLE TRIGGER touch',
  ],
  [
    'CREATE TRIGGER own BEFORE DELETE ON log_1 FOR EACH ROW EXECUTE FUNCTION f()',
    'trigger own',
    'the parent has none: CREATE TRIGGER own BEFORE DELETE ON public.log_1 FOR EACH ROW EXECUTE FUNCTION public.f()',
    'DROP TRIGGER own ON log_1',
  ],
  [
    'GRANT SELECT ON log_1 TO pg_monitor',
    'grant to pg_monitor',
    'SELECT',
    'REVOKE ALL ON log_1 FROM pg_monitor',
  ],
  ['ALTER TABLE log_1 SET UNLOGGED', 'persistence', 'is u, the parent is p', 'ALTER TABLE log_1 SET LOGGED'],
  [
    "UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'log_1'::regclass",
    'detach',
    'a DETACH CONCURRENTLY was not finished: its rows are invisible',
    "UPDATE pg_inherits SET inhdetachpending = false WHERE inhrelid = 'log_1'::regclass",
  ],
];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.rows(raw(BASE));
});
afterAll(() => database[Symbol.asyncDispose]());

test('has nothing to say of leaves that are what their parent says', async () => {
  const { objects } = await readCatalog(database.db);
  expect(objects.filter((one) => one.name.includes('log_1') || one.kind === 'PARTITION_PROBLEM')).toEqual([]);
});

test('does not change with partitions that come and go', async () => {
  const added = `CREATE TABLE log_2 (LIKE log INCLUDING ALL); ALTER TABLE log_2 ENABLE ROW LEVEL SECURITY;
    ALTER TABLE log_2 REPLICA IDENTITY USING INDEX log_2_org_id_at_idx; COMMENT ON TABLE log_2 IS 'x';
    ALTER TABLE log ATTACH PARTITION log_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')`;
  expect(await differencesOf(database.db, added)).toEqual([]);
  expect(await differencesOf(database.db, 'DROP TABLE log_2')).toEqual([]);
});

test.each(CASES)('sees that a leaf disagrees after "%s"', async (change, problem, definition, undo) => {
  const { db } = database;
  const before = fingerprintOf(await readCatalog(db));
  const found = await differencesOf(db, change);
  expect(found.map((one) => [one.change, `${one.kind} ${one.object}`, one.found])).toEqual([
    ['ADDED', `${PROBLEM}${problem}`, definition],
  ]);
  await db.rows(raw(undo));
  expect(fingerprintOf(await readCatalog(db))).toBe(before);
});
