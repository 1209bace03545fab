import type { HealthReport } from '../health/health.ts';
import type { InstanceService } from '../instances/instances.ts';
import { createMaintenance, type MaintenanceService } from '../maintenance/maintenance.ts';
import { runTaskOperation } from '../maintenance/operation.ts';
import type { MaintenanceSources } from '../maintenance/sources.ts';
import { DEFAULT_CRONS, RUN_KIND, RUN_TASKS } from '../maintenance/tasks.ts';
import type { MoveService } from '../moves/service.ts';
import type { PerformanceService } from '../performance/performance.ts';
import type { DefaultSchedule } from '../schedules/defaults.ts';
import { schedulable } from '../schedules/kinds.ts';
import { nameSchedule } from '../schedules/names.ts';
import type { Directory } from '../shards/directory/directory.ts';
import type { Ground, Wiring } from './noun.ts';

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;
const DAYS_OF_FORECAST = 30;
const STATEMENTS = 50;
const MOST_ROWS = 500;

export interface MaintenanceWiringOptions {
  readonly checkHealth: (cluster: string) => Promise<HealthReport>;
  readonly performance: () => PerformanceService;
  readonly instances: () => InstanceService;
  readonly moves: () => MoveService;
  readonly directory: Pick<Directory, 'listShards'>;
}

/** The guide's daily, weekly and monthly tasks, with what other nouns know. */
export function wireMaintenance(
  ground: Ground,
  options: MaintenanceWiringOptions,
): Wiring<{ readonly maintenance: MaintenanceService }> {
  const { db, fleet } = ground;
  const deps = { db, fleet, sources: createSources(options) };
  const definition = runTaskOperation(deps);
  return {
    definitions: [definition],
    connect: ({ operations }) => ({
      services: { maintenance: createMaintenance({ ...deps, operations, definition }) },
      schedulable: [
        schedulable({
          ...{ ...definition, scope: 'maintenance:write' },
          start: (input, request) => operations.start(definition, input, request),
        }),
      ],
      defaultSchedules: listDefaults(ground),
    }),
  };
}

/** What other nouns know, as maintenance asks for it. */
export function createSources({
  checkHealth,
  performance,
  instances,
  moves,
  directory,
}: MaintenanceWiringOptions): MaintenanceSources {
  return {
    slowQueries: (cluster) =>
      performance().slowQueries({
        ...{ cluster, instance: null, windowSeconds: DAY_SECONDS },
        ...{ orderBy: 'TOTAL_TIME', limit: STATEMENTS },
      }),
    async plans(cluster) {
      const slow = await performance().slowQueries({
        ...{ cluster, instance: null, windowSeconds: WEEK_SECONDS },
        ...{ orderBy: 'TOTAL_TIME', limit: STATEMENTS },
      });
      const plans = await performance().samplePlans(slow.queries);
      return {
        ...{ instance: slow.instance, reason: slow.reason, hint: slow.hint },
        statements: slow.queries.map(({ queryId, query }, index) => ({
          ...{ queryId, query },
          ...(plans[index] ?? { steps: [], totalCost: null, reason: 'nobody has planned it', hint: null }),
        })),
      };
    },
    activity: (cluster) =>
      performance().activity({
        ...{ cluster, instance: null, includeBackground: false, includeIdle: true },
        limit: MOST_ROWS,
      }),
    async blockers(cluster) {
      const { nodes } = await performance().lockTree(cluster, null);
      return nodes.filter(({ depth }) => depth === 0);
    },
    indexUsage: (cluster) => performance().indexUsage(cluster, MOST_ROWS),
    vacuumNeeds: (cluster) => performance().vacuumNeeds({ cluster, instance: null, limit: MOST_ROWS }),
    health: async (cluster) => (await checkHealth(cluster)).metrics,
    errorLog: (cluster, instance, since) => instances().readLogSince(cluster, instance, since),
    async moveLeftovers(cluster) {
      const shards = (await directory.listShards())
        .filter((one) => one.cluster === cluster)
        .map(({ name }) => name);
      if (shards.length === 0) return { shards, found: [], unknown: [] };
      const { found, unknown } = await moves().findLeftovers();
      const isHere = ({ shard }: { readonly shard: string }) => shards.includes(shard);
      return { shards, found: found.filter(isHere), unknown: unknown.filter(isHere) };
    },
    capacityForecast: (cluster) => performance().capacityForecast({ cluster, days: DAYS_OF_FORECAST }),
  };
}

/** For clusters that we look after: they have backups, or are shards. Others get theirs with `upsertSchedule`. */
function listDefaults({ config, fleet }: Ground): readonly DefaultSchedule[] {
  const { timezone, defaultSchedules: isWanted } = config.backups;
  const clusters = isWanted ? fleet.list().filter(({ stanza, isShard }) => stanza !== null || isShard) : [];
  return clusters.flatMap(({ name, isShard }) =>
    RUN_TASKS.filter((task) => isShard || task !== 'MOVE_LEFTOVER_CHECK').map((task) => ({
      name: nameSchedule(name, task.toLowerCase().replaceAll('_', '-')),
      ...{ kind: RUN_KIND, cluster: name, input: { task }, cron: DEFAULT_CRONS[task], timezone },
    })),
  );
}
