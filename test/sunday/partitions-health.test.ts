import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createProductDatabase, type ProductDatabase, resetPartitions } from './partitions-database.ts';

const NOW = '2024-03-20 12:00Z';
const LEAF = 'activity_log_202403';

let database: ProductDatabase;
beforeAll(async () => {
  database = await createProductDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  await resetPartitions(database.db);
  await rows(`SELECT maintain_partitions('${NOW}')`);
});

const rows = <Row>(text: string) => database.db.rows<Row>(raw(text));
/** What is not OK. */
const problems = (asOf = NOW) =>
  database.db.rows<{ parent: string; check: string; state: string; detail: string | null }>(
    sql`SELECT parent, check_name AS check, state, detail FROM check_partition_health(${asOf}) WHERE state <> 'OK'`,
  );
const problem = (check: string, state: string, detail: string) => ({
  parent: 'activity_log',
  check,
  state,
  detail,
});

describe('check_partition_health', () => {
  test('has a row for each check of each table, and nothing to say when all is well', async () => {
    const all = await rows<{ parent: string; state: string; detail: null }>(
      `SELECT * FROM check_partition_health('${NOW}')`,
    );
    expect(all).toHaveLength(33);
    expect(new Set(all.map((row) => `${row.state} ${row.detail}`))).toEqual(new Set(['OK null']));
    expect(await rows('SELECT DISTINCT parent FROM check_partition_health()')).toHaveLength(3);
  });

  test('warns when months ahead are missing, and is alarmed in the last 14 days and without any', async () => {
    const states = async (asOf: string) => {
      const found = await problems(asOf);
      return found.filter((row) => row.check === 'COVERAGE').map((row) => row.state);
    };
    expect(await states('2024-03-31 23:59Z')).toEqual([]);
    expect(await states('2024-04-01Z')).toEqual(['WARNING', 'WARNING', 'WARNING']);
    expect(await states('2024-06-17Z')).toEqual(['WARNING', 'WARNING', 'WARNING']);
    expect(await states('2024-06-17 00:00:01Z')).toEqual(['CRITICAL', 'CRITICAL', 'CRITICAL']);
    expect(await states('2024-07-01Z')).toEqual(['CRITICAL', 'CRITICAL', 'CRITICAL']);
    expect((await problems('2024-07-01Z'))[0]?.detail).toBe(
      'no partition takes rows of 2024-07-01 00:00:00+00',
    );
  });

  test('finds a month that is missing between two, and counts on nothing behind it', async () => {
    await rows('DROP TABLE activity_log_202404');
    expect(await problems()).toEqual([
      problem(
        'COVERAGE',
        'CRITICAL',
        'rows are taken until 2024-04-01 00:00:00+00, not until 2024-07-01 00:00:00+00',
      ),
      problem('GAPS', 'WARNING', 'nothing between 2024-04-01 00:00:00+00 and 2024-05-01 00:00:00+00'),
    ]);
  });

  test('finds what is older than its policy keeps', async () => {
    await rows(`UPDATE ops.partition_policies SET retention_months = 1 WHERE table_name = 'activity_log'`);
    await rows(`SELECT create_monthly_partition('activity_log', '2024-02-01')`);
    expect(await problems('2024-03-31Z')).toEqual([]);
    await rows(`SELECT maintain_partitions('2024-04-01Z')`);
    expect(await problems('2024-04-01Z')).toEqual([
      problem('RETENTION', 'WARNING', 'public.activity_log_202402 ended 2024-03-01 00:00:00+00'),
    ]);
  });

  test('warns of a default partition, and is alarmed when rows lie in it', async () => {
    await rows('CREATE TABLE activity_log_rest PARTITION OF activity_log DEFAULT');
    const idle = await problems();
    await rows(`ALTER TABLE activity_log_rest REPLICA IDENTITY USING INDEX activity_log_rest_pkey`);
    await rows(
      `INSERT INTO organizations (id, name, slug) VALUES ('00000000-0000-4000-8000-000000000001', 'a', 'a')`,
    );
    await rows(`INSERT INTO activity_log (organization_id, action, created_at)
      VALUES ('00000000-0000-4000-8000-000000000001', 'x', '1999-01-01')`);
    const used = await problems();
    await rows('DROP TABLE activity_log_rest; DELETE FROM organizations');
    expect(idle).toEqual([
      problem(
        'DEFAULT_PARTITION',
        'WARNING',
        'public.activity_log_rest is in the way of DETACH CONCURRENTLY',
      ),
      problem('REPLICA_IDENTITY', 'WARNING', 'public.activity_log_rest has none that holds the organization'),
    ]);
    expect(used).toEqual([
      problem(
        'DEFAULT_PARTITION',
        'CRITICAL',
        'public.activity_log_rest holds rows of months that nobody made',
      ),
    ]);
  });

  test.each([
    [
      'an index that only the parent has',
      'CREATE INDEX extra_idx ON ONLY activity_log (action)',
      'DROP INDEX extra_idx',
      problem(
        'INDEXES',
        'WARNING',
        ['public.activity_log_202403', '202404', '202405', '202406']
          .map((leaf) => `public.activity_log_${leaf.slice(-6)} lacks an index like public.extra_idx`)
          .concat('public.extra_idx is invalid')
          .join('; '),
      ),
    ],
    [
      'a replica identity that is gone',
      `ALTER TABLE ${LEAF} REPLICA IDENTITY DEFAULT`,
      '',
      problem('REPLICA_IDENTITY', 'WARNING', `public.${LEAF} has none that holds the organization`),
    ],
    [
      'row-level security that the leaf lacks',
      'ALTER TABLE activity_log ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE activity_log DISABLE ROW LEVEL SECURITY',
      problem(
        'ROW_SECURITY',
        'CRITICAL',
        ['03', '04', '05', '06']
          .map((month) => `public.activity_log_2024${month} shows rows that its parent hides`)
          .join('; '),
      ),
    ],
    [
      'a policy that only the leaf has',
      `CREATE POLICY open ON ${LEAF} USING (true)`,
      '',
      problem('ROW_SECURITY', 'CRITICAL', `public.${LEAF} shows rows that its parent hides`),
    ],
    [
      'a trigger that is switched off',
      `ALTER TABLE ${LEAF} DISABLE TRIGGER set_updated_at`,
      '',
      problem('TRIGGERS', 'CRITICAL', `public.${LEAF} lacks set_updated_at, or has it in another state`),
    ],
    [
      'a leaf that is open to others than its owner',
      `GRANT SELECT ON activity_log, ${LEAF} TO PUBLIC; GRANT INSERT (action) ON ${LEAF} TO PUBLIC`,
      '',
      problem('GRANTS', 'WARNING', `public.${LEAF} is open to everybody past its parent`),
    ],
    [
      'a check that was never made',
      `ALTER TABLE ${LEAF} ADD CONSTRAINT later CHECK (length(action) > 0) NOT VALID`,
      '',
      problem('CONSTRAINTS', 'WARNING', `later of public.${LEAF} is not validated`),
    ],
  ])('finds %s', async (...[, breakIt, mendIt, expected]) => {
    await rows(breakIt);
    const found = await problems();
    if (mendIt) await rows(mendIt);
    expect(found).toEqual([expected]);
  });

  test('finds foreign keys that a superuser switched off', async () => {
    await database.admin.rows(raw(`ALTER TABLE ${LEAF} DISABLE TRIGGER ALL`));
    expect((await problems()).map((row) => `${row.check} ${row.state}`)).toEqual(['TRIGGERS CRITICAL']);
    expect((await problems())[0]?.detail).toContain('does not enforce activity_log_organization_id_fkey');
  });

  test('names five problems of one kind and counts the rest', async () => {
    await rows(`SELECT create_monthly_partition('activity_log', ('2024-03-01'::date - make_interval(months => n))::date)
      FROM generate_series(1, 4) AS n`);
    await rows(`DO $$ DECLARE leaf regclass; BEGIN
      FOR leaf IN SELECT partition FROM ops.partition_ranges() WHERE parent = 'activity_log'::regclass LOOP
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY NOTHING', leaf);
      END LOOP; END $$`);
    expect((await problems())[0]?.detail).toMatch(/^(public\S+ has none[^;]+; ){5}and 3 more$/);
  });

  test('finds a policy without a table and a partitioned table without a policy', async () => {
    await rows(
      `INSERT INTO ops.partition_policies VALUES ('gone', 1); CREATE TABLE visits (at timestamptz) PARTITION BY RANGE (at)`,
    );
    const found = await problems();
    await rows('DROP TABLE visits');
    expect(found).toEqual([
      { parent: 'gone', check: 'TABLE', state: 'CRITICAL', detail: 'there is no such table' },
      {
        parent: 'visits',
        check: 'POLICY',
        state: 'WARNING',
        detail: 'nobody makes its partitions: it has no row in ops.partition_policies',
      },
    ]);
  });
});

