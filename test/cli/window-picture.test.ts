import { describe, expect, test } from 'vitest';
import { drawWindows, type PictureInput } from '../../src/cli/backups/window-picture.ts';

const HOUR_MS = 3_600_000;
const now = Date.parse('2026-11-22T12:00:00Z');
const ago = (hours: number) => now - hours * HOUR_MS;
const input: PictureInput = {
  now,
  sets: [
    { at: ago(10), mark: 'F' },
    { at: ago(5), mark: 'I' },
  ],
  windows: [{ from: ago(10), to: ago(0) }],
  gaps: [],
  width: 50,
};

describe('the picture of recovery windows', () => {
  test('shows backups over the log that is there, the hours, and now', () => {
    expect(drawWindows(input)).toEqual([
      'backups  F                   I',
      `log      ${'='.repeat(40)}|`,
      '         11-22 02:00       11-22 06:30         now',
    ]);
  });

  test.each([80, 100, 120])('is never wider than %i columns', (width) => {
    const lines = drawWindows({ ...input, width });
    expect(Math.max(...lines.map(({ length }) => length))).toBe(width);
  });

  test('gives the shortest gap a column of its own', () => {
    const minute = HOUR_MS / 60;
    const [, log] = drawWindows({
      ...input,
      windows: [
        { from: ago(10), to: ago(5) },
        { from: ago(5) + minute, to: now },
      ],
      gaps: [{ from: ago(5), to: ago(5) + minute }],
    });
    expect(log?.match(/x/g)).toHaveLength(1);
  });

  test('shows what is not archived yet up to now', () => {
    const [, log] = drawWindows({ ...input, windows: [{ from: ago(10), to: ago(5) }] });
    expect(log).toMatch(/^log {6}={21}\.{19}\|$/);
  });

  test('shows the fullest of several backups in one column', () => {
    const sets = (['I', 'F', 'D'] as const).map((mark) => ({ at: ago(10), mark }));
    expect(drawWindows({ ...input, sets })[0]).toBe('backups  F');
  });

  test('of one moment is a picture, too', () => {
    const lines = drawWindows({ ...input, sets: [], windows: [{ from: now, to: now }] });
    expect(lines[2]).toMatch(/^ +12:00:00 .*now$/);
  });
});
