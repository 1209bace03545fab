import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Queryable, Transaction } from '../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../src/postgres/sql.ts';
import { as, createIntegrityDatabase, type IntegrityDatabase, trying } from './integrity-database.ts';
import { idOf } from './integrity-seed.ts';

let database: IntegrityDatabase;
beforeAll(async () => {
  database = await createIntegrityDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const A = idOf('a', 'organization');
/** Writes as logical replication does: no trigger and no foreign key looks at it. */
const unchecked = async (tx: Transaction, statements: readonly string[]) => {
  await tx.rows(raw('SET LOCAL session_replication_role = replica'));
  for (const statement of statements) await tx.rows(raw(statement));
  await tx.rows(raw('SET LOCAL session_replication_role = origin'));
};
const issuesOf = (db: Queryable) =>
  db.rows<{ issue: string; severity: string; row: string }>(
    sql`SELECT issue, severity, row_id AS row FROM data_quality_issues ORDER BY issue`,
  );

test('finds nothing wrong with good rows', async () => {
  expect(await issuesOf(database.db)).toEqual([]);
  expect(await database.db.rows(sql`SELECT * FROM orphaned_records`)).toEqual([]);
});

test.each([
  [
    'ITEM_DATA',
    'ERROR',
    'items',
    `UPDATE items SET item_data = '{"${idOf('b', 'board_columns')}": 1}' WHERE id = '${idOf('a', 'items')}'`,
  ],
  [
    'ITEM_VALUE',
    'ERROR',
    'item_values',
    `UPDATE board_columns SET settings = '{"labels": ["Lost"]}' WHERE organization_id = '${A}'`,
  ],
  [
    'SUBITEM_ON_OTHER_BOARD',
    'ERROR',
    'items',
    `UPDATE items SET parent_id = '${idOf('a', 'other item')}' WHERE id = '${idOf('a', 'items')}';
     UPDATE items SET board_id = gen_random_uuid() WHERE id = '${idOf('a', 'other item')}'`,
  ],
  [
    'NO_OWNER',
    'ERROR',
    'organizations',
    `UPDATE organization_members SET role_id = 'a0000000-0000-4000-8000-000000000003' WHERE organization_id = '${A}'`,
  ],
  [
    'INVITATION_EXPIRED',
    'INFO',
    'invitations',
    `UPDATE invitations SET expires_at = now() - interval '1 hour' WHERE organization_id = '${A}'`,
  ],
  [
    'CLOCK_FORGOTTEN',
    'INFO',
    'time_entries',
    `UPDATE time_entries SET started_at = now() - interval '25 hours', ended_at = NULL WHERE organization_id = '${A}'`,
  ],
])('shows %s', async (issue, severity, table, statement) => {
  await trying(database.admin, {}, async (tx) => {
    await unchecked(tx, [statement]);
    const row = idOf('a', table === 'organizations' ? 'organization' : table);
    expect(await issuesOf(tx)).toEqual([{ issue, severity, row }]);
  });
});

test('shows work that is assigned to a member who left, and dependencies in a circle', async () => {
  await trying(database.admin, {}, async (tx) => {
    await unchecked(tx, [
      `UPDATE organization_members SET status = 'left' WHERE organization_id = '${A}'`,
      `INSERT INTO item_dependencies (organization_id, item_id, depends_on_id)
       SELECT organization_id, depends_on_id, item_id FROM item_dependencies WHERE organization_id = '${A}'`,
    ]);
    expect((await issuesOf(tx)).map((one) => one.issue)).toEqual([
      'ASSIGNEE_NOT_ACTIVE',
      'DEPENDENCY_CIRCLE',
      'DEPENDENCY_CIRCLE',
      'NO_OWNER',
    ]);
  });
});

test('has a branch for every foreign key, and finds a row that lost its parent by each of them', async () => {
  const keys = await database.db.rows<{ name: string; table: string; column: string }>(sql`
    SELECT conname AS name, conrelid::regclass::text AS table
      , (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[cardinality(conkey)]) AS column
    FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND connamespace = 'public'::regnamespace ORDER BY 1
  `);
  expect(keys.length).toBeGreaterThan(70);
  for (const { name, table, column } of keys)
    await trying(database.admin, {}, async (tx) => {
      await tx.rows(sql`INSERT INTO role_permissions (role_id, permission)
        SELECT id, 'some.thing' FROM roles WHERE key = 'guest'`);
      const target =
        table === 'role_permissions' ? sql`permission = 'some.thing'` : sql`organization_id = ${A}`;
      const update = sql`UPDATE ${identifier(table)} SET ${identifier(column)} = ${idOf('no', name)} WHERE ${target}`;
      await tx.rows(raw('SET LOCAL session_replication_role = replica'));
      await tx.rows(update);
      const found = await tx.rows<{ table: string }>(sql`
        SELECT DISTINCT table_name AS table FROM orphaned_records
        WHERE reason = 'MISSING' AND constraint_name = ${name} AND table_name = ${table}
      `);
      expect([name, found]).toEqual([name, [{ table }]]);
    });
});

test('shows what is alive below a row that was soft-deleted', async () => {
  await trying(database.db, {}, async (tx) => {
    await tx.rows(sql`UPDATE comments SET deleted_at = now() WHERE organization_id = ${A}`);
    const rows = await tx.rows(
      sql`SELECT reason, table_name, organization_id FROM orphaned_records ORDER BY table_name`,
    );
    expect(rows).toEqual([
      { reason: 'PARENT_DELETED', table_name: 'comment_reactions', organization_id: A },
      { reason: 'PARENT_DELETED', table_name: 'mentions', organization_id: A },
    ]);
  });
});

test('shows a member the problems of his organization only', async () => {
  await database.db.rows(
    sql`UPDATE time_entries SET started_at = now() - interval '2 days', ended_at = NULL`,
  );
  await database.db.rows(sql`UPDATE comments SET deleted_at = now()`);
  await trying(database.app, as('a'), async (tx) => {
    expect(await issuesOf(tx)).toEqual([
      { issue: 'CLOCK_FORGOTTEN', severity: 'INFO', row: idOf('a', 'time_entries') },
    ]);
    const orphans = await tx.rows(sql`SELECT DISTINCT organization_id AS id FROM orphaned_records`);
    expect(orphans).toEqual([{ id: A }]);
  });
  expect(await trying(database.app, {}, issuesOf)).toEqual([]);
  await database.db.rows(sql`UPDATE time_entries SET ended_at = now()`);
  await database.db.rows(sql`UPDATE comments SET deleted_at = NULL`);
});

test('lists a table whose dead rows are beyond its autovacuum threshold, by the settings of the table', async () => {
  await database.db.rows(
    raw(
      'CREATE TABLE churned (n int) WITH (autovacuum_enabled = false, autovacuum_vacuum_threshold = 5, autovacuum_vacuum_scale_factor = 0)',
    ),
  );
  await database.db.session(async (session) => {
    await session.rows(raw('INSERT INTO churned SELECT generate_series(1, 10)'));
    await session.rows(raw('DELETE FROM churned WHERE n <= 6'));
    await session.rows(raw('SELECT pg_stat_force_next_flush()'));
  });
  const listed = () =>
    database.db.rows(sql`
      SELECT table_name, reason, dead_tuples::int, live_tuples::int, dead_fraction::float, command
      FROM tables_needing_vacuum WHERE table_name = 'churned'
    `);
  await expect.poll(listed).toEqual([
    {
      table_name: 'churned',
      reason: 'DEAD_TUPLES',
      dead_tuples: 6,
      live_tuples: 4,
      dead_fraction: 0.6,
      command: 'VACUUM (ANALYZE) public.churned',
    },
  ]);
  await database.db.rows(raw('DROP TABLE churned'));
});
