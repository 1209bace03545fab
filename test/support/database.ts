import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { openDatabase, type ConnectionOptions, type Database } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly db: Database;
  readonly connection: ConnectionOptions;
}

/** A database of its own for one test file, cloned from `template`; dropped when disposed of. */
export async function createTestDatabase(template = 'template1'): Promise<TestDatabase> {
  const server = inject('server');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = openDatabase({
    ...server,
    database: 'postgres',
    applicationName: 'sunday-test-admin',
    maxConnections: 1,
  });
  await admin.rows(
    sql`/* test.createDatabase */ CREATE DATABASE ${identifier(name)} TEMPLATE ${identifier(template)}`,
  );
  const connection = { ...server, database: name, applicationName: 'sunday-test' };
  const db = openDatabase(connection);
  return {
    db,
    connection,
    async [Symbol.asyncDispose]() {
      await db.close();
      await admin.rows(sql`/* test.dropDatabase */ DROP DATABASE ${identifier(name)} WITH (FORCE)`);
      await admin.close();
    },
  };
}
