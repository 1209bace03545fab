import { SundayError } from '../errors.ts';

/** The files are wrong; every problem at once. Nothing has been touched. */
export class MigrationInvalidError extends SundayError {
  readonly code = 'MIGRATION_INVALID';
  override readonly hint = 'Correct the files; nothing has been applied.';
  /** One for each file and reason, the file name first. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the migration files have ${problems.length} problem(s): ${problems.join('; ')}`);
    this.problems = problems;
  }
}

export class MigrationNotFoundError extends SundayError {
  readonly code = 'MIGRATION_NOT_FOUND';
  override readonly argument = ['input', 'target'];
  override readonly hint: string;
  readonly target: string;
  constructor(target: string, known: readonly string[]) {
    super(`there is no migration ${target}`);
    this.target = target;
    this.hint = known.length === 0 ? 'There are no migrations.' : `Known versions: ${known.join(', ')}.`;
  }
}

/** Applied migrations whose file is another one today. Nothing is applied on top of a base that is not known. */
export class MigrationDriftedError extends SundayError {
  readonly code = 'MIGRATION_DRIFTED';
  override readonly hint = 'Put the file back as it was applied, and make the change in a new migration.';
  readonly versions: readonly string[];
  constructor(versions: readonly string[]) {
    super(`changed after being applied: migration ${versions.join(', ')}`);
    this.versions = versions;
  }
}

/** Not applied, and a higher one is: the result would depend on the order in which databases got them. */
export class MigrationOutOfOrderError extends SundayError {
  readonly code = 'MIGRATION_OUT_OF_ORDER';
  override readonly hint = 'Give it the next free number.';
  readonly versions: readonly string[];
  constructor(versions: readonly string[], newestApplied: string) {
    super(`migration ${versions.join(', ')} came after ${newestApplied} was applied`);
    this.versions = versions;
  }
}

export interface LockHolder {
  readonly pid: number;
  /** Empty when that session gave no name. */
  readonly applicationName: string;
}

export class MigrationLockedError extends SundayError {
  readonly code = 'MIGRATION_LOCKED';
  override readonly hint = 'Wait until the other runner has ended, then try again.';
  override readonly retryable = true;
  /** Null when it let go in the last moment. */
  readonly holder: LockHolder | null;
  constructor(database: string, waitedMs: number, holder: LockHolder | null) {
    const who = holder ? `process ${holder.pid} (${holder.applicationName || 'without a name'})` : 'a runner';
    super(`${who} has held the migration lock of ${database} for more than ${waitedMs} ms`);
    this.holder = holder;
  }
}

export interface MigrationFailure {
  readonly version: string;
  readonly name: string;
  /** Counts from 1; null when the failure is in no statement, e.g. of a deferred constraint at the commit. */
  readonly line: number | null;
  readonly sqlState: string;
  readonly serverMessage: string;
}

/** A lock that could not be had in time, a deadlock and a serialization failure may not come again. */
const RETRYABLE_STATES = new Set(['55P03', '40P01', '40001']);

/** A statement failed and the whole migration was rolled back. Those before it stay applied. */
export class MigrationFailedError extends SundayError {
  readonly code = 'MIGRATION_FAILED';
  override readonly hint: string;
  override readonly retryable: boolean;
  readonly failure: MigrationFailure;
  constructor(failure: MigrationFailure, cause: unknown) {
    const where = failure.line === null ? 'at its commit' : `at line ${failure.line}`;
    super(
      `migration ${failure.version}_${failure.name} failed ${where}: ${failure.serverMessage} (${failure.sqlState})`,
      { cause },
    );
    this.failure = failure;
    this.retryable = RETRYABLE_STATES.has(failure.sqlState);
    this.hint = this.retryable
      ? 'Nothing of it stays. Another session was in the way: try again.'
      : 'Nothing of it stays. Correct the file and apply again.';
  }
}
