import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnalyzeOptions, analyzeScript } from '../../../src/migrations/analysis/analyze.ts';
import { parseSql } from '../../../src/postgres/parse.ts';
import { raw } from '../../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  // `big` has more than 8 MB; the others are small or empty.
  await database.db.rows(
    raw(`
    -- An autovacuum of it would be a finding: "blocked-now".
    CREATE TABLE big (id int PRIMARY KEY, organization_id uuid, note text, n int, score numeric(8,2))
      WITH (autovacuum_enabled = off);
    INSERT INTO big SELECT i, gen_random_uuid(), repeat('x', 200), i FROM generate_series(1, 40000) i;
    CREATE TABLE small (id int PRIMARY KEY, organization_id uuid NOT NULL, note text);
    INSERT INTO small SELECT i, gen_random_uuid(), 'x' FROM generate_series(1, 10) i;
    CREATE TABLE nothing (id int PRIMARY KEY, note text);
    CREATE TABLE hits (at date NOT NULL, n int) PARTITION BY RANGE (at);
    CREATE TABLE hits_rest PARTITION OF hits DEFAULT;
    CREATE UNIQUE INDEX small_identity ON small (organization_id, id);
    ANALYZE;
  `),
  );
});
afterAll(() => database[Symbol.asyncDispose]());

async function analyze(text: string, options: AnalyzeOptions & { transaction?: 'ONE' | 'NONE' } = {}) {
  const statements = await parseSql(text);
  const transaction = options.transaction ?? 'ONE';
  return analyzeScript(database.db, { statements, transaction, lockTimeoutMs: 500 }, options);
}

const rulesOf = (analysis: Awaited<ReturnType<typeof analyze>>) =>
  analysis.findings.filter((one) => one.severity !== 'INFO').map((one) => one.rule);

describe('the size of a table decides', () => {
  test.each([
    ['CREATE INDEX ON big (n)', 'NEEDS_WINDOW', ['require-concurrent-index-creation']],
    ['CREATE INDEX ON small (note)', 'SAFE', []],
    ['ALTER TABLE big ALTER COLUMN n TYPE bigint', 'DANGEROUS', ['changing-column-type']],
    ['ALTER TABLE small ALTER COLUMN id TYPE bigint', 'SAFE', []],
    ['ALTER TABLE big ALTER COLUMN score TYPE numeric(10,2)', 'SAFE', []],
    [
      'ALTER TABLE big ALTER COLUMN score TYPE numeric(6,2)',
      'DANGEROUS',
      ['changing-column-type', 'narrowing-column-type'],
    ],
    ["UPDATE big SET note = ''", 'DANGEROUS', ['unbatched-backfill']],
    ["UPDATE big SET note = '' WHERE id BETWEEN 1 AND 1000", 'SAFE', []],
    ["UPDATE small SET note = ''", 'SAFE', []],
    ['ALTER TABLE small ADD COLUMN must int NOT NULL', 'REFUSED', ['adding-required-field']],
    ['ALTER TABLE nothing ADD COLUMN must int NOT NULL', 'SAFE', []],
    ['DROP TABLE nothing', 'SAFE', []],
    ['DROP TABLE IF EXISTS never_there', 'SAFE', []],
    ['DROP TABLE small', 'DANGEROUS', ['ban-drop-table']],
    ['ALTER TABLE big ADD COLUMN a int; ALTER TABLE small ADD COLUMN a int', 'SAFE', []],
  ])('%s is %s', async (text, verdict, rules) => {
    const analysis = await analyze(text);
    expect(rulesOf(analysis)).toEqual(rules);
    expect(analysis.verdict).toBe(verdict);
  });
});

describe('the target knows what a script does not show', () => {
  test('refuses to detach aside beside a default partition', async () => {
    const analysis = await analyze('ALTER TABLE hits DETACH PARTITION hits_rest CONCURRENTLY', {
      transaction: 'NONE',
    });
    expect(rulesOf(analysis)).toEqual(['detach-with-default']);
    expect(analysis.verdict).toBe('REFUSED');
  });

  test('refuses an index CONCURRENTLY on a partitioned table', async () => {
    const analysis = await analyze('CREATE INDEX CONCURRENTLY ON hits (n)', { transaction: 'NONE' });
    expect(rulesOf(analysis)).toEqual(['concurrent-index-on-partitioned-table']);
  });

  test('finds a filtered publication whose table has no such identity, and lets one pass that has', async () => {
    const filter =
      "WHERE (organization_id = '00000000-0000-0000-0000-000000000001') WITH (publish = 'update')";
    const broken = await analyze(`CREATE PUBLICATION p FOR TABLE big ${filter}`);
    expect(broken.verdict).toBe('DANGEROUS');
    expect(rulesOf(broken)).toEqual(['filtered-publication-without-identity']);
    await database.db.rows(raw('ALTER TABLE small REPLICA IDENTITY USING INDEX small_identity'));
    expect((await analyze(`CREATE PUBLICATION p FOR TABLE small ${filter}`)).verdict).toBe('SAFE');
  });

  test('refuses DDL on a table that is being moved, and lets its rows change', async () => {
    const options = { tablesBeingMoved: ['public.big'] };
    expect((await analyze('ALTER TABLE big ADD COLUMN a int', options)).verdict).toBe('REFUSED');
    expect((await analyze('UPDATE big SET n = 1 WHERE id = 1', options)).verdict).toBe('SAFE');
  });

  test('resolves names by the search path that the script sets', async () => {
    await database.db.rows(raw('CREATE SCHEMA other; CREATE TABLE other.big (id int)'));
    const analysis = await analyze('SET search_path = other, public; ALTER TABLE big ADD COLUMN a int');
    expect(analysis.statements[1]?.locks).toEqual([
      { table: 'other.big', mode: 'ACCESS EXCLUSIVE', isNew: false, hold: 'MOMENT' },
    ]);
    expect((await analyze('ALTER TABLE big ADD COLUMN a int')).statements[0]?.locks[0]?.table).toBe(
      'public.big',
    );
  });
});

