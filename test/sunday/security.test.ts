import { afterAll, beforeAll, expect, test } from 'vitest';
import { identifier, sql } from '../../src/postgres/sql.ts';
import type { Queryable } from '../../src/postgres/pool.ts';
import {
  as,
  createIntegrityDatabase,
  type IntegrityDatabase,
  refusalOf,
  trying,
} from './integrity-database.ts';
import { idOf } from './integrity-seed.ts';

let database: IntegrityDatabase;
beforeAll(async () => {
  database = await createIntegrityDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const REFERENCE_TABLES = ['roles', 'role_permissions', 'board_templates'];

interface Relation {
  readonly name: string;
  readonly isLeaf: boolean;
  readonly isProtected: boolean;
  readonly hasPolicy: boolean;
  readonly tenantColumn: string | null;
}

/** Every table of the product with a row of its own, from the catalog: what a later migration adds is in it. */
const listTables = (db: Queryable) =>
  db.rows<Relation>(sql`
    SELECT relname AS name, relispartition AS "isLeaf", relrowsecurity AND relforcerowsecurity AS "isProtected"
      , EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid) AS "hasPolicy"
      , CASE WHEN relname = 'organizations' THEN 'id' ELSE (
        SELECT attname FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'organization_id'
      ) END AS "tenantColumn"
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    ORDER BY relname
  `);
const countOf = async (db: Queryable, table: string) => {
  const [row] = await db.rows<{ count: number }>(
    sql`SELECT count(*)::int AS count FROM ${identifier(table)}`,
  );
  return row?.count;
};
const tenantTables = async () =>
  (await listTables(database.db)).filter((one) => one.tenantColumn !== null && !one.isLeaf);

test('protects every table and every leaf by a policy that binds the owner too', async () => {
  const tables = await listTables(database.db);
  expect(tables.filter((one) => !one.isLeaf)).toHaveLength(42);
  expect(tables.filter((one) => one.isLeaf)).toHaveLength(30);
  expect(tables.filter((one) => !one.isProtected || !one.hasPolicy)).toEqual([]);
});

test('shows a member the rows of his organization in every table, and none of another', async () => {
  await trying(database.app, as('a'), async (tx) => {
    for (const { name, tenantColumn } of await tenantTables()) {
      const rows = await tx.rows<{ organization: string }>(
        sql`SELECT DISTINCT ${identifier(tenantColumn ?? '')} AS organization FROM ${identifier(name)}`,
      );
      expect([name, rows]).toEqual([name, [{ organization: idOf('a', 'organization') }]]);
    }
    expect(await tx.rows(sql`SELECT email::text FROM users`)).toEqual([{ email: 'owner@a.example.com' }]);
    for (const name of REFERENCE_TABLES)
      expect(await refusalOf(tx, sql`TABLE ${identifier(name)}`)).toBeNull();
  });
});

test.each([
  ['nobody is named', {}],
  ['the user is empty', { 'app.current_user_id': '' }],
  ['the user is no uuid', { 'app.current_user_id': "' OR true --" }],
  ['the user is unknown', { 'app.current_user_id': '00000000-0000-4000-8000-000000000000' }],
  [
    'the organization is one of others',
    { ...as('a'), 'app.current_organization_id': idOf('b', 'organization') },
  ],
  ['the organization is no uuid', { ...as('a'), 'app.current_organization_id': '*' }],
])('shows nothing of any organization when %s', async (_, settings) => {
  await trying(database.app, settings, async (tx) => {
    for (const { name } of await tenantTables()) expect([name, await countOf(tx, name)]).toEqual([name, 0]);
  });
});

test('narrows a user of two organizations to the one that the session names', async () => {
  const settings = { ...as('a'), 'app.current_organization_id': idOf('b', 'organization') };
  await database.db.rows(sql`
    INSERT INTO organization_members (organization_id, user_id) VALUES (${idOf('b', 'organization')}, ${idOf('a', 'user')})
  `);
  const names = (tx: Queryable) => tx.rows(sql`SELECT slug FROM organizations ORDER BY slug`);
  expect(await trying(database.app, as('a'), names)).toEqual([{ slug: 'a' }, { slug: 'b' }]);
  expect(await trying(database.app, settings, names)).toEqual([{ slug: 'b' }]);
  const leave = sql`UPDATE organization_members SET status = 'suspended'
    WHERE (organization_id, user_id) = (${idOf('b', 'organization')}, ${idOf('a', 'user')})`;
  await database.db.rows(leave);
  expect(await trying(database.app, settings, names)).toEqual([]);
  await database.db.rows(sql`
    DELETE FROM organization_members WHERE (organization_id, user_id) = (${idOf('b', 'organization')}, ${idOf('a', 'user')})
  `);
});

test('does not let an application name a leaf, and shows nothing of others there even when somebody grants it', async () => {
  const leaves = (await listTables(database.db)).filter((one) => one.isLeaf);
  await trying(database.app, as('a'), async (tx) => {
    for (const { name } of leaves)
      expect((await refusalOf(tx, sql`SELECT FROM ${identifier(name)}`))?.code).toBe('42501');
  });
  for (const { name } of leaves)
    await database.db.rows(sql`GRANT SELECT ON ${identifier(name)} TO ${identifier(database.appRole)}`);
  await trying(database.app, as('a'), async (tx) => {
    let seen = 0;
    for (const { name } of leaves) {
      const rows = await tx.rows<{ id: string }>(sql`SELECT organization_id AS id FROM ${identifier(name)}`);
      for (const row of rows) expect(row.id).toBe(idOf('a', 'organization'));
      seen += rows.length;
    }
    expect(seen).toBe(3);
  });
  for (const { name } of leaves)
    await database.db.rows(sql`REVOKE ALL ON ${identifier(name)} FROM ${identifier(database.appRole)}`);
});

test('refuses a new row in another organization in every tenant table', async () => {
  await trying(database.app, as('a'), async (tx) => {
    for (const { name, tenantColumn } of await tenantTables()) {
      const copied = await database.db.rows<{ row: unknown }>(
        sql`SELECT to_jsonb(one) AS row FROM ${identifier(name)} one
          WHERE ${identifier(tenantColumn ?? '')} = ${idOf('b', 'organization')} LIMIT 1`,
      );
      const stolen = { ...(copied[0]?.row as object), id: idOf('new', name) };
      if (name === 'organizations') Object.assign(stolen, { id: idOf('new', 'organization') });
      const refusal = await refusalOf(
        tx,
        sql`INSERT INTO ${identifier(name)} SELECT * FROM jsonb_populate_record(NULL::${identifier(name)}, ${JSON.stringify(stolen)})`,
      );
      expect([name, refusal?.code]).toEqual([name, '42501']);
    }
  });
});

test('refuses to move a row to another organization, and finds none there to change or delete', async () => {
  await trying(database.app, as('a'), async (tx) => {
    for (const { name, tenantColumn } of await tenantTables()) {
      const column = identifier(tenantColumn ?? '');
      const there = idOf('b', 'organization');
      const move = await refusalOf(tx, sql`UPDATE ${identifier(name)} SET ${column} = ${there}`);
      expect([name, move?.code]).toEqual([name, '42501']);
      const changed = await tx.rows(
        sql`UPDATE ${identifier(name)} SET created_at = created_at WHERE ${column} = ${there} RETURNING *`,
      );
      const deleted = await tx.rows(
        sql`DELETE FROM ${identifier(name)} WHERE ${column} = ${there} RETURNING *`,
      );
      expect([name, changed, deleted]).toEqual([name, [], []]);
      expect((await refusalOf(tx, sql`TRUNCATE ${identifier(name)} CASCADE`))?.code).toBe('42501');
    }
  });
});
