import { afterAll, beforeAll, expect, test } from 'vitest';
import { createControlArchive } from '../../src/health/history/control-archive.ts';
import { chooseStep, type SampleArchive } from '../../src/health/history/history.ts';
import { chooseRanges } from '../../src/health/history/ranges.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

let control: TestDatabase;
let archive: SampleArchive;
/** Start of the hour before last: all of it is over. */
const HOUR = 3_600_000;
const start = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
const at = (seconds: number) => new Date(start + seconds * 1_000);

beforeAll(async () => {
  control = await createControlDatabase();
  archive = createControlArchive(control.db);
  await control.db.rows(sql`UPDATE health_rollup SET through = ${at(0)}`);
  await archive.maintain();
  await control.db.rows(sql`UPDATE health_rollup SET through = ${at(0)}`);
  for (const [seconds, value] of [
    [0, 1],
    [10, 3],
    [20, 8],
    [130, 5],
    [3_600, 7],
  ] as const)
    await archive.record({
      ...{ cluster: 'main', instance: 'main-1', at: at(seconds) },
      values: new Map([
        ['locks', value],
        ['commits', null],
      ]),
    });
});
afterAll(() => control?.[Symbol.asyncDispose]());

const read = (stepSeconds: number, metric = 'locks', to = 4_000) =>
  archive.read({ cluster: 'main', instance: 'main-1', metric, from: at(0), to: at(to), stepSeconds });
const minutes = [
  { at: at(0), lowest: 1, mean: 4, highest: 8, newest: 8, samples: 3 },
  { at: at(120), lowest: 5, mean: 5, highest: 5, newest: 5, samples: 1 },
  { at: at(3_600), lowest: 7, mean: 7, highest: 7, newest: 7, samples: 1 },
];

test('gives aligned buckets of samples, and leaves gaps out', async () => {
  expect(await read(60)).toEqual({ stepSeconds: 60, buckets: minutes });
  expect((await read(10)).buckets.map((one) => one.at)).toEqual([0, 10, 20, 130, 3_600].map(at));
});

test('a metric without any value, or of another instance, has no buckets', async () => {
  expect((await read(60, 'commits')).buckets).toEqual([]);
  expect((await read(60, 'throughput')).buckets).toEqual([]);
});

test('says the same once samples are rolled up into minutes and hours and gone', async () => {
  await archive.maintain();
  await archive.maintain();
  await control.db.rows(raw('DELETE FROM health_sample'));
  expect(await read(60)).toEqual({ stepSeconds: 60, buckets: minutes });
  await control.db.rows(raw('DELETE FROM health_minute'));
  expect((await read(3_600, 'locks', 3_600)).buckets).toEqual([
    { at: at(0), lowest: 1, mean: 4.25, highest: 8, newest: 5, samples: 4 },
  ]);
});

test('keeps partitions for today and two days ahead, and drops those that are too old', async () => {
  await control.db.rows(
    raw(`
    CREATE TABLE health_sample_20200101 PARTITION OF health_sample FOR VALUES FROM ('2020-01-01Z') TO ('2020-01-02Z')
  `),
  );
  await archive.maintain();
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

test('two workers maintain at once without harm', async () => {
  await Promise.all([archive.maintain(), createControlArchive(control.db).maintain()]);
  expect(
    await control.db.rows(raw("SELECT FROM health_rollup WHERE through < now() - interval '2 hours'")),
  ).toEqual([]);
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
