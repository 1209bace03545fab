import { readFileSync, readdirSync } from 'node:fs';
import { createBell } from '../../src/events/bell.ts';
import { createEventLog } from '../../src/events/log.ts';
import { raw } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** A control database with all of our own migrations, dropped when disposed of. */
export async function createControlDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  const files = readdirSync('migrations/control').filter((name) => /^\d{3}_\w+\.sql$/.test(name));
  for (const file of files.sort())
    await database.db.rows(raw(readFileSync(`migrations/control/${file}`, 'utf8')));
  return database;
}

/** An event log of its own on `database`, with a bell for this process only. */
export function createTestEvents({ db }: TestDatabase) {
  const bell = createBell(null);
  return { bell, events: createEventLog(db, bell) };
}
