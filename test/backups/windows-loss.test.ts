import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackupSet } from '../../src/backups/pgbackrest/info.ts';
import { judgeLoss } from '../../src/backups/archive/loss.ts';
import type { LogState } from '../../src/backups/archive/loss-probe.ts';
import { createRecoveryWindows } from '../../src/backups/archive/windows-service.ts';
import type { StanzaConfig } from '../../src/config.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createArchived, SEGMENT_BYTES, type Archived } from './archived.ts';
import { waitUntil, type Scratch } from './scratch.ts';

const LONG = { timeout: 120_000 };

let archived: Archived;
let scratch: Scratch;
let sets: readonly BackupSet[];
beforeAll(async () => {
  archived = await createArchived(2);
  ({ scratch } = archived);
  sets = await archived.sets();
}, 120_000);
afterAll(() => archived.close());

const measure = async (stanza: StanzaConfig) => (await archived.serviceOn(stanza)).measure('main');
const at = (text: string) => new Date(`2026-11-22T${text}Z`);
const log: LogState = {
  now: at('12:00:00'),
  timeline: 1,
  segmentBytes: SEGMENT_BYTES,
  position: BigInt(11 * SEGMENT_BYTES + 5_000),
  archiveTimeoutSeconds: 0,
  isArchiving: true,
  lastReportedSegment: null,
  lastReportedAt: null,
  lastFailedSegment: null,
  lastFailedAt: null,
  failures: 0n,
  waitingSegments: 0,
  segmentWrittenAt: null,
};

describe('what would be lost', () => {
  const reach = { lastSegment: 10, lastEndAt: at('11:50:00') };

  test('is nothing while the open segment is too small for a change and its commit', () => {
    const position = BigInt(11 * SEGMENT_BYTES);
    expect(judgeLoss(reach, { ...log, position })).toMatchObject({ seconds: 0, bytes: 0n });
    expect(judgeLoss(reach, { ...log, position: position + 135n })).toMatchObject({
      seconds: 0,
      bytes: 135n,
    });
    expect(judgeLoss(reach, { ...log, position: position + 136n })).toMatchObject({ seconds: 600 });
  });

  test('is younger than the last transaction that was archived', () => {
    expect(judgeLoss(reach, log)).toMatchObject({ seconds: 600, bytes: 5_000n });
  });

  test('is younger than the last write into the last archived segment', () => {
    expect(judgeLoss(reach, { ...log, segmentWrittenAt: at('11:58:00') })).toMatchObject({ seconds: 120 });
  });

  test('is younger than archive_timeout while only the open segment is missing', () => {
    expect(judgeLoss(reach, { ...log, archiveTimeoutSeconds: 60 })).toMatchObject({ seconds: 60 });
  });

  test('may be older than archive_timeout when finished segments are missing', () => {
    const position = BigInt(12 * SEGMENT_BYTES + 5_000);
    expect(judgeLoss(reach, { ...log, position, archiveTimeoutSeconds: 60 })).toEqual({
      seconds: 600,
      bytes: BigInt(SEGMENT_BYTES + 5_000),
      isEverything: false,
      reason: '2 segments are not in the repository, or behind a gap',
    });
  });

  test('does not count on archive_timeout while archiving is off', () => {
    const off = { ...log, archiveTimeoutSeconds: 60, isArchiving: false };
    expect(judgeLoss(reach, off)).toMatchObject({ seconds: 600 });
  });

  test('is unknown when nothing tells when the last archived segment was written', () => {
    expect(judgeLoss({ ...reach, lastEndAt: null }, log)).toMatchObject({ seconds: null, bytes: 5_000n });
  });

  test('is everything without a backup, which no number of seconds says', () => {
    expect(judgeLoss(null, log)).toEqual({
      seconds: null,
      bytes: null,
      isEverything: true,
      reason: 'no backup can be recovered: everything would be lost',
    });
  });
});

