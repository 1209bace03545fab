import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { runScript } from '../../src/postgres/script.ts';
import { identifier, literal, raw, sql } from '../../src/postgres/sql.ts';
import { seedOrganization } from './integrity-seed.ts';

export type OwnerOption = 'BYPASSRLS' | 'NOBYPASSRLS';
export interface IntegrityTemplate {
  readonly database: string;
  /** Owns it and what is in it, and so its clones; its password is its name. It ends with the server of the run. */
  readonly owner: string;
}

const TEMPLATE_LOCK = 7_302_200;

/** 001, two organizations and 003, made once for the whole run by whoever needs it first: a clone costs a fifth. */
export async function ensureIntegrityTemplate(option: OwnerOption): Promise<IntegrityTemplate> {
  const name = `integrity_${option.toLowerCase()}`;
  const template: IntegrityTemplate = { database: name, owner: `${name}_owner` };
  const admin = open('postgres', null);
  try {
    await admin.session(async (session) => {
      await session.rows(sql`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`);
      const found = await session.rows(sql`SELECT FROM pg_database WHERE datname = ${name}`);
      if (found.length === 0) await make(session, template, option);
      await session.rows(sql`SELECT pg_advisory_unlock(${TEMPLATE_LOCK})`);
    });
  } finally {
    await admin.close();
  }
  return template;
}

async function make(
  session: Pick<Database, 'rows'>,
  { database, owner }: IntegrityTemplate,
  option: OwnerOption,
): Promise<void> {
  await session.rows(sql`CREATE ROLE ${identifier(owner)} LOGIN ${raw(option)} PASSWORD ${literal(owner)}`);
  // Its own name comes last: a file that fails leaves nothing that others would take for the template.
  const draft = identifier(`${database}_draft`);
  await session.rows(sql`CREATE DATABASE ${draft} OWNER ${identifier(owner)}`);
  const asOwner = open(`${database}_draft`, owner);
  const asAdmin = open(`${database}_draft`, null);
  try {
    await applyFile(asOwner, '001_init_schema.sql');
    for (const key of ['a', 'b']) await asAdmin.transaction((tx) => seedOrganization(tx, key));
    await applyFile(asOwner, '003_data_integrity.sql');
  } finally {
    await asOwner.close();
    await asAdmin.close();
  }
  await session.rows(sql`ALTER DATABASE ${draft} RENAME TO ${identifier(database)}`);
}

function open(database: string, user: string | null): Database {
  const account = user === null ? {} : { user, password: user };
  return openDatabase({
    ...inject('server'),
    ...account,
    database,
    applicationName: 'sunday-test-template',
    maxConnections: 1,
    lockTimeoutMs: 60_000,
    statementTimeoutMs: 60_000,
  });
}

/** Sends one of the migration files, in one transaction. */
export async function applyFile(db: Database, file: string): Promise<void> {
  const text = await readFile(join(import.meta.dirname, '../../migrations/sunday', file), 'utf8');
  await db.transaction((tx) => runScript(tx.client, { text, timeoutMs: 60_000 }));
}
