import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareCatalogs, fingerprintOf } from '../../src/catalog/catalog.ts';
import { readCatalog } from '../../src/catalog/probe.ts';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import type { ConnectionOptions } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { run } from '../../src/process.ts';
import { createTestDatabase } from '../support/database.ts';

const STATEMENTS = [
  'CREATE EXTENSION pgcrypto',
  'CREATE SCHEMA "Odd ""name"',
  'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
  "CREATE TABLE a (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), role text NOT NULL CHECK (role IN ('x', 'y')), n int)",
  "CREATE TABLE dated (at timestamptz DEFAULT '2026-01-01 00:00:00+00', day date CHECK (day > '2020-02-01'), x float8 DEFAULT 0.1)",
  'ALTER TABLE a DROP n',
  'ALTER TABLE a ADD n bigint GENERATED ALWAYS AS IDENTITY, ADD e text',
  'CREATE TABLE "Odd ""name"."select" ("Id" int PRIMARY KEY, a uuid REFERENCES a ON DELETE CASCADE)',
  'CREATE TABLE log (id uuid, at timestamptz NOT NULL, a uuid REFERENCES a, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)',
  "CREATE TABLE log_202601 PARTITION OF log FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2026-02-01 00:00+00')",
  'CREATE INDEX ON log (at)',
  'CREATE INDEX ON a (lower(e)) WHERE e IS NOT NULL',
  'CREATE TRIGGER t BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION f()',
  'CREATE VIEW v WITH (security_invoker = true) AS SELECT a.*, l.at FROM a LEFT JOIN log AS l ON l.a = a.id',
  'CREATE MATERIALIZED VIEW m AS SELECT role, count(*) FROM a GROUP BY role',
  'ALTER TABLE a ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
  "CREATE POLICY p ON a USING (role = current_setting('app.role'))",
  'GRANT SELECT, UPDATE (e) ON a TO pg_monitor',
  'GRANT INSERT ON a TO pg_read_all_stats',
  'REVOKE ALL ON FUNCTION f() FROM PUBLIC',
  "COMMENT ON COLUMN a.e IS 'it''s'",
  'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor',
];
const SCRIPT = STATEMENTS.join(';\n');

test('is the same for databases that came to be in different ways', async () => {
  await using one = await createTestDatabase();
  await using two = await createTestDatabase();
  await using three = await createTestDatabase();
  await one.db.transaction((tx) => tx.rows(raw(SCRIPT)));
  // On one session: another would not wait for the end of the attempt, and see its names as taken.
  await two.db.session(async (session) => {
    for (const statement of STATEMENTS) {
      // Numbers of objects and of columns that a rolled back attempt has used up are gone.
      await expect(session.rows(raw(`${statement}; SELECT 1/0`))).rejects.toMatchObject({ code: '22012' });
      await session.rows(raw(statement));
    }
  });
  await dumpAndRestore(one.connection, three.connection);
  const [first, second, third] = await Promise.all([one, two, three].map(({ db }) => readCatalog(db)));
  if (!first || !second || !third) throw new Error('three were read');
  expect(compareCatalogs(first, second)).toEqual([]);
  expect(compareCatalogs(first, third)).toEqual([]);
  expect(new Set([first, second, third].map(fingerprintOf)).size).toBe(1);
});

test('does not depend on who reads it with which settings, and leaves those as they were', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const reader = `reader_${randomBytes(4).toString('hex')}`;
  await db.rows(raw(SCRIPT));
  const expected = fingerprintOf(await readCatalog(db));
  await db.rows(raw(`CREATE ROLE ${reader}`));
  const settings = {
    search_path: 'public, "Odd ""name"',
    timezone: 'Asia/Tokyo',
    datestyle: 'SQL, DMY',
    extra_float_digits: '-5',
    quote_all_identifiers: 'on',
  };
  await db.transaction(async (tx) => {
    await tx.rows(raw(`SET LOCAL ROLE ${reader}`));
    for (const [name, value] of Object.entries(settings))
      await tx.rows(sql`SELECT set_config(${name}, ${value}, true)`);
    expect(fingerprintOf(await readCatalog(tx))).toBe(expected);
    for (const [name, value] of Object.entries(settings)) {
      const [row] = await tx.rows<{ value: string }>(sql`SELECT current_setting(${name}) AS value`);
      expect(row?.value).toBe(value);
    }
  });
  await db.rows(raw(`DROP ROLE ${reader}`));
});

