import { expect, test } from 'vitest';
import { judgeArchiving, type ArchiveSafety } from '../../src/health/archiving.ts';

const safety: ArchiveSafety = {
  loss: { seconds: 40, reason: 'the open segment', isEverything: false },
  waitingSegments: 1,
  unsentSegments: 0,
  failure: null,
  slots: [],
  reason: null,
};
const judge = (part: Partial<ArchiveSafety>) =>
  Object.fromEntries(judgeArchiving({ ...safety, ...part }).map((one) => [one.name, one]));
const lossOf = (seconds: number | null, isEverything = false) =>
  judge({ loss: { seconds, reason: 'because', isEverything } })['loss_window'];

test('a cluster without a repository has no such figures', () => {
  expect(judgeArchiving(null)).toEqual([]);
});

test('a healthy archive is OK in all of them', () => {
  expect(judgeArchiving(safety).map(({ name, value, state }) => [name, value, state])).toEqual([
    ['loss_window', 40, 'OK'],
    ['archive_backlog', 1, 'OK'],
    ['wal_held_by_slots', 0, 'OK'],
  ]);
});

test('the objective of five minutes is broken beyond 300 s, and warned of before', () => {
  expect(lossOf(180)).toMatchObject({ state: 'OK' });
  expect(lossOf(181)).toMatchObject({ state: 'WARNING', critical: 300 });
  expect(lossOf(300)).toMatchObject({ state: 'WARNING' });
  expect(lossOf(301)).toMatchObject({ state: 'CRITICAL', reason: 'because' });
});

test('what nobody can say is UNKNOWN with its reason, but no backup at all is CRITICAL', () => {
  expect(lossOf(null)).toMatchObject({ state: 'UNKNOWN', value: null, reason: 'because' });
  expect(lossOf(null, true)).toMatchObject({ state: 'CRITICAL', value: null });
});

test('segments that were reported as archived and never sent are part of the backlog', () => {
  expect(judge({ unsentSegments: 20 })['archive_backlog']).toMatchObject({ value: 21, state: 'WARNING' });
  expect(judge({ waitingSegments: 129 })['archive_backlog']).toMatchObject({ state: 'CRITICAL' });
});

test('a failed attempt is a warning, however short the backlog is', () => {
  expect(judge({ failure: 'no space' })['archive_backlog']).toMatchObject({
    value: 1,
    state: 'WARNING',
    reason: 'no space',
  });
});

test('a slot that holds back gigabytes is named', () => {
  const slots = [{ name: 'behind', heldBytes: 2_000_000_000n }];
  expect(judge({ slots })['wal_held_by_slots']).toMatchObject({
    value: 2_000_000_000,
    state: 'WARNING',
    reason: 'slot behind holds back the most',
  });
});

test('without a primary, and with a repository that cannot be read, figures are UNKNOWN', () => {
  const silent = judge({ waitingSegments: null, slots: null, reason: 'it is down' });
  expect(silent['archive_backlog']).toMatchObject({ state: 'UNKNOWN', reason: 'it is down' });
  expect(silent['wal_held_by_slots']).toMatchObject({ state: 'UNKNOWN', reason: 'it is down' });
  expect(judgeArchiving({ failure: 'no such file' }).map(({ name, state }) => [name, state])).toEqual([
    ['loss_window', 'UNKNOWN'],
    ['archive_backlog', 'UNKNOWN'],
  ]);
});
