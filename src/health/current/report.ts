import type { Cluster } from '../../fleet/fleet.ts';
import { worstOf } from '../../limits.ts';
import { withLimits, type Limits } from '../../thresholds/limits.ts';
import type { HealthReport } from '../health.ts';
import { stamp, type HealthMetric } from '../measure.ts';
import { THRESHOLDS } from '../thresholds.ts';
import type { Newest, Part } from './store.ts';

/** Three intervals each: what is older is no news any more. */
const FRESH_SECONDS: Readonly<Record<Part, number>> = { CLUSTER: 30, HOT: 30, ARCHIVE: 180, WARM: 900 };

export function isFresh({ part, ageSeconds }: Pick<Newest, 'part' | 'ageSeconds'>): boolean {
  return ageSeconds <= FRESH_SECONDS[part];
}

function toReport(cluster: string, checkedAt: Date, metrics: readonly HealthMetric[]): HealthReport {
  return { cluster, state: worstOf(metrics.map(({ state }) => state)), checkedAt, metrics };
}

/** Pure: all that was collected of a cluster; null when something that is looked at all the time is missing or old. */
export function assemble(cluster: Cluster, parts: readonly Newest[], limits: Limits): HealthReport | null {
  const hot = parts.filter(({ part }) => part === 'HOT' || part === 'CLUSTER');
  const isSeen = (instance: string | null) => hot.some((one) => one.instance === instance && isFresh(one));
  const isWhole = isSeen(null) && cluster.instances.every(({ name }) => isSeen(name));
  if (!isWhole) return null;
  const checkedAt = new Date(Math.min(...hot.map(({ sampledAt }) => sampledAt.getTime())));
  return toReport(cluster.name, checkedAt, metricsOf(cluster, parts, limits));
}

/** Pure. Of instances that are configured only; what is old is UNKNOWN, and keeps its moment. */
export function metricsOf(
  cluster: Cluster,
  parts: readonly Newest[],
  limits: Limits,
): readonly HealthMetric[] {
  const names = new Set<string | null>([null, ...cluster.instances.map(({ name }) => name)]);
  return parts
    .filter(({ instance }) => names.has(instance))
    .flatMap((one) => {
      const metrics = stamp(withLimits(one.figures, limits, THRESHOLDS), {
        cluster: cluster.name,
        sampledAt: one.sampledAt,
      });
      return isFresh(one) ? metrics : metrics.map(outdate);
    });
}

function outdate(metric: HealthMetric): HealthMetric {
  const reason = 'nobody has looked at this for a while; the value is that of the last look';
  return { ...metric, state: 'UNKNOWN', reason, hint: 'See whether a worker runs and reaches the instance.' };
}

/** Pure: a live report with what only a collector knows. */
export function complete(
  live: HealthReport,
  collected: readonly HealthMetric[],
  limits: Limits,
): HealthReport {
  const known = new Set(live.metrics.map(({ name }) => name));
  const metrics = live.metrics.flatMap((one) => stamp(withLimits([one], limits, THRESHOLDS), one));
  const others = collected.filter(({ name }) => !known.has(name));
  return toReport(live.cluster, live.checkedAt, [...metrics, ...others]);
}
