import { describe, expect, test } from 'vitest';
import { groupByTimeline, mergeRuns, walkPath, type MissingRun } from '../../src/backups/archive/gaps.ts';
import { parseListings } from '../../src/backups/archive/listing.ts';
import type { Stretch } from '../../src/backups/archive/timelines.ts';

const SEGMENT_BYTES = 16 * 1024 * 1024;
const sha = (digit: string) => digit.repeat(40);

describe('a listing', () => {
  const listing = (names: Readonly<Record<string, number>>) =>
    JSON.stringify({
      '.': { type: 'path' },
      '15-1': { type: 'path' },
      '15-1/0000000100000000': { type: 'path' },
      ...Object.fromEntries(
        Object.entries(names).map(([name, time]) => [name, { type: 'file', size: 1, time }]),
      ),
    });

  test('gives segments, partials and histories of each database system, and nothing else', () => {
    const text = listing({
      [`15-1/0000000100000000/000000010000000000000002-${sha('a')}.zst`]: 20,
      [`15-1/0000000100000000/000000010000000000000001-${sha('b')}`]: 10,
      [`15-1/0000000100000000/000000010000000000000003.partial-${sha('c')}.gz`]: 30,
      '15-1/0000000100000000/000000010000000000000001.00000028.backup': 10,
      '15-1/0000000100000000/000000010000000000000004-short.zst': 10,
      '15-1/00000002.history': 30,
      [`16-2/0000000100000000/000000010000000000000001-${sha('d')}.lz4`]: 40,
      'archive.info': 1,
      'archive.info.copy': 1,
    });
    expect(parseListings('main', [text])).toEqual([
      {
        id: '15-1',
        segments: [
          { name: '000000010000000000000001', storedAt: new Date(10_000) },
          { name: '000000010000000000000002', storedAt: new Date(20_000) },
        ],
        ambiguous: [],
        partials: ['000000010000000000000003'],
        histories: [2],
      },
      {
        id: '16-2',
        segments: [{ name: '000000010000000000000001', storedAt: new Date(40_000) }],
        ambiguous: [],
        partials: [],
        histories: [],
      },
    ]);
  });

  test('of several repositories is their union, with the time of the first copy', () => {
    const [found] = parseListings('main', [
      listing({ [`15-1/0000000100000000/000000010000000000000001-${sha('a')}.zst`]: 20 }),
      listing({
        [`15-1/0000000100000000/000000010000000000000001-${sha('a')}.lz4`]: 10,
        [`15-1/0000000100000000/000000010000000000000002-${sha('b')}.lz4`]: 30,
      }),
    ]);
    expect(found?.segments).toEqual([
      { name: '000000010000000000000001', storedAt: new Date(10_000) },
      { name: '000000010000000000000002', storedAt: new Date(30_000) },
    ]);
  });

  test('leaves out a segment that has two contents, since nobody can fetch it', () => {
    const [found] = parseListings('main', [
      listing({
        [`15-1/0000000100000000/000000010000000000000001-${sha('a')}.zst`]: 10,
        [`15-1/0000000100000000/000000010000000000000001-${sha('b')}.zst`]: 10,
      }),
    ]);
    expect(found).toMatchObject({ segments: [], ambiguous: ['000000010000000000000001'] });
  });

  test('that is no JSON is refused', () => {
    expect(() => parseListings('main', ['\u0001 not JSON'])).toThrow(
      expect.objectContaining({ code: 'REPOSITORY_UNREADABLE' }),
    );
  });
});

const trunk: readonly Stretch[] = [{ timeline: 1, from: 0n, until: null }];
const at = (index: number) => BigInt(index) * BigInt(SEGMENT_BYTES);
const walk = (
  present: Readonly<Record<number, readonly number[]>>,
  path: readonly Stretch[],
  start: number,
) =>
  walkPath(
    groupByTimeline(
      Object.entries(present).flatMap(([timeline, indexes]) =>
        indexes.map((index) => ({ timeline: Number(timeline), index })),
      ),
    ),
    path,
    { start, segmentBytes: SEGMENT_BYTES },
  );

