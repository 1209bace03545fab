import { z } from 'zod';
import { createAccess } from './access/service.ts';
import type { Access } from './access/access.ts';
import {
  type BackupOperations,
  type BackupService,
  createBackupOperations,
  createBackups,
} from './backups/backups.ts';
import { ensureDefaultSchedules } from './backups/retention/default-schedules.ts';
import { describeFailure } from './backups/archive/health.ts';
import { createCatalogue } from './backups/catalogue.ts';
import {
  createRecoveryWindows,
  listUsableSets,
  type RecoveryWindowService,
} from './backups/archive/windows-service.ts';
import { readPassword, type FleetConfig } from './config.ts';
import { createDemo, type DemoService } from './demo/demo.ts';
import { loadDemoOperation } from './demo/operation.ts';
import type { Bell, EventLog } from './events/events.ts';
import type { Fleet } from './fleet/fleet.ts';
import { createFleet } from './fleet/registry.ts';
import type { ArchiveSafety } from './health/archiving.ts';
import { createHealth, type HealthService } from './health/health.ts';
import type { Log } from './log.ts';
import { observeLatency } from './health/latency.ts';
import { createMigrationReader } from './migrations/files/files.ts';
import type { MigrationService } from './migrations/migrations.ts';
import type { ClusterHealth } from './migrations/rollout.ts';
import {
  createMigrationOperations,
  createMigrations,
  type MigrationOperations,
} from './migrations/service.ts';
import { createChildren } from './operations/children.ts';
import { createEngine, type Engine } from './operations/engine.ts';
import { withClock } from './operations/schedules.ts';
import { createOperations, type Operations } from './operations/service.ts';
import type { AnyDefinition } from './operations/workflow.ts';
import type { Database } from './postgres/pool.ts';
import { type SchedulableKind, schedulable } from './schedules/kinds.ts';
import type { ScheduleService } from './schedules/schedules.ts';
import { createSchedules } from './schedules/service.ts';

/** The nouns, as resolvers see them. */
export interface Services {
  readonly access: Access;
  readonly operations: Operations;
  readonly fleet: Fleet;
  readonly health: HealthService;
  readonly migrations: MigrationService;
  readonly backups: BackupService;
  readonly recoveryWindows: RecoveryWindowService;
  readonly demo: DemoService;
  readonly schedules: ScheduleService;
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
  const { config, db, events, protectedDirectories } = options;
  const { postgresBinaries, runDirectory } = config;
  const access = createAccess(db);
  const fleet = createFleet(config);
  const backupDeps = { fleet, db, postgresBinaries, runDirectory, protectedDirectories };
  const backups = createBackupOperations(backupDeps);
  const catalogue = createCatalogue({ fleet, db });
  const recoveryWindows = createRecoveryWindows({
    ...{ fleet, postgresBinaries },
    listSets: (cluster) => listUsableSets(catalogue, cluster),
  });
  const health = createHealth({
    fleet,
    measureArchive: (cluster) => measureArchive({ fleet, recoveryWindows }, cluster),
  });
  const children = createChildren(() => ({ operations, definitions }));
  const readFiles = createMigrationReader(options.migrationsDirectory);
  const migrationDeps = { fleet, db, readFiles, postgresBinaries, runDirectory };
  const migrations = createMigrationOperations({
    ...{ ...migrationDeps, children },
    observe: (cluster, watch) => observe({ fleet, health }, cluster, watch),
  });
  const loadDemo = loadDemoOperation({ fleet });
  const definitions: readonly AnyDefinition[] = [
    ...[backups.start, backups.verify, backups.restore, backups.expire],
    ...[migrations.apply, migrations.rollBack, migrations.rollOut],
    ...[migrations.validate, migrations.checkDrift],
    loadDemo,
  ];
  const { engine, operations }: ReturnType<typeof createWork> = createWork(options, { definitions, access });
  const nouns = {
    access,
    operations,
    fleet,
    health,
    recoveryWindows,
    migrations: createMigrations({ ...migrationDeps, operations, definitions: migrations }),
    backups: createBackups({
      ...{ ...backupDeps, operations, definitions: backups },
      recordAudit: (tx, entry) => access.record(tx, entry),
    }),
    demo: createDemo({ fleet, operations, definition: loadDemo }),
  };
  const schedules = createSchedules({
    ...{ db, events, operations },
    kinds: schedulableKinds(nouns, { backups, migrations }),
    recordAudit: (tx, entry) => access.record(tx, entry),
    requireCluster: (name) => void fleet.get(name),
    onError: (error, schedule) => options.log.error({ err: error, schedule }, 'a schedule met a bug'),
  });
  const clocked = withClock(engine, { tick: () => schedules.startDue(), log: options.log });
  const services = { ...nouns, schedules };
  return { services, engine: withDefaultSchedules(clocked, services, options) };
}

