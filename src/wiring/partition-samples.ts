import type { AlertSample } from '../alerts/alerts.ts';
import type { KnownMetric } from '../alerts/rules.ts';
import type { PartitionedTable } from '../partitions/partition.ts';
import type { PartitionService } from '../partitions/partitions.ts';

/** Two weeks before the edge somebody should know (as checkPartitionHealth has it); three days before it is an emergency. */
const TARGET_SECONDS = 14 * 86_400;
const CRITICAL_SECONDS = 3 * 86_400;

export const COVERAGE_METRIC: KnownMetric = {
  name: 'partition_coverage',
  better: 'HIGHER',
  target: TARGET_SECONDS,
};

/** How long rows still have a place, of the table that runs out first. No sample: no table has a policy. */
export async function measureCoverage(
  partitions: Pick<PartitionService, 'listByCluster'>,
  cluster: string,
): Promise<readonly AlertSample[]> {
  const [found] = await partitions.listByCluster([cluster]);
  const now = new Date();
  if (found !== undefined && !(found instanceof Error)) return toCoverage(cluster, found, now);
  const reason = found?.message ?? 'nobody knows its partitions';
  return [{ ...base(cluster, now), value: null, state: 'UNKNOWN', reason }];
}

export function toCoverage(
  cluster: string,
  tables: readonly PartitionedTable[],
  now: Date,
): readonly AlertSample[] {
  const left = tables
    .filter(({ policy }) => policy !== null)
    .map(({ name, coverageUntil }) => ({
      name,
      seconds: coverageUntil === null ? 0 : (coverageUntil.getTime() - now.getTime()) / 1_000,
    }));
  if (left.length === 0) return [];
  const value = Math.min(...left.map(({ seconds }) => seconds));
  const short = left.filter(({ seconds }) => seconds < TARGET_SECONDS).map(({ name }) => name);
  const state = value < CRITICAL_SECONDS ? 'CRITICAL' : value < TARGET_SECONDS ? 'WARNING' : 'OK';
  return [
    {
      ...{ ...base(cluster, now), value, state },
      reason: short.length === 0 ? null : `soon without a partition for new rows: ${short.join(', ')}`,
      hint: short.length === 0 ? null : `sunday partitions maintain --cluster ${cluster}`,
    },
  ];
}

function base(cluster: string, sampledAt: Date) {
  return {
    ...{ name: COVERAGE_METRIC.name, cluster, instance: null, unit: 'seconds', sampledAt },
    ...{ target: TARGET_SECONDS, critical: CRITICAL_SECONDS },
  };
}
