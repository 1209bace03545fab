import { expect, test } from 'vitest';
import { drawPartitions } from '../../src/cli/partitions/picture.ts';

const at = (month: number) => Date.UTC(2026, month - 1);
const months = (
  from: number,
  to: number,
  state: 'ATTACHED' | 'ARCHIVED' | 'DETACH_PENDING',
  rows: number | null = null,
) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    ...{ state, rows, from: at(from + index), to: at(from + index + 1) },
  }));

test('shows archives, partitions, a hole, a broken detach, now and the policy on one line of time', () => {
  const picture = drawPartitions({
    partitions: [
      ...months(1, 2, 'ARCHIVED'),
      ...months(3, 3, 'DETACH_PENDING', 10),
      ...months(4, 6, 'ATTACHED', 100),
      ...months(8, 12, 'ATTACHED', 800),
    ],
    now: Date.UTC(2026, 8, 15),
    kept: { from: at(4), until: at(13) },
    width: 55,
  });
  expect(picture).toEqual([
    'parts  aaaaaaa!!!!!===|===|===.....===|===|===|===|====',
    'rows          ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁   █████████████████████',
    'policy            <----------------------------------->',
    '       2026-01                          ^now    2026-12',
  ]);
});

test('gives the shortest hole a column of its own, and draws a table without partitions', () => {
  const day = 86_400_000;
  const [parts] = drawPartitions({
    partitions: [
      { state: 'ATTACHED', from: 0, to: 1_000 * day, rows: null },
      { state: 'ATTACHED', from: 1_001 * day, to: 2_000 * day, rows: null },
    ],
    now: 1_500 * day,
    kept: null,
    width: 37,
  });
  expect(parts).toMatch(/\./);
  expect(drawPartitions({ partitions: [], now: at(9), kept: null, width: 40 })[0]).toMatch(/^parts {2}\.+$/);
});
