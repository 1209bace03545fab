import { describe, expect, test } from 'vitest';
import { checkTimezone, parseCron } from '../../src/schedules/cron.ts';
import { checkTiming, createTimetable, type Timing } from '../../src/schedules/timing.ts';

const FIELD = { cron: ['input', 'cron'], timezone: ['input', 'timezone'] };
const BERLIN = 'Europe/Berlin';

function moments(cron: string, timezone: string, after: string, count: number): readonly string[] {
  const parsed = parseCron(cron, timezone, FIELD);
  const found: string[] = [];
  let last: Date | null = new Date(after);
  while (found.length < count && (last = parsed.next(last))) found.push(last.toISOString());
  return found;
}

const timing = (part: Partial<Timing>): Timing => ({
  ...{ at: null, cron: null, timezone: 'UTC', window: null, jitterSeconds: 0 },
  ...part,
});

const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return null;
};

describe('where clocks are put forward', () => {
  // In Berlin 02:00 becomes 03:00 on 29 March 2026, at 01:00 UTC.
  test.each([
    ['30 2 * * *', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']],
    ['*/15 2 * * *', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:00:00.000Z']],
    ['0 30 2 * * *', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']],
    ['0 1-4/1 * * *', ['2026-03-29T00:00:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-29T02:00:00.000Z']],
    ['30 * * * *', ['2026-03-28T20:30:00.000Z']],
  ])('%s comes once for the hour that does not exist, right after it', (cron, expected) => {
    expect(moments(cron, BERLIN, '2026-03-28T20:00:00Z', expected.length)).toEqual(expected);
  });
});

describe('where clocks are put back', () => {
  // In Berlin 03:00 becomes 02:00 on 25 October 2026, at 01:00 UTC.
  test.each([
    ['30 2 * * *', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
    ['*/30 2 * * *', ['2026-10-25T00:00:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:00:00.000Z']],
    ['0 */2 * * *', ['2026-10-24T22:00:00.000Z', '2026-10-25T00:00:00.000Z', '2026-10-25T03:00:00.000Z']],
  ])('%s comes once for the hour that exists twice', (cron, expected) => {
    expect(moments(cron, BERLIN, '2026-10-24T21:00:00Z', expected.length)).toEqual(expected);
  });

  test('every hour goes on through both', () => {
    expect(moments('0 * * * *', BERLIN, '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  test('a moment in the second of the two hours is not found again', () => {
    expect(moments('30 2 * * *', BERLIN, '2026-10-25T01:15:00Z', 1)).toEqual(['2026-10-26T01:30:00.000Z']);
  });
});

test.each([
  '* * * *',
  '61 * * * *',
  'a b c d e',
  '@daily',
  '0 0 0 1 1 * 2030',
  '5/5 * * * *',
  '*/0 2 * * *',
  '',
])('refuses the expression %j', (cron) => {
  expect(codeOf(() => parseCron(cron, 'UTC', FIELD))).toBe('CRON_INVALID');
});

test.each(['Mars/Olympus', '+01:00', '', 'Berlin'])('refuses the timezone %j', (timezone) => {
  expect(codeOf(() => checkTimezone(timezone, FIELD.timezone))).toBe('TIMEZONE_INVALID');
});

test('takes the names of days and months', () => {
  expect(moments('0 2 1-7 DEC SUN', 'UTC', '2026-11-30T00:00:00Z', 1)).toEqual(['2026-12-01T02:00:00.000Z']);
});

describe('a timing', () => {
  const now = new Date('2026-11-22T12:00:00Z'); // a Sunday
  const check = (part: Partial<Timing>) => () => checkTiming(timing(part), 'nightly', now, 2);
  const window = { cron: '0 1 * * SUN', durationMinutes: 240, timezone: 'UTC' };

  test.each<[string, Partial<Timing>, string]>([
    ['a moment that is over', { at: new Date('2026-11-22T11:59:59Z') }, 'SCHEDULE_MOMENT_PAST'],
    ['31 February', { cron: '0 0 31 2 *' }, 'SCHEDULE_NEVER_RUNS'],
    [
      'a window on 30 February',
      { cron: '0 0 * * *', window: { ...window, cron: '0 0 30 2 *' } },
      'SCHEDULE_NEVER_RUNS',
    ],
    ['a window in no timezone', { window: { ...window, timezone: 'Mars/X' } }, 'TIMEZONE_INVALID'],
    ['both at and cron', { at: new Date('2027-01-01'), cron: '0 0 * * *' }, 'INVALID_INPUT'],
    ['neither', {}, 'INVALID_INPUT'],
    ['a jitter as long as the interval', { cron: '* * * * *', jitterSeconds: 60 }, 'INVALID_INPUT'],
  ])('refuses %s', (_what, part, code) => {
    expect(codeOf(check(part))).toBe(code);
  });

  test('with at is due once', () => {
    const at = new Date('2026-12-01T08:00:00Z');
    expect(check({ at })()).toEqual([{ dueAt: at, startAt: at, closesAt: null }]);
  });

  test('with a window alone runs once, in the next window', () => {
    expect(check({ window })()).toEqual([
      {
        dueAt: new Date('2026-11-29T01:00:00Z'),
        startAt: new Date('2026-11-29T01:00:00Z'),
        closesAt: new Date('2026-11-29T05:00:00Z'),
      },
    ]);
  });

  test('with a window alone runs at once when the window is open', () => {
    const open = new Date('2026-11-22T04:59:59Z');
    expect(checkTiming(timing({ window }), 'x', open, 1)[0]?.startAt).toEqual(open);
  });

  test('is in the window that closes last when several are open', () => {
    const overlapping = { cron: '* * * * *', durationMinutes: 5, timezone: 'UTC' };
    const now = new Date('2026-11-22T05:04:59.990Z');
    expect(checkTiming(timing({ window: overlapping }), 'x', now, 1)).toEqual([
      { dueAt: now, startAt: now, closesAt: new Date('2026-11-22T05:09:00Z') },
    ]);
  });

  test('waits outside of its window, and what comes due while it waits is one run with it', () => {
    const found = check({ cron: '0 2 * * *', window })();
    expect(found).toEqual([
      {
        dueAt: new Date('2026-11-23T02:00:00Z'),
        startAt: new Date('2026-11-29T01:00:00Z'),
        closesAt: new Date('2026-11-29T05:00:00Z'),
      },
      {
        dueAt: new Date('2026-11-29T02:00:00Z'),
        startAt: new Date('2026-11-29T02:00:00Z'),
        closesAt: new Date('2026-11-29T05:00:00Z'),
      },
    ]);
  });

  test('has a window in a timezone of its own', () => {
    const inBerlin = { ...window, timezone: BERLIN };
    expect(check({ cron: '30 0 * * SUN', window: inBerlin })()[0]?.startAt).toEqual(
      new Date('2026-11-29T00:30:00Z'),
    );
  });

  test('spreads its runs by the jitter, the same way each time, and never past the window', () => {
    const cron = '0 4 * * SUN';
    const spread = timing({ cron, jitterSeconds: 3_600, window: { ...window, durationMinutes: 181 } });
    const delays = (seed: string) =>
      checkTiming(spread, seed, now, 20).map(
        ({ dueAt, startAt }) => (startAt.getTime() - dueAt.getTime()) / 1_000,
      );
    expect(delays('a')).toEqual(delays('a'));
    expect(delays('a')).not.toEqual(delays('b'));
    expect(delays('a').every((seconds) => seconds >= 0 && seconds < 60)).toBe(true);
  });

  test('does not move with its jitter from run to run', () => {
    const timetable = createTimetable(timing({ cron: '0 2 * * *', jitterSeconds: 3_600 }), 'x');
    const first = timetable.next(now);
    expect(first && timetable.following(first)?.dueAt).toEqual(new Date('2026-11-24T02:00:00Z'));
  });
});
