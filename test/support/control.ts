import { readFileSync, readdirSync } from 'node:fs';
import { inject } from 'vitest';
import { createBell } from '../../src/events/bell.ts';
import { createEventLog } from '../../src/events/log.ts';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

const TEMPLATE = 'control_template';
const TEMPLATE_LOCK = 7_302_199;

/** A control database with all of our own migrations, dropped when disposed of. */
export async function createControlDatabase(): Promise<TestDatabase> {
  await ensureTemplate();
  return createTestDatabase(TEMPLATE);
}

/** Migrated once for the whole run, by whoever needs it first. */
async function ensureTemplate(): Promise<void> {
  const server = inject('server');
  const open = (database: string) =>
    openDatabase({
      ...server,
      database,
      applicationName: 'sunday-test-template',
      maxConnections: 1,
      lockTimeoutMs: 60_000,
    });
  const admin = open('postgres');
  try {
    await admin.session(async (session) => {
      await session.rows(sql`/* test.lockTemplate */ SELECT pg_advisory_lock(${TEMPLATE_LOCK})`);
      const found = await session.rows(
        sql`/* test.findTemplate */ SELECT FROM pg_database WHERE datname = ${TEMPLATE}`,
      );
      if (found.length === 0) {
        await session.rows(sql`/* test.createTemplate */ CREATE DATABASE ${raw(TEMPLATE)}`);
        const db = open(TEMPLATE);
        await migrate(db).finally(() => db.close());
      }
      await session.rows(sql`/* test.unlockTemplate */ SELECT pg_advisory_unlock(${TEMPLATE_LOCK})`);
    });
  } finally {
    await admin.close();
  }
}

async function migrate(db: Database): Promise<void> {
  const files = readdirSync('migrations/control').filter((name) => /^\d{3}_\w+\.sql$/.test(name));
  for (const file of files.sort()) await db.rows(raw(readFileSync(`migrations/control/${file}`, 'utf8')));
}

/** An event log of its own on `database`, with a bell for this process only. */
export function createTestEvents({ db }: TestDatabase) {
  const bell = createBell(null);
  return { bell, events: createEventLog(db, bell) };
}
