import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toSegmentName } from '../../src/backups/archive/segments.ts';
import type { BackupSet } from '../../src/backups/pgbackrest/info.ts';
import type { Recovery } from '../../src/backups/archive/windows-report.ts';
import type { StanzaConfig } from '../../src/config.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createArchived, fileOf, indexOf, lastOf, SEGMENT_BYTES, type Archived } from './archived.ts';
import type { Scratch } from './scratch.ts';

const LONG = { timeout: 120_000 };

let archived: Archived;
let scratch: Scratch;
let sets: readonly BackupSet[];
beforeAll(async () => {
  archived = await createArchived(8);
  ({ scratch } = archived);
  sets = await archived.sets();
}, 120_000);
afterAll(() => archived.close());

const read = async (stanza: StanzaConfig, known?: readonly BackupSet[]) =>
  (await archived.serviceOn(stanza, known)).read('main');

describe('a recovery window', () => {
  test('ends when the last transaction that was archived ended', LONG, async () => {
    const [before] = await scratch.admin.rows<{ at: Date }>(sql`SELECT clock_timestamp() AS at`);
    await scratch.admin.rows(sql`INSERT INTO notes VALUES (1)`);
    const [after] = await scratch.admin.rows<{ at: Date }>(sql`SELECT clock_timestamp() AS at`);
    await scratch.admin.rows(sql`SELECT pg_switch_wal()`);
    await archived.waitForArchive();
    const { windows, gaps } = await read(scratch.stanza);
    expect(gaps).toEqual([]);
    expect(windows).toHaveLength(1);
    const [window] = windows;
    expect(window?.earliestAt).toEqual(sets[0]?.finishedAt);
    expect(window?.earliestLsn).toBe(sets[0]?.lsnStop);
    expect(window?.latestAt?.getTime()).toBeGreaterThanOrEqual(before?.at.getTime() ?? NaN);
    expect(window?.latestAt?.getTime()).toBeLessThanOrEqual(after?.at.getTime() ?? NaN);
    expect(window).toMatchObject({ isCurrent: true, timeline: 1, archiveId: '15-1', reason: null });
  });

  test(
    'ends at a gap, and the next begins with the next set: between them nothing can be recovered',
    LONG,
    async () => {
      const copy = scratch.copyStanza('cost');
      const first = indexOf(sets[1]?.walStart) - 5;
      for (const index of [first, first + 1]) unlinkSync(fileOf(copy.repository, index));
      const { windows, gaps } = await read(copy);
      expect(windows.map((one) => [one.sets.map(({ label }) => label), one.isCurrent])).toEqual([
        [[sets[0]?.label], false],
        [[sets[1]?.label], true],
      ]);
      expect(gaps).toHaveLength(1);
      expect(gaps[0]).toMatchObject({
        timeline: 1,
        segments: 2,
        firstSegment: toSegmentName({ timeline: 1, index: first }, SEGMENT_BYTES),
        from: windows[0]?.latestAt,
        to: sets[1]?.finishedAt,
        toLsn: sets[1]?.lsnStop,
        brokenSets: [],
      });
    },
  );

  test('has no time when nobody can read its end, and says why', LONG, async () => {
    const copy = scratch.copyStanza('unreadable');
    const last = lastOf(await archived.scan(copy));
    writeFileSync(fileOf(copy.repository, last), 'noise');
    const { windows } = await read(copy);
    expect(windows[0]?.latestAt).toBeNull();
    expect(windows[0]?.reason).toMatch(/unable to get/);
    expect(windows[0]?.latestStoredAt).toBeInstanceOf(Date);
  });

  test('is not there without a set', LONG, async () => {
    const { windows, gaps, loss } = await read(scratch.stanza, []);
    expect([windows, gaps]).toEqual([[], []]);
    expect(loss).toMatchObject({ seconds: null, reason: expect.stringContaining('no backup') as string });
  });

  test(
    'of a repository with another passphrase is told by names, which are not encrypted, but has no times',
    LONG,
    async () => {
      const wrong = scratch.variant('wrong-pass', { 'repo1-cipher-pass': 'other' });
      const { windows } = await read(wrong, sets);
      expect(windows).toMatchObject([{ latestAt: null, reason: expect.stringMatching(/archive/) as string }]);
    },
  );
});

describe('a second timeline', () => {
  let recovery: Recovery;

  test('branches off in the tree, and its window begins with the sets of the first', LONG, async () => {
    await stopServer(scratch.server, 'fast');
    writeFileSync(join(scratch.server.dataDirectory, 'standby.signal'), '');
    await startServer(scratch.server);
    await scratch.admin.rows(sql`SELECT pg_promote()`);
    await archived.writeSegments(3);
    await archived.waitForArchive();
    recovery = await read(scratch.stanza);
    expect(recovery.currentTimeline).toBe(2);
    expect(recovery.timelines).toMatchObject([
      { id: 1, parent: null, children: [2], isCurrent: false },
      { id: 2, parent: 1, children: [], isCurrent: true, hasHistory: true },
    ]);
    const own = recovery.windows.filter(({ timeline }) => timeline === 2);
    expect(own).toMatchObject([{ isCurrent: true, sets: sets.map(({ label }) => ({ label })) }]);
    expect(own[0]?.lastSegment.slice(0, 8)).toBe('00000002');
  });

  test('does not reach past a gap right at the switch', LONG, async () => {
    const copy = scratch.copyStanza('switch');
    const begin = recovery.timelines[1]?.switchLsn ?? '0/0';
    const index = Number(BigInt(`0x${begin.split('/')[1]}`) / BigInt(SEGMENT_BYTES));
    unlinkSync(fileOf(copy.repository, index, 2));
    const { gaps, windows } = await read(copy);
    expect(gaps.filter(({ timeline }) => timeline === 2)).toMatchObject([{ segments: 1, to: null }]);
    expect(windows.filter(({ timeline }) => timeline === 2)).toEqual([]);
  });

  test('is known as one without history when its history file is lost', LONG, async () => {
    const copy = scratch.copyStanza('lost-history');
    const file = join(copy.repository, 'archive', 'scratch', '15-1', '00000002.history');
    renameSync(file, join(scratch.root, 'taken-away'));
    const { loss, timelines } = await read(copy);
    expect(timelines.find(({ id }) => id === 2)).toMatchObject({ hasHistory: false, parent: null });
    expect(loss).toMatchObject({
      seconds: null,
      reason: 'the history of timeline 2 is not in the repository',
    });
  });
});
