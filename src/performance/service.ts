import type { Fleet } from '../fleet/fleet.ts';
import { writeName } from '../postgres/names.ts';
import type { Database } from '../postgres/pool.ts';
import { endCrowd } from './activity/crowd.ts';
import { optimizeQuery } from './advice/optimize.ts';
import { samplePlans } from './advice/sample-plan.ts';
import { adviseOnWorkload } from './advice/workload.ts';
import { findInstance } from './instances.ts';
import { listWaits } from './activity/lock-probe.ts';
import { growLockTree, type LockTree } from './activity/lock-tree.ts';
import { findSessions, listSessions, readSight } from './activity/session-probe.ts';
import { signalSession } from './activity/signals.ts';
import type { Activity, PerformanceService, SessionFilter, SignalInput } from './performance.ts';
import type { Signal } from './activity/signal-runner.ts';
import { forecastCapacity } from './capacity/forecast.ts';
import type { ReadHistory } from './history.ts';
import { readReplication } from './replication/read.ts';
import { makeReport } from './report/make.ts';
import { slowQueries } from './statements/slow-queries.ts';
import { indexUsage } from './tables/indexes.ts';
import { tableStats, vacuumNeeds } from './tables/tables.ts';

export interface PerformanceDependencies {
  readonly fleet: Fleet;
  /** The control database. */
  readonly db: Database;
  readonly readHistory: ReadHistory;
}

/** What the databases do, read live, and what they did, from the intervals that were kept. */
export function createPerformance(deps: PerformanceDependencies): PerformanceService {
  const { fleet } = deps;
  return {
    activity: (filter) => readActivity(fleet, filter),
    lockTree: (cluster, instance) => readLockTree(fleet, cluster, instance),
    replication: (cluster) => readReplication(fleet, cluster),
    cancelQuery: (input) => signal(fleet, input, 'CANCEL'),
    terminateSession: (input) => signal(fleet, input, 'TERMINATE'),
    terminateSessions: async (input) => {
      const instance = await findInstance(fleet, input.cluster, input.instance);
      return endCrowd(fleet.operator(instance), instance.name, input);
    },
    slowQueries: (input) => slowQueries(deps, input),
    samplePlans: (wanted) => samplePlans(fleet, wanted),
    optimizeQuery: (input) => optimizeQuery(fleet, input),
    indexAdvice: (input) => adviseOnWorkload(fleet, (of) => slowQueries(deps, of), input),
    tableStats: (input) => tableStats(fleet, input),
    vacuumNeeds: (input) => vacuumNeeds(fleet, input),
    capacityForecast: (input) => forecastCapacity(deps, input),
    report: (period) => makeReport(deps, period),
    indexUsage: (cluster, limit) => indexUsage(fleet, cluster, limit),
  };
}

async function readActivity(fleet: Fleet, filter: SessionFilter): Promise<Activity> {
  const instance = await findInstance(fleet, filter.cluster, filter.instance);
  const server = fleet.monitor(instance);
  const [sight, found] = await Promise.all([readSight(server), listSessions(server, filter)]);
  const sessions = found.map(({ total: _total, ...session }) => session);
  return {
    ...{ cluster: filter.cluster, instance: instance.name, sessions, checkedAt: new Date() },
    total: found[0]?.total ?? 0,
    reason: sight.seesAll ? null : `${sight.user} may not see what other roles run`,
    hint: sight.seesAll ? null : `GRANT pg_read_all_stats TO ${writeName(sight.user)}`,
  };
}

async function readLockTree(fleet: Fleet, cluster: string, name: string | null): Promise<LockTree> {
  const instance = await findInstance(fleet, cluster, name);
  const server = fleet.monitor(instance);
  const waits = await listWaits(server);
  const pids = new Set(waits.flatMap(({ pid, blockedBy }) => [pid, ...blockedBy]));
  const sessions = pids.size === 0 ? [] : await findSessions(server, [...pids]);
  return { cluster, instance: instance.name, nodes: growLockTree(waits, sessions), checkedAt: new Date() };
}

/** With the role that owns the product's database: it may signal what is no superuser's. */
async function signal(fleet: Fleet, input: SignalInput, kind: Signal) {
  const { cluster, instance: name } = input.session;
  const instance = await findInstance(fleet, cluster, name);
  return signalSession(fleet.operator(instance), input, kind);
}
