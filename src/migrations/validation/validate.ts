import { type CatalogDifference, compareCatalogs } from '../../catalog/catalog.ts';
import { readCatalog } from '../../catalog/probe.ts';
import { SundayError } from '../../errors.ts';
import type { Database, Queryable } from '../../postgres/pool.ts';
import type { MigrationFile, MigrationReader } from '../files/files.ts';
import { checkScripts } from '../files/script.ts';
import { pendingUpTo } from '../plan.ts';
import { rollbackTo } from '../run/rollback-runner.ts';
import { applyPending, readStatus } from '../runner.ts';
import { toMeasuredWork } from './measure.ts';
import { type HeldLock, listOwnLocks, listStored } from './measure-probe.ts';
import { startScratch } from './scratch.ts';
import type { Login } from '../../fleet/fleet.ts';
import { prepareClones } from './scratch-clone.ts';
import { checkChain } from './validate-chain.ts';
import type { CheckedMigration, MigrationVerdict } from './validate-check.ts';

/**
 * `TARGET`: what is pending, on the target's present schema. `EMPTY`: all migrations, on an empty database. `BACKUP`: what
 * is pending there, on a restored backup with all its rows.
 */
export const VALIDATION_BASES = ['TARGET', 'EMPTY', 'BACKUP'] as const;
export type ValidationBase = (typeof VALIDATION_BASES)[number];

/** The backup that was restored for a trial. */
export interface TriedBackup {
  readonly label: string;
  /** When the cluster was in that state, ISO 8601; null when nothing says it. */
  readonly at: string | null;
  readonly databaseBytes: number;
  readonly restoreMs: number;
  /** Until it could be opened, and took writes. */
  readonly recoveryMs: number;
}

export interface ValidationReport {
  readonly from: ValidationBase;
  /** Null without one. */
  readonly backup: TriedBackup | null;
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
  readonly from: Exclude<ValidationBase, 'BACKUP'> | null;
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

export interface RestoredOptions extends Pick<
  ValidateOptions,
  'readFiles' | 'target' | 'signal' | 'onProgress'
> {
  readonly backup: TriedBackup;
}

/**
 * `validateMigrations` on a restored backup that takes writes: what is pending there, with the time that it takes on real
 * rows, and what it does to the tables that hold them.
 *
 * @throws what `pendingUpTo` does. @throws the signal's reason when aborted.
 */
export async function validateRestored(
  restored: Database,
  { readFiles, target, backup, ...options }: RestoredOptions,
): Promise<ValidationReport> {
  const files = await readFiles();
  const pending = pendingUpTo(await readStatus(restored, files), null);
  checkScripts(pending);
  const differences = compareCatalogs(await readCatalog(target), await readCatalog(restored));
  const migrations = await validateOn(restored, files, pending, { ...options, measures: true });
  return { ...reportOf('BACKUP', migrations, differences), backup };
}

interface TrialOptions extends Pick<ValidateOptions, 'signal' | 'onProgress'> {
  /** True: there are rows, so what is done to their tables is worth a look. */
  readonly measures?: true;
}

/** The trial itself, on a database that nobody needs any more. `pending` are not applied there yet. */
async function validateOn(
  db: Database,
  files: readonly MigrationFile[],
  pending: readonly MigrationFile[],
  { signal, onProgress, measures }: TrialOptions,
): Promise<readonly CheckedMigration[]> {
  const run = { appliedBy: APPLIED_BY, ...(signal ? { signal } : {}) };
  return checkChain(
    {
      async apply(file) {
        const before = measures ? await listStored(db) : null;
        let locks: readonly HeldLock[] = [];
        const look = async (tx: Queryable) => {
          locks = await listOwnLocks(tx);
          return null;
        };
        const options = { ...run, target: file.version, ...(measures ? { fingerprint: look } : {}) };
        const applied = await applyPending(db, files, options);
        const durationMs = applied.find((one) => one.version === file.version)?.durationMs ?? 0;
        const held = file.header.transaction === 'ONE' ? locks : null;
        return { durationMs, work: before && toMeasuredWork(before, await listStored(db), held) };
      },
      async rollBack({ version }) {
        const [ended] = await rollbackTo(db, files, { ...run, only: version });
        return { durationMs: ended?.durationMs ?? 0, work: null };
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
    backup: null,
    isValid: migrations.every((one) => isAcceptable(one.verdict)),
    migrations,
    cloneDifferences: differences.slice(0, MAX_CLONE_DIFFERENCES),
  };
}