describe('partition_monitoring', () => {
  test('shows the range, size, use and age of every partition, the same in every time zone', async () => {
    await rows(`SELECT maintain_partitions(now())`);
    await rows(
      `INSERT INTO organizations (id, name, slug) VALUES ('00000000-0000-4000-8000-000000000001', 'a', 'a')`,
    );
    await rows(`INSERT INTO activity_log (organization_id, action, created_at)
      SELECT '00000000-0000-4000-8000-000000000001', 'x', '${NOW}' FROM generate_series(1, 100)`);
    await rows(`ANALYZE ${LEAF}`);
    const [sizes] = await rows<object>(
      `SELECT pg_total_relation_size('${LEAF}') AS bytes, pg_indexes_size('${LEAF}') AS index_bytes`,
    );
    const found = await database.db.transaction(async (tx) => {
      await tx.rows(raw(`SET LOCAL TimeZone = 'Asia/Tokyo'; SET LOCAL DateStyle = 'German'`));
      return tx.rows<Record<string, unknown>>(
        sql`SELECT *, extract(epoch FROM from_at)::int AS "fromSeconds", extract(epoch FROM to_at)::int AS "toSeconds"
            , last_analyze_at > now() - interval '1 hour' AS "wasAnalyzed"
          FROM partition_monitoring WHERE parent = 'activity_log'`,
      );
    });
    await rows('DELETE FROM organizations');
    expect(found.find((row) => row['partition'] === LEAF)).toMatchObject({
      fromSeconds: Date.parse('2024-03-01T00:00Z') / 1000,
      toSeconds: Date.parse('2024-04-01T00:00Z') / 1000,
      row_estimate: 100n,
      ...sizes,
      is_current: false,
      is_expired: true,
      last_vacuum_at: null,
      wasAnalyzed: true,
    });
    expect(found.filter((row) => row['is_current'])).toHaveLength(1);
    expect(found.find((row) => row['is_current'])).toMatchObject({ is_expired: false, row_estimate: null });
  });

  test('shows a default partition without a range, and a table without a policy without an age', async () => {
    await rows(
      `CREATE TABLE visits (at timestamptz) PARTITION BY RANGE (at); CREATE TABLE visits_rest PARTITION OF visits DEFAULT`,
    );
    const found = await rows(
      `SELECT from_at, to_at, is_current, is_expired FROM partition_monitoring WHERE parent = 'visits'`,
    );
    await rows('DROP TABLE visits');
    expect(found).toEqual([{ from_at: null, to_at: null, is_current: false, is_expired: null }]);
  });
});
