import { to as copyTo } from 'pg-copy-streams';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Queryable } from '../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../src/postgres/sql.ts';
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

const itemsOf = (db: Queryable) => db.rows<{ name: string }>(sql`SELECT name FROM items`);

test('answers the same about a foreign key to a row of others as about one that does not exist', async () => {
  await trying(database.app, as('a'), async (tx) => {
    const attempt = (board: string) =>
      refusalOf(
        tx,
        sql`INSERT INTO groups (organization_id, board_id, name, position)
          VALUES (${idOf('a', 'organization')}, ${board}, 'x', 1)`,
      );
    const [others, nothing] = [await attempt(idOf('b', 'boards')), await attempt(idOf('no', 'boards'))];
    expect(others?.code).toBe('23503');
    expect([others?.message, others?.detail]).toEqual([nothing?.message, nothing?.detail]);
  });
});

test('answers the same about a membership for a user of others as about one who does not exist', async () => {
  await trying(database.app, as('a'), async (tx) => {
    const attempt = (user: string) =>
      refusalOf(
        tx,
        sql`INSERT INTO organization_members (organization_id, user_id) VALUES (${idOf('a', 'organization')}, ${user})`,
      );
    const [others, nothing] = [await attempt(idOf('b', 'user')), await attempt(idOf('no', 'user'))];
    expect(others).toMatchObject({ code: '42501', message: nothing?.message });
    const move = sql`UPDATE organization_members SET user_id = ${idOf('b', 'user')}`;
    expect((await refusalOf(tx, move))?.code).toBe('42501');
  });
});

test('tells by a taken key at most that a uuid is taken, without a word of the row', async () => {
  await trying(database.app, as('a'), async (tx) => {
    const values = sql`(${idOf('b', 'tags')}, ${idOf('a', 'organization')}, 'mine')`;
    const taken = await refusalOf(tx, sql`INSERT INTO tags (id, organization_id, name) VALUES ${values}`);
    expect(taken?.code).toBe('23505');
    expect(taken?.detail).toBeUndefined();
    const upsert = sql`INSERT INTO tags (id, organization_id, name) VALUES ${values}
      ON CONFLICT (id) DO UPDATE SET name = 'seized' RETURNING *`;
    expect((await refusalOf(tx, upsert))?.code).toBe('42501');
  });
});

test('copies out only what the session may see, and nothing to a file of the server', async () => {
  await trying(database.app, as('a'), async (tx) => {
    const chunks: Buffer[] = [];
    for await (const chunk of tx.client.query(copyTo('COPY items (name) TO STDOUT')))
      chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString().trim().split('\n').sort()).toEqual(['Other of a', 'Secret of a']);
    expect((await refusalOf(tx, raw(`COPY items TO '/tmp/items'`)))?.code).toBe('42501');
  });
});

test('checks the policy before a function of the caller sees a row', async () => {
  await database.admin.rows(sql`GRANT CREATE ON SCHEMA public TO ${identifier(database.appRole)}`);
  await trying(database.app, as('a'), async (tx) => {
    await tx.rows(
      raw(`CREATE FUNCTION spy(content text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
      BEGIN IF content LIKE '%of b' THEN RAISE EXCEPTION 'seen: %', content; END IF; RETURN true; END $$`),
    );
    expect(await tx.rows(raw('SELECT name FROM items WHERE spy(name) ORDER BY name'))).toHaveLength(2);
    expect(await tx.rows(raw('SELECT body FROM comments WHERE spy(body)'))).toHaveLength(1);
  });
  await database.admin.rows(sql`REVOKE CREATE ON SCHEMA public FROM ${identifier(database.appRole)}`);
});

test('keeps the statistics of the columns to itself', async () => {
  await database.db.rows(raw('ANALYZE items'));
  const seen = await trying(database.app, as('a'), (tx) =>
    tx.rows(raw(`SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE schemaname = 'public'`)),
  );
  expect(seen).toEqual([]);
});