/** The same engine; a worker that has started sees to it that each cluster once got its schedules of backups. */
function withDefaultSchedules(
  engine: Engine,
  { fleet, schedules }: Pick<Services, 'fleet' | 'schedules'>,
  { config, db }: Pick<ServicesOptions, 'config' | 'db'>,
): Engine {
  const { timezone, defaultSchedules } = config.backups;
  const principal = { id: 'sunday', name: 'sunday', role: 'OPERATOR', scopes: ['backup:write'] } as const;
  const by = { principal, action: 'makeDefaultSchedule', onBehalfOf: null, reason: null, requestId: 'start' };
  const whenMissed = { missedPolicy: 'RUN_ONCE', jitterSeconds: 0, isPaused: null, dryRun: false } as const;
  return {
    ...engine,
    async start(role) {
      await engine.start(role);
      if (role !== 'WORKER' || !defaultSchedules) return;
      await ensureDefaultSchedules({
        ...{ db, timezone },
        clusters: fleet.list().flatMap(({ name, stanza }) => (stanza === null ? [] : [name])),
        isTaken: async (name) => (await schedules.find(name)) !== null,
        make: async ({ name, kind, cluster, input, cron }) => {
          const timing = { at: null, cron, timezone, window: null };
          await schedules.upsert({ ...timing, ...whenMissed, name, kind, cluster, input }, by);
        },
      });
    },
  };
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
    recordAudit: (tx, entry) => access.record(tx, entry),
  });
  return { engine, operations };
}

/** How a cluster does while it is watched: how fast its statements are, and what is critical at the end. */
async function observe(
  { fleet, health }: Pick<Services, 'fleet' | 'health'>,
  cluster: string,
  watch: Parameters<typeof observeLatency>[2],
): Promise<ClusterHealth> {
  const { p95Ms, reason } = await observeLatency(fleet, cluster, watch);
  const { metrics } = await health.check(cluster);
  const critical = metrics
    .filter(({ state }) => state === 'CRITICAL')
    .map(({ name, instance }) => (instance === null ? name : `${name} of ${instance}`));
  return { p95Ms, reason, critical };
}

/** What health is told of a cluster's archive; null without one. */
async function measureArchive(
  { fleet, recoveryWindows }: Pick<Services, 'fleet' | 'recoveryWindows'>,
  cluster: string,
): Promise<ArchiveSafety | null> {
  if (fleet.get(cluster).stanza === null) return null;
  const { loss, archiving } = await recoveryWindows.measure(cluster);
  const { waitingSegments, unsentSegments, slots, reason } = archiving;
  return { loss, waitingSegments, unsentSegments, slots, reason, failure: describeFailure(archiving) };
}

/** What a schedule may start, each kind as its own mutation does it and for the scope that this needs. */
function schedulableKinds(
  nouns: Pick<Services, 'backups' | 'migrations' | 'operations'>,
  { backups, migrations }: { readonly backups: BackupOperations; readonly migrations: MigrationOperations },
): readonly SchedulableKind[] {
  return [
    schedulable({ ...backups.start, scope: 'backup:write', start: nouns.backups.start }),
    schedulable({ ...backups.verify, scope: 'backup:write', start: nouns.backups.verify }),
    schedulable({ ...backups.expire, scope: 'backup:write', start: nouns.backups.expire }),
    schedulable({
      kind: 'migrations.apply',
      scope: 'migration:write',
      input: z.object({
        cluster: z.string(),
        target: z.string().nullable().default(null),
        planId: z.string().nullable().default(null),
      }),
      target: ({ cluster }) => ({ cluster, name: cluster }),
      async start(input, request) {
        const { operation } = await nouns.migrations.apply(
          { ...input, allowDrift: false, dryRun: false },
          request,
        );
        if (operation === null) throw new Error('what is applied for real has an operation');
        return operation;
      },
    }),
    schedulable({
      ...migrations.checkDrift,
      scope: 'migration:write',
      start: (input, request) => nouns.operations.start(migrations.checkDrift, input, request),
    }),
    schedulable({ ...migrations.validate, scope: 'migration:write', start: nouns.migrations.validate }),
  ];
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
