import { existsSync, readFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/errors.ts';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { startScratch } from '../../src/migrations/validation/scratch.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import {
  assertReversible,
  validateMigrations,
  type ValidateOptions,
} from '../../src/migrations/validation/validate.ts';
import { serverPid } from '../../src/postgres/server.ts';
import { raw } from '../../src/postgres/sql.ts';
import { run } from '../../src/process.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createMigrationReader } from '../../src/migrations/files/files.ts';
import { createDirectory } from './directory.ts';

const FIRST = {
  '001_a.sql': `CREATE TABLE a (id int PRIMARY KEY, b text DEFAULT 'x');
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();
    GRANT SELECT ON a TO pg_monitor;`,
  '001_a.down.sql': 'DROP TABLE a; DROP FUNCTION f();',
};

let database: TestDatabase;
let runDirectory: string;
let postgresBinaries: string;
beforeAll(async () => {
  postgresBinaries = (await findPostgresBinaries())[0]?.directory ?? '';
});
beforeEach(async () => {
  database = await createTestDatabase();
  runDirectory = mkdtempSync(join(tmpdir(), 'sunday-run-'));
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(runDirectory, { recursive: true });
});

const validate = (directory: string, options: Partial<ValidateOptions> = {}) =>
  validateMigrations({
    readFiles: createMigrationReader(directory),
    target: database.db,
    login: database.connection,
    postgresBinaries,
    runDirectory,
    from: null,
    ...options,
  });

/** Verdict and differences of the second migration, on a target that has the first. */
async function validateSecond(up: string, down: string) {
  using directory = createDirectory({ ...FIRST, '002_b.sql': up, '002_b.down.sql': down });
  await applyPending(database.db, directory.path, { appliedBy: 'ann', target: '001' });
  const report = await validate(directory.path);
  expect(readdirSync(runDirectory)).toEqual([]);
  const [second] = report.migrations;
  return {
    report,
    verdict: second?.verdict,
    differences: second?.differences.map((one) => `${one.change} ${one.kind} ${one.object}`),
  };
}

describe('a down script', () => {
  test.each([
    ['an index', 'CREATE INDEX i ON a (b);', 'SELECT 1;', ['ADDED INDEX public.i'], 'NOT_RESTORED'],
    [
      'a grant',
      'REVOKE SELECT ON a FROM pg_monitor;',
      'SELECT 1;',
      ['REMOVED GRANT table public.a to pg_monitor'],
      'NOT_RESTORED',
    ],
    [
      'a default',
      'ALTER TABLE a ALTER b DROP DEFAULT;',
      'SELECT 1;',
      ['CHANGED COLUMN public.a.b'],
      'NOT_RESTORED',
    ],
    [
      'a trigger',
      'ALTER TABLE a DISABLE TRIGGER t;',
      'SELECT 1;',
      ['CHANGED TRIGGER t on public.a'],
      'NOT_RESTORED',
    ],
    [
      'the place of a column',
      'ALTER TABLE a ADD c int; ALTER TABLE a DROP b;',
      "ALTER TABLE a DROP c; ALTER TABLE a ADD b text DEFAULT 'x';",
      [],
      'REVERSIBLE',
    ],
  ] as const)('that forgets %s is found', async (...[, up, down, differences, verdict]) => {
    expect(await validateSecond(up, down)).toMatchObject({ verdict, differences });
  });

  test('that restores everything passes, and the target is as it was', async () => {
    const { report } = await validateSecond(
      "CREATE INDEX i ON a (b); ALTER TABLE a ADD c int DEFAULT 1; COMMENT ON TABLE a IS 'x';",
      'COMMENT ON TABLE a IS NULL; ALTER TABLE a DROP c; DROP INDEX i;',
    );
    expect(report).toMatchObject({ from: 'TARGET', isValid: true, cloneDifferences: [] });
    expect(report.migrations).toMatchObject([{ version: '002', verdict: 'REVERSIBLE', differenceCount: 0 }]);
    expect((await readLedger(database.db)).map((one) => one.version)).toEqual(['001']);
    expect(() => assertReversible(report)).not.toThrow();
  });

  test('that fails is told from one that does the wrong thing', async () => {
    const { report } = await validateSecond('CREATE INDEX i ON a (b);', 'DROP INDEX j;');
    expect(report.migrations).toMatchObject([
      { verdict: 'DOWN_FAILED', problem: expect.stringContaining('index "j" does not exist') as string },
    ]);
  });

  test('that lets the way up succeed only once is found', async () => {
    const { report } = await validateSecond(
      'CREATE TABLE IF NOT EXISTS c (id int); SELECT 1 / (count(*) - 1) FROM sunday_ledger.migration_attempt;',
      'DROP TABLE c;',
    );
    expect(report.migrations).toMatchObject([
      { verdict: 'NOT_REPEATABLE', upMs: expect.any(Number) as number },
    ]);
  });
});

test('blames the migration that forgot, and not those below it', async () => {
  using directory = createDirectory({
    ...FIRST,
    '002_b.sql': 'CREATE TABLE b (id int);',
    '002_b.down.sql': 'DROP TABLE b;',
    '003_c.sql': 'CREATE INDEX c ON a (b); CREATE TABLE c_left (id int);',
    '003_c.down.sql': 'DROP INDEX c;',
    '004_d.sql': 'CREATE TABLE d (id int);',
    '004_d.down.sql': 'DROP TABLE d;',
  });
  const report = await validate(directory.path, { from: 'EMPTY' });
  expect(report.migrations.map((one) => [one.version, one.verdict])).toEqual([
    ['001', 'REVERSIBLE'],
    ['002', 'REVERSIBLE'],
    ['003', 'NOT_RESTORED'],
    ['004', 'NOT_REACHED'],
  ]);
  expect(() => assertReversible(report)).toThrow(
    expect.objectContaining({
      code: 'MIGRATION_NOT_REVERSIBLE',
      message: expect.stringContaining(
        'migration 003_c: its down script does not restore the catalog: ADDED TABLE public.c_left',
      ) as string,
    }),
  );
});

test('runs everything from empty when nothing is pending, concurrent builds and irreversible ones too', async () => {
  using directory = createDirectory({
    ...FIRST,
    '002_b.sql': '-- irreversible: the rows are gone\nALTER TABLE a DROP b;',
    '003_c.sql': '-- transaction: none\nCREATE INDEX CONCURRENTLY c ON a (id);',
    '003_c.down.sql': '-- transaction: none\nDROP INDEX CONCURRENTLY c;',
  });
  await applyPending(database.db, directory.path, { appliedBy: 'ann' });
  const report = await validate(directory.path);
  expect(report.from).toBe('EMPTY');
  expect(report.migrations.map((one) => one.verdict)).toEqual(['REVERSIBLE', 'IRREVERSIBLE', 'REVERSIBLE']);
  expect(report.isValid).toBe(true);
});

test('clones owners, grants, roles and partitions as they are', async () => {
  const { db } = database;
  using directory = createDirectory({
    '001_x.sql': 'CREATE TABLE x (id int);',
    '001_x.down.sql': 'DROP TABLE x;',
  });
  await db.rows(
    raw(`CREATE EXTENSION pgcrypto; CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      ALTER TABLE p OWNER TO pg_monitor; GRANT SELECT ON p TO pg_read_all_stats WITH GRANT OPTION;
      ALTER TABLE p ENABLE ROW LEVEL SECURITY; CREATE POLICY q ON p TO pg_monitor USING (id > 0)`),
  );
  const report = await validate(directory.path);
  expect(report).toMatchObject({ from: 'TARGET', isValid: true });
  // A leaf that has no row level security of its own is one on both sides.
  expect(report.cloneDifferences).toEqual([]);
});

describe('a scratch', () => {
  test('is gone after a cancel in the middle', async () => {
    using directory = createDirectory({
      ...FIRST,
      '002_b.sql': 'SELECT pg_sleep(60);',
      '002_b.down.sql': 'SELECT 1;',
    });
    const controller = new AbortController();
    const running = validate(directory.path, {
      signal: controller.signal,
      onProgress: (doing) => {
        if (doing === 'up 002_b') setTimeout(() => controller.abort(new CancelledError('it')), 200);
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(runDirectory)).toEqual([]);
  });

  test('is gone when the target cannot be cloned', async () => {
    using directory = createDirectory(FIRST);
    const login = { ...database.connection, password: 'wrong' };
    await expect(validate(directory.path, { login })).rejects.toMatchObject({ code: 'SCRATCH_FAILED' });
    expect(readdirSync(runDirectory)).toEqual([]);
  });

  test('of a killed process is stopped and removed by the next one, a living one is left alone', async () => {
    const script = `
      import { startScratch } from ${JSON.stringify(join(process.cwd(), 'src/migrations/validation/scratch.ts'))};
      const scratch = await startScratch(${JSON.stringify({ binaries: postgresBinaries, runDirectory })});
      console.log(scratch.directory);
      process.kill(process.pid, 'SIGKILL');`;
    const failure: unknown = await run(process.execPath, ['--input-type=module', '-e', script]).catch(
      (error: unknown) => error,
    );
    const left = (failure as { stdout: string }).stdout.trim();
    const pid = serverPid(join(left, 'data'));
    expect(pid).not.toBeNull();
    await using living = await startScratch({ binaries: postgresBinaries, runDirectory });
    expect(existsSync(left)).toBe(false);
    expect(isAlive(pid ?? 0)).toBe(false);
    await using another = await startScratch({ binaries: postgresBinaries, runDirectory });
    expect(readdirSync(runDirectory).length).toBe(2);
    expect([living, another].every((one) => serverPid(join(one.directory, 'data')) !== null)).toBe(true);
  });
});

/** One that has ended, and that nobody has asked about yet, still has its place in the process table. */
function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  const stat = existsSync(file) ? readFileSync(file, 'utf8') : ') Z';
  return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
}
