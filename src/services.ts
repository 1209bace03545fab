import type { Access } from './access/access.ts';
import { createAccess } from './access/service.ts';
import { type FleetConfig, readPassword } from './config.ts';
import type { Bell } from './events/events.ts';
import type { DemoService } from './demo/demo.ts';
import type { DrillService } from './drills/service.ts';
import type { Fleet } from './fleet/fleet.ts';
import { createFleet } from './fleet/registry.ts';
import type { HealthService } from './health/service.ts';
import type { InstanceService } from './instances/instances.ts';
import type { MaintenanceService } from './maintenance/maintenance.ts';
import type { MigrationService } from './migrations/migrations.ts';
import type { MoveService } from './moves/service.ts';
import { type Children, createChildren } from './operations/children.ts';
import { createEngine, type Engine } from './operations/engine.ts';
import { createOperations, type Operations } from './operations/service.ts';
import type { AnyDefinition } from './operations/workflow.ts';
import type { RecoveryService } from './recoveries/service.ts';
import type { PartitionService } from './partitions/partitions.ts';
import type { PlatformServices } from './platform/service.ts';
import type { ReportService } from './reports/service.ts';
import type { ScheduleService } from './schedules/schedules.ts';
import type { ShardService } from './shards/service.ts';
import { type AlertNouns, wireAlerts } from './wiring/alerts.ts';
import { type BackupNouns, wireBackups } from './wiring/backups.ts';
import { wireDemo } from './wiring/demo.ts';
import { wireDrills } from './wiring/drills.ts';
import { wireHealth } from './wiring/health.ts';
import { wireInstances } from './wiring/instances.ts';
import { wireMaintenance } from './wiring/maintenance.ts';
import { wireMigrations } from './wiring/migrations.ts';
import type { Connected, Ground, Work } from './wiring/noun.ts';
import { type PerformanceNouns, wirePerformance } from './wiring/performance.ts';
import { wireRecoveries } from './wiring/recoveries.ts';
import { wirePartitions } from './wiring/partitions.ts';
import { wirePlatform } from './wiring/platform.ts';
import { wireReports } from './wiring/reports.ts';
import { wireSchedules, withBackground } from './wiring/schedules.ts';
import { listTablesBeingMoved, wireMoves } from './wiring/moves.ts';
import { linkMoves, wireDirectory, wireShards } from './wiring/shards.ts';

/** The nouns, as resolvers see them. */
export interface Services extends BackupNouns, AlertNouns, PerformanceNouns {
  readonly access: Access;
  readonly operations: Operations;
  readonly fleet: Fleet;
  readonly health: HealthService;
  readonly instances: InstanceService;
  readonly maintenance: MaintenanceService;
  readonly moves: MoveService;
  readonly migrations: MigrationService;
  readonly demo: DemoService;
  readonly drills: DrillService;
  readonly partitions: PartitionService;
  readonly platform: PlatformServices;
  readonly recoveries: RecoveryService;
  readonly reports: ReportService;
  readonly schedules: ScheduleService;
  readonly shards: ShardService;
}

export interface ServicesOptions extends Omit<Ground, 'fleet'> {
  readonly bell: Bell;
}

/** How long steps under way may go on when the process is asked to stop. */
const DRAIN_MS = 3_000;

/** Wires the nouns together: the one place that knows all of them. How each is made stands in wiring/. */
export function createServices(options: ServicesOptions): {
  readonly services: Services;
  readonly engine: Engine;
} {
  const ground: Ground = { ...options, fleet: createFleet(options.config) };
  const access = createAccess(ground.db);
  const children = createChildren(() => ({ operations, definitions }));
  const nouns = wireNouns(ground, { children, late: () => services });
  const definitions = Object.values(nouns).flatMap((one) => one.definitions);
  const { engine, operations }: ReturnType<typeof createWork> = createWork(options, { definitions, access });
  const work = { operations, recordAudit: access.record };
  const connected = connectNouns(nouns, work);
  const all: readonly Connected<unknown>[] = Object.values(connected);
  const schedules = wireSchedules(ground, work, all);
  const alerts = wireAlerts(ground, work, {
    ...{ operations, schedules, healthSources: [] },
    ...connected.backups.services,
    ...connected.migrations.services,
    ...connected.performance.services,
    ...connected.instances.services,
    ...connected.partitions.services,
  });
  const services: Services = {
    ...{ access, operations, fleet: ground.fleet, schedules },
    ...alerts.services,
    ...connected.backups.services,
    ...connected.health.services,
    ...connected.instances.services,
    ...connected.migrations.services,
    ...connected.demo.services,
    ...connected.performance.services,
    ...connected.partitions.services,
    ...connected.platform.services,
    ...connected.recoveries.services,
    ...connected.drills.services,
    ...connected.shards.services,
    ...connected.moves.services,
    ...connected.maintenance.services,
    reports: wireReports(ground, work, {
      ...connected.backups.services,
      ...connected.drills.services,
      ...connected.health.services,
    }),
  };
  return { services, engine: withBackground(engine, ground, { schedules, nouns: [...all, alerts] }) };
}

