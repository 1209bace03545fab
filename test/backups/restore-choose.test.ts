import { expect, test } from 'vitest';
import { groupByTimeline } from '../../src/backups/archive/gaps.ts';
import type { BackupSet } from '../../src/backups/pgbackrest/info.ts';
import { chooseSet, decideStop, type Ground } from '../../src/backups/restore/choose.ts';
import { leavesOf, type RestorableLog } from '../../src/backups/restore/archive.ts';
import { buildTimelines } from '../../src/backups/archive/timelines.ts';

const SEGMENT_BYTES = 16 * 1024 * 1024;

/** Segments 1 to 6 of timeline 1, which 2 and 3 both left within segment 4 and went on to 6. */
const log: RestorableLog = {
  timelines: buildTimelines(
    new Map([
      [2, [{ timeline: 1, switchPosition: 0x4000100n, reason: 'a failover' }]],
      [3, [{ timeline: 1, switchPosition: 0x4000200n, reason: 'a drill without a fence' }]],
    ]),
    [1, 2, 3],
  ),
  histories: [2, 3],
  present: groupByTimeline([
    ...[1, 2, 3, 4, 5, 6].map((index) => ({ timeline: 1, index })),
    ...[2, 3].flatMap((timeline) => [4, 5, 6].map((index) => ({ timeline, index }))),
  ]),
  segmentBytes: SEGMENT_BYTES,
  storedAt: new Map(),
};

/** A set that ended at `second`, within segment `index` of `timeline`. */
const set = (label: string, timeline: number, index: number, second: number) =>
  ({
    label,
    finishedAt: new Date(Date.UTC(2026, 10, 22, 12, 0, second)),
    walStart: `0000000${timeline}000000000000000${index}`,
    walStop: `0000000${timeline}000000000000000${index}`,
    lsnStart: `0/${index}000028`,
    lsnStop: `0/${index}000100`,
  }) as BackupSet;

const ground = (changes: Partial<Ground> = {}): Ground => ({
  cluster: 'main',
  sets: [set('first', 1, 1, 10), set('dead', 1, 5, 20), set('second', 2, 5, 30)],
  log,
  timeline: 2,
  point: null,
  ...changes,
});
const at = (second: number, fraction = '000000') =>
  ({ kind: 'TIME', at: `2026-11-22T12:00:${second}.${fraction}Z` }) as const;

test('takes the newest set that ends before the target on the way to the timeline', () => {
  expect(chooseSet(ground(), at(31)).set.label).toBe('second');
  expect(chooseSet(ground(), at(29)).set.label).toBe('first'); // not the one behind the switch of timeline 1
  expect(chooseSet(ground({ timeline: 1 }), at(29)).set.label).toBe('dead');
  expect(chooseSet(ground(), { kind: 'LSN', lsn: '0/5000000' }).set.label).toBe('first');
});

test('refuses a timeline whose history is not in the archive: no server recovers to it', () => {
  const lost = ground({ log: { ...log, histories: [3] } });
  expect(() => chooseSet(lost, at(31))).toThrow(
    expect.objectContaining({
      ...{ code: 'TARGET_IN_GAP', segment: '00000002.history' },
      hint: expect.stringContaining('archive-push') as string,
    }) as Error,
  );
  expect(chooseSet({ ...lost, timeline: 1 }, at(29)).set.label).toBe('dead');
});

test('does not count on the second in which a set ended', () => {
  expect(chooseSet(ground(), at(30, '999999')).set.label).toBe('first');
});

test('follows the log over the switch to the end of the timeline', () => {
  const { run } = chooseSet(ground(), at(29));
  expect(run.segments.map((name) => [Number(name.slice(0, 8)), Number(name.slice(-1))])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [2, 5],
    [2, 6],
  ]);
  expect(run.missing).toBeNull();
});

test('refuses what only another timeline has, and names that', () => {
  const onlyDead = ground({ sets: [set('dead', 1, 5, 20)] });
  expect(() => chooseSet(onlyDead, at(29))).toThrow(
    expect.objectContaining({
      code: 'TARGET_ON_OTHER_TIMELINE',
      hint: expect.stringContaining('timeline 1') as string,
    }) as Error,
  );
  const point = { lsn: '0/5000500', timeline: 1 };
  expect(() => chooseSet(ground({ point }), { kind: 'NAME', name: 'there' })).toThrow(
    expect.objectContaining({ code: 'TARGET_ON_OTHER_TIMELINE' }) as Error,
  );
});

test('sees that the archive can end in more than one timeline', () => {
  expect(leavesOf(log)).toEqual([2, 3]);
});

test('stops at the last record for a place behind it when the segment was closed, and refuses it when not', () => {
  const target = { kind: 'LSN', lsn: '0/6F00000' } as const;
  const chosen = chooseSet(ground(), target);
  const end = { lastLsn: '0/6000100', isClosed: true, lastCommitAt: null };
  expect(decideStop(ground(), target, { chosen, end }).recovery).toEqual({
    ...{ type: 'lsn', target: '0/6000100', isExclusive: false, timeline: 2, lsn: '0/6000100' },
  });
  expect(() => decideStop(ground(), target, { chosen, end: { ...end, isClosed: false } })).toThrow(
    expect.objectContaining({ code: 'TARGET_BEYOND_ARCHIVE' }) as Error,
  );
});

test('refuses a moment that no transaction in the archive comes behind, also when there is none at all', () => {
  const target = { kind: 'TIME', at: '2026-11-22T12:00:00.000000Z' } as const;
  const chosen = chooseSet(ground(), { kind: 'LATEST' });
  const end = { lastLsn: '0/6000100', isClosed: true, lastCommitAt: null };
  const few = { ...chosen, run: { ...chosen.run, segments: chosen.run.segments.slice(0, 2) } };
  expect(() => decideStop(ground(), target, { chosen: few, end })).toThrow(
    expect.objectContaining({ code: 'TARGET_BEYOND_ARCHIVE' }) as Error,
  );
  const later = { ...end, lastCommitAt: '2026-11-22T12:00:00.000001Z' };
  expect(decideStop(ground(), target, { chosen: few, end: later }).recovery.type).toBe('time');
});
