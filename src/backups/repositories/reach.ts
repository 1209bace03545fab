import { setTimeout as sleep } from 'node:timers/promises';
import type { StanzaConfig } from '../../config.ts';
import { SundayError } from '../../errors.ts';
import type { ObjectStoreSettings } from '../../objects/client.ts';
import { createObjectStore } from '../../objects/object-store.ts';
import { RepositoryUnavailableError } from '../errors.ts';
import { listRepositories, type Repository } from './repositories.ts';

/** Asked before anything is begun: somebody waits for the answer. */
const TIMEOUTS = { connectMs: 3_000, requestMs: 5_000, idleMs: 5_000 } as const;

/**
 * pgBackRest tries for a long time to reach a bucket that is not there, so it is asked first.
 *
 * @throws {RepositoryUnavailableError} with what is wrong. Directories are left to pgBackRest, which knows at once.
 */
export async function assertReachable(
  stanza: StanzaConfig,
  { bucket }: Pick<Repository, 'bucket'>,
  signal?: AbortSignal,
): Promise<void> {
  if (bucket === null) return;
  try {
    await touch(bucket, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof SundayError)) throw error;
    const unavailable = new RepositoryUnavailableError(stanza.name, error.message);
    unavailable.cause = error;
    throw unavailable;
  }
}

async function touch(bucket: ObjectStoreSettings, signal?: AbortSignal): Promise<void> {
  const store = createObjectStore({ ...bucket, timeouts: TIMEOUTS, maxAttempts: 1 });
  try {
    for await (const _first of store.list('', { limit: 1, ...(signal ? { signal } : {}) })) break;
  } finally {
    store.close();
  }
}

/** A repository that does not answer now. */
export interface Unreachable {
  readonly number: number;
  readonly error: RepositoryUnavailableError;
}

/** Buckets of the stanza that do not answer; it asks all at the same time. */
export async function listUnreachable(
  stanza: StanzaConfig,
  signal?: AbortSignal,
): Promise<readonly Unreachable[]> {
  const found = await Promise.all(
    listRepositories(stanza).map(async (one): Promise<readonly Unreachable[]> => {
      try {
        await assertReachable(stanza, one, signal);
        return [];
      } catch (error) {
        if (error instanceof RepositoryUnavailableError) return [{ number: one.number, error }];
        throw error;
      }
    }),
  );
  return found.flat();
}

const WATCH_MS = 2_000;
/** A restart of a store, or of the way to it, is over by then; pgBackRest itself has tried again meanwhile. */
const AWAY_MS = 15_000;

export interface ReachWatch {
  /** Aborts with a {RepositoryUnavailableError} once the bucket has not answered for 15 s. */
  readonly signal: AbortSignal;
  /** Resolves when nothing is asked any more. */
  stop(): Promise<void>;
}

/** Looks every two seconds whether a bucket still answers, so that nobody waits minutes for a tool that hopes on. */
export function watchReach(stanza: StanzaConfig, repository: Pick<Repository, 'bucket'>): ReachWatch {
  const lost = new AbortController();
  const stopped = new AbortController();
  const watch = async () => {
    let answeredAt = performance.now();
    while (!stopped.signal.aborted && !lost.signal.aborted) {
      await sleep(WATCH_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
      try {
        await assertReachable(stanza, repository, stopped.signal);
        answeredAt = performance.now();
      } catch (error) {
        if (!stopped.signal.aborted && performance.now() - answeredAt > AWAY_MS) lost.abort(error);
      }
    }
  };
  const watching = repository.bucket === null ? Promise.resolve() : watch();
  return {
    signal: lost.signal,
    async stop() {
      stopped.abort();
      await watching;
    },
  };
}
