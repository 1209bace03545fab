import { expect, test } from 'vitest';
import {
  describeFields,
  formatAge,
  formatBytes,
  formatDuration,
  formatFigure,
  formatFraction,
  formatTime,
  toShortId,
} from '../../src/cli/terminal/format.ts';

test.each([
  [null, '–'],
  ['0', '0 B'],
  ['999', '999 B'],
  ['1000', '1.0 kB'],
  ['999499', '999 kB'],
  ['999500', '1.0 MB'],
  ['1234567', '1.2 MB'],
  ['12345678901', '12 GB'],
  ['9223372036854775807', '9.2 EB'],
])('shows %s bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [null, '–'],
  [0, '0 s'],
  [0.0004, '0 s'],
  [0.25, '250 ms'],
  [1, '1 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.6, '1 min'],
  [192, '3 min 12 s'],
  [3_600, '1 h'],
  [7_500, '2 h 5 min'],
  [270_000, '3 d 3 h'],
])('shows %s seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test('shows times in UTC and ages with one unit', () => {
  expect(formatTime('2026-11-22T08:31:04.123Z')).toBe('2026-11-22 08:31:04Z');
  const now = new Date('2026-11-22T08:31:04Z');
  expect(formatAge('2026-11-22T08:31:03.500Z', now)).toBe('just now');
  expect(formatAge('2026-11-22T08:27:50Z', now)).toBe('3 min ago');
  expect(formatAge('2026-11-19T02:00:00Z', now)).toBe('3 d ago');
});

test('shows no 100 % before the end', () => {
  expect(formatFraction(0.9999)).toBe('99 %');
  expect(formatFraction(1)).toBe('100 %');
});

test('shows a figure in the unit that the API names', () => {
  expect(formatFigure(99.12, 'percent')).toBe('99.1 %');
  expect(formatFigure(1e9, 'bytes')).toBe('1.0 GB');
  expect(formatFigure(90, 'seconds')).toBe('1 min 30 s');
  expect(formatFigure(null, 'bytes')).toBe('–');
});

test('opens a global id and leaves any other text as it is', () => {
  expect(toShortId(Buffer.from('Operation:0a7d1f9e').toString('base64url'))).toBe('0a7d1f9e');
  expect(toShortId('0a7d1f9e-5a1c-4c55-9c0e-0d9f6c1b2a3d')).toBe('0a7d1f9e-5a1c-4c55-9c0e-0d9f6c1b2a3d');
});

test('turns the fields of a result into words and units', () => {
  const result = {
    label: '20261122-064811F',
    databaseBytes: '1234567',
    rtoSeconds: 12.4,
    rtoMs: { restore: 2_658.652, proof: 73.3 },
    proof: { tables: 12, isProven: true, checkedAt: '2026-11-22T08:31:04Z' },
    warnings: [],
    applied: [{ version: 'a1', durationMs: 683 }],
    prior: null,
  };
  expect(describeFields(result)).toEqual([
    ['label', '20261122-064811F'],
    ['database', '1.2 MB'],
    ['rto', '12 s'],
    ['rto restore', '2.7 s'],
    ['rto proof', '73 ms'],
    ['proof tables', '12'],
    ['proof is proven', 'true'],
    ['proof checked at', '2026-11-22 08:31:04Z'],
    ['warnings', 'none'],
    ['applied', 'version a1, duration 683 ms'],
    ['prior', '–'],
  ]);
});
