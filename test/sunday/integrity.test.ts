import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('e-mail addresses', () => {
  const long = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(50)}.com`;
  test.each(['ann@example.com', "o'hara+tag@mail.example.co", 'ann@xn--bcher-kva.example', 'a@b.io', long])(
    'takes %s',
    async (email) => {
      expect(
        await trying(database.db, {}, (tx) => refusalOf(tx, sql`SELECT ${email}::email_address`)),
      ).toBeNull();
    },
  );
  test.each([
    '',
    'ann',
    'ann@localhost',
    'ann@@example.com',
    '.ann@example.com',
    'an..n@example.com',
    'ann@-example.com',
    'ann@example.com\nbcc: eve@example.com',
    'Ann <ann@example.com>',
    'ann@example.c',
    `${'a'.repeat(65)}@example.com`,
    `x${long}x`,
  ])('refuses %j', async (email) => {
    await trying(database.db, {}, async (tx) => {
      const user = sql`INSERT INTO users (email, name) VALUES (${email}, 'x')`;
      expect(await refusalOf(tx, user)).toMatchObject({ code: '23514', constraint: 'email_address_check' });
      const invitation = sql`UPDATE invitations SET email = ${email}`;
      expect((await refusalOf(tx, invitation))?.code).toBe('23514');
    });
  });
});

describe('hierarchies', () => {
  /** Items `1` to `count` on the board of `a`, each below the one before. */
  const chain = async (tx: Queryable, count: number) => {
    for (let at = 1; at <= count; at += 1)
      await tx.rows(sql`
        INSERT INTO items (id, organization_id, board_id, group_id, parent_id, name, position)
        SELECT ${idOf('a', `chain ${at}`)}, organization_id, board_id, group_id,
          ${at === 1 ? null : idOf('a', `chain ${at - 1}`)}::uuid, 'link', 1
        FROM items WHERE id = ${idOf('a', 'items')}
      `);
  };
  const hang = (what: string, below: string) =>
    sql`UPDATE items SET parent_id = ${idOf('a', below)} WHERE id = ${idOf('a', what)}`;

  test('refuses a circle of items, whatever its length, and one made by a single statement', async () => {
    await trying(database.app, as('a'), async (tx) => {
      await chain(tx, 5);
      const circle = { code: '23514', constraint: 'items_hierarchy' };
      expect(await refusalOf(tx, hang('chain 1', 'chain 2'))).toMatchObject(circle);
      expect(await refusalOf(tx, hang('chain 1', 'chain 5'))).toMatchObject(circle);
      expect(await refusalOf(tx, hang('chain 4', 'chain 2'))).toBeNull();
      const both = sql`UPDATE items SET parent_id = CASE id WHEN ${idOf('a', 'items')} THEN ${idOf('a', 'other item')}::uuid
        ELSE ${idOf('a', 'items')}::uuid END WHERE id IN (${idOf('a', 'items')}, ${idOf('a', 'other item')})`;
      expect(await refusalOf(tx, both)).toMatchObject(circle);
    });
  });

  test('keeps items within ten levels, also when a branch moves', async () => {
    await trying(database.app, as('a'), async (tx) => {
      await chain(tx, 11);
      expect(await refusalOf(tx, hang('items', 'chain 11'))).toMatchObject({ constraint: 'items_hierarchy' });
      expect(await refusalOf(tx, hang('chain 1', 'items'))).toMatchObject({ constraint: 'items_hierarchy' });
      await tx.rows(hang('chain 3', 'chain 1'));
      expect(await refusalOf(tx, hang('chain 1', 'items'))).toBeNull();
    });
  });

  test('keeps a subitem on the board of its parent, and lets both move together', async () => {
    await trying(database.app, as('a'), async (tx) => {
      const board = idOf('a', 'second board');
      await tx.rows(sql`INSERT INTO boards (id, organization_id, workspace_id, name)
        VALUES (${board}, ${idOf('a', 'organization')}, ${idOf('a', 'workspaces')}, 'Second')`);
      await tx.rows(sql`INSERT INTO groups (id, organization_id, board_id, name, position)
        VALUES (${board}, ${idOf('a', 'organization')}, ${board}, 'Group', 1)`);
      await tx.rows(sql`DELETE FROM item_values`);
      await tx.rows(hang('other item', 'items'));
      for (const one of ['items', 'other item']) {
        const move = sql`UPDATE items SET board_id = ${board}, group_id = ${board} WHERE id = ${idOf('a', one)}`;
        expect(await refusalOf(tx, move)).toMatchObject({
          code: '23514',
          constraint: 'items_hierarchy_board_id',
        });
      }
      expect(await refusalOf(tx, sql`UPDATE items SET board_id = ${board}, group_id = ${board}`)).toBeNull();
    });
  });

  test('refuses circles of folders and of replies', async () => {
    await trying(database.app, as('a'), async (tx) => {
      await tx.rows(sql`INSERT INTO folders (id, organization_id, workspace_id, parent_id, name)
        SELECT ${idOf('a', 'inner')}, organization_id, workspace_id, id, 'Inner' FROM folders`);
      const folder = sql`UPDATE folders SET parent_id = ${idOf('a', 'inner')} WHERE id = ${idOf('a', 'folders')}`;
      expect(await refusalOf(tx, folder)).toMatchObject({ constraint: 'folders_hierarchy' });
      await tx.rows(sql`INSERT INTO comments (id, organization_id, item_id, parent_id, body)
        SELECT ${idOf('a', 'reply')}, organization_id, item_id, id, 'Reply' FROM comments`);
      const reply = sql`UPDATE comments SET parent_id = ${idOf('a', 'reply')} WHERE id = ${idOf('a', 'comments')}`;
      expect(await refusalOf(tx, reply)).toMatchObject({ constraint: 'comments_hierarchy' });
    });
  });

  test.each(['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'])(
    'lets at most one of two sessions through that would close a circle together (%s)',
    async (isolation) => {
      const work = (what: string, below: string) =>
        database.db.transaction(async (tx) => {
          await tx.rows(raw(`SET TRANSACTION ISOLATION LEVEL ${isolation}`));
          await tx.rows(sql`SELECT count(*) FROM items`);
          await sleep(50); // both have their snapshot by then
          await tx.rows(hang(what, below));
          await sleep(50); // neither commits before the other has tried
        });
      const ends = await Promise.allSettled([work('items', 'other item'), work('other item', 'items')]);
      const refused = ends.flatMap((one) =>
        one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
      );
      expect(refused.length).toBeGreaterThan(0);
      for (const code of refused) expect(['23514', '40P01', '40001']).toContain(code);
      await database.db.rows(sql`UPDATE items SET parent_id = NULL WHERE parent_id IS NOT NULL`);
    },
  );

  test('lets at most one of two sessions through that close a circle over several levels', async () => {
    await database.db.transaction((tx) => chain(tx, 2));
    await database.db.rows(hang('other item', 'items'));
    const work = (what: string, below: string) =>
      database.db.transaction(async (tx) => {
        await tx.rows(hang(what, below));
        await sleep(50);
      });
    const ends = await Promise.allSettled([work('chain 1', 'other item'), work('items', 'chain 2')]);
    expect(ends.filter((one) => one.status === 'rejected').length).toBeGreaterThan(0);
    await database.db.rows(sql`DELETE FROM items WHERE name = 'link'`);
    await database.db.rows(sql`UPDATE items SET parent_id = NULL WHERE parent_id IS NOT NULL`);
  });
});

describe('the log of activities', () => {
  test('refuses an actor who is no member of the organization', async () => {
    await trying(database.db, {}, async (tx) => {
      const write = (actor: string | null) =>
        refusalOf(
          tx,
          sql`INSERT INTO activity_log (organization_id, action, actor_id)
            VALUES (${idOf('a', 'organization')}, 'x', ${actor})`,
        );
      expect(await write(idOf('b', 'user'))).toMatchObject({
        code: '23503',
        constraint: 'activity_log_actor_is_member',
      });
      expect(await write(idOf('a', 'user'))).toBeNull();
      expect(await write(null)).toBeNull();
    });
  });
});
