import { describe, expect, test } from 'vitest';
import {
  indexOf,
  inferSegmentBytes,
  parseLsn,
  parseSegmentName,
  positionOf,
  toLsn,
  toSegmentName,
} from '../../src/backups/archive/segments.ts';
import { buildTimelines, parseHistory, pathTo } from '../../src/backups/archive/timelines.ts';

const MIB = 1024 * 1024;

describe('a segment', () => {
  test.each([
    ['000000010000000000000074', 16, { timeline: 1, index: 0x74 }],
    ['0000000200000001000000FF', 16, { timeline: 2, index: 0x1ff }],
    ['000000010000000100000003', 1024, { timeline: 1, index: 7 }],
    ['0000000A0000000100000FFF', 1, { timeline: 10, index: 0x1fff }],
  ])('named %s, of %i MiB, is %o and back', (name, mib, segment) => {
    expect(parseSegmentName(name, mib * MIB)).toEqual(segment);
    expect(toSegmentName(segment, mib * MIB)).toBe(name);
  });

  test.each(['', '00000001000000000000007', '000000010000000000000100', '00000002.history'])(
    'has no name like %j',
    (name) => expect(parseSegmentName(name, 16 * MIB)).toBeNull(),
  );

  test('holds the bytes from its position on', () => {
    const position = parseLsn('1/74000028');
    expect(indexOf(position, 16 * MIB)).toBe(0x174);
    expect(toLsn(positionOf(0x174, 16 * MIB))).toBe('1/74000000');
    expect(toLsn(position)).toBe('1/74000028');
  });
});

describe('the size of segments', () => {
  const name = (log: number, part: number) =>
    ['00000001', log, part].map((one) => one.toString(16).toUpperCase().padStart(8, '0')).join('');

  test('is the default where names say nothing', () => {
    expect(inferSegmentBytes([])).toBe(16 * MIB);
    expect(inferSegmentBytes([name(0, 3), name(0, 4)])).toBe(16 * MIB);
  });

  test('shows where the number of one name wraps around to the next', () => {
    expect(inferSegmentBytes([name(0, 0x3e), name(0, 0x3f), name(1, 0), name(1, 1)])).toBe(64 * MIB);
    expect(inferSegmentBytes([name(0, 0xff), name(1, 0)])).toBe(16 * MIB);
  });

  test('is not taken from a gap at the wrap', () => {
    expect(inferSegmentBytes([name(0, 0x3e), name(1, 0), name(1, 1)])).toBe(16 * MIB);
  });

  test('shows in a number that the default does not reach', () => {
    expect(inferSegmentBytes([name(0, 0x812)])).toBe(MIB);
  });
});

const SECOND = '1\t0/5000060\tno recovery target specified\n';
const THIRD = `${SECOND}\n2\t0/9000000\tbefore 2026-11-22 12:00:00+00\n`;

describe('timelines', () => {
  test('are read from history files, whatever blank lines these have', () => {
    expect(parseHistory(THIRD)).toEqual([
      { timeline: 1, switchPosition: 0x5000060n, reason: 'no recovery target specified' },
      { timeline: 2, switchPosition: 0x9000000n, reason: 'before 2026-11-22 12:00:00+00' },
    ]);
    expect(parseHistory('# nothing\n')).toEqual([]);
  });

  test('are a tree', () => {
    const histories = new Map([
      [2, parseHistory(SECOND)],
      [3, parseHistory(THIRD)],
      [4, parseHistory('1 0/3000000 to a second try')],
    ]);
    const found = buildTimelines(histories, [1, 2, 5]);
    expect(
      found.map(({ id, parent, children, hasHistory }) => ({ id, parent, children, hasHistory })),
    ).toEqual([
      { id: 1, parent: null, children: [2, 4], hasHistory: true },
      { id: 2, parent: 1, children: [3], hasHistory: true },
      { id: 3, parent: 2, children: [], hasHistory: true },
      { id: 4, parent: 1, children: [], hasHistory: true },
      { id: 5, parent: null, children: [], hasHistory: false },
    ]);
  });

  test('whose own history was lost are found in that of a descendant', () => {
    const found = buildTimelines(new Map([[3, parseHistory(THIRD)]]), [2]);
    expect(found.find(({ id }) => id === 2)).toMatchObject({ parent: 1, switchPosition: 0x5000060n });
  });

  test('have one way each, from the oldest ancestor on', () => {
    const found = buildTimelines(
      new Map([
        [2, parseHistory(SECOND)],
        [3, parseHistory(THIRD)],
      ]),
      [],
    );
    expect(pathTo(found, 3)).toEqual([
      { timeline: 1, from: 0n, until: 0x5000060n },
      { timeline: 2, from: 0x5000060n, until: 0x9000000n },
      { timeline: 3, from: 0x9000000n, until: null },
    ]);
    expect(pathTo(found, 9)).toEqual([]);
  });

  test('end, even when a history names a timeline as its own ancestor', () => {
    const found = buildTimelines(new Map([[2, parseHistory('2 0/5000060 itself')]]), []);
    expect(pathTo(found, 2).map((one) => one.timeline)).toEqual([2]);
  });
});
