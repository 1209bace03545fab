import type {
  BackupReport,
  LossHistory,
  Objective,
  ReportedBackup,
  ReportedDrill,
  ReportedProof,
} from './reports.ts';

/** The guide, Disaster Recovery: at most 5 minutes are lost, a database is restored within 30. */
const MOST_LOST_SECONDS = 300;
const MOST_RESTORE_SECONDS = 1_800;
/** The guide: every 24 hours. An hour more, since a backup begins on time and ends when it is done. */
const MOST_HOURS_BETWEEN = 25;
const HOUR_MS = 3_600_000;
/** A drill comes every month, the longest of which has 31 days. */
const DRILL_MS = 31 * 24 * HOUR_MS;
/** Of the period; the collector may be away for a moment. */
const ENOUGH_MEASURED = 0.95;

export interface Judged extends Pick<
  BackupReport,
  'from' | 'to' | 'generatedAt' | 'backups' | 'drills' | 'proofs'
> {
  /** The set that was the newest when the period began; null: there was none. */
  readonly before: ReportedBackup | null;
  /** Null when nothing was measured. */
  readonly loss: LossHistory | null;
}

/** Pure: what was promised, and whether it was kept. What was not measured is UNKNOWN. */
export function judgeObjectives(judged: Judged): readonly Objective[] {
  return [
    judgeLoss(judged),
    judgeRestoreTime(judged),
    judgeFrequency(judged),
    judgeVerification(judged.backups),
    judgeDrills(judged),
  ];
}

/** The part of the period that has been. */
function endOf({ to, generatedAt }: Pick<Judged, 'to' | 'generatedAt'>): number {
  return Math.min(to.getTime(), generatedAt.getTime());
}

function judgeLoss({ loss, from, ...judged }: Judged): Objective {
  const objective = { name: 'data loss', target: 'at most 5 minutes at any time (guide, RPO)' } as const;
  const buckets = loss?.buckets ?? [];
  if (loss === null || buckets.length === 0)
    return {
      ...objective,
      state: 'UNKNOWN',
      found: 'not measured',
      reason: 'no health history of that time',
    };
  const worst = buckets.reduce((most, one) => (one.highest > most.highest ? one : most));
  const broken = buckets.filter((one) => one.highest > MOST_LOST_SECONDS);
  const periodMs = Math.max(1, endOf(judged) - from.getTime());
  const covered = Math.min(1, (buckets.length * loss.stepSeconds * 1000) / periodMs);
  const found = `at most ${Math.round(worst.highest)} s, measured in ${Math.floor(covered * 100)} % of the time`;
  if (broken.length > 0) {
    const reason = `over ${MOST_LOST_SECONDS} s in ${broken.length} intervals of ${loss.stepSeconds} s, worst at ${worst.at.toISOString()}`;
    return { ...objective, state: 'MISSED', found, reason };
  }
  if (covered >= ENOUGH_MEASURED) return { ...objective, state: 'MET', found, reason: null };
  return { ...objective, state: 'UNKNOWN', found, reason: 'nobody measured for the rest of the time' };
}

function judgeRestoreTime({ drills, proofs }: Judged): Objective {
  const objective = { name: 'restore time', target: 'at most 30 minutes (guide, RTO)' } as const;
  const took = [...drills.flatMap(toRestoreSeconds), ...proofs.map((one: ReportedProof) => one.rtoSeconds)];
  const predicted = drills.flatMap((one) => one.predictedRtoSeconds ?? []).at(-1);
  if (took.length === 0)
    return {
      ...objective,
      ...{ state: 'UNKNOWN', found: 'not measured', reason: 'nothing was restored in the period' },
    };
  const worst = Math.max(...took);
  const next = predicted === undefined ? '' : `; the live cluster would take ${predicted.toFixed(1)} s`;
  const found = `at most ${worst.toFixed(1)} s in ${took.length} restores${next}`;
  const isMet = Math.max(worst, predicted ?? 0) <= MOST_RESTORE_SECONDS;
  return {
    ...{ ...objective, found, state: isMet ? 'MET' : 'MISSED' },
    reason: isMet ? null : `longer than ${MOST_RESTORE_SECONDS} s`,
  };
}

/** One that was not restored to its end has no time. */
function toRestoreSeconds({ rto }: ReportedDrill): readonly number[] {
  const phases = rto.filter(({ phase }) => phase === 'restore' || phase === 'recovery');
  return phases.length < 2 ? [] : [phases.reduce((sum, one) => sum + one.seconds, 0)];
}

function judgeFrequency({ backups, before, from, ...judged }: Judged): Objective {
  const objective = { name: 'backup frequency', target: 'one every 24 hours (guide)' } as const;
  const ends = backups.map((one) => one.finishedAt.getTime()).sort((a, b) => a - b);
  const points = [before?.finishedAt.getTime() ?? from.getTime(), ...ends, endOf(judged)];
  const gaps = points.slice(1).map((at, index) => ({ at, hours: (at - (points[index] ?? at)) / HOUR_MS }));
  const longest = gaps.reduce((most, one) => (one.hours > most.hours ? one : most), { at: 0, hours: 0 });
  const found = `${backups.length} backups, at most ${longest.hours.toFixed(1)} h without a new one`;
  if (longest.hours <= MOST_HOURS_BETWEEN) return { ...objective, state: 'MET', found, reason: null };
  const reason = `no new one for ${longest.hours.toFixed(1)} h until ${new Date(longest.at).toISOString()}`;
  return { ...objective, state: 'MISSED', found, reason };
}

function judgeVerification(backups: readonly ReportedBackup[]): Objective {
  const objective = { name: 'verification', target: 'every backup is read back and found whole' } as const;
  const bad = backups.filter((one) => one.verification?.state === 'INVALID');
  const never = backups.filter((one) => one.verification === null);
  const found = `${backups.length - bad.length - never.length} of ${backups.length} backups found whole`;
  const names = (some: readonly ReportedBackup[]) => some.map(({ label }) => label).join(', ');
  if (bad.length > 0) return { ...objective, state: 'MISSED', found, reason: `damaged: ${names(bad)}` };
  if (never.length > 0)
    return { ...objective, state: 'MISSED', found, reason: `never verified: ${names(never)}` };
  if (backups.length === 0)
    return { ...objective, state: 'UNKNOWN', found, reason: 'no backup was made in the period' };
  return { ...objective, state: 'MET', found, reason: null };
}

function judgeDrills({ drills, from, ...judged }: Judged): Objective {
  const objective = { name: 'drills', target: 'a drill every month, and all of them pass' } as const;
  const failed = drills.filter((one) => one.state === 'FAILED');
  const found = `${drills.length - failed.length} of ${drills.length} drills passed`;
  if (failed.length > 0)
    return {
      ...{ ...objective, found, state: 'MISSED' },
      reason: failed.map((one) => `${one.id}: ${failedChecks(one)}`).join('; '),
    };
  if (drills.length > 0) return { ...objective, state: 'MET', found, reason: null };
  const isLong = endOf(judged) - from.getTime() >= DRILL_MS;
  return {
    ...{ ...objective, found, state: isLong ? 'MISSED' : 'UNKNOWN' },
    reason: isLong ? 'there was none' : 'there was none, and the period is shorter than a month',
  };
}

function failedChecks({ checks }: ReportedDrill): string {
  return checks
    .filter(({ state }) => state === 'FAILED')
    .map(({ name }) => name)
    .join(', ');
}
