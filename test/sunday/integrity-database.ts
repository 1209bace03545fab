import { randomBytes } from 'node:crypto';
import {
  type ConnectionOptions,
  type Database,
  openDatabase,
  type Transaction,
} from '../../src/postgres/pool.ts';
import { identifier, literal, raw, type Statement, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase } from '../support/database.ts';
import { idOf } from './integrity-seed.ts';
import { ensureIntegrityTemplate, type OwnerOption } from './integrity-template.ts';

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
export async function createIntegrityDatabase(ownerOption: OwnerOption = 'BYPASSRLS') {
  const template = await ensureIntegrityTemplate(ownerOption);
  const database = await createTestDatabase(template.database);
  const admin = database.db;
  const openAs = (name: string) => openDatabase({ ...database.connection, user: name, password: name });
  const appRole = `app_${randomBytes(6).toString('hex')}`;
  const name = identifier(database.connection.database);
  await admin.rows(sql`ALTER DATABASE ${name} OWNER TO ${identifier(template.owner)}`);
  await admin.rows(sql`CREATE ROLE ${identifier(appRole)} LOGIN PASSWORD ${literal(appRole)}`);
  const db = openAs(template.owner);
  const app = openAs(appRole);
  await db.rows(sql`SELECT ops.grant_application_role(${appRole})`);
  const integrity: IntegrityDatabase = {
    db,
    app,
    appRole,
    admin,
    connection: database.connection,
    async [Symbol.asyncDispose]() {
      await app.close();
      await db.close();
      await admin.rows(sql`DROP OWNED BY ${identifier(appRole)}`);
      await admin.rows(sql`DROP ROLE ${identifier(appRole)}`);
      await database[Symbol.asyncDispose]();
    },
  };
  return integrity;
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