test('keeps a session setting that the transaction itself has made', async () => {
  await using database = await createTestDatabase();
  await database.db.session(async (session) => {
    await session.transaction(async (tx) => {
      await tx.rows(raw("SET search_path = 'pg_catalog'"));
      await readCatalog(tx);
    });
    const [row] = await session.rows<{ value: string }>(sql`SELECT current_setting('search_path') AS value`);
    expect(row?.value).toBe('pg_catalog');
  });
});

test('sees what its own transaction has not committed, and others do not', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const empty = fingerprintOf(await readCatalog(db));
  await db.transaction(async (tx) => {
    await tx.rows(raw('CREATE TABLE a (id int)'));
    const inside = await readCatalog(tx);
    expect(inside.objects.map((one) => `${one.kind} ${one.name} ${one.definition}`)).toContain(
      'COLUMN public.a.id integer',
    );
    expect(fingerprintOf(await readCatalog(db))).toBe(empty);
  });
});

test('finds a column that came back at another place, in one difference', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  await db.rows(raw('CREATE TABLE a (x int, y int, z int)'));
  const before = await readCatalog(db);
  await db.rows(raw('ALTER TABLE a DROP y'));
  const without = compareCatalogs(before, await readCatalog(db));
  expect(without.map((one) => `${one.change} ${one.kind}`)).toEqual(['REMOVED COLUMN']);
  await db.rows(raw('ALTER TABLE a ADD y int'));
  expect(compareCatalogs(before, await readCatalog(db))).toEqual([
    {
      kind: 'COLUMN_ORDER',
      object: 'public.a',
      change: 'CHANGED',
      expected: 'x\ny\nz',
      found: 'x\nz\ny',
      isMaterial: true,
    },
  ]);
});

test('takes no gap that a dropped column left for a difference', async () => {
  await using one = await createTestDatabase();
  await using two = await createTestDatabase();
  await one.db.rows(raw('CREATE TABLE a (x int, y int)'));
  await two.db.rows(raw('CREATE TABLE a (x int, gone int); ALTER TABLE a DROP gone, ADD y int'));
  expect(fingerprintOf(await readCatalog(one.db))).toBe(fingerprintOf(await readCatalog(two.db)));
});

async function dumpAndRestore(from: ConnectionOptions, to: ConnectionOptions): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sunday-dump-'));
  const binaries = (await findPostgresBinaries())[0]?.directory ?? '';
  const file = join(directory, 'dump.sql');
  const login = (at: ConnectionOptions) => ({
    env: {
      PGHOST: at.host,
      PGPORT: String(at.port),
      PGUSER: at.user,
      PGPASSWORD: at.password ?? '',
      PGDATABASE: at.database,
    },
  });
  try {
    await run(join(binaries, 'pg_dump'), ['--schema-only', `--file=${file}`], login(from));
    await run(join(binaries, 'psql'), ['-Xq', '-v', 'ON_ERROR_STOP=1', '-f', file], login(to));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('is told apart by versions of extensions only where people look', async () => {
  const object = { kind: 'EXTENSION', name: 'x', definition: 'SCHEMA public' } as const;
  const old = { objects: [{ ...object, remark: 'VERSION 1.0' }] };
  const young = { objects: [{ ...object, remark: 'VERSION 1.1' }] };
  expect(fingerprintOf(old)).toBe(fingerprintOf(young));
  expect(compareCatalogs(old, young)).toEqual([
    {
      kind: 'EXTENSION',
      object: 'x',
      change: 'CHANGED',
      expected: 'VERSION 1.0',
      found: 'VERSION 1.1',
      isMaterial: false,
    },
  ]);
});
