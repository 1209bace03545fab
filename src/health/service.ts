import type { Requester } from '../access/principals.ts';
import { InvalidInputError } from '../errors.ts';
import type { EventLog } from '../events/events.ts';
import type { Cluster, Fleet } from '../fleet/fleet.ts';
import type { MetricHistory } from '../metric-history.ts';
import type { Database } from '../postgres/pool.ts';
import { untilAvailable } from '../postgres/retry.ts';
import {
  listEffective,
  readLimits,
  upsertThreshold,
  type EffectiveThreshold,
  type Limits,
  type LimitsDependencies,
  type ThresholdRequest,
} from '../thresholds/limits.ts';
import { HEALTH_TOPIC } from './collect/collector.ts';
import { assemble, complete, isFresh, metricsOf } from './current/report.ts';
import * as current from './current/store.ts';
import type { HealthReport, LiveHealth } from './health.ts';
import { readAligned, type SampleArchive } from './history/history.ts';
import type { HealthMetric } from './measure.ts';
import { isMetricName, THRESHOLDS } from './thresholds.ts';

export interface HistoryRequest {
  readonly cluster: string;
  /** Null: a figure of the whole cluster. */
  readonly instance: string | null;
  readonly metric: string;
  readonly from: Date;
  readonly to: Date;
  /** Null: about 200 buckets. */
  readonly stepSeconds: number | null;
}

export interface HealthService extends LiveHealth {
  /** What the collector has seen last, in the order of `names`; live where nobody collects. */
  current(names: readonly string[]): Promise<readonly HealthReport[]>;
  /** Now, then each time that some state has changed, until `signal` aborts. @throws {ClusterNotFoundError} */
  follow(name: string, signal: AbortSignal): AsyncIterable<HealthReport>;
  /** Newest metrics of all clusters, as they were collected. */
  listNewest(): Promise<readonly HealthMetric[]>;
  /** @throws {ClusterNotFoundError} @throws {InvalidInputError} */
  history(request: HistoryRequest): Promise<MetricHistory>;
  /** What holds for a cluster, all metrics. @throws {ClusterNotFoundError} */
  thresholds(name: string): Promise<readonly EffectiveThreshold[]>;
  /** @throws {ClusterNotFoundError} @throws {InvalidInputError} */
  upsertThreshold(request: ThresholdRequest, requester: Requester): Promise<EffectiveThreshold>;
}

export interface HealthServiceDependencies {
  readonly fleet: Fleet;
  readonly live: LiveHealth;
  readonly db: Database;
  readonly events: EventLog;
  readonly archive: SampleArchive;
  readonly recordAudit: LimitsDependencies['recordAudit'];
}

export function createHealthService(deps: HealthServiceDependencies): HealthService {
  const { fleet, db } = deps;
  return {
    check: async (name) => check(deps, fleet.get(name)),
    current: (names) =>
      readCurrent(
        deps,
        names.map((name) => fleet.get(name)),
      ),
    follow: (name, signal) => follow(deps, fleet.get(name), signal),
    listNewest: async () => listAll(deps),
    history: async (request) => readHistory(deps, request),
    thresholds: async (name) => {
      const [limits = NO_LIMITS] = await readLimits(db, [fleet.get(name).name]);
      return listEffective(limits, THRESHOLDS);
    },
    upsertThreshold: async (request, requester) => {
      if (request.cluster !== null) fleet.get(request.cluster);
      return upsertThreshold({ ...deps, catalogue: THRESHOLDS }, request, requester);
    },
  };
}

const NO_LIMITS: Limits = new Map();

async function check({ live, db }: HealthServiceDependencies, cluster: Cluster): Promise<HealthReport> {
  const names = [cluster.name];
  const [report, parts, [limits = NO_LIMITS]] = await Promise.all([
    live.check(cluster.name),
    current.list(db, names),
    readLimits(db, names),
  ]);
  return complete(report, metricsOf(cluster, parts.filter(isFresh), limits), limits);
}

/** Two statements for all clusters together; the servers of a cluster are asked only where nobody has collected. */
async function readCurrent(
  deps: HealthServiceDependencies,
  clusters: readonly Cluster[],
): Promise<readonly HealthReport[]> {
  const names = clusters.map(({ name }) => name);
  const [parts, limits] = await Promise.all([current.list(deps.db, names), readLimits(deps.db, names)]);
  return Promise.all(
    clusters.map(async (cluster, index) => {
      const ofCluster = parts.filter((one) => one.cluster === cluster.name);
      return assemble(cluster, ofCluster, limits[index] ?? NO_LIMITS) ?? check(deps, cluster);
    }),
  );
}

async function* follow(
  deps: HealthServiceDependencies,
  cluster: Cluster,
  signal: AbortSignal,
): AsyncGenerator<HealthReport> {
  const filter = { topic: HEALTH_TOPIC, subject: cluster.name };
  // The place in the outbox first: what changes while we read is then seen twice rather than not at all.
  const { newest, expiredThrough } = await deps.events.findBounds(filter);
  let told = '';
  const news = async () => {
    const [report] = await untilAvailable(
      () => readCurrent(deps, [cluster]),
      () => signal.throwIfAborted(),
    );
    const states = report?.metrics.map((one) => `${one.name} ${one.instance} ${one.state}`).join('\n') ?? '';
    if (report === undefined || states === told) return null;
    told = states;
    return report;
  };
  const first = await news();
  if (first !== null) yield first;
  const after = newest > expiredThrough ? newest : expiredThrough;
  for await (const _delivery of deps.events.follow(filter, after, signal)) {
    const report = await news();
    if (report !== null) yield report;
  }
}

async function listAll({ db, fleet }: HealthServiceDependencies): Promise<readonly HealthMetric[]> {
  const clusters = fleet.list();
  const names = clusters.map(({ name }) => name);
  const [parts, limits] = await Promise.all([current.list(db, null), readLimits(db, names)]);
  return clusters.flatMap((cluster, index) =>
    metricsOf(
      cluster,
      parts.filter((one) => one.cluster === cluster.name),
      limits[index] ?? NO_LIMITS,
    ),
  );
}

async function readHistory(
  { fleet, archive }: HealthServiceDependencies,
  { cluster, instance, metric, from, to, stepSeconds }: HistoryRequest,
): Promise<MetricHistory> {
  const { name, instances } = fleet.get(cluster);
  if (!isMetricName(metric))
    throw new InvalidInputError(
      ['metric'],
      `there is no metric ${metric}`,
      'The query `thresholds` lists them.',
    );
  if (instance !== null && !instances.some((one) => one.name === instance))
    throw new InvalidInputError(['instance'], `${name} has no instance ${instance}`);
  const answer = await readAligned(archive, { cluster: name, instance, metric, from, to, stepSeconds });
  return { ...answer, unit: THRESHOLDS[metric].unit };
}
