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

/** Stands in the middle of a file without a transaction, in a way that only a person can resolve. */
export class MigrationUnfinishedError extends SundayError {
  readonly code = 'MIGRATION_UNFINISHED';
  override readonly hint =
    'Finish it in the direction in which it began, with the file as it was. Or undo by hand what its statements did, and delete the rows of its version from sunday_ledger.migration_step.';
  readonly version: string;
  constructor({ version, name }: { readonly version: string; readonly name: string }, problem: string) {
    super(`migration ${version}_${name} is half done: ${problem}`);
    this.version = version;
  }
}

/** What would be done is not what was agreed to any more. Nothing has been touched. */
export class MigrationPlanChangedError extends SundayError {
  readonly code = 'MIGRATION_PLAN_CHANGED';
  override readonly hint = 'Plan again, look at it, and come back with the id of the new plan.';
  readonly agreed: string;
  readonly current: string;
  constructor(agreed: string, current: string) {
    super(`the plan ${agreed.slice(0, 12)} is out of date: a script or the ledger has changed since`);
    this.agreed = agreed;
    this.current = current;
  }
}
