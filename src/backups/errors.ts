import { SundayError } from '../errors.ts';

export class BackupsNotConfiguredError extends SundayError {
  readonly code = 'BACKUPS_NOT_CONFIGURED';
  override readonly hint = 'Give the cluster a pgBackRest `stanza` in sunday.yaml.';
  override readonly argument = ['input', 'cluster'];
  constructor(cluster: string) {
    super(`cluster ${cluster} has no backups: no pgBackRest stanza is configured for it`);
  }
}

export class BackupNotFoundError extends SundayError {
  readonly code = 'BACKUP_NOT_FOUND';
  override readonly hint: string;
  override readonly argument: readonly string[];
  /** `known`: labels, newest first; the hint names five of them. */
  constructor(
    cluster: string,
    label: string,
    known: readonly string[],
    argument: readonly string[] = ['input', 'label'],
  ) {
    super(`${cluster} has no backup ${label}`);
    this.argument = argument;
    const more = known.length > 5 ? ` and ${known.length - 5} more` : '';
    this.hint =
      known.length === 0
        ? 'There is no backup yet: start a full one.'
        : `Known, newest first: ${known.slice(0, 5).join(', ')}${more}.`;
  }
}

/** Files of a set, or write-ahead log that it needs, are missing or not what was written. */
export class BackupInvalidError extends SundayError {
  readonly code = 'BACKUP_INVALID';
  override readonly hint = 'Take a full backup now, then find out what happened to the repository.';
  /** In the repository, the worst first: at most 100. */
  readonly files: readonly string[];
  constructor(label: string, files: readonly string[], problem: string) {
    const named = files.slice(0, 3).join(', ');
    const more = files.length > 3 ? ` and ${files.length - 3} more` : '';
    super(`backup ${label} is invalid: ${problem}${named === '' ? '' : ` (${named}${more})`}`);
    this.files = files.slice(0, 100);
  }
}

/** pgBackRest itself chooses what a backup builds on; it would not be what was asked for. */
export class BackupBaseRefusedError extends SundayError {
  readonly code = 'BACKUP_BASE_REFUSED';
  override readonly hint: string;
  override readonly argument = ['input', 'base'];
  /** `right`: label and alias of the set that it would build on; null: of none, it would be a full one. */
  constructor(wanted: string, right: { readonly label: string; readonly alias: string } | null) {
    super(
      right === null
        ? `the backup would not build on ${wanted}: it would be a full one`
        : `the backup would build on ${right.label} (${right.alias}), not on ${wanted}`,
    );
    this.hint =
      right === null
        ? 'Take a full backup, which has no base.'
        : `Name ${right.alias} as the base, or leave the base out: pgBackRest always takes the newest set that fits.`;
  }
}

/** It is too late: the files of the set are going. */
export class BackupExpiringError extends SundayError {
  readonly code = 'BACKUP_EXPIRING';
  override readonly hint = 'Hold a set that is still there, or take a full backup and hold that.';
  override readonly argument = ['input', 'label'];
  constructor(label: string, going: string) {
    super(
      `backup ${label} cannot be held: ${going === label ? 'it' : `${going}, which it needs,`} is being removed`,
    );
  }
}

/** The files were to come from a standby, and none will do. */
export class StandbyUnavailableError extends SundayError {
  readonly code = 'STANDBY_UNAVAILABLE';
  override readonly hint =
    'Take it from the primary, or leave the choice open: then the result says which it was.';
  override readonly argument = ['input', 'from'];
  override readonly retryable = true;
  constructor(cluster: string, reason: string) {
    super(`no standby of ${cluster} can be backed up: ${reason}`);
  }
}

export class BackupLockedError extends SundayError {
  readonly code = 'BACKUP_LOCKED';
  override readonly hint =
    'Another backup, expire or restore of this stanza runs outside of us: wait for it, or stop it.';
  override readonly retryable = true;
  constructor(stanza: string) {
    super(`another pgBackRest process holds the lock of stanza ${stanza}`);
  }
}

export class StanzaMissingError extends SundayError {
  readonly code = 'STANZA_MISSING';
  override readonly hint =
    'Name the stanza in pgbackrest.conf and run `pgbackrest stanza-create`, or correct the repository path.';
  constructor(stanza: string, detail: string) {
    super(`pgBackRest does not know stanza ${stanza}: ${detail}`);
  }
}

/** The stanza has repositories, none of them of that name. */
export class RepositoryNotFoundError extends SundayError {
  readonly code = 'REPOSITORY_NOT_FOUND';
  override readonly hint: string;
  override readonly argument = ['input', 'repository'];
  constructor(stanza: string, name: string, known: readonly string[]) {
    super(`stanza ${stanza} has no repository ${name}`);
    this.hint = `Known: ${known.join(', ')}.`;
  }
}