interface Links {
  readonly children: Children;
  /** What only the finished services can do; asked for when it is needed, not before. */
  readonly late: () => Services;
}

/** Each noun with its kinds of operations. What one needs of another is handed to it here. */
function wireNouns(ground: Ground, { children, late }: Links) {
  const backups = wireBackups(ground);
  const health = wireHealth(ground, {
    measureArchive: backups.measureArchive,
    onSamples: (cluster, metrics) => late().alerts.evaluate(cluster, metrics),
  });
  const checkHealth = health.health.check;
  const readHistory: HealthService['history'] = (request) => late().health.history(request);
  const directory = wireDirectory(ground);
  const tablesBeingMoved = listTablesBeingMoved(ground);
  return {
    backups,
    health,
    instances: wireInstances(ground),
    migrations: wireMigrations(ground, { children, checkHealth, tablesBeingMoved }),
    demo: wireDemo(ground, { shareTables: (cluster) => late().shards.shareTables(cluster) }),
    performance: wirePerformance(ground, { readHistory }),
    partitions: wirePartitions(ground, { children, tablesBeingMoved }),
    platform: wirePlatform(ground, {
      ...{ archive: health.archive, readWriters: health.readWriters },
      onSamples: (cluster, samples) => late().alerts.evaluate(cluster, samples),
    }),
    recoveries: wireRecoveries(ground),
    drills: wireDrills(ground, backups),
    moves: wireMoves(ground, { directory }),
    shards: wireShards(ground, {
      ...{ directory, children, moves: linkMoves(ground) },
      checkHealth: (cluster) => late().health.check(cluster),
      alerts: () => late().alerts,
    }),
    maintenance: wireMaintenance(ground, {
      checkHealth,
      performance: () => late().performance,
      instances: () => late().instances,
      moves: () => late().moves,
      directory,
    }),
  };
}

type Nouns = ReturnType<typeof wireNouns>;
type ConnectedNouns = { readonly [Name in keyof Nouns]: ReturnType<Nouns[Name]['connect']> };

function connectNouns(nouns: Nouns, work: Work): ConnectedNouns {
  const connected = Object.entries(nouns).map(([name, noun]) => [name, noun.connect(work)]);
  return Object.fromEntries(connected) as ConnectedNouns;
}

/** The engine, and the operations that it runs. */
function createWork(
  options: ServicesOptions,
  { definitions, access }: { readonly definitions: readonly AnyDefinition[]; readonly access: Access },
): { readonly engine: Engine; readonly operations: Operations } {
  const { config, db, events } = options;
  const { concurrency, heartbeatTimeoutSeconds, maxUnfinishedPerCluster } = config.operations;
  const engine = createEngine({
    ...{ ...options, definitions, concurrency },
    databaseUrl: toUrl(config.control),
    heartbeatTimeoutMs: heartbeatTimeoutSeconds * 1_000,
    drainMs: DRAIN_MS,
  });
  const operations = createOperations({
    ...{ db, events, engine, definitions, maxUnfinishedPerCluster },
    recordAudit: access.record,
  });
  return { engine, operations };
}

/** DBOS takes a URL only. It stays in memory: never in an argument, an environment or a log. */
function toUrl(control: FleetConfig['control']): string {
  const url = new URL(`postgresql://localhost:${control.port}/${encodeURIComponent(control.database)}`);
  url.username = encodeURIComponent(control.user);
  url.password = encodeURIComponent(readPassword(control) ?? '');
  if (control.host.startsWith('/')) url.searchParams.set('host', control.host);
  else url.hostname = control.host;
  return url.href;
}
