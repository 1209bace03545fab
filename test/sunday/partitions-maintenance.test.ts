import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createProductDatabase, type ProductDatabase, resetPartitions } from './partitions-database.ts';

interface Report {
  readonly parent: string | null;
  readonly action: string;
  readonly partition: string | null;
  readonly detail: string | null;
}

let database: ProductDatabase;
beforeAll(async () => {
  database = await createProductDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => resetPartitions(database.db));

const run = (text: string) => database.db.rows(raw(text));
const maintain = (asOf: string) => database.db.rows<Report>(sql`SELECT * FROM maintain_partitions(${asOf})`);
const briefly = (report: readonly Report[]) => report.map((row) => `${row.action} ${row.partition}`);

describe('maintain_partitions', () => {
  test('makes the present month and three ahead, over the end of a year, and then has nothing to do', async () => {
    await run(`DELETE FROM ops.partition_policies WHERE table_name <> 'activity_log'`);
    expect(await maintain('2023-11-30 23:59:59.999Z')).toEqual(
      ['202311', '202312', '202401', '202402'].map((month) => ({
        parent: 'activity_log',
        action: 'CREATED',
        partition: `activity_log_${month}`,
        detail: null,
      })),
    );
    expect(await maintain('2023-11-01 00:00Z')).toEqual([]);
    expect(briefly(await maintain('2023-12-01 00:00Z'))).toEqual(['CREATED activity_log_202403']);
  });

  test('sees to every table that has a policy, each as far ahead as its own says', async () => {
    await run(`UPDATE ops.partition_policies SET premake_months = 1 WHERE table_name = 'webhook_deliveries'`);
    const report = await maintain('2024-02-29 12:00Z');
    expect(report.map((row) => row.parent)).toEqual([
      ...Array<string>(4).fill('activity_log'),
      ...Array<string>(4).fill('automation_executions'),
      ...Array<string>(2).fill('webhook_deliveries'),
    ]);
  });

  test('answers the call of the guide', async () => {
    const found = await run('SELECT maintain_partitions()');
    expect(found).toHaveLength(12);
  });

  test('knows the month in UTC, wherever the session is', async () => {
    const made = await database.db.transaction(async (tx) => {
      await tx.rows(sql`SET LOCAL TimeZone = 'Pacific/Kiritimati'`); // 14 hours ahead: there it is March
      return tx.rows<Report>(
        sql`SELECT * FROM maintain_partitions('2024-02-29 23:00Z') WHERE parent = 'activity_log'`,
      );
    });
    expect(briefly(made)[0]).toBe('CREATED activity_log_202402');
  });

  test('leaves a month alone that a merged partition holds', async () => {
    await run(`SELECT create_monthly_partition('activity_log', '2023-09-01')`);
    await run(
      `CREATE TABLE activity_log_2023q4 PARTITION OF activity_log FOR VALUES FROM ('2023-10-01Z') TO ('2024-01-01Z')`,
    );
    await run(`DELETE FROM ops.partition_policies WHERE table_name <> 'activity_log'`);
    expect(briefly(await maintain('2023-11-15Z'))).toEqual([
      'CREATED activity_log_202401',
      'CREATED activity_log_202402',
    ]);
  });

  test('reports a table that fails, and sees to the others all the same', async () => {
    await run(`INSERT INTO ops.partition_policies VALUES ('no_such_table', 1), ('items', 1);
      CREATE TABLE automation_executions_202402 ()`);
    const report = await maintain('2024-01-10Z');
    await run('DROP TABLE automation_executions_202402');
    expect(report.filter((row) => row.action === 'FAILED')).toEqual([
      {
        parent: 'automation_executions',
        action: 'FAILED',
        partition: 'automation_executions_202402',
        detail: '42P07: automation_executions_202402 exists, but is not the partition of 2024-02',
      },
      {
        parent: 'items',
        action: 'FAILED',
        partition: 'items_202401',
        detail: '42809: public.items is not partitioned by ranges of one timestamptz column',
      },
      {
        parent: 'no_such_table',
        action: 'FAILED',
        partition: null,
        detail: '42P01: there is no such table',
      },
    ]);
    expect(briefly(report).filter((line) => line.startsWith('CREATED'))).toEqual([
      ...['202401', '202402', '202403', '202404'].map((month) => `CREATED activity_log_${month}`),
      'CREATED automation_executions_202401',
      ...['202401', '202402', '202403', '202404'].map((month) => `CREATED webhook_deliveries_${month}`),
    ]);
  });

  test('reports a table that somebody holds, after one wait, and sees to the others', async () => {
    const report = await database.db.transaction(async (open) => {
      await open.rows(sql`LOCK TABLE activity_log IN SHARE MODE`);
      return maintain('2024-01-10Z');
    });
    expect(report[0]).toEqual({
      parent: 'activity_log',
      action: 'FAILED',
      partition: 'activity_log_202401',
      detail: '55P03: canceling statement due to lock timeout',
    });
    expect(report.filter((row) => row.action === 'CREATED')).toHaveLength(8);
    expect(briefly(await maintain('2024-01-10Z'))).toHaveLength(4);
  });

  test('names what is older than its policy keeps, and drops nothing', async () => {
    await run(
      `SELECT create_monthly_partition('webhook_deliveries', month) FROM unnest('{2024-01-01, 2024-02-01, 2024-03-01}'::date[]) AS month`,
    );
    await run(`DELETE FROM ops.partition_policies WHERE table_name <> 'webhook_deliveries'`);
    const expired = (report: readonly Report[]) => report.filter((row) => row.action === 'EXPIRED');
    expect(expired(await maintain('2024-07-31 23:59:59Z'))).toEqual([]);
    expect(expired(await maintain('2024-08-31Z'))).toEqual([
      {
        parent: 'webhook_deliveries',
        action: 'EXPIRED',
        partition: 'webhook_deliveries_202401',
        detail:
          'ends 2024-02-01 00:00:00+00, kept for 6 months: archive it, then ALTER TABLE public.webhook_deliveries DETACH PARTITION public.webhook_deliveries_202401 CONCURRENTLY',
      },
    ]);
    expect(briefly(expired(await maintain('2024-09-01Z')))).toEqual([
      'EXPIRED webhook_deliveries_202401',
      'EXPIRED webhook_deliveries_202402',
    ]);
    expect(await run(`SELECT to_regclass('webhook_deliveries_202401') IS NOT NULL AS stays`)).toEqual([
      { stays: true },
    ]);
  });

  test('lets one of two callers work and tells the other', async () => {
    const second = await database.db.transaction(async (tx) => {
      const first = await tx.rows(sql`SELECT * FROM maintain_partitions('2024-01-10Z')`);
      expect(first).toHaveLength(12);
      return maintain('2024-01-10Z');
    });
    expect(second).toEqual([
      { parent: null, action: 'BUSY', partition: null, detail: 'another call is at work' },
    ]);
    expect(await maintain('2024-01-10Z')).toEqual([]);
  });

  test.each(['infinity', null])('refuses to work as of %s', async (asOf) => {
    const work = database.db.rows(sql`SELECT maintain_partitions(${asOf}::timestamptz)`);
    await expect(work).rejects.toMatchObject({ code: '22004' });
  });
});

describe('ops.partition_policies', () => {
  test.each([
    ['no month', 'retention_months = 0'],
    ['more months than a person remembers', 'retention_months = 1201'],
    ['nothing ahead', 'premake_months = 0'],
    ['partitions without end', 'premake_months = 25'],
  ])('refuses %s', async (_, change) => {
    await expect(run(`UPDATE ops.partition_policies SET ${change}`)).rejects.toMatchObject({ code: '23514' });
  });
});
