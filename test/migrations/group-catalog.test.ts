import { expect, test } from 'vitest';
import { checkDrift, KEEPS_CATALOG } from '../../src/migrations/drift/drift.ts';
import { readMigrationFiles } from '../../src/migrations/files/files.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { countGroup } from '../../src/migrations/run/group.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';
import { type GroupCase, ONE_BY_ONE, TOGETHER } from './group-catalog-cases.ts';

const options = { appliedBy: 'ann', ...KEEPS_CATALOG };
const MIN_FILES = 8;

function writeFiles(files: readonly string[]): ReturnType<typeof createDirectory> {
  const more = Array.from(
    { length: MIN_FILES - files.length },
    (_, index) => `CREATE TABLE more_${index} ()`,
  );
  const all = [...files, ...more].map((text, index) => [
    `${String(index + 1).padStart(3, '0')}_m.sql`,
    `${text};`,
  ]);
  return createDirectory(Object.fromEntries(all) as Record<string, string>);
}

/** What the ledger of a new database says when `work` has applied the files. */
async function apply<T>({ before, searchPath }: GroupCase, work: (db: Database) => Promise<T>): Promise<T> {
  await using database = await createTestDatabase();
  const name = database.connection.database;
  for (const text of before)
    await database.db.rows(raw(text.replace('DATABASE CURRENT', `DATABASE "${name}"`)));
  if (searchPath) await database.db.rows(raw(`ALTER DATABASE "${name}" SET search_path = ${searchPath}`));
  await using opened = new AsyncDisposableStack();
  const db = openDatabase(database.connection);
  opened.defer(() => db.close());
  return await work(db);
}

async function readFingerprints(db: Database): Promise<readonly (string | null)[]> {
  return (await readLedger(db)).map(({ fingerprint }) => fingerprint);
}

async function countTransactions(db: Database): Promise<number> {
  const rows = await db.rows(sql`SELECT DISTINCT xmin::text FROM sunday_ledger.migration`);
  return rows.length;
}

/** Both ways; the second one looks at the catalog behind each commit. */
async function compareWays(
  one: GroupCase,
): Promise<{ readonly files: number; readonly transactions: number }> {
  using directory = writeFiles(one.files);
  const files = await readMigrationFiles(directory.path);
  expect(countGroup(files)).toBe(files.length);
  const expected = await apply(one, async (db) => {
    for (const { version: target } of files) await applyPending(db, files, { ...options, target });
    return readFingerprints(db);
  });
  return apply(one, async (db) => {
    const applied = await applyPending(db, files, options);
    expect(applied).toEqual(await readLedger(db));
    expect(await readFingerprints(db)).toEqual(expected);
    expect(await checkDrift(db)).toMatchObject({ state: 'NONE', differences: [] });
    const kept = await db.rows(sql`SELECT fingerprint FROM sunday_ledger.catalog_snapshot ORDER BY taken_at`);
    expect(kept).toEqual([...new Set(expected)].slice(-20).map((fingerprint) => ({ fingerprint })));
    return { files: files.length, transactions: await countTransactions(db) };
  });
}

test.each(TOGETHER)('has the fingerprints of one by one in one transaction: $what', async (one) => {
  expect((await compareWays(one)).transactions).toBe(1);
});

test.each(ONE_BY_ONE)('runs one by one what it cannot tell apart: $what', async (one) => {
  const { files, transactions } = await compareWays(one);
  expect(transactions).toBe(files);
});

test('keeps the picture of each of the last twenty states', async () => {
  const numbers = Array.from({ length: 25 }, (_, index) => index + 1);
  using directory = writeFiles(numbers.map((one) => `CREATE TABLE t${one} (id int)`));
  const files = await readMigrationFiles(directory.path);
  await using database = await createTestDatabase();
  const { db } = database;
  await applyPending(db, files, options);
  const kept = await db.rows<{ version: string }>(sql`
    SELECT version FROM sunday_ledger.migration WHERE fingerprint IN (SELECT fingerprint FROM sunday_ledger.catalog_snapshot)
    ORDER BY version`);
  expect(kept.map(({ version }) => Number(version))).toEqual(numbers.slice(5));
  const drift = async () =>
    (await checkDrift(db)).differences.map((one) => `${one.change} ${one.kind} ${one.object}`);
  await db.rows(raw("DROP TABLE t25; DELETE FROM sunday_ledger.migration WHERE version = '025'"));
  expect(await drift()).toEqual([]);
  await db.rows(raw('ALTER TABLE t24 ADD COLUMN extra int'));
  expect(await drift()).toEqual(['ADDED COLUMN public.t24.extra']);
});
