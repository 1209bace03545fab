import { expect, test } from 'vitest';
import { fingerprintOf } from '../../src/catalog/catalog.ts';
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
  const rows = await db.rows<{ fingerprint: string }>(
    sql`SELECT fingerprint FROM sunday_ledger.catalog_snapshot ORDER BY taken_at`,
  );
  const kept = [...Array.from({ length: 18 }, (_, index) => index + 2), 0, 20];
  expect(rows.map((row) => row.fingerprint)).toEqual(kept.map((one) => fingerprintOf(catalogOf(one))));
  expect((await readNewestSnapshot(db))?.catalog).toEqual(catalogOf(20));
});

test('reads what an older release kept, and packs what comes behind it', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const catalog = { objects: [{ kind: 'SCHEMA' as const, name: 's', definition: 'SCHEMA', remark: null }] };
  await db.rows(raw('CREATE SCHEMA sunday_ledger'));
  await db.rows(
    raw(`CREATE TABLE sunday_ledger.catalog_snapshot
      (fingerprint text PRIMARY KEY, catalog jsonb NOT NULL, taken_at timestamptz NOT NULL)`),
  );
  await db.rows(
    sql`INSERT INTO sunday_ledger.catalog_snapshot VALUES ('old', ${JSON.stringify(catalog.objects)}, now())`,
  );
  expect(await readSnapshot(db, 'old')).toMatchObject({ fingerprint: 'old', catalog });
  const fingerprint = await db.transaction((tx) => recordSnapshot(tx, { objects: [] }));
  expect(await readSnapshot(db, 'old')).toMatchObject({ catalog });
  expect(await readNewestSnapshot(db)).toMatchObject({ fingerprint, catalog: { objects: [] } });
});

test('plans the statements of a session once, and plans them again when somebody has thrown that away', async () => {
  await using database = await createTestDatabase();
  await database.db.session(async (session) => {
    const countPlans = () =>
      session.rows(
        sql`SELECT count(*)::int AS plans FROM pg_prepared_statements WHERE name LIKE 'sunday_catalog_%'`,
      );
    const first = await readCatalog(session);
    expect(await countPlans()).toEqual([{ plans: 1 }]);
    await session.rows(raw('CREATE TABLE a (id int)'));
    expect((await readCatalog(session)).objects.length).toBeGreaterThan(first.objects.length);
    expect(await countPlans()).toEqual([{ plans: 1 }]);
    await session.rows(raw('DEALLOCATE ALL'));
    await session.rows(raw('DROP TABLE a'));
    expect(await readCatalog(session)).toEqual(first);
  });
});