describe('the loss window', () => {
  test('is 0 when no change was written since the last archived segment', LONG, async () => {
    await waitUntil(async () => {
      await archived.writeSegments(1);
      return (await measure(scratch.stanza)).loss.seconds === 0;
    });
  });

  test('stays 0 while the server writes log but nobody changes anything', LONG, async () => {
    await archived.writeSegments(1);
    for (let round = 0; round < 5; round += 1) await scratch.admin.rows(sql`CHECKPOINT`);
    const { loss } = await measure(scratch.stanza);
    expect(loss).toMatchObject({ seconds: 0, isEverything: false });
  });

  test(
    'is as old as the first transaction that is not archived, where the log can be read',
    LONG,
    async () => {
      await archived.writeSegments(1);
      await sleep(2_000);
      await scratch.admin.rows(sql`INSERT INTO notes VALUES (5)`);
      const [first] = await scratch.admin.rows<{ at: Date }>(sql`SELECT clock_timestamp() AS at`);
      await scratch.admin.rows(sql`INSERT INTO notes VALUES (6)`);
      const { loss } = await measure(scratch.stanza);
      const [now] = await scratch.admin.rows<{ at: Date }>(sql`SELECT clock_timestamp() AS at`);
      const mostSeconds = ((now?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)) / 1_000 + 2;
      expect(loss.seconds).toBeGreaterThan(0);
      expect(loss.seconds).toBeLessThan(mostSeconds);
    },
  );

  test('counts from the last archived write, to the second', LONG, async () => {
    await archived.writeSegments(1);
    const [closed] = await scratch.admin.rows<{ at: Date }>(sql`SELECT clock_timestamp() AS at`);
    await scratch.admin.rows(sql`INSERT INTO notes VALUES (2)`);
    const { loss } = await measure(scratch.stanza);
    const [now] = await scratch.admin.rows<{ at: Date }>(sql`SELECT clock_timestamp() AS at`);
    expect(loss.seconds).toBeGreaterThan(0);
    // Closing and archiving a segment, then asking: nothing of that takes more than some seconds.
    expect(loss.seconds).toBeLessThan(((now?.at.getTime() ?? 0) - (closed?.at.getTime() ?? 0)) / 1_000 + 30);
    expect(loss.bytes).toBeGreaterThan(0n);
  });

  test('does not believe an archiver that reports success without sending', LONG, async () => {
    await archived.writeSegments(1);
    await archived.setArchiveCommand('true');
    try {
      const before = await measure(scratch.stanza);
      await archived.writeSegments(3);
      const { loss, archiving } = await measure(scratch.stanza);
      expect(archiving.unsentSegments).toBe(3);
      expect(loss.bytes).toBeGreaterThanOrEqual(BigInt(3 * SEGMENT_BYTES));
      expect(loss.seconds).toBeGreaterThan(before.loss.seconds ?? 0);
      expect(loss.reason).toMatch(/segments are not in the repository/);
    } finally {
      await archived.setArchiveCommand(null);
    }
  });

  test('says that a gap keeps everything behind it from being recovered', LONG, async () => {
    // The three segments above are gone for good.
    await archived.writeSegments(1);
    const { gaps, loss } = await (await archived.serviceOn(scratch.stanza)).read('main');
    expect(gaps).toMatchObject([{ segments: 3, to: null, toLsn: null }]);
    expect(loss.bytes).toBeGreaterThanOrEqual(BigInt(4 * SEGMENT_BYTES));
    await archived.backup('INCREMENTAL');
    sets = await archived.sets();
    const healed = await (await archived.serviceOn(scratch.stanza)).read('main');
    expect(healed.gaps).toMatchObject([{ segments: 3, to: sets.at(-1)?.finishedAt }]);
    expect(healed.windows.map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
  });

  test('is unknown when no primary answers, with the reason', LONG, async () => {
    const service = createRecoveryWindows({
      fleet: { ...scratch.fleet, get: (name) => ({ ...scratch.fleet.get(name), instances: [] }) },
      postgresBinaries: scratch.server.binaries,
      listSets: () => Promise.resolve(sets),
    });
    const { loss, windows, archiving } = await service.read('main');
    expect(loss).toEqual({
      seconds: null,
      bytes: null,
      isEverything: false,
      reason: 'no instance says that it is the primary',
    });
    expect(windows).not.toEqual([]);
    expect(archiving).toMatchObject({ isOn: null, slots: null });
  });
});

describe('archiving', () => {
  test('shows failures, what waits, and the slots that hold log back', LONG, async () => {
    await scratch.admin.rows(sql`SELECT pg_create_physical_replication_slot('behind', true)`);
    await archived.setArchiveCommand('false');
    try {
      await scratch.admin.rows(sql`INSERT INTO notes VALUES (3)`);
      await scratch.admin.rows(sql`SELECT pg_switch_wal()`);
      await waitUntil(async () => (await measure(scratch.stanza)).archiving.isFailing, 30_000);
      const { archiving } = await measure(scratch.stanza);
      expect(archiving).toMatchObject({ isOn: true, isAsync: false, waitingSegments: 1 });
      expect(archiving.failures).toBeGreaterThan(0n);
      expect(archiving.slots).toMatchObject([{ name: 'behind', isActive: false, walStatus: 'reserved' }]);
      expect(archiving.slots?.[0]?.heldBytes).toBeGreaterThanOrEqual(BigInt(SEGMENT_BYTES));
    } finally {
      await archived.setArchiveCommand(null);
      await scratch.admin.rows(sql`SELECT pg_drop_replication_slot('behind')`);
    }
    await archived.waitForArchive();
    await waitUntil(async () => !(await measure(scratch.stanza)).archiving.isFailing);
  });

  test('shows what asynchronous archiving could not send, and why', LONG, async () => {
    const broken = scratch.variant('async', {
      'archive-async': 'y',
      'repo1-path': '/proc/nowhere',
      'spool-path': join(scratch.root, 'spool-async'),
    });
    await archived.setArchiveCommand(
      `pgbackrest --config=${broken.configFile} --stanza=scratch archive-push %p`,
    );
    try {
      await scratch.admin.rows(sql`INSERT INTO notes VALUES (4)`);
      await scratch.admin.rows(sql`SELECT pg_switch_wal()`);
      const visible = scratch.variant('async-visible', {
        'archive-async': 'y',
        'spool-path': join(scratch.root, 'spool-async'),
      });
      await waitUntil(async () => {
        const { archiving } = await measure(visible);
        return (archiving.spoolErrors?.length ?? 0) > 0;
      }, 60_000);
      const { archiving } = await measure(visible);
      expect(archiving).toMatchObject({ isAsync: true, isFailing: true });
      expect(archiving.spoolErrors?.[0]?.message).not.toBe('');
    } finally {
      await archived.setArchiveCommand(null);
    }
    await archived.waitForArchive();
  });
});
