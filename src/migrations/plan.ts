import type { Plan } from '../operations/define.ts';
import { MigrationDriftedError, MigrationNotFoundError, MigrationOutOfOrderError } from './errors.ts';
import type { MigrationFile } from './files.ts';
import { checkScripts } from './script.ts';

/**
 * | state        | file          | ledger | means                                                     |
 * |--------------|---------------|--------|-----------------------------------------------------------|
 * | PENDING      | yes           | no     | would be applied next                                     |
 * | OUT_OF_ORDER | yes           | no     | as PENDING, but a higher version is applied: apply refuses |
 * | APPLIED      | the same      | yes    |                                                           |
 * | DRIFTED      | another one   | yes    | changed after it was applied: apply refuses               |
 * | MISSING      | no            | yes    | of a newer program, or deleted; a plan warns              |
 */
export const MIGRATION_STATES = ['PENDING', 'APPLIED', 'DRIFTED', 'MISSING', 'OUT_OF_ORDER'] as const;
export type MigrationState = (typeof MIGRATION_STATES)[number];

/** What the ledger of a database keeps of a migration. */
export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly checksum: string;
  readonly appliedAt: Date;
  readonly appliedBy: string;
  readonly onBehalfOf: string | null;
  readonly operationId: string | null;
  readonly durationMs: number;
  readonly statementCount: number;
}

/** One migration of one database: what the directory and the ledger say about it. */
export interface MigrationStatus {
  readonly version: string;
  readonly name: string;
  readonly state: MigrationState;
  /** Of the file; of the ledger when the file is missing. */
  readonly checksum: string;
  /** Null when there is no file. */
  readonly file: MigrationFile | null;
  /** Null while it is not applied. */
  readonly applied: AppliedMigration | null;
}

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

/** Every version that the files or the ledger know, lowest first. */
export function compareMigrations(
  files: readonly MigrationFile[],
  ledger: readonly AppliedMigration[],
): readonly MigrationStatus[] {
  const fileOf = new Map(files.map((one) => [Number(one.version), one]));
  const appliedOf = new Map(ledger.map((one) => [Number(one.version), one]));
  const newestApplied = Math.max(-1, ...appliedOf.keys());
  const numbers = [...new Set([...fileOf.keys(), ...appliedOf.keys()])].sort((a, b) => a - b);
  return numbers.map((number) => {
    const file = fileOf.get(number) ?? null;
    const applied = appliedOf.get(number) ?? null;
    return {
      version: file?.version ?? applied?.version ?? '',
      name: file?.name ?? applied?.name ?? '',
      state: stateOf(file, applied, number < newestApplied),
      checksum: file?.checksum ?? applied?.checksum ?? '',
      file,
      applied,
    };
  });
}

/**
 * What is to be applied, in this order, to bring the database to `target` (null: to the newest file).
 *
 * @throws {MigrationNotFoundError} @throws {MigrationDriftedError} @throws {MigrationOutOfOrderError}
 * @throws {MigrationInvalidError} when one of them cannot be run as it stands.
 */
export function pendingUpTo(
  migrations: readonly MigrationStatus[],
  target: string | null,
): readonly MigrationFile[] {
  const last = target === null ? Infinity : Number(findTarget(migrations, target).version);
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
  const pending = wanted.flatMap((one) => (one.state === 'PENDING' && one.file ? [one.file] : []));
  checkScripts(pending);
  return pending;
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

/** The plan in the words of operations. */
export function describePlan({ cluster, migrations, warnings }: MigrationPlan): Plan {
  return {
    summary:
      migrations.length === 0
        ? `nothing is pending on ${cluster}`
        : `apply ${migrations.length} migration(s) to ${cluster}`,
    steps: migrations.map((one) => `apply ${one.version}_${one.name} (${one.statementCount} statements)`),
    warnings,
  };
}

/** @throws what `pendingUpTo` does. */
export function planMigrations(
  cluster: string,
  target: string | null,
  all: readonly MigrationStatus[],
): MigrationPlan {
  const last = target === null ? null : findTarget(all, target);
  const migrations = pendingUpTo(all, target).map((file) => ({
    version: file.version,
    name: file.name,
    checksum: file.checksum,
    statementCount: file.statements.length,
  }));
  return { cluster, target: last?.version ?? null, migrations, warnings: warningsOf(all, last) };
}

function stateOf(
  file: MigrationFile | null,
  applied: AppliedMigration | null,
  isBehind: boolean,
): MigrationState {
  if (!file) return 'MISSING';
  if (!applied) return isBehind ? 'OUT_OF_ORDER' : 'PENDING';
  return file.checksum === applied.checksum && file.name === applied.name ? 'APPLIED' : 'DRIFTED';
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
