import type { StanzaConfig } from '../../config.ts';
import { SundayError } from '../../errors.ts';
import { createObjectStore } from '../../objects/object-store.ts';
import { RepositoryUnavailableError } from '../errors.ts';
import type { Repository } from './repositories.ts';

/** Asked before anything is begun: somebody waits for the answer. */
const TIMEOUTS = { connectMs: 3_000, requestMs: 5_000, idleMs: 5_000 } as const;

/**
 * pgBackRest tries for a long time to reach a bucket that is not there, so it is asked first.
 *
 * @throws {RepositoryUnavailableError} with what is wrong. Directories are left to pgBackRest, which knows at once.
 */
export async function assertReachable(
  stanza: StanzaConfig,
  { bucket }: Repository,
  signal?: AbortSignal,
): Promise<void> {
  if (bucket === null) return;
  const store = createObjectStore({ ...bucket, timeouts: TIMEOUTS, maxAttempts: 1 });
  try {
    for await (const _first of store.list('', { limit: 1, ...(signal ? { signal } : {}) })) break;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof SundayError)) throw error;
    const unavailable = new RepositoryUnavailableError(stanza.name, error.message);
    unavailable.cause = error;
    throw unavailable;
  } finally {
    store.close();
  }
}
