import type { BackupService } from '../backups/backups.ts';
import { listProofs } from '../backups/restore/proof-store.ts';
import type { DrillService } from '../drills/service.ts';
import type { HealthService } from '../health/service.ts';
import { createReports, type ReportService } from '../reports/service.ts';
import type { Period, ReportedFailure } from '../reports/reports.ts';
import type { Ground, Work } from './noun.ts';

interface Told {
  readonly backups: Pick<BackupService, 'listByCluster' | 'listExpired' | 'findPolicy'>;
  readonly drills: Pick<DrillService, 'list'>;
  readonly health: Pick<HealthService, 'history'>;
}

const MOST = 1_000;
const KINDS = ['backups.start', 'backups.verify', 'backups.restore', 'backups.expire', 'drills.run'] as const;

/** What auditors ask: it has nothing of its own. */
export function wireReports(
  { db }: Pick<Ground, 'db'>,
  { operations }: Pick<Work, 'operations'>,
  { backups, drills, health }: Told,
): ReportService {
  return createReports({
    async listBackups(cluster) {
      const [there = []] = await backups.listByCluster([cluster]);
      if (there instanceof Error) throw there;
      return [...there, ...(await backups.listExpired(cluster))];
    },
    listDrills: (cluster, { from, to }) => drills.list(cluster, { from, to, limit: MOST }),
    listProofs: (cluster, period) => listProofs(db, { cluster, ...period }),
    async listFailures(cluster, period) {
      const lists = await Promise.all(
        KINDS.map((kind) => listFailures(operations, { cluster, kind }, period)),
      );
      return lists.flat().sort((a, b) => b.at.getTime() - a.at.getTime());
    },
    findRetention: (cluster) => backups.findPolicy(cluster),
    async readLoss(cluster, { from, to }) {
      const until = new Date(Math.min(to.getTime(), Date.now()));
      if (until <= from) return null;
      return health.history({
        ...{ cluster, instance: null, metric: 'loss_window', stepSeconds: null },
        ...{ from, to: until },
      });
    },
  });
}

const PAGE = 100;

async function listFailures(
  operations: Work['operations'],
  filter: { readonly cluster: string; readonly kind: string },
  { from, to }: Period,
): Promise<readonly ReportedFailure[]> {
  // Behind this key come those that were asked for before the end of the period.
  const after = { createdAt: to, id: '00000000-0000-0000-0000-000000000000' };
  const page = { limit: PAGE, after, before: null, fromEnd: false };
  const failed = await operations.list({ ...filter, states: ['FAILED'] }, page);
  return failed
    .map(({ id, kind, target, finishedAt, createdAt, error }) => ({
      ...{ operationId: id, kind, target, at: finishedAt ?? createdAt },
      message: error?.message ?? 'no reason was noted',
    }))
    .filter(({ at }) => at >= from && at < to);
}
