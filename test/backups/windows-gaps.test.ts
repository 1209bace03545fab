import { copyFileSync, unlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackupSet } from '../../src/backups/pgbackrest/info.ts';
import { runVerify } from '../../src/backups/pgbackrest/pgbackrest.ts';
import type { StanzaConfig } from '../../src/config.ts';
import { createArchived, createRandom, fileOf, indexOf, lastOf, type Archived } from './archived.ts';
import type { Scratch } from './scratch.ts';

const LONG = { timeout: 120_000 };

let archived: Archived;
let scratch: Scratch;
let sets: readonly BackupSet[];
beforeAll(async () => {
  archived = await createArchived(70);
  ({ scratch } = archived);
  sets = await archived.sets();
}, 240_000);
afterAll(() => archived.close());

const scan = (stanza: StanzaConfig) => archived.scan(stanza);
const startOf = (position: number) => indexOf(sets[position]?.walStart);
const stopOf = (position: number) => indexOf(sets[position]?.walStop);

const random = createRandom(1);
/** `count` different numbers from `first` to `last`. */
function pick(count: number, first: number, last: number): readonly number[] {
  const all = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  for (let position = all.length - 1; position > 0; position -= 1) {
    const other = Math.floor(random() * (position + 1));
    [all[position], all[other]] = [all[other] ?? 0, all[position] ?? 0];
  }
  return all.slice(0, count);
}

describe('an archive of 140 segments', () => {
  test('has no gap, and one window from the first set to its end', LONG, async () => {
    const found = await scan(scratch.stanza);
    expect(found.gaps).toEqual([]);
    expect(found.windows).toHaveLength(1);
    expect(found.windows[0]?.sets.map(({ label }) => label)).toEqual(sets.map(({ label }) => label));
    expect(found.windows[0]?.lastSegment).toBe(lastOf(found));
    expect(found.archive.segments.length).toBeGreaterThanOrEqual(140);
  });

  test('shows each of 50 segments deleted one by one at random, and no other', LONG, async () => {
    const copy = scratch.copyStanza('single');
    const whole = await scan(copy);
    const deleted: number[] = [];
    for (const index of pick(300, startOf(0), lastOf(whole) - 1)) {
      if (deleted.length === 50) break;
      if (deleted.some((one) => Math.abs(one - index) === 1)) continue;
      unlinkSync(fileOf(copy.repository, index));
      deleted.push(index);
    }
    expect(deleted).toHaveLength(50);
    const { gaps } = await scan(copy);
    expect(gaps.map(({ first, last }) => [first, last])).toEqual(
      deleted.toSorted((a, b) => a - b).map((index) => [index, index]),
    );
  });

  test('shows neighbours that are gone as one gap, in 20 rounds of 50 deletions', LONG, async () => {
    for (let round = 0; round < 20; round += 1) {
      const copy = scratch.copyStanza(`many-${round}`);
      const deleted = pick(50, startOf(0), lastOf(await scan(copy)) - 1).toSorted((a, b) => a - b);
      for (const index of deleted) unlinkSync(fileOf(copy.repository, index));
      const { gaps } = await scan(copy);
      const covered = gaps.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, offset) => first + offset),
      );
      expect(covered).toEqual(deleted);
      expect(gaps.every(({ first }, position) => first - 1 > (gaps[position - 1]?.last ?? -Infinity))).toBe(
        true,
      );
    }
  });

  test('misses nothing that was deleted before its oldest set: nobody could use it', LONG, async () => {
    const copy = scratch.copyStanza('before');
    unlinkSync(fileOf(copy.repository, startOf(0) - 1));
    const found = await scan(copy);
    expect(found.gaps).toEqual([]);
    expect(found.windows).toHaveLength(1);
  });

  test('has a shorter window when its end was deleted', LONG, async () => {
    const copy = scratch.copyStanza('after');
    const last = lastOf(await scan(copy));
    for (const index of [last, last - 1, last - 2]) unlinkSync(fileOf(copy.repository, index));
    const found = await scan(copy);
    expect(found.gaps).toEqual([]);
    expect(found.windows.map(({ lastSegment }) => lastSegment)).toEqual([last - 3]);
  });

  test('loses a set that needs a missing segment, and says which', LONG, async () => {
    const copy = scratch.copyStanza('broken');
    unlinkSync(fileOf(copy.repository, stopOf(1)));
    const found = await scan(copy);
    expect(found.gaps).toMatchObject([
      { first: stopOf(1), last: stopOf(1), brokenSets: [sets[1]?.label], after: null },
    ]);
    expect(found.windows.map((one) => one.sets.map(({ label }) => label))).toEqual([[sets[0]?.label]]);
  });

  test('counts a segment with two contents as missing, as pgBackRest refuses to fetch it', LONG, async () => {
    const copy = scratch.copyStanza('double');
    const index = startOf(1) - 5;
    const file = fileOf(copy.repository, index);
    copyFileSync(file, file.replace(/-[0-9a-f]{40}/, `-${'0'.repeat(40)}`));
    const { gaps } = await scan(copy);
    expect(gaps).toMatchObject([{ first: index, last: index, isAmbiguous: true }]);
  });

  test('that pgBackRest calls valid can have a gap: verify does not see it', LONG, async () => {
    const copy = scratch.copyStanza('invisible');
    unlinkSync(fileOf(copy.repository, startOf(1) - 5));
    const verified = await runVerify(copy, 1);
    expect(JSON.stringify(verified)).not.toContain('"isUnusable":true');
    expect((await scan(copy)).gaps).toHaveLength(1);
  });
});
