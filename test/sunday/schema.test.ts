import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Queryable } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import type { TestDatabase } from '../support/database.ts';
import { createCoreDatabase, runSqlFile } from './product-database.ts';

const CORE_TABLES =
  `organizations, organization_settings, users, user_sessions, api_tokens, organization_members,
  invitations, roles, role_permissions, teams, team_members, workspaces, workspace_members, folders, board_templates,
  boards, board_members, board_columns, board_views, groups, items, item_values, item_assignees, item_dependencies,
  item_followers, tags, item_tags, comments, comment_reactions, mentions, attachments, time_entries, automations,
  automation_executions, webhooks, webhook_deliveries, integrations, notifications, notification_preferences,
  dashboards, dashboard_widgets, activity_log`.split(/,\s+/);
const REFERENCE_TABLES = ['board_templates', 'role_permissions', 'roles', 'users'];
const PARTITIONED_TABLES = ['activity_log', 'automation_executions', 'webhook_deliveries'];

let database: TestDatabase;
beforeAll(async () => {
  database = await createCoreDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const rows = <Row>(statement: ReturnType<typeof sql>) => database.db.rows<Row>(statement);
const namesOf = async (statement: ReturnType<typeof sql>, db: Queryable = database.db) =>
  (await db.rows<{ name: string }>(statement)).map((one) => one.name);

test('has exactly the 42 core tables', async () => {
  const found = await namesOf(sql`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT relispartition`);
  expect(found.toSorted()).toEqual(CORE_TABLES.toSorted());
  expect(found).toHaveLength(42);
});

test('gives every table a uuid key, and a life from created_at to deleted_at', async () => {
  const found = await namesOf(sql`
    SELECT class.relname AS name
    FROM pg_class AS class
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p')
      AND NOT (
        SELECT array_agg(attname::text || ' ' || format_type(atttypid, NULL) || ' ' || attnotnull)
          @> ARRAY[
            'id uuid true', 'created_at timestamp with time zone true', 'updated_at timestamp with time zone true',
            'deleted_at timestamp with time zone false'
          ]
        FROM pg_attribute WHERE attrelid = class.oid
      )`);
  expect(found).toEqual([]);
});

test('names the organization in every table but the reference tables, and never null', async () => {
  const found = await namesOf(sql`
    SELECT class.relname AS name
    FROM pg_class AS class
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p')
      AND NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = class.oid AND attname = 'organization_id' AND atttypid = 'uuid'::regtype AND attnotnull
      )
    ORDER BY 1`);
  expect(found).toEqual([...REFERENCE_TABLES, 'organizations'].toSorted());
});

test('identifies every row of a tenant table, and of every leaf, by its organization and its id', async () => {
  const found = await rows(sql`
    SELECT class.relname AS name, class.relreplident AS identity
      , (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = index.indexrelid) AS columns
    FROM pg_class AS class
    LEFT JOIN pg_index AS index ON index.indrelid = class.oid AND index.indisreplident
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p')
      AND NOT (class.relname = ANY(${REFERENCE_TABLES}))
      AND (class.relreplident <> 'i' OR NOT index.indisunique OR NOT index.indimmediate OR index.indpred IS NOT NULL
        OR (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = index.indexrelid)
          IS DISTINCT FROM CASE
            WHEN class.relname = 'organizations' THEN ARRAY['id']
            WHEN class.relispartition OR class.relkind = 'p' THEN ARRAY['organization_id', 'id', 'created_at']
            ELSE ARRAY['organization_id', 'id']
          END)`);
  expect(found).toEqual([]);
});

test('has no unique key without the tenant, unless it is a uuid alone or the table is of reference', async () => {
  const found = await namesOf(sql`
    SELECT indexrelid::regclass::text AS name
    FROM pg_index
    JOIN pg_class AS class ON class.oid = indrelid
    WHERE class.relnamespace = 'public'::regnamespace AND indisunique
      AND NOT (class.relname = ANY(${REFERENCE_TABLES}))
      AND NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = indrelid AND attnum = ANY(indkey)
          AND (attname = 'organization_id' OR atttypid = 'uuid'::regtype AND indnkeyatts = 1)
      )`);
  expect(found).toEqual([]);
});

const listUnindexedKeys = (db?: Queryable) =>
  namesOf(
    sql`
    SELECT conname AS name
    FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace
      AND NOT EXISTS (
        SELECT FROM pg_index
        WHERE indrelid = conrelid AND indisvalid AND (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
          -- What the key's equality implies: that one of its columns is not null.
          AND (indpred IS NULL OR EXISTS (
            SELECT FROM pg_attribute
            WHERE attrelid = conrelid AND attnum = ANY(conkey)
              AND pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', attname)
          ))
      )
    ORDER BY 1`,
    db,
  );

test('indexes every foreign key at the child, in the leaves too', async () => {
  expect(await listUnindexedKeys()).toEqual([]);
  const undo = new Error('take it back');
  const look = database.db.transaction(async (tx) => {
    await tx.rows(sql`DROP INDEX items_parent_idx`);
    expect(await listUnindexedKeys(tx)).toEqual(['items_organization_id_parent_id_fkey']);
    throw undo;
  });
  await expect(look).rejects.toBe(undo);
});

test('refers to another organization by no foreign key', async () => {
  const found = await namesOf(sql`
    SELECT conname AS name
    FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0
      AND confrelid NOT IN ('organizations'::regclass, 'users'::regclass, 'roles'::regclass, 'board_templates'::regclass)
      AND pg_get_constraintdef(oid) !~ '^FOREIGN KEY \\(organization_id, .* REFERENCES \\w+\\(organization_id, '`);
  expect(found).toEqual([]);
});

test('has a partition for each month from six back to three ahead, and no check left over', async () => {
  const found = await rows(sql`
    SELECT inhparent::regclass::text AS parent, count(*)::int AS partitions
      , count(*) FILTER (WHERE EXISTS (SELECT FROM pg_constraint WHERE conrelid = inhrelid AND conname = 'bounds'))::int AS checks
      , bool_or(inhrelid::regclass::text = inhparent::regclass || '_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMM'))
        AS "hasThisMonth"
      , bool_or(pg_get_expr(relpartbound, inhrelid) = 'DEFAULT') AS "hasDefault"
    FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid AND relkind = 'r'
    GROUP BY inhparent ORDER BY 1`);
  const expected = { partitions: 10, checks: 0, hasThisMonth: true, hasDefault: false };
  expect(found).toEqual(PARTITIONED_TABLES.map((parent) => ({ parent, ...expected })));
});

test('moves updated_at with every change, in every table', async () => {
  const missing = await namesOf(sql`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'set_updated_at' AND tgenabled = 'O')`);
  expect(missing).toEqual([]);
});

test('leaves an updated_at alone that the writer sets', async () => {
  const [row] = await rows<{ id: string }>(sql`
    INSERT INTO users (email, name, updated_at) VALUES ('a@x.example', 'a', '2020-01-01Z') RETURNING id`);
  const [touched] = await rows<{ moved: boolean }>(sql`
    UPDATE users SET name = 'b' WHERE id = ${row?.id} RETURNING updated_at > '2020-01-02Z' AS moved`);
  const [kept] = await rows<{ year: number }>(sql`
    UPDATE users SET updated_at = '2021-01-01Z' WHERE id = ${row?.id}
    RETURNING extract(year FROM updated_at AT TIME ZONE 'UTC')::int AS year`);
  expect([touched?.moved, kept?.year]).toEqual([true, 2021]);
});

test('leaves an empty catalog after its down script, and comes up again', async () => {
  await using other = await createCoreDatabase();
  await runSqlFile(other.db, '001_init_schema.down.sql');
  const left = await namesOf(
    sql`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
    UNION ALL SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'`,
    other.db,
  );
  expect(left).toEqual([]);
  expect(await runSqlFile(other.db, '001_init_schema.sql')).toBeGreaterThan(42);
});
