import { describe, expect, test } from 'vitest';
import { judgeSample, rulesInForce, toDefaultRules } from '../../src/alerts/rules.ts';
import { RULE, sampleOf, START } from './samples.ts';

describe('one sample', () => {
  test.each([
    ['the state of the metric', {}, 85, 'BREACH'],
    ['a value on the limit', {}, 80, 'BETWEEN'],
    ['a value in the dead band', {}, 78, 'BETWEEN'],
    ['a value beyond the dead band', {}, 75, 'CLEAR'],
    ['nothing known', {}, null, 'UNKNOWN'],
    ['WARNING where only CRITICAL counts', { severity: 'CRITICAL' as const }, 85, 'BETWEEN'],
    ['CRITICAL where only that counts', { severity: 'CRITICAL' as const }, 96, 'BREACH'],
    ['a threshold of its own, passed', { threshold: 50, recoveryThreshold: 40 }, 51, 'BREACH'],
    ['a threshold of its own, in the dead band', { threshold: 50, recoveryThreshold: 40 }, 45, 'BETWEEN'],
    ['a threshold of its own, well', { threshold: 50, recoveryThreshold: 40 }, 40, 'CLEAR'],
    ['without a dead band', { recoveryThreshold: null }, 80, 'CLEAR'],
    [
      'a figure that must not fall',
      { comparison: 'BELOW' as const, threshold: 99, recoveryThreshold: 99.5 },
      98,
      'BREACH',
    ],
    [
      'a figure that has risen a little',
      { comparison: 'BELOW' as const, threshold: 99, recoveryThreshold: 99.5 },
      99.2,
      'BETWEEN',
    ],
  ])('by %s', (_title, change, value, kind) => {
    expect(judgeSample({ ...RULE, ...change }, sampleOf(value, 0)).kind).toBe(kind);
  });

  test('of a server that is down is wrong under a threshold, too', () => {
    const down = sampleOf(null, 0, { state: 'CRITICAL', reason: 'main-2 is down' });
    expect(judgeSample({ ...RULE, threshold: 10 }, down)).toEqual({
      kind: 'BREACH',
      severity: 'WARNING',
      limit: 10,
    });
  });
});

describe('rules', () => {
  test('of people come before those of the product, and those of a cluster before those of all', () => {
    const defaults = toDefaultRules([
      { name: 'connections', better: 'LOWER', target: 80 },
      { name: 'cache_hit_ratio', better: 'HIGHER', target: 95 },
      { name: 'database_size', better: 'LOWER', target: null },
    ]);
    expect(defaults.map(({ name, comparison }) => [name, comparison])).toEqual([
      ['connections', 'ABOVE'],
      ['cache_hit_ratio', 'BELOW'],
    ]);
    const made = { ...RULE, isDefault: false, updatedBy: 'ann', updatedAt: new Date(START) };
    const rows = [
      { ...made, cluster: 'main', forSeconds: 7 },
      { ...made, forSeconds: 8 },
    ];
    const seconds = (cluster: string | null) =>
      rulesInForce(defaults, rows, cluster).map(({ name, forSeconds }) => [name, forSeconds]);
    expect(seconds('main')).toEqual([
      ['cache_hit_ratio', 300],
      ['connections', 7],
    ]);
    expect(seconds('other')).toEqual([
      ['cache_hit_ratio', 300],
      ['connections', 8],
    ]);
  });
});
