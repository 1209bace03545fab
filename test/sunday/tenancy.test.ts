import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Queryable } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import type { TestDatabase } from '../support/database.ts';
import { createCoreDatabase } from './product-database.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [OURS, THEIRS] = [id(1), id(2)];
/** Has written and owns things with us; is unknown to them. */
const ANNA = id(11);
const BOARD = id(31);
const ITEM = id(51);

let database: TestDatabase;
beforeAll(async () => {
  database = await createCoreDatabase();
  await seed(database.db);
});
afterAll(() => database[Symbol.asyncDispose]());

async function seed(db: Queryable): Promise<void> {
  await db.rows(
    sql`INSERT INTO organizations (id, name, slug) VALUES (${OURS}, 'a', 'a'), (${THEIRS}, 'b', 'b')`,
  );
  await db.rows(sql`INSERT INTO users (id, email, name) VALUES (${ANNA}, 'anna@x.example', 'Anna')`);
  await db.rows(sql`INSERT INTO organization_members (organization_id, user_id) VALUES (${OURS}, ${ANNA})`);
  await db.rows(sql`INSERT INTO workspaces (id, organization_id, name) VALUES (${id(21)}, ${OURS}, 'w')`);
  await db.rows(sql`INSERT INTO boards (id, organization_id, workspace_id, name, created_by)
    VALUES (${BOARD}, ${OURS}, ${id(21)}, 'b', ${ANNA})`);
  await db.rows(sql`INSERT INTO groups (id, organization_id, board_id, name, position)
    VALUES (${id(41)}, ${OURS}, ${BOARD}, 'g', 0)`);
  await db.rows(sql`INSERT INTO items (id, organization_id, board_id, group_id, name, position, created_by)
    VALUES (${ITEM}, ${OURS}, ${BOARD}, ${id(41)}, 'i', 0, ${ANNA})`);
  await db.rows(sql`INSERT INTO comments (id, organization_id, item_id, author_id, body)
    VALUES (${id(61)}, ${OURS}, ${ITEM}, ${ANNA}, 'said')`);
  await db.rows(sql`INSERT INTO item_assignees (organization_id, item_id, user_id)
    VALUES (${OURS}, ${ITEM}, ${ANNA})`);
  await db.rows(sql`INSERT INTO activity_log (organization_id, item_id, actor_id, action)
    VALUES (${OURS}, ${ITEM}, ${ANNA}, 'item.created')`);
}

test.each([
  [
    'a board in the workspace of another organization',
    'boards_organization_id_workspace_id_fkey',
    sql`INSERT INTO boards (organization_id, workspace_id, name) VALUES (${THEIRS}, ${id(21)}, 'x')`,
  ],
  [
    'a webhook on the board of another organization',
    'webhooks_organization_id_board_id_fkey',
    sql`INSERT INTO webhooks (organization_id, board_id, url) VALUES (${THEIRS}, ${BOARD}, 'https://x.example')`,
  ],
  [
    'a notification to somebody who does not belong to the organization',
    'notifications_organization_id_user_id_fkey',
    sql`INSERT INTO notifications (organization_id, user_id, type) VALUES (${THEIRS}, ${ANNA}, 'x')`,
  ],
  [
    'a log entry of an organization that is not there',
    'activity_log_organization_id_fkey',
    sql`INSERT INTO activity_log (organization_id, action) VALUES (${id(9)}, 'x')`,
  ],
])('refuses %s', async (_, constraint, statement) => {
  await expect(database.db.rows(statement)).rejects.toMatchObject({ code: '23503', constraint });
});

test('keeps what somebody wrote without the name, and takes what was his, when the membership is erased', async () => {
  const undo = new Error('take it back');
  const work = database.db.transaction(async (tx) => {
    await tx.rows(sql`DELETE FROM organization_members WHERE user_id = ${ANNA}`);
    const [left] = await tx.rows(sql`
      SELECT (SELECT created_by FROM boards) AS board, (SELECT created_by FROM items) AS item
        , (SELECT author_id FROM comments) AS comment, (SELECT count(*)::int FROM item_assignees) AS assignees`);
    expect(left).toEqual({ board: null, item: null, comment: null, assignees: 0 });
    throw undo;
  });
  await expect(work).rejects.toBe(undo);
});

test('lets an organization be deleted with everything it has, and nothing of another one', async () => {
  const undo = new Error('take it back');
  const work = database.db.transaction(async (tx) => {
    await tx.rows(sql`DELETE FROM organizations WHERE id = ${OURS}`);
    const [left] = await tx.rows(sql`
      SELECT (SELECT count(*)::int FROM organizations) AS organizations, (SELECT count(*)::int FROM users) AS users
        , (SELECT count(*)::int FROM items) + (SELECT count(*)::int FROM comments)
          + (SELECT count(*)::int FROM activity_log) AS rest`);
    expect(left).toEqual({ organizations: 1, users: 1, rest: 0 });
    throw undo;
  });
  await expect(work).rejects.toBe(undo);
});

test('refuses a row for a month that has no partition', async () => {
  await expect(
    database.db.rows(sql`INSERT INTO activity_log (organization_id, action, created_at)
      VALUES (${OURS}, 'x', '2001-01-01Z')`),
  ).rejects.toMatchObject({ code: '23514' });
});
