import { createHash } from 'node:crypto';
import { MigrationUnfinishedError } from './errors.ts';
import { listDependents } from './files/dependencies.ts';
import type { MigrationFile, MigrationScript } from './files/files.ts';
import { findTarget, refuseUnfinished } from './plan.ts';
import { checkWaysBack } from './files/script.ts';
import { MigrationIrreversibleError, MigrationNeededError } from './run/run-errors.ts';
import type { AppliedMigration, MigrationStatus } from './state.ts';

/** What is taken back: everything above a version (`000`: everything), or one migration alone. */
export type RollbackTarget = { readonly target: string } | { readonly only: string };

/** A migration that is applied and has a way back. */
export interface Reversible {
  readonly file: MigrationFile;
  readonly down: MigrationScript;
  readonly applied: AppliedMigration;
}

export interface RollbackPlanStep {
  readonly version: string;
  readonly name: string;
  /** SHA-256 of the down script, hexadecimal. */
  readonly checksum: string;
  readonly statementCount: number;
}

/** What a rollback would do, in this order. */
export interface RollbackPlan {
  readonly cluster: string;
  /** SHA-256 over what would be done; another one as soon as a script or the ledger is another one. */
  readonly id: string;
  readonly migrations: readonly RollbackPlanStep[];
  readonly warnings: readonly string[];
}

const EVERYTHING = /^0{1,14}$/;

/**
 * What is to be taken back, newest first.
 *
 * @throws {MigrationNotFoundError} @throws {MigrationUnfinishedError} when an apply stands in the middle
 * @throws {MigrationIrreversibleError} @throws {MigrationNeededError}
 * @throws {MigrationInvalidError} when a down script cannot be run as it stands.
 */
export function listReversible(
  all: readonly MigrationStatus[],
  wanted: RollbackTarget,
): readonly Reversible[] {
  refuseUnfinished(all, 'UP');
  const chosen = choose(all, wanted)
    .filter((one) => one.applied !== null)
    .toReversed();
  const reasons = chosen.flatMap((one) => {
    const reason = reasonAgainst(one);
    return reason === null ? [] : [{ version: one.version, reason }];
  });
  if (reasons.length > 0) throw new MigrationIrreversibleError(reasons);
  refuseNeeded(all, chosen);
  const reversible = chosen.flatMap(({ file, applied }) =>
    file?.down && applied ? [{ file, down: file.down, applied }] : [],
  );
  for (const { file, down } of reversible)
    if (down.header.transaction === 'ONE' && chosen.some((one) => one.file === file && one.openSteps))
      throw new MigrationUnfinishedError(file, 'its rollback began without a transaction, and wants one now');
  checkWaysBack(reversible.map((one) => one.down));
  return reversible;
}

/** @throws what `listReversible` does. */
export function planRollback(
  cluster: string,
  wanted: RollbackTarget,
  all: readonly MigrationStatus[],
): RollbackPlan {
  const reversible = listReversible(all, wanted);
  const migrations = reversible.map(toStep);
  const drifted = reversible.filter(({ file, applied }) => file.checksum !== applied.checksum);
  return {
    cluster,
    id: idOf(cluster, reversible),
    migrations,
    warnings: drifted.map(
      ({ file }) =>
        `${file.version}_${file.name} was changed after it was applied; its down script may be of another one`,
    ),
  };
}

function choose(all: readonly MigrationStatus[], wanted: RollbackTarget): readonly MigrationStatus[] {
  if ('only' in wanted) return [findTarget(all, wanted.only)];
  if (EVERYTHING.test(wanted.target)) return all;
  const last = Number(findTarget(all, wanted.target).version);
  return all.filter((one) => Number(one.version) > last);
}

function reasonAgainst({ file }: MigrationStatus): string | null {
  if (!file) return 'its file is missing';
  if (file.down) return null;
  return file.header.irreversible ?? 'it has no down script';
}

function refuseNeeded(all: readonly MigrationStatus[], chosen: readonly MigrationStatus[]): void {
  const staying = all.flatMap((one) => (one.file && one.applied && !chosen.includes(one) ? [one.file] : []));
  for (const { version } of chosen) {
    const dependents = listDependents(version, staying);
    if (dependents.length > 0)
      throw new MigrationNeededError(
        version,
        dependents.map((one) => one.version),
      );
  }
}

function toStep({ file: { version, name }, down }: Reversible): RollbackPlanStep {
  return {
    version,
    name,
    checksum: checksumOf(down),
    statementCount: down.statements.length,
  };
}

function idOf(cluster: string, reversible: readonly Reversible[]): string {
  const parts = reversible.map(({ file, down, applied }) => [
    file.version,
    checksumOf(down),
    applied.checksum,
    applied.appliedAt.toISOString(),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([cluster, parts]))
    .digest('hex');
}

function checksumOf({ text }: MigrationScript): string {
  return createHash('sha256').update(text).digest('hex');
}
