import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { raw } from '../../src/postgres/sql.ts';
import { createProductDatabase, type ProductDatabase, resetShards } from './partitions-database.ts';

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const A = idOf(1);
const B = idOf(2);
const C = idOf(3);

let database: ProductDatabase;
beforeAll(async () => {
  database = await createProductDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => resetShards(database.db));

const rows = <Row>(text: string) => database.db.rows<Row>(raw(text));
const found = async (organization: string) =>
  (await rows<{ shard: string }>(`SELECT get_organization_shard('${organization}') AS shard`))[0]?.shard;
const place = async (list: string) =>
  (await rows<{ shard: string }>(`SELECT place_organization(${list}) AS shard`))[0]?.shard;
const createOrganization = (id: string) =>
  rows(`INSERT INTO organizations (id, name, slug) VALUES ('${id}', 'a', 'a')`);
/** Nobody lives here: the database keeps the placements of others. */
const becomeDirectory = (...shards: readonly string[]) =>
  rows(`UPDATE ops.shards SET is_local = false;
    INSERT INTO ops.shards (name, cluster_name) SELECT one, one FROM unnest('{${shards.join()}}'::text[]) AS one`);
const chosenFor = (count: number) =>
  rows<{ id: string; shard: string }>(
    `SELECT id, ops.choose_shard(id) AS shard FROM (SELECT md5(n::text)::uuid AS id FROM generate_series(1, ${count}) AS n) AS ids ORDER BY id`,
  );

describe('a new installation', () => {
  test('is one shard that holds every new organization', async () => {
    await createOrganization(A);
    expect(await found(A)).toBe('main');
    expect(await rows('SELECT name, cluster_name, state, weight, is_local FROM ops.shards')).toEqual([
      { name: 'main', cluster_name: 'main', state: 'ACTIVE', weight: 100, is_local: true },
    ]);
    expect(
      await rows('SELECT organization_id, shard_name, epoch, state, is_pinned FROM ops.tenant_home'),
    ).toEqual([{ organization_id: A, shard_name: 'main', epoch: 1n, state: 'ACTIVE', is_pinned: false }]);
  });

  test('places every one of many organizations that are made at once', async () => {
    await rows(
      `INSERT INTO organizations (name, slug) SELECT 'a', 'a-' || n FROM generate_series(1, 1000) AS n`,
    );
    expect(
      await rows(`SELECT count(*)::int FROM organizations JOIN ops.tenant_home ON organization_id = id
        WHERE shard_name = 'main'`),
    ).toEqual([{ count: 1000 }]);
  });

  test('forgets an organization that is deleted, and not one that is marked as deleted', async () => {
    await createOrganization(A);
    await createOrganization(B);
    await rows(`UPDATE organizations SET deleted_at = now() WHERE id = '${A}'`);
    await rows(`DELETE FROM organizations WHERE id = '${B}'`);
    expect(await rows('SELECT organization_id FROM ops.tenant_home')).toEqual([{ organization_id: A }]);
  });

  test('refuses a second local shard, a shard without weight and one with an odd name', async () => {
    const insert = (values: string) =>
      rows(`INSERT INTO ops.shards (name, cluster_name, weight, is_local) VALUES (${values})`);
    await expect(insert(`'b', 'b', 1, true`)).rejects.toMatchObject({ code: '23505' });
    await expect(insert(`'b', 'b', 0, false`)).rejects.toMatchObject({ code: '23514' });
    await expect(insert(`'B b', 'b', 1, false`)).rejects.toMatchObject({ code: '23514' });
    await createOrganization(A);
    await expect(rows(`DELETE FROM ops.shards`)).rejects.toMatchObject({ code: '23503' });
  });
});

describe('get_organization_shard', () => {
  test('says that an organization is unknown', async () => {
    await expect(found(A)).rejects.toMatchObject({
      code: 'P0002',
      message: `organization ${A} is unknown`,
      hint: 'A new one gets its shard from place_organization().',
    });
    await expect(rows('SELECT get_organization_shard(NULL)')).rejects.toMatchObject({ code: 'P0002' });
    await expect(found('org-uuid')).rejects.toMatchObject({ code: '22P02' });
  });

  test('knows one that lives elsewhere', async () => {
    await becomeDirectory('b');
    await place(`'${A}', 'b'`);
    expect(await found(A)).toBe('b');
  });

  test('says that an organization without a placement is where its rows are', async () => {
    await rows(`INSERT INTO ops.shards (name, cluster_name, weight) VALUES ('b', 'b', 10000)`);
    await createOrganization(A);
    await rows('DELETE FROM ops.tenant_home');
    expect(await found(A)).toBe('main');
  });

  test('lets the hash decide in a directory that is no shard', async () => {
    await becomeDirectory('b', 'c');
    await createOrganization(A);
    const [placed] = await rows<{ shard_name: string }>('DELETE FROM ops.tenant_home RETURNING shard_name');
    const [chosen] = await rows<{ shard: string }>(`SELECT ops.choose_shard('${A}') AS shard`);
    expect([placed?.shard_name, await found(A)]).toEqual([chosen?.shard, chosen?.shard]);
  });
});

describe('the hash', () => {
  test('is one that any other program can compute', async () => {
    await becomeDirectory('b', 'c');
    await rows(`UPDATE ops.shards SET weight = 250 WHERE name = 'b'`);
    const weights = { b: 250, c: 100, main: 100 };
    const scoreOf = (id: string, shard: string, weight: number) => {
      const drawn = Number.parseInt(
        createHash('md5').update(`${id}:${shard}`).digest('hex').slice(0, 13),
        16,
      );
      return -Math.log((drawn + 0.5) / 2 ** 52) / weight;
    };
    for (const { id, shard } of await chosenFor(200)) {
      const scores = Object.entries(weights).map(([name, weight]) => ({
        name,
        score: scoreOf(id, name, weight),
      }));
      expect(scores.sort((a, b) => a.score - b.score)[0]?.name).toBe(shard);
    }
  });

  test('gives each shard its share by weight', async () => {
    await becomeDirectory('b', 'c');
    await rows(`UPDATE ops.shards SET weight = 200 WHERE name = 'c'`);
    const drawn = await chosenFor(4000);
    const share = (shard: string) => drawn.filter((one) => one.shard === shard).length / drawn.length;
    expect(share('main')).toBeCloseTo(0.25, 1);
    expect(share('b')).toBeCloseTo(0.25, 1);
    expect(share('c')).toBeCloseTo(0.5, 1);
  });

  test('moves organizations only to a shard that joins, and only those of one that leaves', async () => {
    await becomeDirectory('b', 'c');
    const before = await chosenFor(1000);
    await rows(`INSERT INTO ops.shards (name, cluster_name) VALUES ('d', 'd')`);
    const joined = await chosenFor(1000);
    const moved = joined.filter((one, index) => one.shard !== before[index]?.shard);
    expect(new Set(moved.map((one) => one.shard))).toEqual(new Set(['d']));
    await rows(`UPDATE ops.shards SET state = 'DRAINING' WHERE name = 'b'`);
    const left = await chosenFor(1000);
    const gone = joined.filter((one, index) => one.shard !== left[index]?.shard);
    expect(new Set(gone.map((one) => one.shard))).toEqual(new Set(['b']));
    expect(left.some((one) => one.shard === 'b')).toBe(false);
  });

  test('says that no shard takes organizations', async () => {
    await rows(`UPDATE ops.shards SET state = 'OFFLINE'`);
    await expect(place(`'${A}'`)).rejects.toMatchObject({
      code: '55000',
      message: 'no shard takes organizations',
    });
  });
});

describe('place_organization', () => {
  test('places one that does not exist yet where the hash says, for good', async () => {
    await becomeDirectory('b', 'c');
    const [chosen] = await rows<{ shard: string }>(`SELECT ops.choose_shard('${A}') AS shard`);
    expect(await place(`'${A}'`)).toBe(chosen?.shard);
    await rows(`UPDATE ops.shards SET state = 'DRAINING' WHERE name = '${chosen?.shard}'`);
    expect([await place(`'${A}'`), await found(A)]).toEqual([chosen?.shard, chosen?.shard]);
  });

  test('pins one to the shard that somebody chose, also later', async () => {
    await becomeDirectory('b');
    await place(`'${A}', 'b'`);
    await place(`'${B}', 'main'`);
    await place(`'${B}'`);
    const first = await place(`'${C}'`);
    await place(`'${C}', '${first}'`);
    expect(
      await rows('SELECT shard_name, is_pinned, epoch FROM ops.tenant_home ORDER BY organization_id'),
    ).toEqual([
      { shard_name: 'b', is_pinned: true, epoch: 1n },
      { shard_name: 'main', is_pinned: true, epoch: 1n },
      { shard_name: first, is_pinned: true, epoch: 1n },
    ]);
  });

  test('moves nothing: refuses another shard than the one that holds the organization', async () => {
    await rows(`INSERT INTO ops.shards (name, cluster_name) VALUES ('b', 'b')`);
    await createOrganization(A);
    await expect(place(`'${A}', 'b'`)).rejects.toMatchObject({ code: 'SD002' });
    await rows('DELETE FROM ops.tenant_home');
    await expect(place(`'${A}', 'b'`)).rejects.toMatchObject({ code: 'SD002' });
    expect(await place(`'${A}'`)).toBe('main');
  });

  test('refuses a shard that is unknown or takes no more, and no organization', async () => {
    await becomeDirectory('b');
    await rows(`UPDATE ops.shards SET state = 'DRAINING' WHERE name = 'b'`);
    await expect(place(`'${A}', 'x'`)).rejects.toMatchObject({
      code: 'P0002',
      message: 'shard x is unknown',
    });
    await expect(place(`'${A}', 'b'`)).rejects.toMatchObject({ code: '55000' });
    await expect(place('NULL')).rejects.toMatchObject({ code: '22004' });
    expect(await rows('SELECT FROM ops.tenant_home')).toEqual([]);
  });

  test('gives two callers at once the same shard', async () => {
    await becomeDirectory('b', 'c');
    const all = await Promise.all(Array.from({ length: 4 }, () => place(`'${A}'`)));
    expect(new Set(all).size).toBe(1);
    expect(await rows('SELECT count(*)::int FROM ops.tenant_home')).toEqual([{ count: 1 }]);
  });
});

describe('an organization that is placed on another shard', () => {
  beforeEach(() => rows(`INSERT INTO ops.shards (name, cluster_name) VALUES ('b', 'b')`));

  test('cannot be made here', async () => {
    await place(`'${A}', 'b'`);
    await expect(createOrganization(A)).rejects.toMatchObject({
      code: 'SD002',
      message: `organization ${A} is placed on shard b, this is main`,
    });
  });

  test('stays known when its old rows are deleted here after a move', async () => {
    await createOrganization(A);
    await rows(`UPDATE ops.tenant_home SET shard_name = 'b', epoch = epoch + 1`);
    await rows(`DELETE FROM organizations`);
    expect(await found(A)).toBe('b');
  });
});
