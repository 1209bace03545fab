import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import { createProductDatabase, type ProductDatabase, resetShards } from './partitions-database.ts';

const A = '00000000-0000-4000-8000-000000000001';

let database: ProductDatabase;
beforeAll(async () => {
  database = await createProductDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  await resetShards(database.db);
  await rows(`INSERT INTO organizations (id, name, slug) VALUES ('${A}', 'a', 'a')`);
});

const rows = <Row>(text: string) => database.db.rows<Row>(raw(text));
const enter = (epoch: string) => rows(`SELECT ops.enter_tenant('${A}', ${epoch}) AS epoch`);
const change = (assignments: string) => rows(`UPDATE ops.tenant_home SET ${assignments}`);

describe('ops.enter_tenant', () => {
  test('lets in whoever knows the epoch, or asks for none', async () => {
    expect([await enter('1'), await enter('NULL')]).toEqual([[{ epoch: 1n }], [{ epoch: 1n }]]);
  });

  test.each([
    ['that is moving', `state = 'MOVING'`, 'cannot be used on this shard: it is MOVING'],
    ['that arrives', `state = 'INCOMING'`, 'cannot be used on this shard: it is INCOMING'],
    ['that has gone', `state = 'GONE'`, 'cannot be used on this shard: it is GONE'],
    ['that has moved since', 'epoch = 2', 'has epoch 2 on this shard, not 1'],
    ['that lives elsewhere', `shard_name = 'b'`, 'cannot be used on this shard: it is on shard b'],
  ])('refuses one %s', async (...[, assignments, message]) => {
    await rows(`INSERT INTO ops.shards (name, cluster_name) VALUES ('b', 'b')`);
    await change(assignments);
    await expect(enter('1')).rejects.toMatchObject({
      code: 'SD001',
      message: `organization ${A} ${message}`,
    });
  });

  test('refuses one that nobody has placed here', async () => {
    await rows('DELETE FROM ops.tenant_home');
    await expect(enter('NULL')).rejects.toMatchObject({ code: 'SD001' });
  });

  test('holds a cutover up until those who are in have committed, and no longer', async () => {
    await database.db.session(async (inside: Session) => {
      await inside.rows(raw(`BEGIN; SELECT ops.enter_tenant('${A}', 1)`));
      const fence = `SET LOCAL lock_timeout = '100ms'; UPDATE ops.tenant_home SET state = 'MOVING'`;
      await expect(rows(fence)).rejects.toMatchObject({ code: '55P03' });
      await inside.rows(raw('COMMIT'));
      await rows(fence);
    });
    await expect(enter('1')).rejects.toMatchObject({ code: 'SD001' });
  });

  test('lets no transaction through that took its snapshot before the cutover', async () => {
    await database.db.session(async (early: Session) => {
      await early.rows(raw('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM organizations'));
      await change(`state = 'MOVING'`);
      await expect(early.rows(raw(`SELECT ops.enter_tenant('${A}', 1)`))).rejects.toMatchObject({
        code: '40001',
      });
      await early.rows(raw('ROLLBACK'));
    });
  });

  test('is all that an application needs: it can read and write no placement itself', async () => {
    const { name, db } = await database.createRole();
    await rows(`GRANT USAGE ON SCHEMA ops TO ${name}; GRANT EXECUTE ON FUNCTION ops.enter_tenant TO ${name}`);
    expect(await db.rows(raw(`SELECT ops.enter_tenant('${A}', 1) AS epoch`))).toEqual([{ epoch: 1n }]);
    await expect(db.rows(raw(`UPDATE ops.tenant_home SET epoch = 2`))).rejects.toMatchObject({
      code: '42501',
    });
  });
});

test('says nothing of one that has gone until somebody says where, and never makes it anew', async () => {
  await change(`state = 'GONE', epoch = 2`);
  await rows('DELETE FROM organizations');
  await expect(rows(`SELECT get_organization_shard('${A}')`)).rejects.toMatchObject({ code: 'P0002' });
  await expect(
    rows(`INSERT INTO organizations (id, name, slug) VALUES ('${A}', 'a', 'a')`),
  ).rejects.toMatchObject({
    code: 'SD002',
    message: `organization ${A} cannot be made on this shard: it is GONE`,
  });
  await rows(`INSERT INTO ops.shards (name, cluster_name) VALUES ('b', 'b')`);
  await change(`shard_name = 'b'`);
  expect(await rows(`SELECT get_organization_shard('${A}') AS shard`)).toEqual([{ shard: 'b' }]);
});

test('follows a shard that gets another name', async () => {
  await rows(`UPDATE ops.shards SET name = 'shard-1', cluster_name = 'shard-1'`);
  expect(await rows(`SELECT get_organization_shard('${A}') AS shard`)).toEqual([{ shard: 'shard-1' }]);
  expect(await enter('1')).toEqual([{ epoch: 1n }]);
  await rows(`UPDATE ops.shards SET name = 'main', cluster_name = 'main'`);
});

test('keeps the markers of moves apart, so that each publication can filter its own', async () => {
  await rows(`INSERT INTO ops.move_marker (move_id, n) VALUES ('a', 1), ('b', 1), ('a', 2)`);
  await rows(`CREATE PUBLICATION one_move FOR TABLE ops.move_marker WHERE (move_id = 'a')`);
  await rows(`UPDATE ops.move_marker SET written_at = now() WHERE move_id = 'b'; DROP PUBLICATION one_move`);
  await expect(rows(`INSERT INTO ops.move_marker (move_id, n) VALUES ('a', 2)`)).rejects.toMatchObject({
    code: '23505',
  });
});
