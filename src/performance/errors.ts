import { SundayError } from '../errors.ts';

export class InstanceNotFoundError extends SundayError {
  readonly code = 'INSTANCE_NOT_FOUND';
  override readonly argument = ['input', 'instance'];
  override readonly hint: string;
  constructor(cluster: string, name: string, known: readonly string[]) {
    super(`cluster ${cluster} has no instance ${name}`);
    this.hint = `Its instances: ${known.join(', ')}.`;
  }
}

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