test('has no view that reads with the rights of its owner', async () => {
  const views = await database.db.rows<{ name: string }>(sql`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace IN ('public'::regnamespace, 'ops'::regnamespace) AND relkind IN ('v', 'm')
      AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)
  `);
  expect(views).toEqual([]);
});

test('fixes the search path of every function that runs with the rights of its owner', async () => {
  const loose = await database.db.rows(sql`
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace IN ('public'::regnamespace, 'ops'::regnamespace) AND prosecdef
      AND NOT EXISTS (SELECT FROM unnest(proconfig) AS one WHERE one LIKE 'search_path=%')
  `);
  expect(loose).toEqual([]);
});

test('lets an application reach nothing of the schema ops', async () => {
  const relations = await database.db.rows<{ name: string }>(sql`
    SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'ops'::regnamespace AND relkind IN ('r', 'p', 'v')
  `);
  expect(relations.length).toBeGreaterThan(2);
  await trying(database.app, as('a'), async (tx) => {
    for (const { name } of relations) expect((await refusalOf(tx, raw(`TABLE ${name}`)))?.code).toBe('42501');
  });
});

test.each([
  ['validate_item_data', sql`SELECT validate_item_data(${idOf('b', 'boards')}, '{"free": 1}') AS seen`, true],
  [
    'names_strangers',
    sql`SELECT names_strangers(${idOf('b', 'organization')}, ${JSON.stringify({ users: [idOf('b', 'user')] })}) AS seen`,
    true,
  ],
  ['can_see_user', sql`SELECT can_see_user(${idOf('b', 'user')}) AS seen`, false],
  [
    'current_organization_ids',
    sql`SELECT ${idOf('b', 'organization')}::uuid = ANY (current_organization_ids()) AS seen`,
    false,
  ],
])('says no more of another organization through %s than of none', async (_, statement, expected) => {
  expect(await trying(database.app, as('a'), (tx) => tx.rows(statement))).toEqual([{ seen: expected }]);
});

test('calls a column of another board unknown, whether it is of another organization or of none', async () => {
  const problems = await trying(database.app, as('a'), (tx) =>
    tx.rows(sql`SELECT DISTINCT problem FROM (
      SELECT problem FROM item_data_problems(${idOf('b', 'boards')}, ${JSON.stringify({ [idOf('b', 'board_columns')]: { label: 'Open' } })})
      UNION ALL
      SELECT problem FROM item_data_problems(${idOf('no', 'boards')}, ${JSON.stringify({ [idOf('no', 'board_columns')]: { label: 'Open' } })})
    ) AS both_of_them`),
  );
  expect(problems).toEqual([{ problem: 'names no column of the board' }]);
});

test.each([
  'apply_retention_policies()',
  `export_user_data('${idOf('a', 'user')}')`,
  `erase_user('${idOf('a', 'user')}', 'x')`,
])('keeps %s from an application', async (call) => {
  const refusal = await trying(database.app, as('a'), (tx) => refusalOf(tx, raw(`SELECT ${call}`)));
  expect(refusal?.code).toBe('42501');
});

test('searches the items of its own organizations, the best first, without those that are deleted', async () => {
  const search = (tx: Queryable, query: string | null, most = 50) =>
    tx.rows<{ name: string }>(sql`SELECT name FROM search_items(${query}, ${most})`);
  await trying(database.app, as('a'), async (tx) => {
    expect(await search(tx, 'secret')).toEqual([{ name: 'Secret of a' }]);
    expect(await search(tx, 'of b')).toEqual([]);
    expect(await search(tx, "' OR true --")).toEqual([]);
    expect(await search(tx, null)).toEqual([]);
    const all = sql`UPDATE items SET description = repeat('secret ', CASE name WHEN 'Other of a' THEN 9 ELSE 1 END)`;
    await tx.rows(all);
    expect(await search(tx, 'Secrets')).toEqual([{ name: 'Other of a' }, { name: 'Secret of a' }]);
    expect(await search(tx, 'secret', 1)).toEqual([{ name: 'Other of a' }]);
    expect(await search(tx, 'secret', -1)).toEqual([]);
    await tx.rows(sql`UPDATE items SET deleted_at = now() WHERE name = 'Other of a'`);
    expect(await search(tx, 'secret')).toEqual([{ name: 'Secret of a' }]);
  });
  expect(await trying(database.app, {}, (tx) => search(tx, 'secret'))).toEqual([]);
});

