import { z } from 'zod';
import type { HealthReport } from '../health/health.ts';
import { observeLatency } from '../health/latency.ts';
import { createMigrationReader } from '../migrations/files/files.ts';
import type { MigrationService } from '../migrations/migrations.ts';
import type { ClusterHealth } from '../migrations/rollout.ts';
import {
  createMigrationOperations,
  createMigrations,
  type MigrationOperations,
} from '../migrations/service.ts';
import { listMeasuredTimes } from '../migrations/validation/validation-store.ts';
import type { Children } from '../operations/children.ts';
import type { Operations } from '../operations/service.ts';
import { type SchedulableKind, schedulable } from '../schedules/kinds.ts';
import type { Ground, Wiring } from './noun.ts';
import { createRestoredBackups } from './restored-backups.ts';

export interface MigrationWiringOptions {
  readonly children: Children;
  readonly checkHealth: (cluster: string) => Promise<HealthReport>;
  /** Tables whose rows move to or from another cluster now. */
  readonly tablesBeingMoved: (cluster: string) => Promise<readonly string[]>;
}

/** Migrations of the product's databases. */
export function wireMigrations(
  ground: Ground,
  { children, checkHealth, tablesBeingMoved }: MigrationWiringOptions,
): Wiring<{ readonly migrations: MigrationService }> {
  const { config, db, fleet } = ground;
  const { postgresBinaries, runDirectory } = config;
  const readFiles = createMigrationReader(ground.migrationsDirectory);
  const places = { fleet, db, readFiles, postgresBinaries, runDirectory };
  const deps = {
    ...places,
    tablesBeingMoved: async (cluster: string) =>
      (await tablesBeingMoved(cluster)).map((name) => `public.${name}`),
    listMeasuredTimes: (cluster: string) => listMeasuredTimes(db, cluster),
  };
  const definitions = createMigrationOperations({
    ...{ ...deps, children, restored: createRestoredBackups(ground) },
    observe: (cluster, watch) => observe({ fleet, checkHealth }, cluster, watch),
  });
  const { apply, rollBack, rollOut, validate, validateOnBackup, checkDrift } = definitions;
  return {
    definitions: [apply, rollBack, rollOut, validate, validateOnBackup, checkDrift],
    connect({ operations }) {
      const migrations = createMigrations({ ...deps, operations, definitions });
      return {
        services: { migrations },
        schedulable: schedulableKinds({ migrations, operations }, definitions),
      };
    },
  };
}

/** How a cluster does while it is watched: how fast its statements are, and what is critical at the end. */
async function observe(
  { fleet, checkHealth }: Pick<Ground, 'fleet'> & Pick<MigrationWiringOptions, 'checkHealth'>,
  cluster: string,
  watch: Parameters<typeof observeLatency>[2],
): Promise<ClusterHealth> {
  const { p95Ms, reason } = await observeLatency(fleet, cluster, watch);
  const { metrics } = await checkHealth(cluster);
  const critical = metrics
    .filter(({ state }) => state === 'CRITICAL')
    .map(({ name, instance }) => (instance === null ? name : `${name} of ${instance}`));
  return { p95Ms, reason, critical };
}

function schedulableKinds(
  { migrations, operations }: { readonly migrations: MigrationService; readonly operations: Operations },
  { checkDrift, validate, validateOnBackup }: MigrationOperations,
): readonly SchedulableKind[] {
  const scope = 'migration:write';
  return [
    schedulable({
      ...{ kind: 'migrations.apply', scope },
      input: z.object({
        cluster: z.string(),
        target: z.string().nullable().default(null),
        planId: z.string().nullable().default(null),
      }),
      target: ({ cluster }) => ({ cluster, name: cluster }),
      async start(input, request) {
        const { operation } = await migrations.apply({ ...input, allowDrift: false, dryRun: false }, request);
        if (operation === null) throw new Error('what is applied for real has an operation');
        return operation;
      },
    }),
    schedulable({
      ...{ ...checkDrift, scope },
      start: (input, request) => operations.start(checkDrift, input, request),
    }),
    schedulable({
      ...{ ...validate, scope },
      start: (input, request) => migrations.validate({ ...input, onBackup: null }, request),
    }),
    schedulable({
      ...{ ...validateOnBackup, scope },
      start: ({ cluster, backup }, request) =>
        migrations.validate({ cluster, from: null, onBackup: backup }, request),
    }),
  ];
}