/** Nothing is written to a place where anybody may read it, unless that is meant. */
export class RepositoryUnencryptedError extends SundayError {
  readonly code = 'REPOSITORY_UNENCRYPTED';
  override readonly hint: string;
  override readonly argument = ['input', 'repository'];
  constructor(stanza: string, name: string, number: number) {
    super(`repository ${name} of stanza ${stanza} has no passphrase: backups in it would not be encrypted`);
    this.hint = `Make a new repository with repo${number}-cipher-type and repo${number}-cipher-pass; or name it under \`repositories\` in sunday.yaml with \`encryption: none\` and \`unencryptedBecause\`.`;
  }
}

/** There is a repository, but not one that these settings can read. */
export class RepositoryUnreadableError extends SundayError {
  readonly code = 'REPOSITORY_UNREADABLE';
  override readonly hint =
    'Check repoN-cipher-type and repoN-cipher-pass in pgbackrest.conf: with a wrong passphrase the repository looks like noise. If it is right, a file is damaged: take a full backup, into another repository if this one does not take it.';
  constructor(stanza: string, detail: string) {
    super(`the repository of stanza ${stanza} cannot be decrypted or parsed: ${detail}`);
  }
}

export class RepositoryUnavailableError extends SundayError {
  readonly code = 'REPOSITORY_UNAVAILABLE';
  override readonly hint =
    'Check that the repository is mounted or reachable, and that our operating system user may read and write it.';
  override readonly retryable = true;
  constructor(stanza: string, detail: string) {
    super(`the repository of stanza ${stanza} cannot be used: ${detail}`);
  }
}

export class RepositoryFullError extends SundayError {
  readonly code = 'REPOSITORY_FULL';
  override readonly hint =
    'Make room: expire old sets or grow the file system. Until then write-ahead log piles up on the primary too.';
  override readonly retryable = true;
  readonly freeBytes: bigint | null;
  constructor(stanza: string, freeBytes: bigint | null) {
    super(
      `the repository of stanza ${stanza} has no space left${freeBytes === null ? '' : ` (${freeBytes} bytes free)`}`,
    );
    this.freeBytes = freeBytes;
  }
}

export class ArchiveFailedError extends SundayError {
  readonly code = 'ARCHIVE_FAILED';
  override readonly hint =
    "Look at archive_mode, archive_command and the primary's log: a backup is worth nothing without its write-ahead log.";
  override readonly retryable = true;
  constructor(stanza: string, detail: string) {
    super(`write-ahead log does not reach the archive of stanza ${stanza}: ${detail}`);
  }
}

/** What pgBackRest said, when it is none of the cases above. */
export class BackupFailedError extends SundayError {
  readonly code = 'BACKUP_FAILED';
  override readonly hint = 'pgBackRest says why; `pgbackrest check` on the database host often says more.';
  override readonly retryable = true;
  /** pgBackRest's own; null when it was killed or said something that we can't read. */
  readonly exitCode: number | null;
  constructor(command: string, exitCode: number | null, detail: string) {
    super(`pgbackrest ${command} failed${exitCode === null ? '' : ` with ${exitCode}`}: ${detail}`);
    this.exitCode = exitCode;
  }
}

export class DestinationRefusedError extends SundayError {
  readonly code = 'DESTINATION_REFUSED';
  override readonly hint =
    'Give the absolute path of a directory that is empty or not there yet, in a place that we may write to and that belongs to nothing else.';
  override readonly argument = ['input', 'destination'];
  constructor(destination: string, problem: string) {
    super(`cannot restore into ${destination}: ${problem}`);
  }
}

export class RestoreFailedError extends SundayError {
  readonly code = 'RESTORE_FAILED';
  override readonly hint = 'Verify the backup; if it is invalid, restore an older one.';
  constructor(label: string, detail: string) {
    super(`the files of backup ${label} could not be restored: ${detail}`);
  }
}

export class RecoveryFailedError extends SundayError {
  readonly code = 'RECOVERY_FAILED';
  override readonly hint =
    'The last lines of its log are in the message; a FATAL one names what is missing, most often write-ahead log.';
  constructor(label: string, problem: string, logLines: readonly string[]) {
    super(
      `the server restored from ${label} did not reach its target: ${problem}\n${logLines.join('\n')}`.trim(),
    );
  }
}

export class ProofFailedError extends SundayError {
  readonly code = 'PROOF_FAILED';
  override readonly hint =
    'Do not trust this backup: compare the tables with the primary, and verify the set and its write-ahead log.';
  readonly tables: readonly string[];
  constructor(label: string, tables: readonly string[]) {
    const more = tables.length > 5 ? ` and ${tables.length - 5} more` : '';
    super(`rows restored from ${label} differ from its manifest in ${tables.slice(0, 5).join(', ')}${more}`);
    this.tables = tables;
  }
}
