import { expect, test } from 'vitest';
import {
  addMonths,
  coverageUntil,
  detectInterval,
  findGaps,
  listSpans,
  nameLeaf,
  PARTITION_INTERVALS,
  spanOf,
} from '../../src/partitions/bounds.ts';

const day = (text: string) => new Date(`${text}T00:00:00Z`);

test.each([
  ['DAY', '2026-12-31', '2027-01-01', 'log_20261231'],
  ['WEEK', '2026-12-28', '2027-01-04', 'log_20261228w'],
  ['MONTH', '2026-12-01', '2027-01-01', 'log_202612'],
  ['QUARTER', '2026-10-01', '2027-01-01', 'log_2026q4'],
  ['YEAR', '2026-01-01', '2027-01-01', 'log_2026'],
] as const)('a %s around the end of a year is %s to %s', (interval, from, to, name) => {
  const span = spanOf(interval, new Date('2026-12-31T23:59:59.999Z'));
  expect(span).toEqual({ from: day(from), to: day(to) });
  expect(nameLeaf('log', interval, span.from)).toBe(name);
});

test.each(PARTITION_INTERVALS)('a row of each %s has no gap and is known again', (interval) => {
  const spans = listSpans(interval, day('2027-11-15'), day('2028-03-15'));
  expect(findGaps(spans)).toEqual([]);
  expect(detectInterval(spans)).toBe(interval);
  expect(coverageUntil(spans, day('2028-02-29'))).toEqual(spans.at(-1)?.to);
});

test('months are added as PostgreSQL adds them', () => {
  expect(addMonths(day('2028-03-31'), -1)).toEqual(day('2028-02-29'));
  expect(addMonths(day('2026-11-30'), 3)).toEqual(day('2027-02-28'));
  expect(addMonths(new Date('2026-01-15T12:34:56Z'), -13)).toEqual(new Date('2024-12-15T12:34:56Z'));
});

test('nothing covers a moment that lies in a hole', () => {
  const spans = [spanOf('MONTH', day('2026-01-01')), spanOf('MONTH', day('2026-03-01'))];
  expect(coverageUntil(spans, day('2026-02-10'))).toBeNull();
  expect(findGaps(spans)).toEqual([{ from: day('2026-02-01'), to: day('2026-03-01') }]);
  expect(coverageUntil([{ from: null, to: null }], day('2026-02-10'))).toEqual(day('9999-01-01'));
});
