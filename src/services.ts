import { createAccess } from './access/service.ts';
import type { Access } from './access/access.ts';
import { type BackupService, createBackupOperations, createBackups } from './backups/backups.ts';
import { readPassword, type FleetConfig } from './config.ts';
import { createDemo, type DemoService } from './demo/demo.ts';
import { loadDemoOperation } from './demo/operation.ts';
import type { Bell, EventLog } from './events/events.ts';
import type { Fleet } from './fleet/fleet.ts';
import { createFleet } from './fleet/registry.ts';
import { createHealth, type HealthService } from './health/health.ts';
import type { Log } from './log.ts';
import { createMigrations, type MigrationService } from './migrations/migrations.ts';
import { applyMigrationsOperation } from './migrations/operation.ts';
import { createEngine, type Engine } from './operations/engine.ts';
import { createOperations, type Operations } from './operations/service.ts';
import type { AnyDefinition } from './operations/workflow.ts';
import type { Database } from './postgres/pool.ts';

/** The nouns, as resolvers see them. */
export interface Services {
  readonly access: Access;
  readonly operations: Operations;
  readonly fleet: Fleet;
  readonly health: HealthService;
  readonly migrations: MigrationService;
  readonly backups: BackupService;
  readonly demo: DemoService;
}

export interface ServicesOptions {
  readonly config: FleetConfig;
  /** The control database, with our own migrations applied. */
  readonly db: Database;
  readonly events: EventLog;
  readonly bell: Bell;
  /** Unique for each process. */
  readonly workerId: string;
  /** The product's migrations. */
  readonly migrationsDirectory: string;
  /** Directories of our own, which no restore may touch. */
  readonly protectedDirectories: readonly string[];
  readonly log: Log;
}

/** How long steps under way may go on when the process is asked to stop. */
const DRAIN_MS = 3_000;

/** Wires the nouns together: the one place that knows all of them. */
export function createServices(options: ServicesOptions): {
  readonly services: Services;
  readonly engine: Engine;
} {
  const { config, db, events, migrationsDirectory: directory, protectedDirectories } = options;
  const { postgresBinaries, runDirectory } = config;
  const access = createAccess(db);
  const fleet = createFleet(config);
  const backupDeps = { fleet, db, postgresBinaries, runDirectory, protectedDirectories };
  const backups = createBackupOperations(backupDeps);
  const applyMigrations = applyMigrationsOperation({ fleet, directory });
  const loadDemo = loadDemoOperation({ fleet });
  const { start, verify, restore } = backups;
  const definitions: readonly AnyDefinition[] = [start, verify, restore, applyMigrations, loadDemo];
  const engine = createEngine({
    ...options,
    definitions,
    databaseUrl: toUrl(config.control),
    concurrency: config.operations.concurrency,
    heartbeatTimeoutMs: config.operations.heartbeatTimeoutSeconds * 1_000,
    drainMs: DRAIN_MS,
  });
  const operations = createOperations({
    db,
    events,
    engine,
    definitions,
    recordAudit: (tx, entry) => access.record(tx, entry),
    maxUnfinishedPerCluster: config.operations.maxUnfinishedPerCluster,
  });
  const services = {
    access,
    operations,
    fleet,
    health: createHealth({ fleet }),
    migrations: createMigrations({ fleet, operations, directory, definition: applyMigrations }),
    backups: createBackups({ ...backupDeps, operations, definitions: backups }),
    demo: createDemo({ fleet, operations, definition: loadDemo }),
  };
  return { services, engine };
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
