import type { BackupSet } from '../pgbackrest/info.ts';
import { type Elapsed, measureElapsed } from './elapsed.ts';
import { describeEnd, type Hold, listRunningHolds, type RunningHold } from './holds.ts';

/** What stays in a repository. A set stays when any rule says so. */
export interface RetentionPolicy {
  /** So many valid full sets, the newest, each with all that depends on it; at least 1. */
  readonly keepFulls: number;
  /** Sets that are younger, in days; null: age is no reason to stay. */
  readonly keepDays: number | null;
  /** Every moment of so many days can be recovered: the sets and the write-ahead log for that stay. */
  readonly recoveryDays: number;
}

/** A month of any moment: the guide's cleanup is monthly, its full sets are weekly. */
export const DEFAULT_POLICY: RetentionPolicy = { keepFulls: 4, keepDays: null, recoveryDays: 30 };

export const KEEP_RULES = [
  'HELD',
  'NEEDED',
  'NEWEST_VALID',
  'NEWEST_VERIFIED',
  'COUNT',
  'AGE',
  'RECOVERY',
  'NO_VALID_SET',
] as const;
export type KeepRule = (typeof KEEP_RULES)[number];

/** One reason for which a set stays. */
export interface KeepReason {
  readonly rule: KeepRule;
  /** For people: `held until 2026-12-01T00:00:00.000Z: case 17`. */
  readonly text: string;
  /** When this reason ends as things are now; null: not known, or never. */
  readonly until: Date | null;
}

export interface SetDecision {
  readonly set: BackupSet;
  /** Empty: the set may go. The strongest first. */
  readonly reasons: readonly KeepReason[];
  /** When the last reason ends as things are now; null: not known, or never. */
  readonly expiresAt: Date | null;
}

export interface RetentionDecision {
  /** In the order of the sets. */
  readonly sets: readonly SetDecision[];
  /** For each repository. */
  readonly archives: readonly ArchiveDecision[];
  /** Those that have not ended. */
  readonly holds: readonly RunningHold[];
  /** Time without backups that makes no set older: the clock may have jumped. Milliseconds; 0 as a rule. */
  readonly uncountedMs: number;
}

/** Write-ahead log that stays: all from the oldest of the newest `fulls` full sets on, and what older sets need. */
export interface ArchiveDecision {
  readonly repositoryKey: number;
  /** Counted over the sets that stay. */
  readonly fulls: number;
  /** First segment of which all that follows stays; null when nothing may go. */
  readonly from: string | null;
}

/** A set with what else decides about it. */
export interface RetainedSet {
  readonly set: BackupSet;
  readonly isValid: boolean;
  /** The last verification found nothing wrong. */
  readonly isVerified: boolean;
}

interface Rules {
  readonly policy: RetentionPolicy;
  /** Also such as have ended. */
  readonly holds: readonly Hold[];
  readonly now: Date;
  /** When backups were made that are not among the sets any more. */
  readonly witnesses?: readonly Date[];
}

interface TimedRules extends Rules {
  readonly elapsed: Elapsed;
}

const DAY_MS = 86_400_000;

/**
 * Decides which sets stay, and why; `sets` oldest first. Each repository keeps what the policy says. The age of a set is
 * the time that the backups of all repositories vouch for (`measureElapsed`).
 */
export function decideRetention(sets: readonly RetainedSet[], given: Rules): RetentionDecision {
  const made = sets.map(({ set }) => set.finishedAt);
  const rules = { ...given, elapsed: measureElapsed(made, given.now) };
  const keys = [...new Set(sets.map(({ set }) => set.repositoryKey))].sort((a, b) => a - b);
  const witnesses = [...made, ...(given.witnesses ?? [])];
  const holds = listRunningHolds(given.holds, { witnesses, now: given.now });
  const decided = keys.map((key) => {
    const groups = groupByFull(sets.filter(({ set }) => set.repositoryKey === key));
    return {
      key,
      groups,
      reasons: groups.map((group, index) => reasonsOf({ ...rules, holds, groups }, group, index)),
    };
  });
  const byLabel = new Map(
    decided.flatMap(({ groups, reasons }) =>
      groups.flatMap((group, index) =>
        group.sets.map(({ set }) => [set.label, reasons[index] ?? []] as const),
      ),
    ),
  );
  const decisions = sets.map(({ set }) => {
    const reasons = [...heldReasons(set, holds), ...(byLabel.get(set.label) ?? [])];
    return { set, reasons, expiresAt: lastOf(reasons) };
  });
  const kept = new Set(decisions.filter(({ reasons }) => reasons.length > 0).map(({ set }) => set.label));
  const archives = decided.map(({ key, groups }) => decideArchive(key, groups, kept, rules));
  return { sets: decisions, archives, holds, uncountedMs: rules.elapsed.uncountedMs };
}

