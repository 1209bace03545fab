import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import { estimateOrganizations } from '../../src/shards/load/estimate.ts';
import { growthOf, markHot, type OrganizationLoad, rateOf } from '../../src/shards/load/load.ts';
import { countActivity, listOrganizations, readStatistics } from '../../src/shards/load/load-probe.ts';
import { createProductDatabase, type ProductDatabase } from '../sunday/partitions-database.ts';

const table = {
  table: 't',
  rows: 1_000,
  bytes: 10_000n,
  distinct: 4,
  nullFraction: 0,
  commonValues: ['a', 'b'],
  commonShares: [0.5, 0.3],
};

describe('the estimate', () => {
  test('takes the share of a common value, and parts the rest evenly among the others', () => {
    const { byOrganization, rows } = estimateOrganizations([table], ['a', 'b', 'c', 'd']);
    const seen = Object.fromEntries([...byOrganization].map(([id, one]) => [id, Math.round(one.rows)]));
    expect([seen, rows]).toEqual([{ a: 500, b: 300, c: 100, d: 100 }, 1_000]);
    expect(Math.round(byOrganization.get('a')?.bytes ?? 0)).toBe(5_000);
  });

  test('says how far off a sample can be', () => {
    const large = { ...table, rows: 3_000_000 };
    const { byOrganization } = estimateOrganizations([large], ['a']);
    expect(Math.round(byOrganization.get('a')?.rowsMargin ?? 0)).toBe(17_321);
  });

  test('gives nothing to an organization that a whole list of common values does not name', () => {
    const { byOrganization } = estimateOrganizations([{ ...table, distinct: 2 }], ['a', 'z']);
    expect(byOrganization.get('z')?.rows).toBe(0);
  });

  test('sets tables apart that were never analyzed', () => {
    const { unattributedBytes, byOrganization } = estimateOrganizations(
      [{ ...table, rows: null, distinct: null }],
      ['a'],
    );
    expect([unattributedBytes, byOrganization.get('a')?.bytes]).toEqual([10_000n, 0]);
  });
});

describe('rates and growth', () => {
  const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000);
  test('need an earlier look, and bear a counter that was set back', () => {
    expect(rateOf({ at: at(10), count: 300n }, { at: at(0), count: 100n })).toBe(20);
    expect(rateOf({ at: at(10), count: 300n }, null)).toBeNull();
    expect(rateOf({ at: at(10), count: 1n }, { at: at(0), count: 100n })).toBeNull();
    expect(rateOf({ at: at(10), count: null }, { at: at(0), count: 100n })).toBeNull();
  });
  test('say nothing of growth within less than a day', () => {
    expect(growthOf({ at: at(172_800), bytes: 300n }, { at: at(0), bytes: 100n })).toBe(100);
    expect(growthOf({ at: at(3_600), bytes: 300n }, { at: at(0), bytes: 100n })).toBeNull();
  });
});

test('calls the one hot that causes most of what happens, unless it is alone', () => {
  const load = (activityPerMinute: number | null) =>
    ({ activityPerMinute, isHot: false }) as OrganizationLoad;
  expect(markHot([load(60), load(10), load(null)]).map((one) => one.isHot)).toEqual([true, false, false]);
  expect(markHot([load(60)]).map((one) => one.isHot)).toEqual([false]);
});

describe('on a server', () => {
  let database: ProductDatabase;
  const [large, small] = [randomUUID(), randomUUID()];
  beforeAll(async () => {
    database = await createProductDatabase();
    const { db } = database;
    await db.rows(
      sql`INSERT INTO organizations (id, name, slug) VALUES (${large}, 'large', 'large'), (${small}, 'small', 'small')`,
    );
    for (const [id, count] of [
      [large, 9_000],
      [small, 1_000],
    ] as const) {
      await db.rows(sql`INSERT INTO tags (organization_id, name, color)
        SELECT ${id}, 'tag ' || n, '#00ff00' FROM generate_series(1, ${count}::int) AS n`);
    }
    await db.rows(
      sql`INSERT INTO activity_log (organization_id, action) SELECT ${small}, 'item.created' FROM generate_series(1, 30)`,
    );
    await db.rows(raw('ANALYZE'));
  });
  afterAll(() => database[Symbol.asyncDispose]());

  test('finds each organization’s rows by the statistics alone', async () => {
    const ids = await listOrganizations(database.db);
    expect(ids.toSorted()).toEqual([large, small].toSorted());
    const { byOrganization, unattributedBytes } = estimateOrganizations(
      await readStatistics(database.db),
      ids,
    );
    expect(byOrganization.get(large)?.rows).toBeCloseTo(9_001, -2);
    expect(byOrganization.get(small)?.rows).toBeCloseTo(1_031, -2);
    expect(byOrganization.get(large)?.bytes).toBeGreaterThan(5 * (byOrganization.get(small)?.bytes ?? 0));
    expect(unattributedBytes).toBeGreaterThanOrEqual(0n);
  });

  test('counts what has just happened in each', async () => {
    const counted = await database.db.transaction((tx) => countActivity(tx, [large, small]));
    expect([counted?.get(large), counted?.get(small)]).toEqual([0, 2]);
  });
});
