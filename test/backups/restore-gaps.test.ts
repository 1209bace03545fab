import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHarness } from './harness.ts';
import { createHistory, type History } from './restore-history.ts';

// Each restore copies and syncs a thousand files, next to other suites.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** 1–7 · backup · 8 · `front` · 9 | 10 | 11 · `behind` · 12 | (a bar closes a segment; that of 11 gets lost) */
let history: History;
const times = { front: '', behind: '' };
const file = { here: '', away: '' };
let missing = '';

beforeAll(async () => {
  history = await createHistory();
  await history.add(8);
  times.front = await history.now();
  for (const id of [9, 10]) {
    await history.add(id);
    await history.closeSegment();
  }
  await history.add(11);
  missing = await history.closeSegment();
  times.behind = await history.now();
  await history.add(12);
  await history.closeSegment();
  const name = history.listRepository().find((one) => one.includes(`${missing}-`)) ?? '';
  file.here = join(history.scratch.root, 'repository', name);
  file.away = join(history.scratch.root, 'away');
});
afterAll(() => history.close());

describe('with a segment lost', () => {
  beforeAll(() => renameSync(file.here, file.away));
  afterAll(() => renameSync(file.away, file.here));

  test('refuses what lies behind it, and names the segment, with nothing written', async () => {
    for (const target of [{ kind: 'TIME', at: times.behind }, { kind: 'LATEST' }] as const) {
      await expect(history.plan(target)).rejects.toMatchObject({ code: 'TARGET_IN_GAP', segment: missing });
    }
    expect(history.hasLeftovers()).toBe(false);
  });

  test('still plans what lies in front of it', async () => {
    expect((await history.plan({ kind: 'TIME', at: times.front }))?.warnings).toEqual([]);
  });
});

test('fails with the reason, and leaves nothing, when log goes missing after it was planned', async () => {
  const harness = createHarness(undefined, (step) => {
    if (step === 'recover') renameSync(file.here, file.away);
  });
  await expect(history.restore({ kind: 'LATEST' }, undefined, harness)).rejects.toMatchObject({
    code: 'RECOVERY_FAILED',
    message: expect.stringMatching(/did not reach its target[^]*recovery ended before configured/) as string,
  });
  expect(history.hasLeftovers()).toBe(false);
  renameSync(file.away, file.here);
});

describe('after a promotion', () => {
  let left = '';
  beforeAll(async () => {
    await history.add(30);
    left = await history.place();
    await history.closeSegment();
    await history.promote();
    await history.add(31);
    await history.closeSegment();
  });

  test('follows the primary to its new timeline', async () => {
    const result = await history.restore({ kind: 'LATEST' });
    expect(result.recoveredTo.timeline).toBe(2);
    expect(await history.readNotes(result)).toEqual([8, 9, 10, 11, 12, 30, 31]);
  });

  test('stays on the timeline that is asked for', async () => {
    const result = await history.restore({ kind: 'LSN', lsn: left }, 1);
    expect(result.recoveredTo.timeline).toBe(1);
    expect(await history.readNotes(result)).toEqual([8, 9, 10, 11, 12, 30]);
  });

  test('refuses a named point of the new timeline on the old one, with nothing written', async () => {
    await history.makePoint('after_promotion');
    await history.closeSegment();
    await expect(history.plan({ kind: 'NAME', name: 'after_promotion' }, 1)).rejects.toMatchObject({
      code: 'TARGET_ON_OTHER_TIMELINE',
    });
    expect(history.hasLeftovers()).toBe(false);
    expect(await history.plan({ kind: 'NAME', name: 'after_promotion' })).toBeDefined();
  });
});
