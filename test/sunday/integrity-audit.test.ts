import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyRows } from '../../src/postgres/copy.ts';
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

interface Entry {
  readonly table: string;
  readonly action: string;
  readonly organization: string | null;
  readonly row: string | null;
  readonly actor: string | null;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}
/** What this transaction has written to the trail so far. Reading it takes the owner's or a superuser's rights. */
const readTrail = (tx: Queryable) =>
  tx.rows<Entry>(sql`
    SELECT table_name AS table, action, organization_id AS organization, row_id AS row, actor_id AS actor
      , old_values AS before, new_values AS after
    FROM ops.audit_trail WHERE transaction_id = pg_current_xact_id() ORDER BY id
  `);
const A = idOf('a', 'organization');

test('audits insert, update, delete and truncate of all 42 tables', async () => {
  const missing = await database.db.rows(sql`
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND 4 <> (
      SELECT count(*) FROM pg_trigger
      WHERE tgrelid = pg_class.oid AND tgfoid = 'ops.record_changes()'::regprocedure AND tgenabled = 'O'
    )
  `);
  expect(missing).toEqual([]);
});

test('says who changed which columns of which row, from what to what', async () => {
  await trying(database.db, as('a'), async (tx) => {
    await tx.rows(sql`UPDATE items SET name = 'New', position = position WHERE id = ${idOf('a', 'items')}`);
    expect(await readTrail(tx)).toEqual([
      {
        table: 'items',
        action: 'UPDATE',
        organization: A,
        row: idOf('a', 'items'),
        actor: idOf('a', 'user'),
        before: { name: 'Secret of a' },
        after: { name: 'New' },
      },
    ]);
  });
});

test('names the role that logged in and the one it took on', async () => {
  const role = database.appRole;
  await trying(database.admin, as('a'), async (tx) => {
    await tx.rows(raw(`SET LOCAL ROLE "${role}"`));
    await tx.rows(sql`INSERT INTO tags (organization_id, name) VALUES (${A}, 'x')`);
    await tx.rows(raw('RESET ROLE'));
    const rows = await tx.rows(sql`
      SELECT login_role = session_user AS login, set_role, pg_current_xact_id() = transaction_id AS transaction
        , changed_at >= now() AS recent FROM ops.audit_trail WHERE transaction_id = pg_current_xact_id()
    `);
    expect(rows).toEqual([{ login: true, set_role: role, transaction: true, recent: true }]);
  });
});

test('writes nothing about an update that changes nothing', async () => {
  await trying(database.db, as('a'), async (tx) => {
    await tx.rows(sql`UPDATE items SET name = name`);
    expect(await readTrail(tx)).toEqual([]);
  });
});

test('keeps the whole row when it comes and when it goes, what goes with it included', async () => {
  await trying(database.db, as('a'), async (tx) => {
    await tx.rows(sql`DELETE FROM comments WHERE id = ${idOf('a', 'comments')}`);
    const trail = await readTrail(tx);
    expect(trail.map((one) => `${one.action} ${one.table}`).sort()).toEqual([
      'DELETE comment_reactions',
      'DELETE comments',
      'DELETE mentions',
    ]);
    expect(trail.find((one) => one.table === 'comments')?.before).toMatchObject({ body: 'Whisper of a' });
    await tx.rows(sql`INSERT INTO tags (id, organization_id, name) VALUES (${idOf('a', 'tag')}, ${A}, 'x')`);
    expect((await readTrail(tx)).at(-1)).toMatchObject({
      action: 'INSERT',
      row: idOf('a', 'tag'),
      before: null,
    });
  });
});

test('shows a row that changes its organization as gone from one and come to the other', async () => {
  await trying(database.db, {}, async (tx) => {
    await tx.rows(sql`DELETE FROM item_tags`);
    await tx.rows(sql`UPDATE tags SET organization_id = ${idOf('b', 'organization')}, name = 'moved'
      WHERE id = ${idOf('a', 'tags')}`);
    const trail = (await readTrail(tx)).filter((one) => one.table === 'tags');
    expect(trail.map((one) => [one.action, one.organization]).sort()).toEqual([
      ['DELETE', A],
      ['INSERT', idOf('b', 'organization')],
    ]);
  });
});

