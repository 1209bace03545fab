import type { Cluster, Fleet, Instance } from '../fleet/fleet.ts';
import { probeCluster, type InstanceState } from '../fleet/probe.ts';
import { worstOf, type HealthState } from '../limits.ts';
import { measureSafely } from './archive-answer.ts';
import { judgeArchiving, type MeasureArchive } from './archiving.ts';
import { stamp, type Figure, type HealthMetric } from './measure.ts';
import { judgeArchive, judgeInstance, judgeStatistics, unknownOfPrimary } from './metrics.ts';
import { probeHealth, type FiguresAnswer } from './probe.ts';
import { judgePrimary, judgeReplication } from './replication.ts';

export interface HealthReport {
  readonly cluster: string;
  /** That of the worst metric. */
  readonly state: HealthState;
  readonly checkedAt: Date;
  readonly metrics: readonly HealthMetric[];
}

/** Asks the servers themselves. */
export interface LiveHealth {
  /** Never throws for a server that is down: that is what the report is for. @throws {ClusterNotFoundError} */
  check(clusterName: string): Promise<HealthReport>;
}

/** The health of clusters, read live: nothing is stored. */
export function createHealth(deps: HealthDependencies): LiveHealth {
  return { check: async (clusterName) => checkDatabaseHealth(deps, deps.fleet.get(clusterName)) };
}

export interface HealthDependencies {
  readonly fleet: Fleet;
  /** Left out: the repository is not looked at. */
  readonly measureArchive?: MeasureArchive;
}

/** Connections, cache, replication, transactions, archive and size of a cluster; all instances are asked at once. */
async function checkDatabaseHealth(deps: HealthDependencies, cluster: Cluster): Promise<HealthReport> {
  const { fleet } = deps;
  const checkedAt = new Date();
  const [states, figures, archive] = await Promise.all([
    probeCluster(fleet, cluster),
    Promise.all(cluster.instances.map((one) => tryProbe(fleet, one))),
    measureSafely(deps.measureArchive, cluster.name),
  ]);
  const judged = [...judgeCluster(cluster, states, figures), ...judgeArchiving(archive)];
  const metrics = stamp(judged, { cluster: cluster.name, sampledAt: checkedAt });
  return {
    cluster: cluster.name,
    state: worstOf(metrics.map((one) => one.state)),
    checkedAt,
    metrics,
  };
}

async function tryProbe(fleet: Fleet, instance: Instance): Promise<FiguresAnswer> {
  try {
    return await probeHealth(fleet.monitor(instance));
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/** Pure: `states` and `figures` are in the order of the cluster's instances. */
export function judgeCluster(
  cluster: Cluster,
  states: readonly InstanceState[],
  figures: readonly FiguresAnswer[],
): readonly Figure[] {
  const index = states.findIndex((one) => one.role === 'PRIMARY');
  const name = states[index]?.instance.name ?? null;
  const ofPrimary = figures[index] ?? { failure: 'no instance says that it is the primary' };
  return [
    judgePrimary(states),
    ...states.flatMap((one, position) => judgeInstance(one, figures[position])),
    ...judgeReplication(states),
    ...('failure' in ofPrimary
      ? unknownOfPrimary(name, ofPrimary.failure)
      : [...judgeStatistics(name, ofPrimary), judgeArchive(cluster, name, ofPrimary)]),
  ];
}
