import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import {
  applyFile,
  createProductDatabase,
  type ProductDatabase,
  resetShards,
} from './partitions-database.ts';

const A = '00000000-0000-4000-8000-000000000001';
const B = '00000000-0000-4000-8000-000000000002';
const C = '00000000-0000-4000-8000-000000000003';
const UNKNOWN = '00000000-0000-4000-8000-00000000dead';

let database: ProductDatabase;
beforeAll(async () => {
  database = await createProductDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => resetShards(database.db));

const rows = <Row>(text: string) => database.db.rows<Row>(raw(text));
const validate = async (organizations: readonly (string | null)[]) => {
  const [found] = await database.db.rows<{ verdict: unknown }>(
    sql`SELECT validate_cross_shard_operation(${organizations}) AS verdict`,
  );
  return found?.verdict;
};
const placeOnTwoShards = () =>
  rows(`UPDATE ops.shards SET is_local = false;
    INSERT INTO ops.shards (name, cluster_name, weight) VALUES ('b', 'b', 300);
    SELECT place_organization('${A}', 'main'), place_organization('${B}', 'b'), place_organization('${C}', 'b')`);

describe('validate_cross_shard_operation', () => {
  beforeEach(placeOnTwoShards);

  test('answers the call of the guide', async () => {
    const found = await rows(`SELECT validate_cross_shard_operation(ARRAY['${C}', '${B}'])`);
    expect(found).toEqual([
      {
        validate_cross_shard_operation: {
          is_single_shard: true,
          shards: [{ shard: 'b', organizations: [B, C] }],
          unknown: [],
        },
      },
    ]);
  });

  test('tells the shards apart, and counts an organization that is named twice once', async () => {
    expect(await validate([C, A, B.toUpperCase(), A])).toEqual({
      is_single_shard: false,
      shards: [
        { shard: 'b', organizations: [B, C] },
        { shard: 'main', organizations: [A] },
      ],
      unknown: [],
    });
  });

  test('lists whom nobody knows, and promises nothing then', async () => {
    expect(await validate([A, UNKNOWN])).toEqual({
      is_single_shard: false,
      shards: [{ shard: 'main', organizations: [A] }],
      unknown: [UNKNOWN],
    });
    expect(await validate([UNKNOWN])).toEqual({ is_single_shard: false, shards: [], unknown: [UNKNOWN] });
  });

  test('takes uuids when they are cast', async () => {
    const found = await rows(
      `SELECT validate_cross_shard_operation(ARRAY['${A}']::uuid[]::text[])->'is_single_shard' AS single`,
    );
    expect(found).toEqual([{ single: true }]);
  });

  test.each([
    ['no uuid', [A, 'org2-uuid'], '22P02', "'org2-uuid' at position 2 is no uuid"],
    ['a uuid with something behind it', [`${A}x`], '22P02', `'${A}x' at position 1 is no uuid`],
    ['nobody', [A, null], '22P02', 'NULL at position 2 is no uuid'],
    ['an empty list', [], '22023', 'from 1 to 10000 organizations, not 0'],
    [
      'a list beyond measure',
      Array<string>(10_001).fill(A),
      '22023',
      'from 1 to 10000 organizations, not 10001',
    ],
  ])('refuses %s', async (...[, organizations, code, message]) => {
    await expect(validate(organizations)).rejects.toMatchObject({ code, message });
  });

  test('refuses nothing at all', async () => {
    await expect(rows('SELECT validate_cross_shard_operation(NULL)')).rejects.toMatchObject({
      code: '22023',
    });
  });
});

describe('shard_load_distribution', () => {
  test('measures each shard against its fair share, and says nothing of sizes it cannot see', async () => {
    await placeOnTwoShards();
    await rows(`INSERT INTO ops.shards (name, cluster_name, state) VALUES ('old', 'old', 'DRAINING')`);
    expect(await rows('SELECT * FROM shard_load_distribution ORDER BY shard')).toMatchObject([
      {
        shard: 'b',
        weight: 300,
        organizations: 2n,
        share: '0.6667',
        fair_share: '0.7500',
        deviation: '-0.0833',
      },
      {
        shard: 'main',
        weight: 100,
        organizations: 1n,
        share: '0.3333',
        fair_share: '0.2500',
        deviation: '0.0833',
      },
      {
        shard: 'old',
        state: 'DRAINING',
        organizations: 0n,
        fair_share: '0.0000',
        bytes: null,
        rows_estimate: null,
      },
    ]);
  });

  test('counts the rows of tenants here, and knows no share before there is an organization', async () => {
    expect(await rows('SELECT organizations, share, deviation FROM shard_load_distribution')).toEqual([
      { organizations: 0n, share: null, deviation: null },
    ]);
    await rows(
      `INSERT INTO organizations (name, slug) SELECT 'a', 'a' || n FROM generate_series(1, 50) AS n`,
    );
    await rows('ANALYZE organizations');
    const [found] = await rows<{ bytes: bigint }>(
      'SELECT rows_estimate, share, deviation, bytes FROM shard_load_distribution',
    );
    expect(found).toMatchObject({ rows_estimate: 50n, share: '1.0000', deviation: '0.0000' });
    expect(found?.bytes).toBeGreaterThan(100_000n);
  });

  test('bears a fleet in which no shard takes organizations', async () => {
    await rows(`UPDATE ops.shards SET state = 'OFFLINE'`);
    expect(await rows('SELECT fair_share FROM shard_load_distribution')).toEqual([{ fair_share: '0.0000' }]);
  });
});

describe('a role of an application', () => {
  test('may call none of it until the owner lets it', async () => {
    const { db } = await database.createRole();
    for (const statement of [
      `SELECT create_monthly_partition('activity_log', '2024-12-01')`,
      'SELECT maintain_partitions()',
      'SELECT * FROM check_partition_health()',
      'SELECT * FROM partition_monitoring',
      `SELECT get_organization_shard('${A}')`,
      `SELECT place_organization('${A}')`,
      `SELECT validate_cross_shard_operation('{${A}}')`,
      'SELECT * FROM shard_load_distribution',
      'SELECT * FROM ops.tenant_home',
    ])
      await expect(db.rows(raw(statement)), statement).rejects.toMatchObject({ code: '42501' });
  });

  test('makes no partition by being let call the function alone', async () => {
    const { name, db } = await database.createRole();
    await rows(`GRANT USAGE ON SCHEMA ops TO ${name}; GRANT SELECT ON ALL TABLES IN SCHEMA ops TO ${name};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, ops TO ${name}; GRANT ALL ON activity_log TO ${name}`);
    const work = db.rows(raw(`SELECT create_monthly_partition('activity_log', '2024-12-01')`));
    await expect(work).rejects.toMatchObject({ code: '42501' });
  });

  test('creates an organization, which is placed, without a right on placements', async () => {
    const { name, db } = await database.createRole();
    await rows(`GRANT INSERT ON organizations TO ${name}`);
    await db.rows(sql`INSERT INTO organizations (id, name, slug) VALUES (${A}, 'a', 'a')`);
    expect(await rows(`SELECT get_organization_shard('${A}') AS shard`)).toEqual([{ shard: 'main' }]);
  });
});

test('places the organizations that were there before it, and takes itself away without a trace', async () => {
  await using fresh = await createProductDatabase(['001_init_schema.sql']);
  const catalog = () =>
    fresh.db.rows(sql`
      SELECT 'relation' AS kind, oid::regclass::text AS name, relacl::text AS detail FROM pg_class WHERE relnamespace >= 2200 AND relkind <> 't'
      UNION ALL SELECT 'function', oid::regprocedure::text, proacl::text FROM pg_proc WHERE oid >= 16384
      UNION ALL SELECT 'trigger', tgname || ' on ' || tgrelid::regclass, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT 'schema', nspname, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_'
      UNION ALL SELECT 'constraint', conname || ' on ' || conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0
      ORDER BY 1, 2`);
  const before = await catalog();
  await fresh.db.rows(sql`INSERT INTO organizations (id, name, slug) VALUES (${A}, 'a', 'a')`);
  await applyFile(fresh.db, '004_partitioning_sharding.sql');
  expect(await fresh.db.rows(sql`SELECT get_organization_shard(${A}) AS shard`)).toEqual([{ shard: 'main' }]);
  await applyFile(fresh.db, '004_partitioning_sharding.down.sql');
  expect(await catalog()).toEqual(before);
});

test('keeps the schema it shares when somebody else has something in it', async () => {
  await rows('CREATE TABLE ops.of_another_migration ()');
  await applyFile(database.db, '004_partitioning_sharding.down.sql');
  expect(await rows(`SELECT to_regclass('ops.of_another_migration') IS NOT NULL AS stays`)).toEqual([
    { stays: true },
  ]);
  await rows('DROP TABLE ops.of_another_migration');
  await applyFile(database.db, '004_partitioning_sharding.sql');
});
