import { describe, expect, test } from 'vitest';
import { createLogReader } from '../../src/backups/restore/log.ts';
import { parseMoment } from '../../src/backups/restore/time.ts';

describe('a moment', () => {
  test.each([
    ['2026-11-22T12:00:00Z', null, '2026-11-22T12:00:00.000000Z'],
    ['2026-11-22 12:00:00.5+01:00', null, '2026-11-22T11:00:00.500000Z'],
    ['2026-11-22T12:00:00.123456-0330', null, '2026-11-22T15:30:00.123456Z'],
    ['2026-11-22 12:58', 'Europe/Berlin', '2026-11-22T11:58:00.000000Z'],
    ['2026-07-01T12:00:00', 'Europe/Berlin', '2026-07-01T10:00:00.000000Z'],
    ['2026-10-25T01:59:59', 'Europe/Berlin', '2026-10-24T23:59:59.000000Z'],
    ['2026-10-25T03:00:00', 'Europe/Berlin', '2026-10-25T02:00:00.000000Z'],
    ['2026-01-01T00:00:00', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000000Z'],
  ])('%s (%s) is %s', (at, timezone, moment) => {
    expect(parseMoment(at, timezone)).toBe(moment);
  });

  test.each([
    ['2026-10-25T02:30:00', 'Europe/Berlin', 'LOCAL_TIME_AMBIGUOUS'],
    ['2026-11-01T01:30:00', 'America/New_York', 'LOCAL_TIME_AMBIGUOUS'],
    ['2026-03-29T02:30:00', 'Europe/Berlin', 'LOCAL_TIME_MISSING'],
    ['2026-11-22T12:00:00', null, 'INVALID_INPUT'],
    ['2026-11-22T12:00:00Z', 'Europe/Berlin', 'INVALID_INPUT'],
    ['2026-11-22T12:00:00', 'Europe/Nowhere', 'INVALID_INPUT'],
    ['2026-02-30T12:00:00Z', null, 'INVALID_INPUT'],
    ['2026-11-22T25:00:00Z', null, 'INVALID_INPUT'],
    ['2026-11-22T12:00:00+19:00', null, 'INVALID_INPUT'],
    ['yesterday', null, 'INVALID_INPUT'],
    ['2026-11-22', 'Europe/Berlin', 'INVALID_INPUT'],
  ])('%s (%s) is refused: %s', (at, timezone, code) => {
    expect(() => parseMoment(at, timezone)).toThrow(expect.objectContaining({ code }) as Error);
  });

  test('that comes twice is refused with both that it can be', () => {
    expect(() => parseMoment('2026-10-25T02:30:00', 'Europe/Berlin')).toThrow(
      expect.objectContaining({
        hint: 'Say which with an offset: 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z.',
      }) as Error,
    );
  });
});

describe('the end of the log', () => {
  const line = (rmgr: string, lsn: string, desc: string) =>
    `rmgr: ${rmgr.padEnd(11)} len (rec/tot):     34/    34, tx:        735, lsn: ${lsn}, prev 0/0153C8A0, desc: ${desc}`;
  const read = (...lines: readonly string[]) => {
    const reader = createLogReader();
    for (const one of lines) reader.read(one);
    return reader.result();
  };

  test('is its last record, with the last transaction that ended', () => {
    expect(
      read(
        line('Transaction', '0/0153C8D8', 'COMMIT 2026-11-22 12:00:00.123456 UTC; inval msgs: catcache 21'),
        line('Heap', '0/0153C908', 'INSERT off 1 flags 0x08'),
        'pg_waldump: error: error in WAL record at 0/153C908: invalid record length',
      ),
    ).toEqual({
      lastLsn: '0/0153C908',
      isClosed: false,
      lastCommitAt: '2026-11-22T12:00:00.123456Z',
    });
  });

  test('is closed by a switch, and counts prepared transactions', () => {
    expect(
      read(
        line('Transaction', '0/01', 'COMMIT_PREPARED 735: 2026-11-22 12:00:00 UTC'),
        line('XLOG', '0/02', 'SWITCH '),
      ),
    ).toEqual({ lastLsn: '0/02', isClosed: true, lastCommitAt: '2026-11-22T12:00:00.000000Z' });
  });

  test('is unknown of a segment without a record', () => {
    expect(read('')).toEqual({ lastLsn: null, isClosed: false, lastCommitAt: null });
  });
});
