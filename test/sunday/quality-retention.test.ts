import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Queryable } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
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

interface Run {
  readonly policy: string;
  readonly affected: number;
  readonly more: boolean | null;
  readonly error: string | null;
}
const apply = (tx: Queryable, batchSize: number, maxBatches: number, dryRun = false) =>
  tx.rows<Run>(sql`
    SELECT policy, affected::int, has_more AS more, error
    FROM apply_retention_policies(${batchSize}, ${maxBatches}, ${dryRun}) ORDER BY policy
  `);
/** Only this policy is enabled. */
const keepOnly = (tx: Queryable, table: string, column: string, action: string) =>
  tx.rows(sql`
    WITH others AS (UPDATE ops.retention_policies SET is_enabled = false)
    INSERT INTO ops.retention_policies (name, table_name, age_column, keep, action)
    VALUES ('tested', ${table}, ${column}, '30 days', ${action})
  `);
/** Notifications of `a` that were read so many days ago. */
const notify = (tx: Queryable, days: readonly number[]) =>
  tx.rows(sql`
    INSERT INTO notifications (organization_id, user_id, type, read_at)
    SELECT ${idOf('a', 'organization')}, ${idOf('a', 'user')}, 'old', now() - make_interval(days => day)
    FROM unnest(${days}::int[]) AS day
  `);
const remaining = async (tx: Queryable) => {
  const [row] = await tx.rows<{ alive: number; all: number }>(sql`
    SELECT count(*) FILTER (WHERE deleted_at IS NULL)::int AS alive, count(*)::int AS all FROM notifications WHERE type = 'old'
  `);
  return [row?.alive, row?.all];
};

test('deletes what is older than its policy keeps, within the bound, and says when there is more', async () => {
  await trying(database.db, {}, async (tx) => {
    await keepOnly(tx, 'public.notifications', 'read_at', 'HARD_DELETE');
    await notify(tx, [1, 29, 31, 32, 33, 34, 35]);
    expect(await apply(tx, 2, 2, true)).toEqual([{ policy: 'tested', affected: 4, more: true, error: null }]);
    expect(await remaining(tx)).toEqual([7, 7]);
    expect(await apply(tx, 2, 2)).toEqual([{ policy: 'tested', affected: 4, more: true, error: null }]);
    expect(await apply(tx, 2, 2)).toEqual([{ policy: 'tested', affected: 1, more: false, error: null }]);
    expect(await remaining(tx)).toEqual([2, 2]);
    const [trail] = await tx.rows<{ count: number }>(sql`
      SELECT count(*)::int FROM ops.audit_trail WHERE action = 'DELETE' AND transaction_id = pg_current_xact_id()
    `);
    expect(trail?.count).toBe(5);
  });
});

test('deletes softly where the policy says so, once', async () => {
  await trying(database.db, {}, async (tx) => {
    await keepOnly(tx, 'public.notifications', 'read_at', 'SOFT_DELETE');
    await notify(tx, [1, 31, 32]);
    expect(await apply(tx, 100, 1)).toMatchObject([{ affected: 2, more: false }]);
    expect(await apply(tx, 100, 1)).toMatchObject([{ affected: 0, more: false }]);
    expect(await remaining(tx)).toEqual([1, 3]);
  });
});

test('goes on after a policy that fails, and says what failed', async () => {
  await trying(database.db, {}, async (tx) => {
    await keepOnly(tx, 'public.notifications', 'read_at', 'HARD_DELETE');
    await tx.rows(sql`
      INSERT INTO ops.retention_policies (name, table_name, age_column, keep, action) VALUES
        ('a_gone', 'public.no_such_table', 'x', '30 days', 'HARD_DELETE'),
        ('b_months', 'public.activity_log', 'created_at', '30 days', 'HARD_DELETE')
    `);
    await notify(tx, [31]);
    expect(await apply(tx, 100, 1)).toEqual([
      {
        policy: 'a_gone',
        affected: 0,
        more: null,
        error: '42P01: relation "public.no_such_table" does not exist',
      },
      {
        policy: 'b_months',
        affected: 0,
        more: null,
        error: '42809: public.activity_log is no plain table: months are dropped as partitions',
      },
      { policy: 'tested', affected: 1, more: false, error: null },
    ]);
  });
});

