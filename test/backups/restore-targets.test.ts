import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRestores } from '../../src/backups/restore/service.ts';
import type { RestoreTarget } from '../../src/backups/restore/target.ts';
import { createHistory, type History } from './restore-history.ts';

// Each restore copies and syncs a thousand files, next to other suites.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** 1–7 · backup · 8 · `between` · 9 · point `before_release` · 10 · `place` · 11 · archived up to here · `end` · 12 */
let history: History;
const times = { before: '', between: '', end: '' };
let place = '';

beforeAll(async () => {
  times.before = new Date().toISOString().replace('Z', '000Z');
  history = await createHistory();
  await history.add(8);
  times.between = await history.now();
  await history.add(9);
  await history.makePoint('before_release');
  await history.add(10);
  place = await history.place();
  await history.add(11);
  await history.closeSegment();
  times.end = await history.now();
  await history.add(12);
});
afterAll(() => history.close());

describe('recovers exactly', () => {
  test('the rows that were committed before a moment, and pushes nothing into the archive', async () => {
    const before = history.listRepository();
    const result = await history.restore({ kind: 'TIME', at: times.between });
    expect(result).toMatchObject({
      proven: false,
      tablesFailed: 0,
      recoveredTo: { at: times.between, timeline: 1, restorePoint: null, target: times.between },
    });
    const { lastCommitAt } = result.recoveredTo;
    expect(lastCommitAt !== null && lastCommitAt < times.between).toBe(true);
    expect(result.walBytes).toBeGreaterThan(0);
    expect(history.listRepository()).toEqual(before);
    expect(await history.readNotes(result)).toEqual([8]);
    expect(history.listRepository()).toEqual(before); // not even when it is started without our fences
  });

  test('the rows at a named restore point', async () => {
    const result = await history.restore({ kind: 'NAME', name: 'before_release' });
    expect(result.recoveredTo).toMatchObject({ restorePoint: 'before_release', timeline: 1 });
    expect(await history.readNotes(result)).toEqual([8, 9]);
  });

  test('the rows in front of a place in the log', async () => {
    const result = await history.restore({ kind: 'LSN', lsn: place });
    expect(await history.readNotes(result)).toEqual([8, 9, 10]);
  });

  test('the rows at the end of the archive, and opens no timeline for it', async () => {
    const before = history.listRepository();
    const result = await history.restore({ kind: 'LATEST' });
    expect(result.recoveredTo.timeline).toBe(1);
    expect(await history.readNotes(result)).toEqual([8, 9, 10, 11]);
    expect(history.listRepository()).toEqual(before);
  });
});

describe('refuses, with nothing written,', () => {
  const attempts: readonly (readonly [string, string, () => RestoreTarget])[] = [
    [
      'a moment in the future',
      'TARGET_IN_FUTURE',
      () => ({ kind: 'TIME', at: '2999-01-01T00:00:00.000000Z' }),
    ],
    ['a moment before the first backup', 'TARGET_TOO_EARLY', () => ({ kind: 'TIME', at: times.before })],
    ['a place before the first backup', 'TARGET_TOO_EARLY', () => ({ kind: 'LSN', lsn: '0/1000000' })],
    [
      'a moment that the archive does not reach',
      'TARGET_BEYOND_ARCHIVE',
      () => ({ kind: 'TIME', at: times.end }),
    ],
    [
      'a place that the archive does not reach',
      'TARGET_BEYOND_ARCHIVE',
      () => ({ kind: 'LSN', lsn: 'FF/0' }),
    ],
    ['a name that nobody gave', 'RESTORE_POINT_NOT_FOUND', () => ({ kind: 'NAME', name: 'nowhere' })],
    ['a backup that is not there', 'BACKUP_NOT_FOUND', () => ({ kind: 'SET', label: '20200101-000000F' })],
  ];
  test.each(attempts)('%s: %s', async (_what, code, target) => {
    await expect(history.plan(target())).rejects.toMatchObject({ code });
    expect(history.hasLeftovers()).toBe(false);
  });

  test('a timeline that the archive does not have: TIMELINE_NOT_FOUND', async () => {
    await expect(history.plan({ kind: 'LATEST' }, 7)).rejects.toMatchObject({ code: 'TIMELINE_NOT_FOUND' });
  });

  test('the same when it runs, should the archive have lost it since it was asked for', async () => {
    const before = history.listRepository();
    const restored = history.restore({ kind: 'TIME', at: times.end });
    await expect(restored).rejects.toMatchObject({ code: 'TARGET_BEYOND_ARCHIVE' });
    expect(history.hasLeftovers()).toBe(false);
    expect(history.listRepository()).toEqual(before);
  });
});

test('plans with the set and why, the log, the loss, and a time that was measured here', async () => {
  const { scratch, control, operations } = history;
  const service = createRestores({
    ...{ fleet: scratch.fleet, db: control.db, protectedDirectories: [], definitions: operations },
    ...{ postgresBinaries: scratch.server.binaries, runDirectory: scratch.root },
    operations: { start: () => Promise.reject(new Error('a plan starts nothing')) },
  });
  const target = { kind: 'TIME', at: times.between } as const;
  const plan = await service.planRestore({ cluster: 'main', target, timeline: null });
  expect(plan).toMatchObject({
    ...{ cluster: 'main', target: times.between, why: expect.stringContaining('newest') as string },
    ...{ stops: [], warnings: [], recovery: { type: 'time', timeline: 1 } },
    basis: expect.stringContaining('restores of main') as string,
  });
  expect(plan.firstSegment).toBe(plan.set.walStart);
  expect(plan.walBytes).toBe(BigInt(plan.segments) * 16n * 1024n * 1024n);
  expect(plan.lossWindowSeconds).toBeGreaterThan(0);
  expect(plan.seconds).toBeGreaterThan(0);
  const latest = await service.planRestore({ cluster: 'main', target: { kind: 'LATEST' }, timeline: null });
  expect(latest.recovery).toMatchObject({ type: 'lsn', isExclusive: false });
});
