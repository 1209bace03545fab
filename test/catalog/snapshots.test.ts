import { expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/probe.ts';
import { readNewestSnapshot, readSnapshot, recordSnapshot } from '../../src/catalog/store.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase } from '../support/database.ts';

test('keeps a catalog under its fingerprint and gives it back as it was', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  expect(await readNewestSnapshot(db)).toBeNull();
  await db.rows(raw('CREATE TABLE a (id int)'));
  const catalog = await readCatalog(db);
  const fingerprint = await db.transaction((tx) => recordSnapshot(tx, catalog));
  expect(await readSnapshot(db, fingerprint)).toMatchObject({ fingerprint, catalog });
  expect(await readSnapshot(db, 'unknown')).toBeNull();
});

test('keeps the newest twenty, and one that comes again is the newest', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const catalogOf = (name: number) => ({
    objects: [{ kind: 'SCHEMA' as const, name: `s${name}`, definition: 'SCHEMA', remark: null }],
  });
  for (const one of [...Array(20).keys(), 0, 20])
    await db.transaction((tx) => recordSnapshot(tx, catalogOf(one)));
  const rows = await db.rows<{ name: string }>(
    sql`SELECT catalog #>> '{0,name}' AS name FROM sunday_ledger.catalog_snapshot ORDER BY taken_at`,
  );
  expect(rows.map((row) => row.name)).toEqual([
    ...Array.from({ length: 18 }, (_, index) => `s${index + 2}`),
    's0',
    's20',
  ]);
  expect((await readNewestSnapshot(db))?.catalog).toEqual(catalogOf(20));
});
