import { SundayError } from '../errors.ts';

/** The session has ended, or its process id is another's now. */
export class SessionNotFoundError extends SundayError {
  readonly code = 'SESSION_NOT_FOUND';
  override readonly hint = 'It may have ended by itself. List the sessions again.';
  constructor(instance: string, pid: number) {
    super(`${instance} has no such session with process id ${pid} any more`);
  }
}

/** A session that must not be stopped, or may not be by us. */
export class SessionProtectedError extends SundayError {
  readonly code = 'SESSION_PROTECTED';
  override readonly hint: string;
  constructor(pid: number, why: string, hint: string) {
    super(`process ${pid} ${why}`);
    this.hint = hint;
  }
}

/** The server made no index of it; nothing of it is left. */
export class IndexNotCreatedError extends SundayError {
  readonly code = 'INDEX_NOT_CREATED';
  override readonly hint = 'Mend what the message names and try again; what was finished stays.';
  override readonly retryable = true;
  constructor(statement: string, problem: string, cause: unknown) {
    super(`${statement}: ${problem}`, { cause });
  }
}
