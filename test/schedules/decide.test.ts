import { expect, test } from 'vitest';
import { decide, type MissedPolicy } from '../../src/schedules/decide.ts';
import { createTimetable, type Timing } from '../../src/schedules/timing.ts';

const daily: Timing = { at: null, cron: '0 2 * * *', timezone: 'UTC', window: null, jitterSeconds: 0 };
const sundays = { cron: '0 1 * * SUN', durationMinutes: 240, timezone: 'UTC' };

/** What is decided at `now` by a schedule that was made at `made`. */
function decideAt(now: string, { made, timing, missedPolicy = 'SKIP' }: Situation) {
  const timetable = createTimetable(timing, 'x');
  const waitsFor = timetable.next(new Date(made));
  if (!waitsFor) throw new Error('it never runs');
  const decision = decide(timetable, { waitsFor, missedPolicy }, new Date(now));
  return decision.kind === 'WAIT'
    ? decision.kind
    : [decision.kind, decision.missed, decision.next?.startAt.toISOString() ?? null];
}

interface Situation {
  readonly made: string;
  readonly timing: Timing;
  readonly missedPolicy?: MissedPolicy;
}

const made = '2026-11-22T12:00:00Z'; // a Sunday

test.each([
  ['waits until it is due', '2026-11-23T01:59:59Z', 'WAIT'],
  ['starts when it is due', '2026-11-23T02:00:00Z', ['START', 0, '2026-11-24T02:00:00.000Z']],
  ['starts when it is a minute late', '2026-11-23T02:01:00Z', ['START', 0, '2026-11-24T02:00:00.000Z']],
  ['has missed it after that', '2026-11-23T02:01:01Z', ['MISS', 1, '2026-11-24T02:00:00.000Z']],
  ['counts what it has missed', '2026-11-25T12:00:00Z', ['MISS', 3, '2026-11-26T02:00:00.000Z']],
  [
    'starts the next in time after it has missed some',
    '2026-11-25T02:00:10Z',
    ['MISS', 2, '2026-11-25T02:00:00.000Z'],
  ],
])('a daily schedule %s', (_what, now, expected) => {
  expect(decideAt(now, { made, timing: daily })).toEqual(expected);
});

test.each([
  ['catches up once', '2026-11-25T12:00:00Z', ['START', 3, '2026-11-26T02:00:00.000Z']],
  [
    'is caught up by the next one that is due',
    '2026-11-25T02:00:10Z',
    ['MISS', 2, '2026-11-25T02:00:00.000Z'],
  ],
])('a daily schedule that runs what was missed %s', (_what, now, expected) => {
  expect(decideAt(now, { made, timing: daily, missedPolicy: 'RUN_ONCE' })).toEqual(expected);
});

test.each<[string, string, MissedPolicy, unknown]>([
  ['starts late while it is open', '2026-11-29T04:59:59Z', 'SKIP', ['START', 0, null]],
  ['has missed it when it is closed', '2026-11-29T05:00:00Z', 'SKIP', ['MISS', 1, null]],
  [
    'takes the next one when it has to run',
    '2026-11-29T05:00:00Z',
    'RUN_ONCE',
    ['MISS', 1, '2026-12-06T01:00:00.000Z'],
  ],
  ['catches up in a later one', '2026-12-06T02:00:00Z', 'RUN_ONCE', ['START', 1, null]],
  ['does not catch up by itself', '2026-12-06T02:00:00Z', 'SKIP', ['MISS', 1, null]],
])('a run for the next window %s', (_what, now, missedPolicy, expected) => {
  const timing = { ...daily, cron: null, window: sundays };
  expect(decideAt(now, { made, timing, missedPolicy })).toEqual(expected);
});

test('runs once for all moments of an open window that passed unseen', () => {
  const timing = { ...daily, cron: '*/10 * * * *', window: sundays };
  expect(decideAt('2026-11-29T02:05:00Z', { made: '2026-11-29T00:59:00Z', timing })).toEqual([
    'MISS',
    6,
    '2026-11-29T02:00:00.000Z',
  ]);
  expect(decideAt('2026-11-29T02:10:30Z', { made: '2026-11-29T02:05:00Z', timing })).toEqual([
    'START',
    0,
    '2026-11-29T02:20:00.000Z',
  ]);
});

test('gives up counting moments that nobody can wait for', () => {
  const timing = { ...daily, cron: '* * * * * *' };
  expect(decideAt('2026-11-22T13:00:00Z', { made, timing })).toEqual([
    'MISS',
    1_000,
    '2026-11-22T13:00:01.000Z',
  ]);
});
