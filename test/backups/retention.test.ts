import { expect, test } from 'vitest';
import { findByName, toAlias } from '../../src/backups/alias.ts';
import type { BackupSet, BackupType } from '../../src/backups/pgbackrest/info.ts';
import { type Hold, warnOfHolds } from '../../src/backups/retention/holds.ts';
import {
  decideRetention,
  DEFAULT_POLICY,
  type RetainedSet,
  type RetentionPolicy,
} from '../../src/backups/retention/retention.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(NOW.getTime() - days * DAY_MS);
const stampOf = (at: Date) =>
  at.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');

function setOf(
  days: number,
  type: BackupType = 'FULL',
  on: BackupSet | null = null,
  repositoryKey = 1,
): BackupSet {
  const finishedAt = ago(days);
  const own = `${stampOf(finishedAt)}${type.charAt(0)}`;
  return {
    label: on === null ? own : `${on.label.slice(0, 16)}_${own}`,
    repositoryKey,
    isEncrypted: true,
    archiveId: '15-1',
    type,
    startedAt: finishedAt,
    finishedAt,
    databaseBytes: 10n,
    copiedBytes: 10n,
    repositoryBytes: 5n,
    repositoryDeltaBytes: 5n,
    walStart: `0000000100000000000000${(99 - Math.min(99, days)).toString().padStart(2, '0')}`,
    walStop: null,
    lsnStart: null,
    lsnStop: null,
    prior: on?.label ?? null,
    references: on === null ? [] : [...on.references, on.label],
    annotations: {},
    hasPageErrors: false,
  };
}
const known = (set: BackupSet, state: 'VALID' | 'INVALID' | 'UNKNOWN' = 'UNKNOWN'): RetainedSet => ({
  set,
  isValid: state !== 'INVALID',
  isVerified: state === 'VALID',
});
const weekly = (count: number) => Array.from({ length: count }, (_, n) => setOf((count - 1 - n) * 7 + 1));
const decide = (
  sets: readonly RetainedSet[],
  policy: Partial<RetentionPolicy> = {},
  holds: readonly Hold[] = [],
) => decideRetention(sets, { policy: { ...DEFAULT_POLICY, ...policy }, holds, now: NOW });
const goingOf = (decision: ReturnType<typeof decide>) =>
  decision.sets.filter(({ reasons }) => reasons.length === 0).map(({ set }) => set.label);
const holdOf = (set: BackupSet, until: Date | null = null): Hold => ({
  label: set.label,
  needs: set.references,
  until,
  reason: 'case 17',
  heldBy: 'ada',
  onBehalfOf: null,
  heldAt: NOW,
});

test('gives each type an alias in the form of the guide, and finds sets by it', () => {
  const full = { label: '20241201-020000F', type: 'FULL' } as const;
  const incremental = { label: '20241201-020000F_20241202-020001I', type: 'INCREMENTAL' } as const;
  expect(toAlias(full)).toBe('full_20241201_020000');
  expect(toAlias(incremental)).toBe('incremental_20241202_020001');
  expect(findByName([full, incremental], 'full_20241201_020000')).toBe(full);
  expect(findByName([full, incremental], incremental.label)).toBe(incremental);
  expect(findByName([full, incremental], 'full_20241202_020001')).toBe(null);
});

test('keeps the set from which the oldest moment of the window is reached, and the log from there on', () => {
  const sets = weekly(10); // the newest is 1 day old, then 8, 15, 22, 29, 36, …
  const decision = decide(
    sets.map((one) => known(one)),
    { keepFulls: 1, recoveryDays: 30 },
  );
  expect(goingOf(decision)).toEqual(sets.slice(0, 4).map(({ label }) => label));
  const base = sets[4];
  expect(base?.finishedAt).toEqual(ago(36));
  expect(decision.archives).toEqual([{ repositoryKey: 1, fulls: 6, from: base?.walStart }]);
});

test('says when the set at the end of the window goes: as soon as the next one reaches as far', () => {
  const sets = weekly(6);
  const decision = decide(
    sets.map((one) => known(one)),
    { keepFulls: 1, recoveryDays: 30 },
  );
  expect(decision.sets[0]?.expiresAt).toEqual(new Date(ago(29).getTime() + 30 * DAY_MS));
  expect(decision.sets.at(-1)?.expiresAt).toBe(null);
});

test('keeps so many full sets with all that builds on them, and the young ones', () => {
  const old = setOf(40);
  const sets = [old, setOf(39, 'INCREMENTAL', old), setOf(20), setOf(10), setOf(1)];
  const by = (policy: Partial<RetentionPolicy>) =>
    goingOf(
      decide(
        sets.map((one) => known(one)),
        policy,
      ),
    ).length;
  expect(by({ keepFulls: 4, recoveryDays: 0 })).toBe(0);
  expect(by({ keepFulls: 2, recoveryDays: 0 })).toBe(3);
  expect(by({ keepFulls: 1, recoveryDays: 0, keepDays: 15 })).toBe(3);
  expect(by({ keepFulls: 1, recoveryDays: 0, keepDays: 40 })).toBe(0); // its newest part is 39 days old
});

test('does not count invalid sets, and keeps the newest valid and the newest verified one', () => {
  const [first, second, third, fourth] = [setOf(40), setOf(30), setOf(20), setOf(10)];
  const decision = decide([known(first), known(second, 'VALID'), known(third), known(fourth, 'INVALID')], {
    keepFulls: 1,
    recoveryDays: 0,
  });
  expect(goingOf(decision)).toEqual([first.label]);
  expect(decision.sets.map(({ reasons }) => reasons.map(({ rule }) => rule))).toEqual([
    [],
    ['NEWEST_VERIFIED'],
    ['NEWEST_VALID', 'COUNT', 'RECOVERY'],
    ['RECOVERY'],
  ]);
  expect(decision.archives[0]?.fulls).toBe(2);
});

