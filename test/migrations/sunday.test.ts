import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMigrationFiles } from '../../src/migrations/files.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { runScript } from '../../src/postgres/script.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const DIRECTORY = join(import.meta.dirname, '../../migrations/sunday');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await applyPending(database.db, DIRECTORY, { appliedBy: 'test' });
});
afterAll(() => database[Symbol.asyncDispose]());

const rows = <Row>(statement: ReturnType<typeof sql>) => database.db.rows<Row>(statement);

test('gives every tenant table, and every leaf, a unique index on the organization and the id', async () => {
  const found = await rows(sql`
    SELECT class.relname AS name
    FROM pg_class AS class
    JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attname = 'organization_id'
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p')
      AND NOT EXISTS (
        SELECT FROM pg_index AS index
        WHERE index.indrelid = class.oid AND index.indisunique
          AND pg_get_indexdef(index.indexrelid) ~ '\\(organization_id, id(, created_at)?\\)$'
      )
  `);
  expect(found).toEqual([]);
});

test('has a partition for each month from six back to three ahead, and no check left over', async () => {
  const [found] = await rows(sql`
    SELECT count(*)::int AS partitions
      , count(*) FILTER (WHERE EXISTS (SELECT FROM pg_constraint WHERE conrelid = inhrelid AND conname = 'bounds'))::int AS checks
      , to_regclass('activity_log_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')) IS NOT NULL AS "hasThisMonth"
    FROM pg_inherits WHERE inhparent = 'activity_log'::regclass
  `);
  expect(found).toEqual({ partitions: 10, checks: 0, hasThisMonth: true });
});

test('refuses an item on a board of another organization', async () => {
  const work = database.db.transaction(async (tx) => {
    await tx.rows(sql`INSERT INTO organizations (id, name, slug) VALUES
      ('00000000-0000-4000-8000-000000000001', 'a', 'a'), ('00000000-0000-4000-8000-000000000002', 'b', 'b')`);
    await tx.rows(sql`WITH w AS (INSERT INTO workspaces (organization_id, name)
        VALUES ('00000000-0000-4000-8000-000000000001', 'w') RETURNING *)
      INSERT INTO boards (organization_id, workspace_id, name)
      SELECT '00000000-0000-4000-8000-000000000002', id, 'x' FROM w`);
  });
  await expect(work).rejects.toMatchObject({
    code: '23503',
    constraint: 'boards_organization_id_workspace_id_fkey',
  });
});

test('moves updated_at with every change, unless the writer sets it', async () => {
  const [row] = await rows<{ id: string }>(sql`
    INSERT INTO users (email, name, updated_at) VALUES ('a@x.example', 'a', '2020-01-01Z') RETURNING id`);
  const [touched] = await rows<{ moved: boolean }>(sql`
    UPDATE users SET name = 'b' WHERE id = ${row?.id} RETURNING updated_at > '2020-01-02Z' AS moved`);
  const [kept] = await rows<{ year: number }>(sql`
    UPDATE users SET updated_at = '2021-01-01Z' WHERE id = ${row?.id} RETURNING extract(year FROM updated_at AT TIME ZONE 'UTC')::int AS year`);
  expect([touched?.moved, kept?.year]).toEqual([true, 2021]);
});

test('indexes every foreign key that cascades at the child', async () => {
  const found = await rows(sql`
    SELECT conrelid::regclass::text AS child, conname AS name
    FROM pg_constraint
    WHERE contype = 'f' AND confdeltype = 'c' AND connamespace = 'public'::regnamespace
      AND NOT EXISTS (
        SELECT FROM pg_index
        WHERE indrelid = conrelid AND (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
      )
  `);
  expect(found).toEqual([]);
});

test('leaves an empty catalog after its down scripts', async () => {
  const files = await readMigrationFiles(DIRECTORY);
  await database.db.transaction(async (tx) => {
    for (const { down } of files.toReversed()) {
      expect(down).not.toBeNull();
      await runScript(tx.client, { text: down?.text ?? '', timeoutMs: 10_000 });
    }
  });
  const left = await rows(sql`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
  `);
  expect(left).toEqual([]);
});