describe('the numbers', () => {
  test('give size, rows, a time and where it comes from', async () => {
    const [statement] = (await analyze('CREATE INDEX ON big (n)')).statements;
    expect(statement?.tables).toMatchObject([{ name: 'public.big', rows: 40_000, isPartitioned: false }]);
    expect(statement?.tables[0]?.sizeBytes).toBeGreaterThan(8 * 1024 * 1024);
    expect(statement?.estimatedMs).toBe(Math.ceil((statement?.tables[0]?.sizeBytes ?? 0) / 25_000));
    expect(statement?.estimateBasis).toMatch(/^index build of \d+\.\d MB \(public\.big\) at 25 MB\/s$/);
    expect(statement?.locks).toEqual([{ table: 'public.big', mode: 'SHARE', isNew: false, hold: 'BUILD' }]);
  });

  test('are null for a block of code', async () => {
    const analysis = await analyze("DO $$ BEGIN EXECUTE 'x'; END $$");
    expect(analysis).toMatchObject({ estimatedMs: null, verdict: 'NEEDS_WINDOW' });
  });

  test('are null without a target', async () => {
    const statements = await parseSql('CREATE INDEX ON big (n)');
    const analysis = await analyzeScript(null, { statements, transaction: 'ONE', lockTimeoutMs: 500 });
    expect(analysis).toMatchObject({ estimatedMs: null, blockers: [], verdict: 'NEEDS_WINDOW' });
    expect(analysis.statements[0]?.tables).toEqual([
      { name: 'public.big', sizeBytes: null, rows: null, isPartitioned: false },
    ]);
  });
});

describe('data loss', () => {
  test.each([
    ['DROP TABLE small', ['about 10 rows of public.small']],
    ['DROP TABLE nothing', []],
    ['ALTER TABLE small DROP COLUMN note', ['the values of public.small.note']],
    ['ALTER TABLE small DROP COLUMN IF EXISTS absent', []],
    ['TRUNCATE small', ['about 10 rows of public.small']],
    ['DELETE FROM small WHERE id > 5', ['the rows of public.small that the condition finds']],
    [
      'ALTER TABLE big ALTER COLUMN score TYPE numeric(6,1)',
      ['values of public.big.score that do not fit the new type'],
    ],
    ['CREATE TABLE x (a int); INSERT INTO x VALUES (1); DROP TABLE x', []],
    ['DROP SCHEMA IF EXISTS x CASCADE', ['everything in schema x']],
  ])('of %s is named', async (text, losses) => {
    expect((await analyze(text)).dataLoss).toEqual(losses);
  });
});

test('a view that a block of code makes is no table that was there', async () => {
  const made = "DO $$ BEGIN EXECUTE 'CREATE VIEW seen AS SELECT 1 AS a'; END $$;\n";
  const { statements } = await analyze(`${made}COMMENT ON VIEW seen IS 'x'; COMMENT ON TABLE small IS 'x'`);
  expect(statements.map((one) => one.locks)).toMatchObject([
    [],
    [{ table: 'public.seen', isNew: true }],
    [{ table: 'public.small', isNew: false }],
  ]);
});

describe('who is in the way', () => {
  test('is named with process, user, age and lock, and asks for a window', async () => {
    await database.db.session(async (reader) => {
      await reader.rows(raw("BEGIN; SET LOCAL application_name = 'report'; SELECT count(*) FROM small"));
      const analysis = await analyze('ALTER TABLE small ADD COLUMN a int');
      expect(analysis.blockers).toMatchObject([
        {
          applicationName: 'report',
          state: 'idle in transaction',
          table: 'public.small',
          mode: 'ACCESS SHARE',
        },
      ]);
      expect(analysis.verdict).toBe('NEEDS_WINDOW');
      expect(rulesOf(analysis)).toEqual(['blocked-now']);
      expect(analysis.findings[0]?.message).toMatch(
        /^process \d+ \(postgres, report\) is in its way on public\.small$/,
      );
      // A weaker lock goes beside it.
      expect((await analyze('ALTER TABLE small VALIDATE CONSTRAINT x')).blockers).toEqual([]);
      await reader.rows(raw('ROLLBACK'));
    });
    expect((await analyze('ALTER TABLE small ADD COLUMN a int')).blockers).toEqual([]);
  });

  test('is also who holds an old snapshot, for CONCURRENTLY', async () => {
    await database.db.session(async (reader) => {
      await reader.rows(raw('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_sleep(1.1)'));
      const analysis = await analyze('CREATE INDEX CONCURRENTLY ON big (n)', { transaction: 'NONE' });
      expect(analysis.blockers).toMatchObject([{ table: null, mode: null }]);
      expect(rulesOf(analysis)).toEqual(['blocked-now']);
      await reader.rows(raw('ROLLBACK'));
    });
  });

  test('does not make the analysis wait for a table that is closed', async () => {
    await database.db.session(async (owner) => {
      await owner.rows(raw('BEGIN; LOCK TABLE small IN ACCESS EXCLUSIVE MODE'));
      const analysis = await analyze('ALTER TABLE small ADD COLUMN a int');
      expect(analysis.blockers).toMatchObject([{ table: 'public.small', mode: 'ACCESS EXCLUSIVE' }]);
      expect(analysis.statements[0]?.tables).toMatchObject([{ name: 'public.small', rows: 10 }]);
      await owner.rows(raw('ROLLBACK'));
    });
  });
});
