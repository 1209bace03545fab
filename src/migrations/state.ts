import { MigrationInvalidError } from './errors.ts';
import type { MigrationFile } from './files/files.ts';
import type { Journal } from './ledger/journal-store.ts';

/**
 * | state        | file        | ledger | means                                                                   |
 * |--------------|-------------|--------|-------------------------------------------------------------------------|
 * | PENDING      | yes         | no     | would be applied next                                                   |
 * | FAILED       | yes         | no     | as PENDING, but the last attempt failed                                 |
 * | FAILED       | any         | any    | stands in the middle of a file without a transaction: go on where it is |
 * | ROLLED_BACK  | yes         | no     | as PENDING, but it was applied once                                     |
 * | OUT_OF_ORDER | yes         | no     | as PENDING, but a higher version is applied: apply refuses              |
 * | APPLIED      | the same    | yes    |                                                                         |
 * | DRIFTED      | another one | yes    | changed after it was applied: apply refuses                             |
 * | MISSING      | no          | yes    | of a newer program, or deleted; a plan warns                            |
 */
export const MIGRATION_STATES = [
  'PENDING',
  'APPLIED',
  'FAILED',
  'ROLLED_BACK',
  'DRIFTED',
  'MISSING',
  'OUT_OF_ORDER',
] as const;
export type MigrationState = (typeof MIGRATION_STATES)[number];

export type Direction = 'UP' | 'DOWN';

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
  /** SHA-256 of the catalog right after it, hexadecimal; null when nobody computed it. */
  readonly fingerprint: string | null;
}

/** An attempt that did not leave the migration applied: a failure, or its rollback. */
export interface MigrationAttempt {
  readonly version: string;
  readonly name: string;
  readonly direction: Direction;
  readonly outcome: 'FAILED' | 'ROLLED_BACK';
  readonly endedAt: Date;
  readonly durationMs: number;
  readonly requestedBy: string;
  readonly onBehalfOf: string | null;
  readonly operationId: string | null;
  /** Of the statement that failed, counts from 1; null with its line and text when it was at the commit, or none did. */
  readonly statementNumber: number | null;
  readonly line: number | null;
  /** At most 2,000 characters. */
  readonly statement: string | null;
  readonly sqlState: string | null;
  readonly message: string | null;
}

/** How far a file without a transaction has come. */
export interface OpenSteps {
  readonly version: string;
  readonly direction: Direction;
  readonly doneCount: number;
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
  /** The last failure or rollback since it was applied last, or at all; null when there is none. */
  readonly attempt: MigrationAttempt | null;
  /** Null unless it stands in the middle. */
  readonly openSteps: OpenSteps | null;
}

/** Every version that the files or the ledger know, lowest first. */
export function compareMigrations(
  files: readonly MigrationFile[],
  ledger: readonly AppliedMigration[],
  journal: Journal = { attempts: [], openSteps: [] },
): readonly MigrationStatus[] {
  const fileOf = byNumber(files);
  const appliedOf = byNumber(ledger);
  const attemptOf = byNumber(journal.attempts);
  const stepsOf = byNumber(journal.openSteps);
  const newestApplied = Math.max(-1, ...appliedOf.keys());
  const numbers = [...new Set([...fileOf.keys(), ...appliedOf.keys()])].sort((a, b) => a - b);
  return numbers.map((number) => {
    const file = fileOf.get(number) ?? null;
    const applied = appliedOf.get(number) ?? null;
    const attempt = newerThan(applied, attemptOf.get(number) ?? null);
    const openSteps = stepsOf.get(number) ?? null;
    return {
      version: file?.version ?? applied?.version ?? '',
      name: file?.name ?? applied?.name ?? '',
      state: stateOf({ file, applied, attempt, openSteps }, number < newestApplied),
      checksum: file?.checksum ?? applied?.checksum ?? '',
      file,
      applied,
      attempt,
      openSteps,
    };
  });
}

/** Of a migration that stands in the middle: how many statements the script has that it stands in; null when nobody can tell. */
export function countOpenStatements({
  file,
  openSteps,
}: Pick<MigrationStatus, 'file' | 'openSteps'>): number | null {
  const script = openSteps?.direction === 'DOWN' ? file?.down : file;
  try {
    return script?.statements.length ?? null;
  } catch (error) {
    if (error instanceof MigrationInvalidError) return null;
    throw error;
  }
}

function byNumber<One extends { readonly version: string }>(all: readonly One[]): ReadonlyMap<number, One> {
  return new Map(all.map((one) => [Number(one.version), one]));
}

function newerThan(
  applied: AppliedMigration | null,
  attempt: MigrationAttempt | null,
): MigrationAttempt | null {
  return applied && attempt && attempt.endedAt < applied.appliedAt ? null : attempt;
}

function stateOf(
  { file, applied, attempt, openSteps }: Pick<MigrationStatus, 'file' | 'applied' | 'attempt' | 'openSteps'>,
  isBehind: boolean,
): MigrationState {
  if (openSteps) return 'FAILED';
  if (!file) return 'MISSING';
  if (applied)
    return file.checksum === applied.checksum && file.name === applied.name ? 'APPLIED' : 'DRIFTED';
  // Taken back on purpose from among the others, it may come back to its place.
  if (attempt?.outcome === 'ROLLED_BACK') return 'ROLLED_BACK';
  if (isBehind) return 'OUT_OF_ORDER';
  return attempt ? 'FAILED' : 'PENDING';
}