/** A full set with everything that depends on it. */
interface Group {
  readonly full: RetainedSet;
  readonly sets: readonly RetainedSet[];
}

function groupByFull(sets: readonly RetainedSet[]): readonly Group[] {
  return sets
    .filter(({ set }) => set.type === 'FULL')
    .map((full) => ({
      full,
      sets: sets.filter(
        ({ set }) => set.label === full.set.label || set.label.startsWith(`${full.set.label}_`),
      ),
    }));
}

function heldReasons({ label }: BackupSet, holds: readonly RunningHold[]): readonly KeepReason[] {
  return holds.flatMap((hold): KeepReason[] => {
    const { endsAt: until } = hold;
    const length = describeEnd(hold);
    if (hold.label === label) return [{ rule: 'HELD', text: `held ${length}: ${hold.reason}`, until }];
    return hold.needs.includes(label)
      ? [{ rule: 'NEEDED', text: `needed by ${hold.label}, which is held ${length}`, until }]
      : [];
  });
}

interface GroupRules extends TimedRules {
  readonly groups: readonly Group[];
}

function reasonsOf(
  { policy, now, elapsed, groups }: GroupRules,
  group: Group,
  index: number,
): readonly KeepReason[] {
  const valid = groups.filter(({ full }) => full.isValid);
  if (valid.length === 0)
    return [{ rule: 'NO_VALID_SET', text: 'no full set is valid, so nothing goes', until: null }];
  const { keepFulls, keepDays, recoveryDays } = policy;
  const reasons: KeepReason[] = [];
  if (group === valid.at(-1))
    reasons.push({ rule: 'NEWEST_VALID', text: 'newest valid full set', until: null });
  if (group === valid.findLast(({ full }) => full.isVerified))
    reasons.push({ rule: 'NEWEST_VERIFIED', text: 'newest full set that was verified', until: null });
  if (valid.slice(-keepFulls).includes(group))
    reasons.push({ rule: 'COUNT', text: `one of the newest ${keepFulls} valid full sets`, until: null });
  const whenOlder = (finishedAt: Date, days: number) =>
    new Date(now.getTime() + days * DAY_MS - elapsed.since(finishedAt));
  const youngest = new Date(Math.max(...group.sets.map(({ set }) => set.finishedAt.getTime())));
  const agesAt = keepDays === null ? null : whenOlder(youngest, keepDays);
  if (agesAt !== null && agesAt > now)
    reasons.push({ rule: 'AGE', text: `younger than ${keepDays} days`, until: agesAt });
  if (index >= groups.indexOf(findBase(groups, policy, elapsed) ?? group)) {
    const next = valid.find((one) => groups.indexOf(one) > index);
    const until = next === undefined ? null : whenOlder(next.full.set.finishedAt, recoveryDays);
    reasons.push({
      rule: 'RECOVERY',
      text: `recovery to any moment of the last ${recoveryDays} days`,
      until,
    });
  }
  return reasons;
}

/** The newest valid full set from which the oldest moment that must be recoverable can be reached; null: all are younger. */
function findBase(
  groups: readonly Group[],
  { recoveryDays }: RetentionPolicy,
  elapsed: Elapsed,
): Group | null {
  const isOld = ({ finishedAt }: BackupSet) => elapsed.since(finishedAt) >= recoveryDays * DAY_MS;
  return groups.findLast(({ full }) => full.isValid && isOld(full.set)) ?? null;
}

function decideArchive(
  repositoryKey: number,
  groups: readonly Group[],
  kept: ReadonlySet<string>,
  { policy, elapsed }: TimedRules,
): ArchiveDecision {
  const base = findBase(groups, policy, elapsed);
  const from = base === null ? 0 : groups.indexOf(base);
  const staying = groups.filter(({ full }, index) => index >= from && kept.has(full.set.label));
  return { repositoryKey, fulls: Math.max(1, staying.length), from: staying[0]?.full.set.walStart ?? null };
}

function lastOf(reasons: readonly KeepReason[]): Date | null {
  const ends = reasons.map(({ until }) => until?.getTime() ?? Infinity);
  const last = Math.max(...ends, 0);
  return reasons.length === 0 || last === Infinity ? null : new Date(last);
}
