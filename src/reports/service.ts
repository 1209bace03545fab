import { InvalidInputError } from '../errors.ts';
import { judgeObjectives } from './objectives.ts';
import type {
  BackupReport,
  LossHistory,
  Period,
  ReportedBackup,
  ReportedDrill,
  ReportedFailure,
  ReportedProof,
  ReportedRetention,
} from './reports.ts';

/** Where a report comes from: handed to us by the wiring. */
export interface ReportSources {
  /** All sets, those that are gone too, in any order. */
  listBackups(cluster: string): Promise<readonly ReportedBackup[]>;
  /** The same order for all three: newest first. */
  listDrills(cluster: string, period: Period): Promise<readonly ReportedDrill[]>;
  listProofs(cluster: string, period: Period): Promise<readonly ReportedProof[]>;
  listFailures(cluster: string, period: Period): Promise<readonly ReportedFailure[]>;
  findRetention(cluster: string): Promise<ReportedRetention>;
  /** Null when nobody measures. */
  readLoss(cluster: string, period: Period): Promise<LossHistory | null>;
}

export interface ReportService {
  /** @throws {InvalidInputError} {ClusterNotFoundError} and the typed failures of a repository. */
  report(cluster: string, period: Period): Promise<BackupReport>;
}

const LONGEST_MS = 10 * 366 * 24 * 3_600_000;

export function createReports(sources: ReportSources): ReportService {
  return {
    async report(cluster, { from, to }) {
      checkPeriod({ from, to });
      const period = { from, to };
      const all = await sources.listBackups(cluster);
      const [drills, proofs, failures, retention, loss] = await Promise.all([
        sources.listDrills(cluster, period),
        sources.listProofs(cluster, period),
        sources.listFailures(cluster, period),
        sources.findRetention(cluster),
        sources.readLoss(cluster, period),
      ]);
      const isWithin = (at: Date) => at >= from && at < to;
      const sorted = [...all].sort((a, b) => a.finishedAt.getTime() - b.finishedAt.getTime());
      const backups = sorted.filter((one) => isWithin(one.finishedAt));
      const facts = {
        ...{ cluster, from, to, generatedAt: new Date(), backups, retention },
        ...{ drills: drills.toReversed(), proofs: proofs.toReversed(), failures: failures.toReversed() },
      };
      const before = sorted.findLast((one) => one.finishedAt < from) ?? null;
      return {
        ...facts,
        objectives: judgeObjectives({ ...facts, before, loss }),
        verifications: listVerified(sorted).filter((one) => isWithin(checkedAt(one))),
        holds: sorted.filter((one) => one.hold !== null),
      };
    },
  };
}

function checkPeriod({ from, to }: Period): void {
  if (from >= to) throw new InvalidInputError(['to'], 'it must lie after `from`');
  if (to.getTime() - from.getTime() > LONGEST_MS)
    throw new InvalidInputError(['to'], 'a report covers at most ten years');
}

function listVerified(sets: readonly ReportedBackup[]): readonly ReportedBackup[] {
  return sets
    .filter((one) => one.verification !== null)
    .sort((a, b) => checkedAt(a).getTime() - checkedAt(b).getTime());
}

function checkedAt({ verification }: ReportedBackup): Date {
  return verification?.checkedAt ?? new Date(0);
}
