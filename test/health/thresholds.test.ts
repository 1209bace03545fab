import { expect, test } from 'vitest';
import { judge, worstOf } from '../../src/limits.ts';

const lower = { better: 'LOWER', target: 80, critical: 95 } as const;
const higher = { better: 'HIGHER', target: 95, critical: 90 } as const;

test.each([
  [80, lower, 'OK'],
  [80.1, lower, 'WARNING'],
  [95, lower, 'WARNING'],
  [95.1, lower, 'CRITICAL'],
  [95, higher, 'OK'],
  [94.9, higher, 'WARNING'],
  [90, higher, 'WARNING'],
  [89.9, higher, 'CRITICAL'],
  [1e12, { better: 'LOWER', target: null, critical: null }, 'OK'],
] as const)('judges %d against %j as %s', (value, limits, state) => {
  expect(judge(value, limits)).toBe(state);
});

test('counts UNKNOWN as worse than OK and better than WARNING', () => {
  expect(worstOf(['OK', 'UNKNOWN', 'OK'])).toBe('UNKNOWN');
  expect(worstOf(['UNKNOWN', 'WARNING'])).toBe('WARNING');
  expect(worstOf(['CRITICAL', 'UNKNOWN'])).toBe('CRITICAL');
  expect(worstOf(['OK'])).toBe('OK');
});
