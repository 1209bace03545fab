import { expect, test } from 'vitest';
import { daysUntil, fitLine } from '../../src/straight-line.ts';
import { judgeOutlooks } from '../../src/maintenance/reviews/capacity.ts';
import { forecast } from '../../src/performance/capacity/forecast.ts';

const DAY_MS = 86_400_000;
const hourly = (days: number, valueAt: (day: number) => number) =>
  Array.from({ length: days * 24 }, (_, n) => ({ at: new Date((n / 24) * DAY_MS), value: valueAt(n / 24) }));

test('finds a straight line exactly, with no error', () => {
  const fit = fitLine(Array.from({ length: 10 }, (_, day) => ({ day, value: 50 + 2 * day })));
  expect(fit?.perDay).toBeCloseTo(2, 12);
  expect(fit?.perDayError).toBeCloseTo(0, 6);
  expect(fit).toMatchObject({ r2: 1, newest: 68 });
});

test('has the error of the slope as the textbook has it', () => {
  // y = 0, 1, 0, 1 … over days 0 to 9: slope 2.5 / 82.5, residual 2.5 − 2.5² / 82.5, n − 2 = 8.
  const fit = fitLine(Array.from({ length: 10 }, (_, day) => ({ day, value: day % 2 })));
  const left = 2.5 - 2.5 ** 2 / 82.5;
  expect(fit?.perDay).toBeCloseTo(2.5 / 82.5, 12);
  expect(fit?.perDayError).toBeCloseTo(1.96 * Math.sqrt(left / 8 / 82.5), 12);
});

test.each([
  [
    { perDay: 2, perDayError: 0, r2: 1, newest: 80 },
    { expected: 10, soonest: 10, latest: 10 },
  ],
  [
    { perDay: 2, perDayError: 2, r2: 0.5, newest: 80 },
    { expected: 10, soonest: 5, latest: null },
  ],
  [
    { perDay: -1, perDayError: 0.5, r2: 1, newest: 80 },
    { expected: null, soonest: null, latest: null },
  ],
  [
    { perDay: 1, perDayError: 0, r2: 1, newest: 120 },
    { expected: 0, soonest: 0, latest: 0 },
  ],
])('of %o until 100 has %o days', (fit, days) => {
  expect(daysUntil(100, fit)).toEqual(days);
});

test('says when the disk is full', () => {
  const found = forecast(
    'DISK',
    'main-1',
    hourly(10, (day) => 60 + 2 * day),
  );
  expect(found).toMatchObject({ metric: 'disk_used', unit: 'percent', limit: 100, reason: null });
  // The newest value is that of 23 o'clock of the tenth day.
  expect(found.daysLeft?.expected).toBeCloseTo((100 - (60 + (2 * 239) / 24)) / 2, 6);
});

test('takes of connections the highest of each day, so that nights say nothing', () => {
  const found = forecast(
    'CONNECTIONS',
    'main-1',
    hourly(10, (day) => (day % 1 === 0.5 ? 20 + Math.floor(day) : 1)),
  );
  expect(found.fit?.perDay).toBeCloseTo(1, 12);
  expect(found.daysLeft?.expected).toBeCloseTo(100 - 29, 9);
});

test('forecasts nothing from a handful of points', () => {
  expect(forecast('XID', 'main-1', hourly(1, () => 1).slice(0, 7))).toMatchObject({
    ...{ fit: null, daysLeft: null, current: 1, reason: 'only 7 points are known, 8 are needed' },
  });
});

test('capacity planning says what ends within a month, and what nobody can foresee', () => {
  const growing = hourly(10, (day) => 60 + 2 * day);
  const full = forecast('DISK', 'main-1', growing);
  const calm = forecast(
    'CONNECTIONS',
    'main-1',
    hourly(10, () => 40),
  );
  const young = forecast('XID', 'main-1', []);
  const { findings, lookedAt } = judgeOutlooks([full, calm, young]);
  expect(findings).toMatchObject([
    {
      ...{ severity: 'WARNING', subject: 'DISK of main-1' },
      message: '79.9 of 100 percent now, 2 ± 0 a day: it ends in 10 days, 10 at the soonest',
    },
    {
      ...{ severity: 'UNKNOWN', subject: 'forecast of main-1' },
      message: 'XID: only 0 points are known, 8 are needed',
    },
  ]);
  expect(lookedAt).toEqual(['the forecast of DISK of main-1', 'the forecast of CONNECTIONS of main-1']);
});
