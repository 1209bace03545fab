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

/** Shares at equal distances. */
function drawUniform(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index + 0.5) / count);
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

test('takes each statement for inverse Gaussian', () => {
  // Quantiles by another program (scipy.stats.invgauss).
  const cases = [
    { mean: 100, deviation: 100, p95Ms: 292.2076 },
    { mean: 100, deviation: 30, p95Ms: 155.465 },
    { mean: 10, deviation: 25, p95Ms: 43.75285 },
    { mean: 50, deviation: 2, p95Ms: 53.35636 },
  ];
  for (const { mean, deviation, p95Ms } of cases) {
    const times = {
      id: 'a',
      calls: 1_000,
      totalMs: 1_000 * mean,
      squaresMs: 1_000 * (mean ** 2 + deviation ** 2),
    };
    expect((estimateLatency([], [times]).p95Ms ?? 0) / p95Ms).toBeCloseTo(1, 4);
  }
});

const SHAPES = {
  lognormal: draw(2_000, Math.log(80), 0.9),
  'lognormal and cut off above': draw(2_000, Math.log(80), 1.1).map((ms) => Math.min(ms, 320)),
  exponential: drawUniform(2_000).map((share) => -80 * Math.log(1 - share)),
  'of Weibull': drawUniform(2_000).map((share) => 80 * (-Math.log(1 - share)) ** (1 / 0.7)),
  uniform: drawUniform(2_000).map((share) => 200 * share),
};

test.each(Object.keys(SHAPES) as (keyof typeof SHAPES)[])(
  'comes within 15 %% of the p95 of times whose distribution is %s',
  (shape) => {
    const exact = p95(SHAPES[shape]);
    const { p95Ms } = estimateLatency([], [add('a', SHAPES[shape])]);
    expect(Math.abs((p95Ms ?? 0) - exact) / exact).toBeLessThan(0.15);
  },
);

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
