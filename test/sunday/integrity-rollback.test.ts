import { expect, test } from 'vitest';
import { compareCatalogs, fingerprintOf } from '../../src/catalog/catalog.ts';
import { readCatalog } from '../../src/catalog/probe.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createIntegrityDatabase, trying } from './integrity-database.ts';
import { applyFile } from './integrity-template.ts';

test('goes without a trace and comes back the same, with rows in all tables', async () => {
  await using database = await createIntegrityDatabase();
  const first = await readCatalog(database.db);
  await applyFile(database.db, '003_data_integrity.down.sql');
  const without = await readCatalog(database.db);
  // What a role was granted while 003 was there is not of 003.
  const own = (kind: string) => without.objects.filter((one) => one.kind === kind).map((one) => one.name);
  expect(own('POLICY')).toEqual([]);
  expect(own('VIEW')).toEqual([]);
  expect(own('EXTENSION')).toEqual(['plpgsql']);
  expect(own('FUNCTION')).toEqual(['public.set_updated_at()']);
  await applyFile(database.db, '003_data_integrity.sql');
  await database.db.rows(sql`SELECT ops.grant_application_role(${database.appRole})`);
  const again = await readCatalog(database.db);
  expect(compareCatalogs(first, again)).toEqual([]);
  expect(fingerprintOf(again)).toBe(fingerprintOf(first));
});

test('leaves the catalog as 001 made it', async () => {
  await using database = await createIntegrityDatabase();
  await applyFile(database.db, '003_data_integrity.down.sql');
  await database.db.rows(sql`DROP OWNED BY CURRENT_USER`);
  await applyFile(database.db, '001_init_schema.sql');
  const made = await readCatalog(database.db);
  await applyFile(database.db, '003_data_integrity.sql');
  await applyFile(database.db, '003_data_integrity.down.sql');
  expect(compareCatalogs(made, await readCatalog(database.db))).toEqual([]);
});

test('does not rewrite the tables whose addresses get their domain', async () => {
  await using database = await createIntegrityDatabase();
  const files = () =>
    database.db.rows(sql`
      SELECT relname, relfilenode FROM pg_class WHERE relname IN ('users', 'invitations') ORDER BY relname
    `);
  const before = await files();
  await applyFile(database.db, '003_data_integrity.down.sql');
  await applyFile(database.db, '003_data_integrity.sql');
  expect(await files()).toEqual(before);
});

test('leaves an extension alone that was there before, and works with it', async () => {
  await using database = await createIntegrityDatabase();
  await applyFile(database.db, '003_data_integrity.down.sql');
  await database.db.rows(sql`CREATE EXTENSION pgcrypto SCHEMA public`);
  await applyFile(database.db, '003_data_integrity.sql');
  const key = { 'app.encryption_key': 'k'.repeat(32) };
  const rows = await trying(database.app, key, (tx) =>
    tx.rows(sql`SELECT decrypt_field(encrypt_field('x')) AS content`),
  );
  expect(rows).toEqual([{ content: 'x' }]);
  await applyFile(database.db, '003_data_integrity.down.sql');
  expect(
    await database.db.rows(sql`SELECT extname FROM pg_extension WHERE extname = 'pgcrypto'`),
  ).toHaveLength(1);
});
