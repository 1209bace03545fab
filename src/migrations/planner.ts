import { createHash } from 'node:crypto';
import type { Fleet } from '../fleet/fleet.ts';
import { assertNoDrift } from './drift/drift.ts';
import type { MigrationReader } from './files/files.ts';
import type { PlanMigrationsInput } from './migrations.ts';
import { planMigrations } from './plan.ts';
import { type MigrationReview, reviewMigrations, type ReviewSubject } from './review.ts';
import { planRollback } from './rollback-plan.ts';
import { readStatus } from './runner.ts';
import type { MigrationStatus } from './state.ts';
import type { MeasuredTime } from './validation/validation-store.ts';

export interface PlannerDependencies {
  readonly fleet: Fleet;
  /** The product's migrations. */
  readonly readFiles: MigrationReader;
  /** Tables of a cluster, with their schema, whose rows move to or from another one now. Left out: none do. */
  readonly tablesBeingMoved?: (cluster: string) => Promise<readonly string[]>;
  /** How long migrations took on backups of a cluster. Left out: nobody has tried. */
  readonly listMeasuredTimes?: (cluster: string) => Promise<readonly MeasuredTime[]>;
}

/**
 * What an apply or a rollback would do on this cluster now.
 *
 * @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} and what `planMigrations` and `planRollback` do.
 */
export async function reviewCluster(
  deps: PlannerDependencies,
  input: PlanMigrationsInput,
): Promise<MigrationReview> {
  const statuses = await readCluster(deps, input.cluster);
  const subject = input.direction === 'UP' ? subjectUp(input, statuses) : subjectDown(input, statuses);
  const tablesBeingMoved = (await deps.tablesBeingMoved?.(input.cluster)) ?? [];
  const measured = (await deps.listMeasuredTimes?.(input.cluster)) ?? [];
  return reviewMigrations(await deps.fleet.primary(input.cluster), {
    ...subject,
    tablesBeingMoved,
    measured,
  });
}

/** How each migration stands on a cluster. @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} */
export async function readCluster(
  { fleet, readFiles }: PlannerDependencies,
  cluster: string,
): Promise<readonly MigrationStatus[]> {
  const db = await fleet.primary(fleet.get(cluster).name);
  return readStatus(db, readFiles);
}

/**
 * For right before work on a schema. What stands in the middle of a file without a transaction has changed it itself.
 * `seen`: what `readCluster` has just given, for those who have asked.
 *
 * @throws {SchemaDriftedError}
 */
export async function refuseDrift(
  deps: PlannerDependencies,
  cluster: string,
  seen?: readonly MigrationStatus[],
): Promise<void> {
  const statuses = seen ?? (await readCluster(deps, cluster));
  if (statuses.some(({ openSteps }) => openSteps !== null)) return;
  await assertNoDrift(await deps.fleet.primary(cluster), cluster);
}

/** What of a subject the statuses tell. */
type Seen = Omit<ReviewSubject, 'tablesBeingMoved' | 'measured'>;

function subjectUp({ cluster, target }: PlanMigrationsInput, statuses: readonly MigrationStatus[]): Seen {
  const planned = planMigrations(cluster, target, statuses);
  const scripts = planned.migrations.flatMap(({ version, name, checksum }) => {
    const script = statuses.find((one) => one.version === version)?.file;
    return script ? [{ version, name, checksum, script }] : [];
  });
  const parts = JSON.stringify([cluster, 'UP', scripts.map(({ version, checksum }) => [version, checksum])]);
  const id = createHash('sha256').update(parts).digest('hex');
  return { id, cluster, direction: 'UP', target: planned.target, warnings: planned.warnings, scripts };
}

function subjectDown({ cluster, target }: PlanMigrationsInput, statuses: readonly MigrationStatus[]): Seen {
  const planned = planRollback(cluster, { target: target ?? '000' }, statuses);
  const scripts = planned.migrations.flatMap(({ version, name, checksum }) => {
    const script = statuses.find((one) => one.version === version)?.file?.down;
    return script ? [{ version, name, checksum, script }] : [];
  });
  return { id: planned.id, cluster, direction: 'DOWN', target, warnings: planned.warnings, scripts };
}