test('founds an organization whose owner is the current user, and refuses a session without one', async () => {
  await trying(database.app, as('a'), async (tx) => {
    const [row] = await tx.rows<{ id: string }>(sql`SELECT create_organization('New', 'new') AS id`);
    const [found] = await tx.rows(sql`
      SELECT slug, key FROM organizations JOIN organization_members ON organization_id = organizations.id
      JOIN roles ON roles.id = role_id WHERE organizations.id = ${row?.id} AND user_id = current_user_id()
    `);
    expect(found).toEqual({ slug: 'new', key: 'owner' });
  });
  const refusal = await trying(database.app, {}, (tx) =>
    refusalOf(tx, sql`SELECT create_organization('New', 'new')`),
  );
  expect(refusal?.code).toBe('42501');
});

test('lets in who was invited, by the token and the address together, once', async () => {
  const guest = idOf('guest', 'user');
  await trying(database.app, { 'app.current_user_id': guest }, async (tx) => {
    const accept = sql`SELECT accept_invitation(sha256('invite a')) AS organization`;
    await tx.rows(sql`INSERT INTO users (id, email, name) VALUES (${guest}, 'Guest@a.example.com', 'Guest')`);
    expect((await refusalOf(tx, sql`SELECT accept_invitation(sha256('invite b'))`))?.code).toBe('P0002');
    expect(await itemsOf(tx)).toHaveLength(0);
    expect(await tx.rows(accept)).toEqual([{ organization: idOf('a', 'organization') }]);
    expect(await itemsOf(tx)).toHaveLength(2);
    expect((await refusalOf(tx, accept))?.code).toBe('P0002');
  });
});

test('asks for the memberships once for a query, and reads the items by an index', async () => {
  const plan = await trying(database.app, as('a'), async (tx) => {
    await tx.rows(raw('SET LOCAL enable_seqscan = off'));
    const rows = await tx.rows<{ 'QUERY PLAN': string }>(
      raw(
        `EXPLAIN SELECT name FROM items WHERE organization_id = '${idOf('a', 'organization')}' AND board_id = '${idOf('a', 'boards')}'`,
      ),
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toMatch(/Index Scan using .*\n.*Index Cond: .*organization_id = ANY \(\$0\)/);
  expect(plan.match(/InitPlan/g)).toHaveLength(1);
});

test('holds for an owner without BYPASSRLS: he sees his own organizations, and his maintenance fails aloud', async () => {
  await using bound = await createIntegrityDatabase('NOBYPASSRLS');
  const slugs = (db: Queryable) => db.rows(sql`SELECT slug FROM organizations`);
  for (const db of [bound.db, bound.app]) {
    expect(await trying(db, {}, slugs)).toEqual([]);
    expect(await trying(db, as('a'), slugs)).toEqual([{ slug: 'a' }]);
    expect(await trying(db, { ...as('a'), 'app.resolving_membership': 'on' }, slugs)).toEqual([
      { slug: 'a' },
    ]);
    const members = await trying(db, as('a'), (tx) =>
      tx.rows(sql`SELECT user_id AS id FROM organization_members`),
    );
    expect(members).toEqual([{ id: idOf('a', 'user') }]);
  }
  const [run] = await bound.db.rows<{ error: string }>(
    sql`SELECT DISTINCT left(error, 5) AS error FROM apply_retention_policies()`,
  );
  expect(run?.error).toBe('42501');
});
