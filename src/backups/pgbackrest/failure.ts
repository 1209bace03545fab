import type { StanzaConfig } from '../../config.ts';
import type { SundayError } from '../../errors.ts';
import { DatabaseUnavailableError } from '../../postgres/errors.ts';
import { ProcessFailedError } from '../../process.ts';
import {
  ArchiveFailedError,
  BackupFailedError,
  BackupInvalidError,
  BackupLockedError,
  DestinationRefusedError,
  RepositoryFullError,
  RepositoryUnavailableError,
  RepositoryUnreadableError,
  StanzaMissingError,
} from '../errors.ts';
import { PgBackRestInterruptedError, StanzaMisconfiguredError, StanzaStoppedError } from './errors.ts';
import { toPlainLine } from './info.ts';
import { findLoss, isFull, readFreeBytes } from './repository.ts';

/** pgBackRest's exit codes that a caller can decide about (its manual, "Error Codes"; tried on 2.45). */
const EXIT = {
  checksum: 26,
  config: 27,
  format: 29,
  optionInvalid: 31,
  optionInvalidValue: 32,
  optionRequired: 37,
  serverRunning: 38,
  protocol: 39,
  pathNotEmpty: 40,
  fileOpen: 41,
  fileRead: 42,
  pathCreate: 47,
  hostConnect: 49,
  lockHeld: 50,
  fileSync: 52,
  pathOpen: 53,
  fileMissing: 55,
  databaseConnect: 56,
  databaseTimeout: 59,
  stopped: 62,
  signalled: 63,
  fileWrite: 64,
  archiveCommandInvalid: 68,
  fileClose: 79,
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

/** What was run, with the words that begin with a dash. */
interface FailedCall {
  readonly command: string;
  readonly stanza: StanzaConfig;
  readonly options: readonly string[];
}

/** The typed error for a pgBackRest that ended badly; any other error comes back as it is. */
export async function explainFailure(
  { command, stanza, options }: FailedCall,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof ProcessFailedError)) return error;
  const [freeBytes, loss] = await Promise.all([readFreeBytes(stanza), findLoss(stanza)]);
  const typed =
    (command === 'restore' ? ofRestore(error, options) : null) ??
    toTypedError({ command, stanza: stanza.name, error, freeBytes, loss });
  typed.cause = error;
  return typed;
}

/** What is wrong with the set or with the place it is restored into; null: something else. Decides by exit code. */
export function ofRestore(error: ProcessFailedError, options: readonly string[]): SundayError | null {
  const valueOf = (name: string) => options.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const detail = detailOf(error);
  const destination = valueOf('--pg1-path') ?? 'the destination';
  switch (error.exitCode) {
    case EXIT.checksum:
      return new BackupInvalidError(valueOf('--set') ?? 'that was asked for', [], detail);
    case EXIT.serverRunning:
    case EXIT.pathNotEmpty:
      return new DestinationRefusedError(destination, detail);
    // A restore writes to its destination; only its lock and its log are elsewhere.
    case EXIT.fileWrite:
    case EXIT.fileSync:
    case EXIT.fileClose:
    case EXIT.pathCreate:
      return new DestinationRefusedError(destination, `${detail}; it may be full`);
    default:
      return null;
  }
}

/** errno ENOSPC as pgBackRest prints it; a repository on another machine has no file system that we could ask. */
const NO_SPACE = '[28]';

interface Failure {
  readonly command: string;
  readonly stanza: string;
  readonly error: ProcessFailedError;
  readonly freeBytes: bigint | null;
  /** What is wrong with the directory of a repository; null: nothing. */
  readonly loss?: string | null;
}

/** Decides by exit code, never by text; what the file system says about its space goes first where space can be the reason. */
export function toTypedError({ command, stanza, error, freeBytes, loss }: Failure): SundayError {
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
      // A directory that was taken away in the middle is made anew, empty, and one that is read-only by then has all
      // files already: only the archive notices.
      return loss == null
        ? new ArchiveFailedError(stanza, detail)
        : new RepositoryUnavailableError(stanza, loss);
    case null:
    case EXIT.signalled:
      return new PgBackRestInterruptedError(command);
    case EXIT.stopped:
      return new StanzaStoppedError(stanza, detail);
    case EXIT.config:
    case EXIT.optionInvalid:
    case EXIT.optionInvalidValue:
      return new StanzaMisconfiguredError(stanza, detail);
    case EXIT.archiveCommandInvalid:
    case EXIT.archiveDisabled:
      return new ArchiveFailedError(stanza, detail);
    default:
      return UNAVAILABLE.includes(exitCode)
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
