import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toEstimate } from '../../src/backups/restore/estimate.ts';
import { readReplayMs } from '../../src/backups/restore/server-log.ts';
import type { MeasuredRestore } from '../../src/backups/restore/store.ts';

const MB = 1024 * 1024;

/** A fleet that takes 600 ms and 5 ms a megabyte for files, of which 200 ms are told, and 900 ms and 4 ms a megabyte of log. */
function restoreOf(databaseMb: number, walMb = 1): MeasuredRestore {
  const replayMs = 4 * walMb;
  return {
    ...{ at: new Date(0), databaseBytes: databaseMb * MB },
    ...{ restoreMs: 600 + 5 * databaseMb, fixedMs: 200 },
    ...{ walBytes: walMb * MB, recoveryMs: 900 + replayMs, replayMs },
  };
}
const estimate = (measured: readonly MeasuredRestore[], databaseMb: number, walMb = 1) =>
  toEstimate(measured, { databaseBytes: databaseMb * MB, walBytes: walMb * MB }, 'measured');

describe('the estimate of a restore', () => {
  test('is unknown while nothing was measured', () => {
    expect(estimate([], 100)).toEqual({ seconds: null, basis: 'no restore has been measured yet' });
  });

  test('of the size that was measured is what was measured', () => {
    expect(estimate([restoreOf(100)], 100).seconds).toBeCloseTo((600 + 500 + 904) / 1000);
  });

  test('of one measured size counts as fixed what the restore has told of itself', () => {
    expect(estimate([restoreOf(100)], 200).seconds).toBeCloseTo((200 + 2 * 900 + 904) / 1000);
  });

  test('of three sizes finds the part that does not grow, so that small and large ones are right', () => {
    const measured = [restoreOf(100), restoreOf(200), restoreOf(400)];
    for (const databaseMb of [30, 300, 5_000])
      expect(estimate(measured, databaseMb).seconds).toBeCloseTo((600 + 5 * databaseMb + 904) / 1000, 3);
    expect(estimate(measured, 30).basis).toBe(
      'measured: 0.6 s and 209715200 bytes a second of files, 0.9 s until the server replays',
    );
  });

  test('draws no line through sizes that hardly differ: noise would be its slope', () => {
    const noisy = [100, 101, 102].map((databaseMb, index) => ({
      ...restoreOf(databaseMb),
      restoreMs: [1_100, 1_000, 1_200][index] ?? 0,
    }));
    expect(estimate(noisy, 200).seconds).toBeCloseTo((200 + (200 * 2_700) / 303 + 904) / 1000, 1);
  });

  test('counts the log at the rate of those restores that replayed at least a segment', () => {
    const measured = [restoreOf(100), restoreOf(100, 160)];
    expect(estimate(measured, 100, 1_600).seconds).toBeCloseTo((1_100 + 902 + 6_400) / 1000, 2);
  });

  test('takes the few segments that a backup itself spans for part of the start, as long as no rate is known', () => {
    expect(estimate([restoreOf(100)], 100, 33).seconds).toBeCloseTo((1_100 + 904) / 1000);
  });

  test('is unknown for more log than was ever replayed, and says what the rest takes', () => {
    const found = estimate([restoreOf(100)], 100, 160);
    expect(found.seconds).toBe(null);
    expect(found.basis).toMatch(
      /in all 2\.0 s; how fast 167772160 bytes of log are replayed was not measured$/,
    );
  });
});

test('the replay is timed by the words of the server, those of its last start', async () => {
  const root = mkdtempSync(join(tmpdir(), 'sunday-log-'));
  try {
    const file = join(root, 'postgres.log');
    expect(await readReplayMs(file)).toBe(null);
    const begin = '2026-11-22 23:59:59.900 GMT [1] LOG:  redo starts at 0/2000028\n';
    writeFileSync(file, begin);
    expect(await readReplayMs(file)).toBe(null);
    const again = begin.replace('59.900', '59.950');
    const stop = '2026-11-23 00:00:01.250 GMT [1] LOG:  recovery stopping after restore point "x"\n';
    writeFileSync(file, `${begin}${again}${stop}2026-11-23 00:00:01.251 GMT [1] LOG:  pausing\n`);
    expect(await readReplayMs(file)).toBe(1_300);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
