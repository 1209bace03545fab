import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ConnectionOptions,
  type Database,
  openDatabase,
  type Transaction,
} from '../../src/postgres/pool.ts';
import { runScript } from '../../src/postgres/script.ts';
import { identifier, literal, raw, type Statement, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase } from '../support/database.ts';
import { idOf, seedOrganization } from './integrity-seed.ts';

export interface IntegrityDatabase extends AsyncDisposable {
  /** As the owner: no superuser, but above row-level security, as in a fleet. */
  readonly db: Database;
  /** As a role of an application, which policies bind. */
  readonly app: Database;
  readonly appRole: string;
  readonly admin: Database;
  readonly connection: ConnectionOptions;
}

/** 001 and 003, and two organizations, `a` and `b`, with a row in every tenant table each. */
export async function createIntegrityDatabase(ownerOption: 'BYPASSRLS' | 'NOBYPASSRLS' = 'BYPASSRLS') {
  const database = await createTestDatabase();
  const admin = database.db;
  const opened: Database[] = [];
  const openAs = async (name: string, option: string) => {
    await admin.rows(sql`CREATE ROLE ${identifier(name)} LOGIN ${raw(option)} PASSWORD ${literal(name)}`);
    const db = openDatabase({ ...database.connection, user: name, password: name });
    opened.push(db);
    return db;
  };
  const suffix = randomBytes(6).toString('hex');
  const [ownerRole, appRole] = [`owner_${suffix}`, `app_${suffix}`];
  const db = await openAs(ownerRole, ownerOption);
  const name = identifier(database.connection.database);
  await admin.rows(sql`ALTER DATABASE ${name} OWNER TO ${identifier(ownerRole)}`);
  await applyFile(db, '001_init_schema.sql');
  for (const key of ['a', 'b']) await admin.transaction((tx) => seedOrganization(tx, key));
  await applyFile(db, '003_data_integrity.sql');
  const app = await openAs(appRole, 'NOBYPASSRLS');
  await db.rows(sql`SELECT ops.grant_application_role(${appRole})`);
  const integrity: IntegrityDatabase = {
    db,
    app,
    appRole,
    admin,
    connection: database.connection,
    async [Symbol.asyncDispose]() {
      for (const one of opened) await one.close();
      await admin.rows(sql`REASSIGN OWNED BY ${identifier(ownerRole)} TO CURRENT_USER`);
      for (const role of [appRole, ownerRole]) {
        await admin.rows(sql`DROP OWNED BY ${identifier(role)}`);
        await admin.rows(sql`DROP ROLE ${identifier(role)}`);
      }
      await database[Symbol.asyncDispose]();
    },
  };
  return integrity;
}

/** Sends one of the migration files, in one transaction. */
export async function applyFile(db: Database, file: string): Promise<void> {
  const text = await readFile(join(import.meta.dirname, '../../migrations/sunday', file), 'utf8');
  await db.transaction((tx) => runScript(tx.client, { text, timeoutMs: 60_000 }));
}

class RolledBack extends Error {}

/** Runs `work` with settings of a session, and takes back whatever it did. */
export async function trying<T>(
  db: Database,
  settings: Readonly<Record<string, string>>,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  await db
    .transaction(async (tx) => {
      for (const [name, value] of Object.entries(settings))
        await tx.rows(sql`SELECT set_config(${name}, ${value}, true)`);
      result = { value: await work(tx) };
      throw new RolledBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
  if (!result) throw new Error('the transaction gave no result');
  return result.value;
}

/** The user of an organization at work: `as('a')`. */
export const as = (key: string) => ({ 'app.current_user_id': idOf(key, 'user') });

/** What the server refused the statement with; the transaction goes on. Null when it went through. */
export async function refusalOf(tx: Transaction, statement: Statement) {
  await tx.rows(raw('SAVEPOINT attempt'));
  try {
    await tx.rows(statement);
    return null;
  } catch (error) {
    await tx.rows(raw('ROLLBACK TO SAVEPOINT attempt'));
    return error as Error & { code: string; detail?: string; constraint?: string; where?: string };
  }
}
