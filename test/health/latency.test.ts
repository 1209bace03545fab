import { expect, test } from 'vitest';
import { estimateLatency } from '../../src/health/latency.ts';
import type { StatementTimes } from '../../src/health/latency-probe.ts';

/** Deterministic draws of a lognormal distribution: its quantiles at equal distances. */
function draw(count: number, mu: number, sigma: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    // Box and Muller on a low-discrepancy pair.
    const u = (index + 0.5) / count;
    const v = (index * 0.618_033_988_7) % 1;
    return Math.exp(mu + sigma * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v));
  });
}

function add(id: string, times: readonly number[]): StatementTimes {
  const sum = (of: (ms: number) => number) => times.reduce((total, ms) => total + of(ms), 0);
  return { id, calls: times.length, totalMs: sum((ms) => ms), squaresMs: sum((ms) => ms ** 2) };
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;
}

test('comes within 15 % of the exact p95 of a mixture of statements', () => {
  const fast = draw(4_000, Math.log(2), 0.8);
  const slow = draw(600, Math.log(120), 0.5);
  const { p95Ms, calls } = estimateLatency([], [add('a', fast), add('b', slow)]);
  const exact = p95([...fast, ...slow]);
  expect(calls).toBe(4_600);
  expect(Math.abs((p95Ms ?? 0) - exact) / exact).toBeLessThan(0.15);
});

test('takes a statement that always lasts as long for what it is', () => {
  expect(estimateLatency([], [add('a', Array(200).fill(10) as number[])]).p95Ms).toBeCloseTo(10, 3);
});

test('looks only at what was called in between', () => {
  const before = [add('a', Array(1_000).fill(500) as number[])];
  const after = [add('a', [...(Array(1_000).fill(500) as number[]), ...(Array(200).fill(10) as number[])])];
  expect(estimateLatency(before, after)).toMatchObject({ calls: 200 });
  expect(estimateLatency(before, after).p95Ms).toBeCloseTo(10, 0);
});

test('does not know for few calls, and says how many there were', () => {
  expect(estimateLatency([], [add('a', [1, 2, 3])])).toEqual({
    p95Ms: null,
    calls: 3,
    reason: 'only 3 statements ran, 100 are needed',
  });
});

test('does not know when the counters were reset in between', () => {
  const before = [add('a', Array(500).fill(1) as number[])];
  const after = [add('a', Array(300).fill(1) as number[])];
  expect(estimateLatency(before, after)).toMatchObject({
    p95Ms: null,
    reason: 'pg_stat_statements was reset in between',
  });
});
