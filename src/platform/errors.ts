import { SundayError } from '../errors.ts';

/** A service does not answer, or does not do what was asked. */
export class PlatformServiceUnavailableError extends SundayError {
  readonly code = 'PLATFORM_SERVICE_UNAVAILABLE';
  override readonly hint: string;
  override readonly retryable = true;
  constructor(
    name: string,
    { reason, hint }: { readonly reason: string; readonly hint: string },
    cause: unknown,
  ) {
    super(`${name}: ${reason}`, { cause });
    this.hint = hint;
  }
}

export class PlatformServiceNotFoundError extends SundayError {
  readonly code = 'PLATFORM_SERVICE_NOT_FOUND';
  override readonly argument = ['input', 'service'];
  override readonly hint: string;
  constructor(name: string, known: readonly string[]) {
    super(`there is no service ${name}`);
    this.hint =
      known.length === 0
        ? 'Nothing is configured beside the clusters.'
        : `Known services: ${known.join(', ')}.`;
  }
}
