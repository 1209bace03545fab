import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createProductDatabase, type ProductDatabase } from './partitions-database.ts';

const ORGANIZATION = '00000000-0000-4000-8000-000000000001';

let database: ProductDatabase;
beforeAll(async () => {
  database = await createProductDatabase();
  await run(`INSERT INTO organizations (id, name, slug) VALUES ('${ORGANIZATION}', 'a', 'a')`);
});
afterAll(() => database[Symbol.asyncDispose]());

const rows = <Row>(text: string) => database.db.rows<Row>(raw(text));
const run = (text: string) => rows<never>(text);
const make = async (table: string, month: string) =>
  (await rows<{ name: string }>(`SELECT create_monthly_partition('${table}', '${month}') AS name`))[0]?.name;
const boundsOf = async (leaf: string) =>
  (
    await rows<{ bounds: string }>(
      `SELECT pg_get_expr(relpartbound, oid) AS bounds FROM pg_class WHERE relname = '${leaf}'`,
    )
  )[0]?.bounds;

describe('create_monthly_partition', () => {
  test('answers the call of the guide', async () => {
    const found = await rows(`SELECT create_monthly_partition('activity_log', '2024-12-01'::date)`);
    expect(found).toEqual([{ create_monthly_partition: 'activity_log_202412' }]);
  });

  test.each([
    ['the first day', '2023-01-01', '2023-01', '2023-02'],
    ['the last day', '2023-04-30', '2023-04', '2023-05'],
    ['the leap day', '2024-02-29', '2024-02', '2024-03'],
    ['a February without one', '2023-02-28', '2023-02', '2023-03'],
    ['the last month of a year', '2023-12-31', '2023-12', '2024-01'],
  ])('takes %s as its month', async (_, day, from, to) => {
    const leaf = `webhook_deliveries_${from.replace('-', '')}`;
    expect(await make('webhook_deliveries', day)).toBe(leaf);
    const [found] =
      await rows(`SELECT (from_at AT TIME ZONE 'UTC')::text AS from, (to_at AT TIME ZONE 'UTC')::text AS to
      FROM ops.partition_ranges() WHERE partition = '${leaf}'::regclass`);
    expect(found).toEqual({ from: `${from}-01 00:00:00`, to: `${to}-01 00:00:00` });
  });

  test.each(['America/New_York', 'Pacific/Kiritimati', 'Europe/London'])(
    'cuts months in UTC for a session in %s, also where clocks change',
    async (zone) => {
      await database.db.transaction(async (tx) => {
        await tx.rows(raw(`SET LOCAL TimeZone = '${zone}'; SET LOCAL DateStyle = 'SQL, DMY'`));
        for (const month of ['2022-03-31', '2022-11-01'])
          await tx.rows(sql`SELECT create_monthly_partition('activity_log', ${month}::date)`);
        await tx.rows(raw(`SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'`));
        const found = await tx.rows(
          sql`SELECT pg_get_expr(relpartbound, oid) AS bounds FROM pg_class
            WHERE relname IN ('activity_log_202203', 'activity_log_202211') ORDER BY relname`,
        );
        expect(found).toEqual([
          { bounds: "FOR VALUES FROM ('2022-03-01 00:00:00+00') TO ('2022-04-01 00:00:00+00')" },
          { bounds: "FOR VALUES FROM ('2022-11-01 00:00:00+00') TO ('2022-12-01 00:00:00+00')" },
        ]);
        await tx.rows(raw('DROP TABLE activity_log_202203, activity_log_202211'));
      });
    },
  );

  test('makes nothing a second time, and tells months apart from a session in another zone', async () => {
    const first = await make('activity_log', '2021-05-31');
    const found = await database.db.transaction(async (tx) => {
      await tx.rows(sql`SET LOCAL TimeZone = 'Asia/Tokyo'`);
      return tx.rows(sql`SELECT create_monthly_partition('activity_log', '2021-05-01') AS name`);
    });
    expect([first, found]).toEqual(['activity_log_202105', [{ name: 'activity_log_202105' }]]);
  });

  test('knows its partition by the bounds, whatever its name', async () => {
    const leaf = await make('activity_log', '2021-06-01');
    await run(`ALTER TABLE ${leaf} RENAME TO activity_log_midsummer`);
    expect(await make('activity_log', '2021-06-30')).toBe('activity_log_midsummer');
  });

  test('takes the rows of its month to the microsecond, and no others', async () => {
    await make('activity_log', '2021-07-15');
    const insert = (at: string) =>
      rows(
        `INSERT INTO activity_log (organization_id, action, created_at) VALUES ('${ORGANIZATION}', 'x', '${at}')
         RETURNING tableoid::regclass::text AS leaf`,
      );
    expect(await insert('2021-07-01 00:00:00Z')).toEqual([{ leaf: 'activity_log_202107' }]);
    expect(await insert('2021-07-31 23:59:59.999999Z')).toEqual([{ leaf: 'activity_log_202107' }]);
    await expect(insert('2021-08-01 00:00:00Z')).rejects.toMatchObject({ code: '23514' });
  });

  test('makes a leaf like its siblings: indexes, keys, triggers, replica identity, and no check left over', async () => {
    const leaf = await make('webhook_deliveries', '2020-02-01');
    const shapeOf = async (name: string) => {
      const shape = await rows<{ part: string }>(`
        SELECT concat(pg_get_indexdef(indexrelid), indisvalid, indisreplident, indisprimary) AS part FROM pg_index WHERE indrelid = '${name}'::regclass
        UNION ALL SELECT concat(conname, pg_get_constraintdef(oid), conparentid <> 0) FROM pg_constraint WHERE conrelid = '${name}'::regclass
        UNION ALL SELECT concat(tgname, tgenabled) FROM pg_trigger WHERE tgrelid = '${name}'::regclass AND NOT tgisinternal
        UNION ALL SELECT concat(relreplident, relpersistence, relowner) FROM pg_class WHERE oid = '${name}'::regclass
        UNION ALL SELECT concat(attname, atttypid::regtype, attnotnull, attstorage, pg_get_expr(adbin, adrelid))
          FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = '${name}'::regclass
        ORDER BY 1`);
      return shape.map((one) => one.part.replaceAll(/_2\d{5}/g, '_LEAF'));
    };
    const [sibling] = await rows<{ name: string }>(
      `SELECT 'webhook_deliveries' || to_char(now() AT TIME ZONE 'UTC', '_YYYYMM') AS name`,
    );
    const made = await shapeOf(leaf ?? '');
    expect(made).toEqual(await shapeOf(sibling?.name ?? ''));
    expect(made.join()).toMatch(/webhook_deliveries_LEAF_pkey ON [^,]+, id, created_at\)ttt/);
    expect(made.join()).not.toContain('bounds');
  });

  test('enforces the foreign key of the parent on the new leaf', async () => {
    await make('activity_log', '2020-03-01');
    await expect(
      run(
        `INSERT INTO activity_log (organization_id, action, created_at) VALUES (gen_random_uuid(), 'x', '2020-03-05')`,
      ),
    ).rejects.toMatchObject({ code: '23503' });
  });

  test('takes the best unique index where the parent names none: the one that begins with the tenant', async () => {
    await run(`CREATE TABLE visits (id uuid, organization_id uuid NOT NULL, at timestamptz, PRIMARY KEY (id, at),
      UNIQUE (organization_id, id, at)) PARTITION BY RANGE (at)`);
    await make('visits', '2020-01-01');
    const found = await rows(
      `SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = 'visits_202001'::regclass AND indisreplident`,
    );
    expect(found).toEqual([
      {
        definition:
          'CREATE UNIQUE INDEX visits_202001_organization_id_id_at_key ON public.visits_202001 USING btree (organization_id, id, at)',
      },
    ]);
  });

  test('lets readers of a month touch its partition alone', async () => {
    await make('activity_log', '2019-01-01');
    await make('activity_log', '2019-02-01');
    await run(`INSERT INTO activity_log (organization_id, action, created_at)
      SELECT '${ORGANIZATION}', 'x', timestamptz '2019-01-01Z' + number * interval '1 hour' FROM generate_series(0, 999) AS number`);
    const plan = await rows<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS off) SELECT count(*) FROM activity_log
      WHERE organization_id = '${ORGANIZATION}' AND created_at >= '2019-02-01Z' AND created_at < '2019-03-01Z'`);
    const scanned = plan
      .map((line) => line['QUERY PLAN'])
      .join('\n')
      .match(/ on activity_log_\d+/g);
    expect(scanned).toEqual([' on activity_log_201902']);
    const counted = await rows(
      `SELECT tableoid::regclass::text AS leaf, count(*)::int FROM activity_log WHERE created_at < '2019-03-01Z' GROUP BY 1 ORDER BY 1`,
    );
    expect(counted).toEqual([
      { leaf: 'activity_log_201901', count: 744 },
      { leaf: 'activity_log_201902', count: 256 },
    ]);
  });
});

describe('create_monthly_partition refuses', () => {
  test.each([
    ['a table that is not there', 'no_such_table', '2024-12-01', '42P01'],
    ['a table without partitions', 'items', '2024-12-01', '42809'],
    ['a view', 'partition_monitoring', '2024-12-01', '42809'],
    ['a partition', 'activity_log_202412', '2024-12-01', '42809'],
    ['a date that is none', 'activity_log', '2023-02-29', '22008'],
    ['a month without end', 'activity_log', 'infinity', '22008'],
    ['a month before all clocks', 'activity_log', '0001-01-01 BC', '22008'],
  ])('%s', async (_, table, month, code) => {
    await expect(make(table, month)).rejects.toMatchObject({ code });
  });

  test.each([`NULL, '2024-12-01'`, `'activity_log', NULL`])(
    'to guess what is left open: %s',
    async (list) => {
      await expect(run(`SELECT create_monthly_partition(${list})`)).rejects.toMatchObject({ code: '22004' });
    },
  );

  test.each([
    ['by list', 'at', 'LIST (at)', ''],
    ['by two columns', 'at', 'RANGE (at, id)', ''],
    ['by an expression', 'at', `RANGE ((at AT TIME ZONE 'UTC'))`, ''],
    ['by a number', 'id', 'RANGE (id)', ''],
    ['by days', 'at', 'RANGE (at)', `FROM ('2024-12-01Z') TO ('2024-12-02Z')`],
    ['by quarters', 'at', 'RANGE (at)', `FROM ('2024-10-01Z') TO ('2025-01-01Z')`],
    ['by months of another zone', 'at', 'RANGE (at)', `FROM ('2024-12-01 05:00Z') TO ('2025-01-01 05:00Z')`],
  ])('a table partitioned %s', async (_, __, key, bounds) => {
    const work = database.db.transaction(async (tx) => {
      await tx.rows(
        raw(
          `SET LOCAL TimeZone = 'UTC'; CREATE TABLE odd (id int, at timestamp with time zone) PARTITION BY ${key}`,
        ),
      );
      if (bounds) await tx.rows(raw(`CREATE TABLE odd_1 PARTITION OF odd FOR VALUES ${bounds}`));
      await tx.rows(sql`SELECT create_monthly_partition('odd', '2024-12-01')`);
    });
    await expect(work).rejects.toMatchObject({ code: '42809' });
  });

  test('a month that another partition holds a part of', async () => {
    await run(
      `CREATE TABLE activity_log_2018 PARTITION OF activity_log FOR VALUES FROM ('2018-01-10Z') TO ('2018-03-01Z')`,
    );
    const overlaps = { code: '42P17', message: expect.stringContaining('activity_log_2018 holds') as string };
    for (const month of ['2018-01-01', '2018-02-01'])
      await expect(make('activity_log', month)).rejects.toMatchObject(overlaps);
    expect(await make('activity_log', '2018-03-01')).toBe('activity_log_201803');
  });

  test('a month whose partition was detached and still has the name', async () => {
    await make('activity_log', '2017-01-01');
    await run('ALTER TABLE activity_log DETACH PARTITION activity_log_201701');
    await expect(make('activity_log', '2017-01-01')).rejects.toMatchObject({ code: '42P07' });
    expect(await boundsOf('activity_log_201701')).toBeNull();
  });

  test('a table whose leaf would get no name of its own', async () => {
    const name = 'n'.repeat(60);
    await run(`CREATE TABLE ${name} (id uuid, at timestamptz, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)`);
    await expect(make(name, '2024-12-01')).rejects.toMatchObject({ code: '42622' });
    await run(`DROP TABLE ${name}`);
  });

  test('a table without a key to tell its rows by, and leaves nothing behind', async () => {
    await run('CREATE TABLE keyless (at timestamptz) PARTITION BY RANGE (at)');
    await expect(make('keyless', '2024-12-01')).rejects.toMatchObject({ code: '55000' });
    expect(await rows(`SELECT to_regclass('keyless_202412') AS leaf`)).toEqual([{ leaf: null }]);
    await run('DROP TABLE keyless');
  });
});

test('has policies that keep 24, 12 and 6 months and make 3 ahead', async () => {
  expect(await rows('SELECT * FROM ops.partition_policies ORDER BY table_name')).toEqual([
    { table_name: 'activity_log', retention_months: 24, premake_months: 3 },
    { table_name: 'automation_executions', retention_months: 12, premake_months: 3 },
    { table_name: 'webhook_deliveries', retention_months: 6, premake_months: 3 },
  ]);
});
