import { type CatalogDifference, compareCatalogs } from '../../catalog/catalog.ts';
import { readCatalog } from '../../catalog/probe.ts';
import { SundayError } from '../../errors.ts';
import type { Database } from '../../postgres/pool.ts';
import type { MigrationFile, MigrationReader } from '../files/files.ts';
import { checkScripts } from '../files/script.ts';
import { pendingUpTo } from '../plan.ts';
import { rollbackTo } from '../run/rollback-runner.ts';
import { applyPending, readStatus } from '../runner.ts';
import { startScratch } from './scratch.ts';
import type { Login } from '../../fleet/fleet.ts';
import { prepareClones } from './scratch-clone.ts';
import { checkChain } from './validate-chain.ts';
import type { CheckedMigration, MigrationVerdict } from './validate-check.ts';

/** `TARGET`: what is pending, on the target's present schema. `EMPTY`: all migrations, on an empty database. */
export const VALIDATION_BASES = ['TARGET', 'EMPTY'] as const;
export type ValidationBase = (typeof VALIDATION_BASES)[number];

export interface ValidationReport {
  readonly from: ValidationBase;
  /** True when every migration is reversible, or declared otherwise. */
  readonly isValid: boolean;
  readonly migrations: readonly CheckedMigration[];
  /** Where the clone is not what the target is; the trial ran on something a little different then. At most 20. */
  readonly cloneDifferences: readonly CatalogDifference[];
}

export interface ValidateOptions {
  /** The product's migrations. */
  readonly readFiles: MigrationReader;
  readonly target: Database;
  /** How pg_dump reaches `target`. */
  readonly login: Login;
  readonly postgresBinaries: string;
  readonly runDirectory: string;
  /** Null: what is pending, or everything from empty when nothing is. */
  readonly from: ValidationBase | null;
  readonly marks?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doing: string) => void;
}

/** At least one migration has no way back, or not the one that it says. */
export class MigrationNotReversibleError extends SundayError {
  readonly code = 'MIGRATION_NOT_REVERSIBLE';
  override readonly hint =
    'Correct the down script (or declare the migration irreversible with a reason) and validate again.';
  readonly report: ValidationReport;
  constructor(report: ValidationReport) {
    const bad = report.migrations.filter((one) => !isAcceptable(one.verdict));
    const [first] = bad;
    const more = bad.length > 1 ? ` (and ${bad.length - 1} more migrations)` : '';
    super(`migration ${first?.version}_${first?.name}: ${first?.problem ?? first?.verdict}${more}`);
    this.report = report;
  }
}

const MAX_CLONE_DIFFERENCES = 20;
const APPLIED_BY = 'validation';

/**
 * Runs migrations up, down and up again on a server of our own that has the target's schema and ledger but none of its
 * rows, and compares the catalogs at each level. The target is only read: its schema is dumped under ACCESS SHARE
 * locks, which conflict with DDL alone.
 *
 * @throws {ScratchFailedError} when the target cannot be cloned. @throws what `pendingUpTo` does.
 * @throws the signal's reason when aborted; nothing of the trial is left then.
 */
export async function validateMigrations(options: ValidateOptions): Promise<ValidationReport> {
  const { readFiles, target, postgresBinaries: binaries, runDirectory, marks, signal, onProgress } = options;
  const files = await readFiles();
  const pending = pendingUpTo(await readStatus(target, files), null);
  checkScripts(pending);
  const from = options.from ?? (pending.length > 0 ? 'TARGET' : 'EMPTY');
  if (from === 'TARGET' && pending.length === 0) return reportOf(from, [], []);
  onProgress?.('starting a server to try on');
  await using scratch = await startScratch({
    binaries,
    runDirectory,
    ...(marks ? { marks } : {}),
    ...(signal ? { signal } : {}),
  });
  const clone = { binaries, login: options.login, ...(signal ? { signal } : {}) };
  const clones = await prepareClones(scratch, target, clone);
  if (from === 'EMPTY')
    return reportOf(from, await validateOn(await clones.openEmpty(), files, files, options), []);
  onProgress?.('copying the schema');
  const db = await clones.openTarget();
  const differences = compareCatalogs(await readCatalog(target), await readCatalog(db));
  return reportOf(from, await validateOn(db, files, pending, options), differences);
}

/**
 * The trial itself, on any database that nobody needs any more: a clone, or a restored backup that has been promoted,
 * whose times are then those of real data. `pending` are not applied there yet.
 */
export async function validateOn(
  db: Database,
  files: readonly MigrationFile[],
  pending: readonly MigrationFile[],
  { signal, onProgress }: Pick<ValidateOptions, 'signal' | 'onProgress'>,
): Promise<readonly CheckedMigration[]> {
  const run = { appliedBy: APPLIED_BY, ...(signal ? { signal } : {}) };
  return checkChain(
    {
      async apply({ version }) {
        const applied = await applyPending(db, files, { ...run, target: version });
        return applied.find((one) => one.version === version)?.durationMs ?? 0;
      },
      async rollBack({ version }) {
        const [ended] = await rollbackTo(db, files, { ...run, only: version });
        return ended?.durationMs ?? 0;
      },
      read: () => readCatalog(db),
      checkpoint(doing) {
        signal?.throwIfAborted();
        onProgress?.(doing);
      },
    },
    pending,
  );
}

/** @throws {MigrationNotReversibleError} */
export function assertReversible(report: ValidationReport): void {
  if (!report.isValid) throw new MigrationNotReversibleError(report);
}

function isAcceptable(verdict: MigrationVerdict): boolean {
  return verdict === 'REVERSIBLE' || verdict === 'IRREVERSIBLE';
}

function reportOf(
  from: ValidationBase,
  migrations: readonly CheckedMigration[],
  differences: readonly CatalogDifference[],
): ValidationReport {
  return {
    from,
    isValid: migrations.every((one) => isAcceptable(one.verdict)),
    migrations,
    cloneDifferences: differences.slice(0, MAX_CLONE_DIFFERENCES),
  };
}
