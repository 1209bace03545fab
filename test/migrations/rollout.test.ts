import { expect, test } from 'vitest';
import { compareHealth, toWaves } from '../../src/migrations/rollout.ts';

const calm = { p95Ms: 20, reason: null, critical: [] };
const blind = { p95Ms: null, reason: 'only 3 statements ran, 100 are needed', critical: [] };

test.each([
  ['as before', calm, calm],
  ['a little slower', calm, { ...calm, p95Ms: 29 }],
  ['much slower, but far from slow', { ...calm, p95Ms: 1 }, { ...calm, p95Ms: 9 }],
  ['critical before and after', { ...calm, critical: ['a'] }, { ...calm, critical: ['a'] }],
  ['not to be known', calm, blind],
])('lets a canary pass that is %s', (_what, before, after) => {
  expect(compareHealth(before, after)).toEqual([]);
});

test('stops at a canary that is half as slow again, with both figures', () => {
  expect(compareHealth(calm, { ...calm, p95Ms: 31 })).toEqual([
    '95 % of statements took up to 31.0 ms, 20.0 ms before',
  ]);
});

test('stops at a canary that goes over the critical limit', () => {
  expect(compareHealth({ ...calm, p95Ms: 190 }, { ...calm, p95Ms: 210 })).toHaveLength(1);
});

test('stops at a canary with a new critical metric, even when its p95 is not known', () => {
  expect(compareHealth(blind, { ...blind, critical: ['REPLICATION_LAG of main-2'] })).toEqual([
    'REPLICATION_LAG of main-2 has become critical',
  ]);
});

test('makes waves of the size that is allowed', () => {
  expect(toWaves(['a', 'b', 'c', 'd', 'e'], 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(toWaves([], 2)).toEqual([]);
});