test('never copies a secret into the trail, not even one that a later migration adds', async () => {
  await trying(database.db, as('a'), async (tx) => {
    await tx.rows(raw('ALTER TABLE teams ADD COLUMN join_password text, ADD COLUMN key_encrypted text'));
    await tx.rows(sql`INSERT INTO teams (organization_id, name, join_password, key_encrypted)
      VALUES (${A}, 'x', 'hunter2', NULL)`);
    await tx.rows(sql`UPDATE webhooks SET secret = '\\x5ec2e7'`);
    await tx.rows(sql`UPDATE integrations SET credentials = NULL WHERE id = ${idOf('a', 'integrations')}`);
    await tx.rows(sql`UPDATE user_sessions SET token_hash = sha256('new')`);
    await tx.rows(sql`DELETE FROM api_tokens`);
    const trail = await readTrail(tx);
    expect(trail.find((one) => one.table === 'teams')?.after).toMatchObject({
      join_password: '***',
      key_encrypted: null,
    });
    expect(trail.find((one) => one.table === 'webhooks')).toMatchObject({
      before: { secret: '***' },
      after: { secret: '***' },
    });
    expect(trail.find((one) => one.table === 'integrations')).toMatchObject({
      before: { credentials: '***' },
      after: { credentials: null },
    });
    expect(trail.find((one) => one.table === 'api_tokens')?.before).toMatchObject({
      token_hash: '***',
      name: 'ci',
    });
    expect(JSON.stringify(trail)).not.toMatch(/5ec2e7|hunter2|\\\\x/);
  });
});

test('audits COPY, partitioned tables, tables without organizations and TRUNCATE', async () => {
  await trying(database.db, {}, async (tx) => {
    const target = {
      schema: 'public',
      table: 'tags',
      columns: ['organization_id', 'name'],
      timeoutMs: 5_000,
    };
    await copyRows(tx.client, target, [`${A}\tone\n`, `${A}\ttwo\n`]);
    await tx.rows(sql`UPDATE activity_log SET action = 'seen' WHERE organization_id = ${A}`);
    await tx.rows(sql`UPDATE users SET name = 'Renamed' WHERE id = ${idOf('a', 'user')}`);
    await tx.rows(sql`TRUNCATE notification_preferences`);
    expect((await readTrail(tx)).map((one) => [one.table, one.action, one.organization])).toEqual([
      ['tags', 'INSERT', A],
      ['tags', 'INSERT', A],
      ['activity_log', 'UPDATE', A],
      ['users', 'UPDATE', null],
      ['notification_preferences', 'TRUNCATE', null],
    ]);
  });
});

test('leaves the trail out when the owner says so, and when nobody else does', async () => {
  const off = { ...as('a'), 'app.audit': 'off' };
  const insert = sql`INSERT INTO tags (organization_id, name) VALUES (${A}, 'bulk')`;
  await trying(database.db, off, async (tx) => {
    await tx.rows(insert);
    expect(await readTrail(tx)).toEqual([]);
  });
  await trying(database.admin, off, async (tx) => {
    await tx.rows(raw(`SET LOCAL ROLE "${database.appRole}"`));
    await tx.rows(insert);
    await tx.rows(raw('RESET ROLE'));
    expect(await readTrail(tx)).toMatchObject([{ action: 'INSERT', table: 'tags' }]);
  });
});

test('lets nobody but the triggers write the trail', async () => {
  await trying(database.app, as('a'), async (tx) => {
    for (const statement of [
      'DELETE FROM ops.audit_trail',
      `INSERT INTO ops.audit_trail (table_name, action) VALUES ('x', 'INSERT')`,
    ])
      expect((await refusalOf(tx, raw(statement)))?.code).toBe('42501');
  });
});

test('notes an access with the user, the organization and the address of the session', async () => {
  const settings = { ...as('a'), 'app.current_organization_id': A };
  await database.app.transaction(async (tx) => {
    for (const [name, value] of Object.entries(settings))
      await tx.rows(sql`SELECT set_config(${name}, ${value}, true)`);
    await tx.rows(sql`SELECT log_access('view', 'board', ${idOf('a', 'boards')}, '{"by": "link"}')`);
    await tx.rows(sql`SELECT set_config('app.current_organization_id', ${idOf('b', 'organization')}, true)`);
    await tx.rows(sql`SELECT log_access('export', 'board')`);
    expect((await refusalOf(tx, sql`SELECT log_access('view', 'board', NULL, '[]')`))?.code).toBe('23514');
    expect((await refusalOf(tx, sql`SELECT log_access(NULL, 'board')`))?.code).toBe('23502');
    expect((await refusalOf(tx, raw('DELETE FROM ops.access_log')))?.code).toBe('42501');
  });
  const log = await database.db.rows(sql`
    SELECT organization_id, actor_id, login_role, action, resource_id, detail FROM ops.access_log ORDER BY id
  `);
  const who = { actor_id: idOf('a', 'user'), login_role: database.appRole };
  expect(log).toEqual([
    { ...who, organization_id: A, action: 'view', resource_id: idOf('a', 'boards'), detail: { by: 'link' } },
    // Of another organization he is no member: it is not noted as if he were.
    { ...who, organization_id: null, action: 'export', resource_id: null, detail: {} },
  ]);
});
