import { DatabaseUnavailableError } from '../postgres/errors.ts';

/**
 * The result of `work`, or an error after `timeoutMs`. The work itself goes on until its own timeout: this is
 * for a caller that must answer now about a server that accepts connections and says nothing.
 *
 * @throws {DatabaseUnavailableError} when `server` has not answered in time.
 */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number, server: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new DatabaseUnavailableError(server, new Error(`no answer within ${timeoutMs} ms`))),
    timeoutMs,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
