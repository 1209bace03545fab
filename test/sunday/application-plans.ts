import { randomBytes } from 'node:crypto';
import { openDatabase, type Database, type Queryable } from '../../src/postgres/pool.ts';
import { identifier, literal, sql } from '../../src/postgres/sql.ts';
import type { TestDatabase } from '../support/database.ts';

export interface Application extends AsyncDisposable {
  /** Runs `work` as a role that policies bind, for a user. */
  actFor<T>(userId: string, work: (tx: Queryable) => Promise<T>): Promise<T>;
}

/** Makes a role as an application has it, in a database with 003. */
export async function createApplication({ db, connection }: TestDatabase): Promise<Application> {
  const role = `app_${randomBytes(6).toString('hex')}`;
  await db.rows(sql`CREATE ROLE ${identifier(role)} LOGIN PASSWORD ${literal(role)}`);
  await db.rows(sql`SELECT ops.grant_application_role(${role})`);
  const app: Database = openDatabase({ ...connection, user: role, password: role, maxConnections: 1 });
  return {
    actFor: (userId, work) =>
      app.transaction(async (tx) => {
        await tx.rows(sql`SELECT set_config('app.current_user_id', ${userId}, true)`);
        return work(tx);
      }),
    async [Symbol.asyncDispose]() {
      await app.close();
      await db.rows(sql`DROP OWNED BY ${identifier(role)}`);
      await db.rows(sql`DROP ROLE ${identifier(role)}`);
    },
  };
}

/** How often the transaction has read a table from end to end, and how often an index, whatever ran it. */
export async function countScans(tx: Queryable, table: string, index: string) {
  const [row] = await tx.rows<{ table: number; index: number }>(sql`
    SELECT pg_stat_get_xact_numscans(${table}::regclass)::int AS table
      , pg_stat_get_xact_numscans(${index}::regclass)::int AS index
  `);
  return row;
}