describe('a walk', () => {
  test('finds nothing in an archive without gaps, in whatever order it is listed', () => {
    expect(walk({ 1: [5, 3, 4, 6] }, trunk, 3)).toEqual({ missing: [], last: 6 });
  });

  test('merges neighbours, and tells first, middle and last apart', () => {
    expect(walk({ 1: [4, 5, 8, 10] }, trunk, 2)).toEqual({
      missing: [
        { timeline: 1, first: 2, last: 3 },
        { timeline: 1, first: 6, last: 7 },
        { timeline: 1, first: 9, last: 9 },
      ],
      last: 10,
    });
  });

  test('does not ask for what is before its start', () => {
    expect(walk({ 1: [1, 9, 10] }, trunk, 9)).toEqual({ missing: [], last: 10 });
  });

  test('of an empty archive has no end', () => {
    expect(walk({}, trunk, 1)).toEqual({ missing: [], last: null });
    expect(walk({ 1: [1, 2] }, trunk, 5)).toEqual({ missing: [], last: null });
  });

  test('crosses the border of a log of 256 segments without a false gap', () => {
    expect(walk({ 1: [0xfe, 0xff, 0x100, 0x101] }, trunk, 0xfe)).toEqual({ missing: [], last: 0x101 });
  });

  const branch: readonly Stretch[] = [
    { timeline: 1, from: 0n, until: at(5) + 96n },
    { timeline: 2, from: at(5) + 96n, until: null },
  ];

  test('follows a branch: the segment of the switch is the new timeline’s own', () => {
    expect(walk({ 1: [2, 3, 4], 2: [5, 6] }, branch, 2)).toEqual({ missing: [], last: 6 });
  });

  test('does not count what the left timeline wrote after the switch', () => {
    expect(walk({ 1: [2, 3, 4, 5, 6, 9], 2: [5, 6] }, branch, 2)).toEqual({ missing: [], last: 6 });
  });

  test('finds gaps on both sides of a switch, each on its timeline', () => {
    expect(walk({ 1: [2, 3, 5, 6], 2: [6, 7] }, branch, 2)).toEqual({
      missing: [
        { timeline: 1, first: 4, last: 4 },
        { timeline: 2, first: 5, last: 5 },
      ],
      last: 7,
    });
  });

  test('ends on the ancestor while the new timeline has archived nothing', () => {
    expect(walk({ 1: [2, 3, 4, 5, 6] }, branch, 2)).toEqual({ missing: [], last: 4 });
  });

  test('agrees with a naive one on 200 random archives', () => {
    const random = createRandom(7);
    for (let round = 0; round < 200; round += 1) {
      const present = Array.from({ length: 300 }, (_, index) => index + 250).filter(() => random() > 0.2);
      const expected = present.flatMap((index, position) => {
        const before = present[position - 1];
        return before === undefined || before === index - 1
          ? []
          : [{ timeline: 1, first: before + 1, last: index - 1 }];
      });
      expect(walk({ 1: present }, trunk, present[0] ?? 0).missing).toEqual(expected);
    }
  });
});

test('runs that overlap or touch are one, on their timeline', () => {
  const runs: readonly MissingRun[] = [
    { timeline: 2, first: 5, last: 5 },
    { timeline: 1, first: 8, last: 9 },
    { timeline: 1, first: 4, last: 4 },
    { timeline: 1, first: 2, last: 4 },
    { timeline: 1, first: 5, last: 6 },
  ];
  expect(mergeRuns(runs)).toEqual([
    { timeline: 1, first: 2, last: 6 },
    { timeline: 1, first: 8, last: 9 },
    { timeline: 2, first: 5, last: 5 },
  ]);
});

/** Mulberry32: the same numbers in each run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