test('removes nothing while no full set is valid', () => {
  const sets = [setOf(400), setOf(300)];
  expect(
    goingOf(
      decide(
        sets.map((one) => known(one, 'INVALID')),
        { keepFulls: 1, recoveryDays: 0 },
      ),
    ),
  ).toEqual([]);
});

test('keeps a held set and what it builds on, and no more of their group', () => {
  const full = setOf(90);
  const diff = setOf(89, 'DIFFERENTIAL', full);
  const incr = setOf(88, 'INCREMENTAL', diff);
  const sets = [full, diff, incr, setOf(87, 'DIFFERENTIAL', full), setOf(1)];
  const decision = decide(
    sets.map((one) => known(one)),
    { keepFulls: 1, recoveryDays: 0 },
    [holdOf(incr)],
  );
  expect(goingOf(decision)).toEqual([sets[3]?.label]);
  expect(decision.sets[2]?.reasons).toEqual([
    { rule: 'HELD', text: 'held until it is released: case 17', until: null },
  ]);
  expect(decision.archives[0]).toMatchObject({ fulls: 1, from: sets[4]?.walStart });
});

test('forgets a hold that has ended, and says when one that has not will let the set go', () => {
  const sets = [setOf(90), setOf(1)];
  const first = sets[0] ?? setOf(90);
  const by = (until: Date) =>
    decide(
      sets.map((one) => known(one)),
      { keepFulls: 1, recoveryDays: 0 },
      [holdOf(first, until)],
    );
  expect(goingOf(by(ago(1)))).toEqual([first.label]);
  expect(by(ago(-2)).sets[0]).toMatchObject({ expiresAt: ago(-2) });
});

test('decides for each repository by itself', () => {
  const sets = [setOf(40), setOf(39, 'FULL', null, 2), setOf(1)];
  const decision = decide(
    sets.map((one) => known(one)),
    { keepFulls: 1, recoveryDays: 0 },
  );
  expect(goingOf(decision)).toEqual([sets[0]?.label]);
  expect(decision.archives.map(({ repositoryKey, fulls }) => [repositoryKey, fulls])).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

test('counts no time that no backup vouches for: a clock that jumps a year makes no set old', () => {
  const sets = weekly(8); // the newest is 1 day old
  const jumped = new Date(NOW.getTime() + 365 * DAY_MS);
  const after = (extra: readonly BackupSet[] = []) =>
    decideRetention(
      [...sets, ...extra].map((one) => known(one)),
      { policy: { ...DEFAULT_POLICY, keepFulls: 1, recoveryDays: 60 }, holds: [], now: jumped },
    );
  const decision = after();
  // Of 366 days since the newest set 14 count: twice a week.
  expect(decision.uncountedMs).toBe(352 * DAY_MS);
  expect(goingOf(decision)).toEqual([]);
  expect(decision.archives[0]).toMatchObject({ fulls: 8, from: sets[0]?.walStart });
  // The first one that is made after the jump vouches for its own time, not for the year before.
  const made = setOf(-365);
  expect(goingOf(after([made]))).toEqual([]);
  // Backups that go on by the new clock let time pass as ever.
  const later = [-365, -372, -379, -386, -393, -400, -407, -414].map((days) => setOf(days));
  const months = decideRetention(
    [...sets, ...later].map((one) => known(one)),
    { policy: { ...DEFAULT_POLICY, keepFulls: 1, recoveryDays: 60 }, holds: [], now: ago(-415) },
  );
  expect(goingOf(months)).toEqual(sets.slice(0, 7).map(({ label }) => label));
});

test('lets no hold end by a clock that jumps past its date, and lets it end in its own time', () => {
  const held = setOf(40);
  const daily = Array.from({ length: 40 }, (_, days) => setOf(39 - days));
  const hold = { ...holdOf(held, ago(-30)), heldAt: ago(39.5) };
  const at = (now: Date, witnesses: readonly Date[], sets: readonly BackupSet[] = daily) =>
    decideRetention(
      [held, ...sets].map((one) => known(one)),
      { policy: { ...DEFAULT_POLICY, keepFulls: 1, recoveryDays: 1 }, holds: [hold], witnesses, now },
    );
  // Of the year since the newest backup two days count: twice the usual time between two.
  const jumped = at(ago(-365), []);
  expect(jumped.holds).toMatchObject([{ endsAt: ago(-30 - 363) }]);
  expect(jumped.sets[0]?.reasons[0]?.text).toBe(
    `held until ${ago(-30).toISOString()} and 363.0 days longer, which no backup vouches for: case 17`,
  );
  expect(warnOfHolds(jumped.holds, ago(-365))[0]).toContain('the clock may have jumped');
  // Backups that go on by the new clock bring its end nearer, day by day.
  const later = Array.from({ length: 28 }, (_, days) => setOf(-365 - days));
  expect(at(ago(-392), [], [...daily, ...later]).holds).toHaveLength(1);
  expect(at(ago(-394), [ago(-393)], [...daily, ...later]).holds).toEqual([]);
  // Where no clock jumped, backups that are long gone vouch for the time.
  const gone = Array.from({ length: 30 }, (_, days) => ago(-days));
  expect(at(ago(-31), gone).holds).toEqual([]);
  expect(at(ago(-29), gone).holds).toHaveLength(1);
});
