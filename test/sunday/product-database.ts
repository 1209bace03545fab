import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSql } from '../../src/postgres/parse.ts';
import type { Queryable } from '../../src/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const SUNDAY_DIRECTORY = join(import.meta.dirname, '../../migrations/sunday');

/**
 * A database with 001 and nothing else of the product. Statement by statement instead of by the runner: these tests
 * are about what the files make, so that no fault of the engine shows up here.
 */
export async function createCoreDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await database.db.transaction((tx) => runSqlFile(tx, '001_init_schema.sql'));
  return database;
}

/** Runs the statements of a file below `migrations/sunday` one by one; how many there were. */
export async function runSqlFile(db: Queryable, fileName: string): Promise<number> {
  const statements = await parseSql(await readFile(join(SUNDAY_DIRECTORY, fileName), 'utf8'));
  for (const { text } of statements) await db.rows({ text, values: [] });
  return statements.length;
}
