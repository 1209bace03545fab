import { SundayError } from '../errors.ts';
import { type Blocker, describeBlocker } from '../postgres/blockers.ts';

export class PartitionedTableNotFoundError extends SundayError {
  readonly code = 'PARTITIONED_TABLE_NOT_FOUND';
  override readonly hint: string;
  override readonly argument = ['input', 'table'];
  constructor(cluster: string, table: string, known: readonly string[]) {
    super(`${cluster} has no table ${table} that is partitioned by ranges of time`);
    this.hint = known.length === 0 ? 'It has none at all.' : `Known: ${known.slice(0, 10).join(', ')}.`;
  }
}

export class PartitionNotFoundError extends SundayError {
  readonly code = 'PARTITION_NOT_FOUND';
  override readonly hint = '`sunday partitions list` shows those that are there and those that are archived.';
  override readonly argument = ['input', 'partition'];
  constructor(table: string, partition: string, wanted: string) {
    super(`${table} has no partition ${partition} that ${wanted}`);
  }
}

/** Another partition, or a table of that name, is where the new one would be. */
export class PartitionExistsError extends SundayError {
  readonly code = 'PARTITION_EXISTS';
  override readonly hint =
    'Look at it with `sunday partitions list`: attach it again, archive it, or move it away.';
  constructor(partition: string, problem: string) {
    super(`${partition} cannot be made: ${problem}`);
  }
}

/** Others hold what it needs, and it has waited as often and as long as it may. */
export class PartitionBlockedError extends SundayError {
  readonly code = 'PARTITION_BLOCKED';
  override readonly hint =
    'Wait until those sessions have ended their transactions, or end them; then try again.';
  override readonly retryable = true;
  /** Seen last; empty when they were gone before we could look. */
  readonly blockers: readonly Blocker[];
  constructor(what: string, blockers: readonly Blocker[], cause?: unknown) {
    const who =
      blockers.length === 0 ? 'sessions that are gone now' : blockers.map(describeBlocker).join('; ');
    super(`cannot ${what}: blocked by ${who}`, { cause });
    this.blockers = blockers;
  }
}

/** Something still needs the rows where they are. */
export class PartitionNeededError extends SundayError {
  readonly code = 'PARTITION_NEEDED';
  override readonly retryable = true;
  override readonly hint: string;
  constructor(partition: string, who: string, hint: string) {
    super(`${partition} cannot be archived yet: ${who}`);
    this.hint = hint;
  }
}

/** What was read back is not what was written, or not what stands in the table. */
export class ArchiveCorruptError extends SundayError {
  readonly code = 'PARTITION_ARCHIVE_CORRUPT';
  override readonly hint =
    'The rows are still where they were unless the partition is ARCHIVED; then look for another copy of this file, or for a backup from before it was archived.';
  constructor(file: string, problem: string) {
    super(`the archive ${file} is not what was written: ${problem}`);
  }
}

export class ArchiveUnavailableError extends SundayError {
  readonly code = 'PARTITION_ARCHIVE_UNAVAILABLE';
  override readonly retryable = true;
  override readonly hint =
    'Check that the place of the archive exists, has room, and lets our operating system user read and write.';
  constructor(location: string, cause: unknown) {
    super(
      `the archive ${location} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}

/** The rows of the archive do not fit into the table as it is now. */
export class PartitionShapeError extends SundayError {
  readonly code = 'PARTITION_SHAPE_DIFFERS';
  override readonly hint = 'Restore it beside the table (as: BESIDE) and copy from there what is wanted.';
  constructor(partition: string, problem: string) {
    super(`${partition} cannot be attached again: ${problem}`);
  }
}

/** PostgreSQL refused a statement; nothing of its transaction stays. */
export class PartitionFailedError extends SundayError {
  readonly code = 'PARTITION_FAILED';
  override readonly hint = 'The message is the one of PostgreSQL: mend what it names, then try again.';
  constructor(what: string, cause: Error & { readonly code: string }) {
    super(`cannot ${what}: ${cause.message} (${cause.code})`, { cause });
  }
}

/** One thing that maintenance could not do. */
export interface MaintenanceFailure {
  readonly cluster: string;
  readonly what: string;
  readonly code: string;
  readonly message: string;
}

/** All that could be done was done; this is what could not. */
export class MaintenanceIncompleteError extends SundayError {
  readonly code = 'PARTITION_MAINTENANCE_INCOMPLETE';
  override readonly retryable = true;
  override readonly hint = 'Everything else was done. Mend what is named; the next run does the rest.';
  readonly failures: readonly MaintenanceFailure[];
  constructor(failures: readonly MaintenanceFailure[], done: number) {
    const shown = failures.slice(0, 5).map(({ cluster, what, message }) => `${cluster}: ${what}: ${message}`);
    const more = failures.length > 5 ? `; and ${failures.length - 5} more` : '';
    super(`${failures.length} of ${failures.length + done} could not be done: ${shown.join('; ')}${more}`);
    this.failures = failures;
  }
}
