import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createControlArchive } from '../../src/health/history/control-archive.ts';
import { chooseStep } from '../../src/health/history/history.ts';
import { chooseRanges } from '../../src/health/history/ranges.ts';
import { raw } from '../../src/postgres/sql.ts';
import { findClickHouse } from '../platform/clickhouse-server.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { type HistoryStore, openClickHouseStore, openControlStore } from './history-stores.ts';

/** Start of the hour before last: all of it is over. */
const HOUR = 3_600_000;
const start = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
const at = (seconds: number) => new Date(start + seconds * 1_000);
const minutes = [
  { at: at(0), lowest: 1, mean: 4, highest: 8, newest: 8, samples: 3 },
  { at: at(120), lowest: 5, mean: 5, highest: 5, newest: 5, samples: 1 },
  { at: at(3_600), lowest: 7, mean: 7, highest: 7, newest: 7, samples: 1 },
];
const hour = { at: at(0), lowest: 1, mean: 4.25, highest: 8, newest: 5, samples: 4 };

const program = findClickHouse();
const stores = [
  { name: 'the control database', isHere: true, open: () => openControlStore(at(0)) },
  { name: 'ClickHouse', isHere: program !== null, open: () => openClickHouseStore(program ?? '') },
];

for (const { name, isHere, open } of stores)
  describe.skipIf(!isHere)(`history in ${name}`, () => {
    let store: HistoryStore;

    beforeAll(async () => {
      store = await open();
      for (const [seconds, value] of [
        [0, 1],
        [10, 3],
        [20, 8],
        [130, 5],
        [3_600, 7],
      ] as const)
        await store.archive.record({
          ...{ cluster: 'main', instance: 'main-1', at: at(seconds) },
          values: new Map([
            ['locks', value],
            ['commits', null],
          ]),
        });
      await store.archive.record({
        ...{ cluster: 'main', instance: null, at: at(0) },
        values: new Map([['locks', 40]]),
      });
      await store.written();
    }, 60_000);
    afterAll(() => store?.[Symbol.asyncDispose]());

    const read = (
      stepSeconds: number,
      {
        metric = 'locks',
        to = 4_000,
        instance = 'main-1',
      }: { readonly metric?: string; readonly to?: number; readonly instance?: string | null } = {},
    ) => store.archive.read({ cluster: 'main', instance, metric, from: at(0), to: at(to), stepSeconds });

    test('gives aligned buckets of samples, and leaves gaps out', async () => {
      expect(await read(60)).toEqual({ stepSeconds: 60, buckets: minutes });
      expect((await read(10)).buckets.map((one) => one.at)).toEqual([0, 10, 20, 130, 3_600].map(at));
    });

    test('a metric without any value, or of another instance, has no buckets', async () => {
      expect((await read(60, { metric: 'commits' })).buckets).toEqual([]);
      expect((await read(60, { metric: "it's \\ none" })).buckets).toEqual([]);
      expect((await read(60, { instance: 'main-2' })).buckets).toEqual([]);
      expect((await read(60, { instance: null })).buckets).toMatchObject([{ mean: 40, samples: 1 }]);
    });

    test('says the same once samples are rolled up into minutes and hours and gone', async () => {
      await store.outlive('SAMPLES');
      expect(await read(60)).toEqual({ stepSeconds: 60, buckets: minutes });
      expect((await read(3_600, { to: 3_600 })).buckets).toEqual([hour]);
      await store.outlive('MINUTES');
      expect((await read(3_600, { to: 3_600 })).buckets).toEqual([hour]);
    });

    test('two workers maintain at once without harm', async () => {
      await Promise.all([store.archive.maintain(), store.other.maintain()]);
      expect((await read(3_600, { to: 3_600 })).buckets).toEqual([hour]);
    });
  });

describe('the control database', () => {
  let control: TestDatabase;
  beforeAll(async () => {
    control = await createControlDatabase();
  });
  afterAll(() => control?.[Symbol.asyncDispose]());

  test('keeps partitions for today and two days ahead, and drops those that are too old', async () => {
    await control.db.rows(
      raw(`
      CREATE TABLE health_sample_20200101 PARTITION OF health_sample FOR VALUES FROM ('2020-01-01Z') TO ('2020-01-02Z')
    `),
    );
    await createControlArchive(control.db).maintain();
    const rows = await control.db.rows<{ name: string }>(
      raw(`
      SELECT relname AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid
      WHERE inhparent = 'health_sample'::regclass ORDER BY 1
    `),
    );
    const names = rows.map(({ name }) => name);
    const day = (offset: number) =>
      `health_sample_${new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}`;
    expect(names).toEqual(expect.arrayContaining([day(0), day(1), day(2)]));
    expect(names).not.toContain('health_sample_20200101');
  });

  test('of two workers that maintain at once one does, up to now', async () => {
    await Promise.all([
      createControlArchive(control.db).maintain(),
      createControlArchive(control.db).maintain(),
    ]);
    expect(
      await control.db.rows(raw("SELECT FROM health_rollup WHERE through < now() - interval '2 hours'")),
    ).toEqual([]);
  });
});

test('takes the coarsest level that is fine enough, and widens the step where only that is kept', () => {
  const now = new Date('2026-11-22T12:00:30Z');
  const progress = { minute: new Date('2026-11-22T12:00:00Z'), hour: new Date('2026-11-22T12:00:00Z') };
  const from = (text: string) => ({ from: new Date(text), to: now });
  expect(chooseRanges({ ...from('2026-11-22T11:00:00Z'), stepSeconds: 10 }, progress, now)).toMatchObject({
    ...{ hours: null, minutes: null, stepSeconds: 10 },
  });
  expect(chooseRanges({ ...from('2026-11-22T11:00:00Z'), stepSeconds: 60 }, progress, now)).toMatchObject({
    ...{ hours: null, stepSeconds: 60 },
    minutes: { to: progress.minute },
    samples: { from: progress.minute, to: now },
  });
  expect(chooseRanges({ ...from('2026-11-01T00:00:00Z'), stepSeconds: 10 }, progress, now)).toMatchObject({
    ...{ hours: null, stepSeconds: 60 },
  });
  expect(chooseRanges({ ...from('2026-01-01T00:00:00Z'), stepSeconds: 60 }, progress, now)).toMatchObject({
    ...{ hours: { from: new Date('2026-01-01T00:00:00Z') }, stepSeconds: 3_600 },
  });
});

test('refuses more than 2,000 buckets and a range that ends before it begins', () => {
  const to = new Date('2026-11-22T12:00:00Z');
  const before = (seconds: number) => new Date(to.getTime() - seconds * 1_000);
  expect(chooseStep(before(20_000), to, 10)).toBe(10);
  expect(() => chooseStep(before(20_010), to, 10)).toThrow(
    expect.objectContaining({
      code: 'INVALID_INPUT',
      hint: 'Take a step of at least 11 seconds, or a shorter range.',
    }),
  );
  expect(() => chooseStep(to, before(1), null)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  expect(chooseStep(before(3_600), to, null)).toBe(30);
});
