import { expect, test } from 'vitest';
import {
  add,
  type StatementCounters,
  subtract,
  timesOf,
} from '../../src/performance/statements/intervals.ts';
import { intervalOf } from '../../src/performance/statements/recorder.ts';

const counters = (queryId: string, calls: number, eachMs: number): StatementCounters => ({
  ...{ queryId, calls, totalMs: calls * eachMs, squaresMs2: calls * eachMs ** 2 },
  ...{ rows: calls, blocksHit: calls, blocksRead: 0, blocksTemp: 0, ioMs: 0, walBytes: 0 },
});

test('is what ran from one look to the next', () => {
  expect(
    subtract([counters('a', 5, 2), counters('b', 3, 1)], [counters('a', 2, 2), counters('b', 3, 1)]),
  ).toEqual([counters('a', 3, 2)]);
});

test('takes a counter that went down for a new one', () => {
  expect(subtract([counters('a', 1, 2)], [counters('a', 9, 2)])).toEqual([counters('a', 1, 2)]);
});

test('adds intervals up by statement', () => {
  expect(add([[counters('a', 1, 2)], [counters('b', 1, 1), counters('a', 2, 2)]])).toEqual([
    counters('a', 3, 2),
    counters('b', 1, 1),
  ]);
});

test('gives the bound that 19 of 20 calls stay below by √19 deviations', () => {
  // Times 1, 1, 1, 5: mean 2, variance 3.
  const times = timesOf({ ...counters('a', 4, 0), totalMs: 8, squaresMs2: 28 });
  expect(times.meanMs).toBe(2);
  expect(times.stddevMs).toBeCloseTo(Math.sqrt(3), 12);
  expect(times.p95BoundMs).toBeCloseTo(2 + Math.sqrt(57), 12);
});

test('begins an interval anew after a reset of all counters', () => {
  const at = (second: number) => new Date(second * 1_000);
  const before = { lookedAt: at(10), resetAt: at(0), counters: [counters('a', 100, 1)] };
  const look = { lookedAt: at(20), resetAt: at(15), counters: [counters('a', 101, 1)] };
  expect(intervalOf(before, look)).toMatchObject({ beganAt: at(15), statements: [{ calls: 101 }] });
  expect(intervalOf(before, { ...look, resetAt: at(0) })).toMatchObject({
    beganAt: at(10),
    statements: [{ calls: 1 }],
  });
});

test('keeps the two hundred dearest, and what the others cost together', () => {
  const now = Array.from({ length: 203 }, (_, n) => counters(`q${n}`, 1, n + 1));
  const interval = intervalOf(
    { lookedAt: new Date(0), resetAt: null, counters: [] },
    { lookedAt: new Date(1_000), resetAt: null, counters: now },
  );
  expect(interval.statements).toHaveLength(200);
  expect(interval).toMatchObject({ otherCalls: 3, otherMs: 1 + 2 + 3 });
});
