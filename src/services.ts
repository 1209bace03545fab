import type { Access } from './access/access.ts';
import { createAccess } from './access/service.ts';
import { type FleetConfig, readPassword } from './config.ts';
import type { Bell } from './events/events.ts';
import type { DemoService } from './demo/demo.ts';
import type { DrillService } from './drills/service.ts';
import type { Fleet } from './fleet/fleet.ts';
import { createFleet } from './fleet/registry.ts';
import type { HealthService } from './health/service.ts';
import type { PerformanceService } from './performance/performance.ts';
import type { MigrationService } from './migrations/migrations.ts';
import type { MoveService } from './moves/service.ts';
import { createChildren } from './operations/children.ts';
import { createEngine, type Engine } from './operations/engine.ts';
import { createOperations, type Operations } from './operations/service.ts';
import type { AnyDefinition } from './operations/workflow.ts';
import type { RecoveryService } from './recoveries/service.ts';
import type { PartitionService } from './partitions/partitions.ts';
import type { ReportService } from './reports/service.ts';
import type { ScheduleService } from './schedules/schedules.ts';
import type { ShardService } from './shards/service.ts';
import { type AlertNouns, wireAlerts } from './wiring/alerts.ts';
import { type BackupNouns, wireBackups } from './wiring/backups.ts';
import { wireDemo } from './wiring/demo.ts';
import { wireDrills } from './wiring/drills.ts';
import { wireHealth } from './wiring/health.ts';
import { wireMigrations } from './wiring/migrations.ts';
import type { Ground } from './wiring/noun.ts';
import { wirePerformance } from './wiring/performance.ts';
import { wireRecoveries } from './wiring/recoveries.ts';
import { wirePartitions } from './wiring/partitions.ts';
import { wireReports } from './wiring/reports.ts';
import { wireSchedules, withBackground } from './wiring/schedules.ts';
import { listTablesBeingMoved, wireMoves } from './wiring/moves.ts';
import { linkMoves, wireDirectory, wireShards } from './wiring/shards.ts';

/** The nouns, as resolvers see them. */
export interface Services extends BackupNouns, AlertNouns {
  readonly access: Access;
  readonly operations: Operations;
  readonly fleet: Fleet;
  readonly health: HealthService;
  readonly moves: MoveService;
  readonly migrations: MigrationService;
  readonly demo: DemoService;
  readonly drills: DrillService;
  readonly partitions: PartitionService;
  readonly recoveries: RecoveryService;
  readonly performance: PerformanceService;
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
  const { fleet } = ground;
  const access = createAccess(ground.db);
  const children = createChildren(() => ({ operations, definitions }));

  const backups = wireBackups(ground);
  const health = wireHealth(ground, {
    measureArchive: backups.measureArchive,
    onSamples: (cluster, metrics) => alerts.services.alerts.evaluate(cluster, metrics),
  });
  const migrations = wireMigrations(ground, { children, checkHealth: health.health.check });
  const demo = wireDemo(ground);
  const performance = wirePerformance(ground, {
    readHistory: (request) => connected.health.services.health.history(request),
  });
  const partitions = wirePartitions(ground, { children, tablesBeingMoved: listTablesBeingMoved(ground) });
  const recoveries = wireRecoveries(ground);
  const drills = wireDrills(ground, backups);
  const directory = wireDirectory(ground);
  const moves = wireMoves(ground, { directory });
  const shards = wireShards(ground, {
    ...{ directory, children, checkHealth: health.health.check },
    moves: linkMoves(ground),
  });

  const definitions = [
    backups,
    migrations,
    health,
    demo,
    performance,
    partitions,
    recoveries,
    drills,
    shards,
    moves,
  ].flatMap((one) => one.definitions);
  const { engine, operations }: ReturnType<typeof createWork> = createWork(options, { definitions, access });
  const work = { operations, recordAudit: access.record };
  const connected = {
    backups: backups.connect(work),
    health: health.connect(work),
    migrations: migrations.connect(work),
    demo: demo.connect(work),
    performance: performance.connect(work),
    partitions: partitions.connect(work),
    recoveries: recoveries.connect(work),
    drills: drills.connect(work),
    shards: shards.connect(work),
    moves: moves.connect(work),
  };
  const nouns = Object.values(connected);
  const schedules = wireSchedules(ground, work, nouns);
  const alerts: ReturnType<typeof wireAlerts> = wireAlerts(ground, work, {
    ...{ operations, schedules, healthSources: [] },
    ...connected.backups.services,
    ...connected.migrations.services,
  });
  const services = {
    ...{ access, operations, fleet, schedules },
    ...alerts.services,
    ...connected.backups.services,
    ...connected.health.services,
    ...connected.migrations.services,
    ...connected.demo.services,
    ...connected.performance.services,
    ...connected.partitions.services,
    ...connected.recoveries.services,
    ...connected.drills.services,
    reports: wireReports(ground, work, {
      ...connected.backups.services,
      ...connected.drills.services,
      ...connected.health.services,
    }),
    ...connected.shards.services,
    ...connected.moves.services,
  };
  return { services, engine: withBackground(engine, ground, { schedules, nouns: [...nouns, alerts] }) };
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
