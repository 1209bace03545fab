import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, type Database, openDatabase } from '../../src/postgres/pool.ts';
import { runScript } from '../../src/postgres/script.ts';
import { identifier, literal, raw, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase } from '../support/database.ts';

const DIRECTORY = join(import.meta.dirname, '../../migrations/sunday');

export interface ProductDatabase extends AsyncDisposable {
  /** As the role that owns it: no superuser, but above row-level security, as in a fleet. */
  readonly db: Database;
  readonly connection: ConnectionOptions;
  /** As superuser. */
  readonly admin: Database;
  /** Connects as a new role that may do nothing yet. */
  createRole(): Promise<{ readonly name: string; readonly db: Database }>;
}

/** The files of the product's database that partitions and shards stand on, applied by an owner as in a fleet. */
export async function createProductDatabase(
  files: readonly string[] = ['001_init_schema.sql', '004_partitioning_sharding.sql'],
): Promise<ProductDatabase> {
  const database = await createTestDatabase();
  const admin = database.db;
  const opened: { readonly name: string; readonly db: Database }[] = [];
  const openAs = async (options: 'BYPASSRLS' | 'NOBYPASSRLS') => {
    const name = `role_${randomBytes(6).toString('hex')}`;
    await admin.rows(sql`CREATE ROLE ${identifier(name)} LOGIN ${raw(options)} PASSWORD ${literal(name)}`);
    const db = openDatabase({ ...database.connection, user: name, password: name });
    opened.push({ name, db });
    return { name, db };
  };
  const owner = await openAs('BYPASSRLS');
  const name = identifier(database.connection.database);
  await admin.rows(sql`ALTER DATABASE ${name} OWNER TO ${identifier(owner.name)}`);
  for (const file of files) await applyFile(owner.db, file);
  return {
    db: owner.db,
    connection: { ...database.connection, user: owner.name, password: owner.name },
    admin,
    createRole: () => openAs('NOBYPASSRLS'),
    async [Symbol.asyncDispose]() {
      for (const role of opened) await role.db.close();
      await admin.rows(sql`REASSIGN OWNED BY ${identifier(owner.name)} TO CURRENT_USER`);
      for (const role of opened) {
        await admin.rows(sql`DROP OWNED BY ${identifier(role.name)}`);
        await admin.rows(sql`DROP ROLE ${identifier(role.name)}`);
      }
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Sends one of the migration files, in one transaction. */
export async function applyFile(db: Database, file: string): Promise<void> {
  const text = await readFile(join(DIRECTORY, file), 'utf8');
  await db.transaction((tx) => runScript(tx.client, { text, timeoutMs: 30_000 }));
}

/** No partition at all, so that nothing depends on the day of the test, and the policies of the file. */
export async function resetPartitions(db: Database): Promise<void> {
  await db.rows(
    raw(`DO $$ DECLARE leaf regclass; BEGIN
      FOR leaf IN SELECT partition FROM ops.partition_ranges() LOOP EXECUTE format('DROP TABLE %s', leaf); END LOOP;
    END $$;
    DELETE FROM ops.partition_policies;
    INSERT INTO ops.partition_policies (table_name, retention_months) VALUES
      ('activity_log', 24), ('automation_executions', 12), ('webhook_deliveries', 6)`),
  );
}

/** One shard, and no organization. */
export async function resetShards(db: Database): Promise<void> {
  await db.rows(
    raw(`DELETE FROM organizations;
    DELETE FROM ops.tenant_home;
    DELETE FROM ops.shards WHERE name <> 'main';
    UPDATE ops.shards SET state = 'ACTIVE', weight = 100, is_local = true`),
  );
}
