import { SundayError } from '../../errors.ts';
import { type Blocker, describeBlocker } from '../../postgres/blockers.ts';
import type { Direction } from '../state.ts';

/** What failed, and where. */
export interface MigrationFailure {
  readonly version: string;
  readonly name: string;
  readonly direction: Direction;
  /** Counts from 1; null, with line and text, when the failure is in no statement, e.g. of a deferred constraint at the commit. */
  readonly statementNumber: number | null;
  readonly line: number | null;
  readonly statement: string | null;
  readonly sqlState: string;
  readonly serverMessage: string;
  /** True when all of it was rolled back; false when the statements before this one stay done. */
  readonly isUndone: boolean;
}

/** A lock that could not be had in time, a deadlock and a serialization failure may not come again. */
const RETRYABLE_STATES = new Set(['55P03', '40P01', '40001']);

/** A statement failed. Migrations before it stay applied. */
export class MigrationFailedError extends SundayError {
  readonly code = 'MIGRATION_FAILED';
  override readonly hint: string;
  override readonly retryable: boolean;
  readonly failure: MigrationFailure;
  constructor(failure: MigrationFailure, cause: unknown) {
    super(`${titleOf(failure)} failed ${placeOf(failure)}: ${failure.serverMessage} (${failure.sqlState})`, {
      cause,
    });
    this.failure = failure;
    this.retryable = RETRYABLE_STATES.has(failure.sqlState);
    const stays = failure.isUndone ? 'Nothing of it stays.' : 'The statements before it stay done.';
    this.hint = this.retryable
      ? `${stays} Another session was in the way: try again.`
      : `${stays} Correct the file and try again.`;
  }
}

/** Others hold what it needs, and it has waited as often and as long as it may. */
export class MigrationBlockedError extends SundayError {
  readonly code = 'MIGRATION_BLOCKED';
  override readonly hint =
    'Wait until those sessions have ended their transactions, or end them; then try again.';
  override readonly retryable = true;
  readonly failure: MigrationFailure;
  /** Those that were seen last; empty when they were gone before we could look. */
  readonly blockers: readonly Blocker[];
  constructor(failure: MigrationFailure, blockers: readonly Blocker[], cause?: unknown) {
    const who =
      blockers.length === 0 ? 'sessions that are gone now' : blockers.map(describeBlocker).join('; ');
    super(`${titleOf(failure)} was blocked ${placeOf(failure)}, by ${who}`, { cause });
    this.failure = failure;
    this.blockers = blockers;
  }
}

/** `IF NOT EXISTS` would call that a success. */
export class MigrationIndexDiffersError extends SundayError {
  readonly code = 'MIGRATION_INDEX_DIFFERS';
  override readonly hint = 'Drop or rename the one that exists, or give the new one another name.';
  readonly index: string;
  readonly expected: string;
  readonly found: string;
  constructor(index: string, definition: { readonly expected: string; readonly found: string }) {
    super(`index ${index} exists, but as "${definition.found}" and not as "${definition.expected}"`);
    this.index = index;
    this.expected = definition.expected;
    this.found = definition.found;
  }
}

/** Those that cannot be taken back are in the way. Nothing has been touched. */
export class MigrationIrreversibleError extends SundayError {
  readonly code = 'MIGRATION_IRREVERSIBLE';
  override readonly hint = 'Roll back to a version above it, or change what it did in a new migration.';
  /** Why, for each of them. */
  readonly reasons: readonly { readonly version: string; readonly reason: string }[];
  constructor(reasons: readonly { readonly version: string; readonly reason: string }[]) {
    const list = reasons.map(({ version, reason }) => `${version} (${reason})`).join(', ');
    super(`cannot be taken back: migration ${list}`);
    this.reasons = reasons;
  }
}

/** Applied migrations declare that they need the one that is to be taken back. */
export class MigrationNeededError extends SundayError {
  readonly code = 'MIGRATION_NEEDED';
  override readonly hint = 'Roll those back first.';
  readonly version: string;
  readonly dependents: readonly string[];
  constructor(version: string, dependents: readonly string[]) {
    super(`migration ${version} is needed by ${dependents.join(', ')}`);
    this.version = version;
    this.dependents = dependents;
  }
}

function titleOf({ version, name, direction }: MigrationFailure): string {
  return `${direction === 'DOWN' ? 'rollback of ' : ''}migration ${version}_${name}`;
}

function placeOf({ line }: MigrationFailure): string {
  return line === null ? 'at its commit' : `at line ${line}`;
}