test('names a table and a column that exist in every policy that it brings, and runs them all', async () => {
  await trying(database.db, {}, async (tx) => {
    await tx.rows(sql`UPDATE ops.retention_policies SET is_enabled = true`);
    const runs = await apply(tx, 10, 1);
    expect(runs).toHaveLength(11);
    expect(runs.filter((one) => one.error !== null)).toEqual([]);
  });
});

test('refuses a second run at the same time, and bounds that are none', async () => {
  await database.db.transaction(async (first) => {
    await apply(first, 1, 1, true);
    const refusal = await trying(database.db, {}, (tx) =>
      refusalOf(tx, sql`SELECT apply_retention_policies()`),
    );
    expect(refusal?.code).toBe('55P03');
  });
  for (const call of ['0', '10001', '1, 0', '1, 1001', '1, 1, NULL']) {
    const refusal = await trying(database.db, {}, (tx) =>
      refusalOf(tx, raw(`SELECT apply_retention_policies(${call})`)),
    );
    expect([call, refusal?.code]).toEqual([call, '22023']);
  }
});

test('exports everything that names a person, without secrets and without others', async () => {
  const [row] = await database.db.rows<{ data: Record<string, readonly Record<string, unknown>[]> }>(
    sql`SELECT export_user_data(${idOf('a', 'user')}) AS data`,
  );
  const data = row?.data ?? {};
  expect(Object.keys(data).sort()).toEqual([
    'activity_log',
    'api_tokens',
    'board_members',
    'boards',
    'comment_reactions',
    'comments',
    'invitations',
    'item_assignees',
    'item_followers',
    'mentions',
    'notification_preferences',
    'notifications',
    'organization_members',
    'team_members',
    'time_entries',
    'user_sessions',
    'users',
    'workspace_members',
  ]);
  expect(data['users']).toMatchObject([{ email: 'owner@a.example.com' }]);
  expect(data['user_sessions']).toMatchObject([{ token_hash: '***' }]);
  expect(JSON.stringify(data)).not.toContain(idOf('b', 'organization'));
  const unknown = await trying(database.db, {}, (tx) =>
    refusalOf(tx, sql`SELECT export_user_data(${idOf('no', 'user')})`),
  );
  expect(unknown?.code).toBe('P0002');
});

test('erases a person: nothing names him any more, what he wrote stays', async () => {
  const user = idOf('a', 'user');
  await trying(database.db, as('a'), async (tx) => {
    await tx.rows(sql`INSERT INTO board_columns (id, organization_id, board_id, name, type, position)
      VALUES (${idOf('a', 'person')}, ${idOf('a', 'organization')}, ${idOf('a', 'boards')}, 'Who', 'person', 2)`);
    await tx.rows(sql`INSERT INTO item_values (organization_id, item_id, column_id, value)
      VALUES (${idOf('a', 'organization')}, ${idOf('a', 'items')}, ${idOf('a', 'person')}, ${JSON.stringify({ users: [user] })})`);
    await tx.rows(sql`UPDATE users SET name = 'Ann', profile = '{"phone": "123"}' WHERE id = ${user}`);
    await tx.rows(sql`SELECT log_access('view', 'board')`);
    const refusal = await refusalOf(tx, sql`SELECT erase_user(${user}, 'somebody@else.example')`);
    expect(refusal?.code).toBe('P0002');
    await tx.rows(sql`SELECT erase_user(${user}, 'Owner@a.example.com')`);
    expect(
      await tx.rows(
        sql`SELECT author_id, body FROM comments WHERE organization_id = ${idOf('a', 'organization')}`,
      ),
    ).toEqual([{ author_id: null, body: 'Whisper of a' }]);
    const tables = await tx.rows<{ name: string }>(sql`
      SELECT oid::regclass::text AS name FROM pg_class
      WHERE relnamespace IN ('public'::regnamespace, 'ops'::regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition
    `);
    for (const { name } of tables) {
      const [found] = await tx.rows<{ text: string | null }>(
        raw(`SELECT string_agg(to_jsonb(one)::text, '') AS text FROM ${name} one`),
      );
      expect([name, found?.text?.match(/owner@a\.example|"Ann"|"phone"/i) ?? null]).toEqual([name, null]);
      // The number itself stays where it says that a row about him changed, and on the emptied row of users.
      if (!['users', 'ops.audit_trail'].includes(name))
        expect([name, found?.text?.includes(user) ?? false]).toEqual([name, false]);
    }
  });
});
