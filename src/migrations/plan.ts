import {
  MigrationDriftedError,
  MigrationNotFoundError,
  MigrationOutOfOrderError,
  MigrationUnfinishedError,
} from './errors.ts';
import type { MigrationFile } from './files/files.ts';
import { checkScripts } from './files/script.ts';
import type { Direction, MigrationState, MigrationStatus } from './state.ts';

const IS_NEXT: ReadonlySet<MigrationState> = new Set(['PENDING', 'FAILED', 'ROLLED_BACK']);

export interface MigrationPlanStep {
  readonly version: string;
  readonly name: string;
  readonly checksum: string;
  readonly statementCount: number;
}

/** What an apply would do, in this order. */
export interface MigrationPlan {
  readonly cluster: string;
  /** Version; null means the newest. */
  readonly target: string | null;
  readonly migrations: readonly MigrationPlanStep[];
  readonly warnings: readonly string[];
}

/**
 * What is to be applied, in this order, to bring the database to `target` (null: to the newest file).
 *
 * @throws {MigrationNotFoundError} @throws {MigrationDriftedError} @throws {MigrationOutOfOrderError}
 * @throws {MigrationUnfinishedError}
 */
export function pendingUpTo(
  migrations: readonly MigrationStatus[],
  target: string | null,
): readonly MigrationFile[] {
  const last = target === null ? Infinity : Number(findTarget(migrations, target).version);
  refuseUnfinished(migrations, 'DOWN');
  const drifted = migrations.filter((one) => one.state === 'DRIFTED');
  if (drifted.length > 0) throw new MigrationDriftedError(drifted.map((one) => one.version));
  const wanted = migrations.filter((one) => Number(one.version) <= last);
  const late = wanted.filter((one) => one.state === 'OUT_OF_ORDER');
  if (late.length > 0) {
    const newest = migrations.findLast((one) => one.applied !== null);
    throw new MigrationOutOfOrderError(
      late.map((one) => one.version),
      newest?.version ?? '',
    );
  }
  return wanted.flatMap((one) => (IS_NEXT.has(one.state) && one.file ? [one.file] : []));
}

/**
 * Nothing is built on what stands in the middle, and one that stands in the middle goes on in its own direction.
 *
 * @throws {MigrationUnfinishedError}
 */
export function refuseUnfinished(migrations: readonly MigrationStatus[], direction: Direction): void {
  const found = migrations.find((one) => one.openSteps?.direction === direction);
  if (!found) return;
  const way = direction === 'DOWN' ? 'its rollback' : 'its apply';
  throw new MigrationUnfinishedError(found, `${way} stopped behind statement ${found.openSteps?.doneCount}`);
}

/** By number (`3`, `003`) or by the file's name without its ending (`003_data_integrity`). */
export function findTarget(migrations: readonly MigrationStatus[], target: string): MigrationStatus {
  const found = migrations.find(
    (one) =>
      `${one.version}_${one.name}` === target ||
      (/^\d{1,14}$/.test(target) && Number(one.version) === Number(target)),
  );
  if (!found)
    throw new MigrationNotFoundError(
      target,
      migrations.map((one) => one.version),
    );
  return found;
}

/** @throws what `pendingUpTo` does. @throws {MigrationInvalidError} when one of them cannot be run, up or down. */
export function planMigrations(
  cluster: string,
  target: string | null,
  all: readonly MigrationStatus[],
): MigrationPlan {
  const last = target === null ? null : findTarget(all, target);
  const pending = pendingUpTo(all, target);
  checkScripts(pending);
  const migrations = pending.map((file) => ({
    version: file.version,
    name: file.name,
    checksum: file.checksum,
    statementCount: file.statements.length,
  }));
  return { cluster, target: last?.version ?? null, migrations, warnings: warningsOf(all, last) };
}

function warningsOf(all: readonly MigrationStatus[], last: MigrationStatus | null): readonly string[] {
  const missing = all.filter((one) => one.state === 'MISSING');
  const isAhead =
    last !== null && all.some((one) => one.applied && Number(one.version) > Number(last.version));
  return [
    ...missing.map((one) => `${one.version}_${one.name} is applied, but this server has no file of it`),
    ...(isAhead ? [`the database is ahead of ${last.version}; applying does not go back`] : []),
  ];
}
