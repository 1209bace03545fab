import { expect, test } from 'vitest';
import type { Wait } from '../../src/performance/activity/lock-probe.ts';
import { growLockTree } from '../../src/performance/activity/lock-tree.ts';

const wait = (pid: number, ...blockedBy: number[]): Wait => ({
  ...{ pid, blockedBy, relation: 'items', lockType: 'relation' },
  ...{ mode: 'AccessExclusiveLock', waitingSeconds: 1 },
});

/** `depth:pid:blocked` of each line. */
const drawn = (...waits: Wait[]) =>
  growLockTree(waits, []).map(({ depth, pid, blockedCount }) => `${depth}:${pid}:${blockedCount}`);

test('stands each waiter behind what it waits for', () => {
  expect(drawn(wait(2, 1), wait(3, 2), wait(4, 2))).toEqual(['0:1:3', '1:2:2', '2:3:0', '2:4:0']);
});

test('puts the root that holds up most first', () => {
  expect(drawn(wait(11, 10), wait(21, 20), wait(22, 20))).toEqual([
    ...['0:20:2', '1:21:0', '1:22:0'],
    ...['0:10:1', '1:11:0'],
  ]);
});

test('shows a waiter of two roots once, below the one that holds up more', () => {
  expect(drawn(wait(3, 1, 2), wait(4, 2))).toEqual(['0:2:2', '1:3:0', '1:4:0', '0:1:1']);
});

test('shows a prepared transaction as process 0', () => {
  expect(drawn(wait(5, 0))).toEqual(['0:0:1', '1:5:0']);
});

test('ends in a circle, as PostgreSQL does', () => {
  expect(drawn(wait(1, 2), wait(2, 1))).toEqual(['0:1:1', '1:2:1']);
});

test('is empty when nobody waits', () => {
  expect(drawn()).toEqual([]);
});
