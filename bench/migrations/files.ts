import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One migration of one statement each way. */
export interface SmallMigration {
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

/** Directories with the same statements, each in the format of one tool. */
export interface MigrationDirectories {
  readonly sunday: string;
  readonly nodePgMigrate: string;
  readonly dbmate: string;
}

/** What a product's migrations mostly are: a table, then what is added to it. Five to a table, as many as asked. */
export function listSmallMigrations(count: number): readonly SmallMigration[] {
  return Array.from({ length: count }, (_, index) => {
    const table = `table_${Math.floor(index / 5) + 1}`;
    return SHAPES[index % SHAPES.length]?.(table) ?? { name: '', up: '', down: '' };
  });
}

/** Writes the migrations below `root`. */
export function writeMigrations(root: string, migrations: readonly SmallMigration[]): MigrationDirectories {
  const directories = {
    sunday: join(root, 'sunday'),
    nodePgMigrate: join(root, 'node-pg-migrate'),
    dbmate: join(root, 'dbmate'),
  };
  for (const directory of Object.values(directories)) mkdirSync(directory, { recursive: true });
  migrations.forEach(({ name, up, down }, index) => {
    const version = String(index + 1).padStart(5, '0');
    const stem = `${version}_${name}`;
    writeFileSync(join(directories.sunday, `${stem}.sql`), `${up};\n`);
    writeFileSync(join(directories.sunday, `${stem}.down.sql`), `${down};\n`);
    writeFileSync(
      join(directories.nodePgMigrate, `${stem}.sql`),
      `-- Up Migration\n${up};\n\n-- Down Migration\n${down};\n`,
    );
    writeFileSync(
      join(directories.dbmate, `${stem}.sql`),
      `-- migrate:up\n${up};\n\n-- migrate:down\n${down};\n`,
    );
  });
  return directories;
}

const SHAPES: readonly ((table: string) => SmallMigration)[] = [
  (table) => ({
    name: `create_${table}`,
    up: `CREATE TABLE ${table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`,
    down: `DROP TABLE ${table}`,
  }),
  (table) => ({
    name: `add_note_to_${table}`,
    up: `ALTER TABLE ${table} ADD COLUMN note text`,
    down: `ALTER TABLE ${table} DROP COLUMN note`,
  }),
  (table) => ({
    name: `index_name_of_${table}`,
    up: `CREATE INDEX ${table}_name ON ${table} (name)`,
    down: `DROP INDEX ${table}_name`,
  }),
  (table) => ({
    name: `add_state_to_${table}`,
    up: `ALTER TABLE ${table} ADD COLUMN state text NOT NULL DEFAULT 'new'`,
    down: `ALTER TABLE ${table} DROP COLUMN state`,
  }),
  (table) => ({
    name: `check_state_of_${table}`,
    up: `ALTER TABLE ${table} ADD CONSTRAINT ${table}_state CHECK (state <> '')`,
    down: `ALTER TABLE ${table} DROP CONSTRAINT ${table}_state`,
  }),
];
