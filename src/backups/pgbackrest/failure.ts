import type { StanzaConfig } from '../../config.ts';
import type { SundayError } from '../../errors.ts';
import { DatabaseUnavailableError } from '../../postgres/errors.ts';
import { ProcessFailedError } from '../../process.ts';
import {
  ArchiveFailedError,
  BackupFailedError,
  BackupLockedError,
  RepositoryFullError,
  RepositoryUnavailableError,
  RepositoryUnreadableError,
  StanzaMissingError,
} from '../errors.ts';
import { toPlainLine } from './info.ts';
import { findLostPath, isFull, readFreeBytes } from './repository.ts';

/** pgBackRest's exit codes that a caller can decide about (its manual, "Error Codes"; tried on 2.45). */
const EXIT = {
  format: 29,
  optionRequired: 37,
  protocol: 39,
  fileOpen: 41,
  fileRead: 42,
  pathCreate: 47,
  hostConnect: 49,
  lockHeld: 50,
  pathOpen: 53,
  fileMissing: 55,
  databaseConnect: 56,
  databaseTimeout: 59,
  fileWrite: 64,
  archiveCommandInvalid: 68,
  archiveTimeout: 82,
  archiveDisabled: 87,
  crypto: 95,
} as const;

const UNAVAILABLE: readonly number[] = [
  EXIT.protocol,
  EXIT.fileOpen,
  EXIT.fileRead,
  EXIT.pathCreate,
  EXIT.hostConnect,
  EXIT.pathOpen,
  EXIT.fileWrite,
];

/** The typed error for a pgBackRest that ended badly; any other error comes back as it is. */
export async function explainFailure(
  command: string,
  stanza: StanzaConfig,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof ProcessFailedError)) return error;
  const [freeBytes, lostPath] = await Promise.all([readFreeBytes(stanza), findLostPath(stanza)]);
  const typed = toTypedError({ command, stanza: stanza.name, error, freeBytes, lostPath });
  typed.cause = error;
  return typed;
}

/** errno ENOSPC as pgBackRest prints it; a repository on another machine has no file system that we could ask. */
const NO_SPACE = '[28]';

interface Failure {
  readonly command: string;
  readonly stanza: string;
  readonly error: ProcessFailedError;
  readonly freeBytes: bigint | null;
  /** Directory of a repository that does not hold the stanza; null: none. */
  readonly lostPath?: string | null;
}

/** Decides by exit code, never by text; what the file system says about its space goes first where space can be the reason. */
export function toTypedError({ command, stanza, error, freeBytes, lostPath }: Failure): SundayError {
  const { exitCode } = error;
  const detail = detailOf(error);
  const mayBeSpace =
    exitCode === EXIT.fileWrite || exitCode === EXIT.pathCreate || exitCode === EXIT.archiveTimeout;
  if (mayBeSpace && (isFull(freeBytes) || detail.includes(NO_SPACE)))
    return new RepositoryFullError(stanza, freeBytes);
  switch (exitCode) {
    case EXIT.lockHeld:
      return new BackupLockedError(stanza);
    case EXIT.fileMissing:
    case EXIT.optionRequired:
      return new StanzaMissingError(stanza, detail);
    case EXIT.format:
    case EXIT.crypto:
      return new RepositoryUnreadableError(stanza, detail);
    case EXIT.databaseConnect:
    case EXIT.databaseTimeout:
      return new DatabaseUnavailableError(`the primary of stanza ${stanza}`, new Error(detail));
    case EXIT.archiveTimeout:
      // A directory that was taken away in the middle is made anew, empty: only the archive notices.
      return lostPath == null
        ? new ArchiveFailedError(stanza, detail)
        : new RepositoryUnavailableError(stanza, `${lostPath} does not hold the stanza any more`);
    case EXIT.archiveCommandInvalid:
    case EXIT.archiveDisabled:
      return new ArchiveFailedError(stanza, detail);
    default:
      return exitCode !== null && UNAVAILABLE.includes(exitCode)
        ? new RepositoryUnavailableError(stanza, detail)
        : new BackupFailedError(command, exitCode, detail);
  }
}

/** The line with pgBackRest's own `ERROR: [nnn]: `, without it. */
function detailOf({ stderr, stdout }: ProcessFailedError): string {
  const lines = `${stderr}\n${stdout}`.split('\n');
  const found = lines.map((line) => /ERROR: \[\d+\]: (.*)$/.exec(line)?.[1]).find((one) => one !== undefined);
  return toPlainLine(found ?? lines.find((line) => line.trim() !== '') ?? 'it said nothing');
}
