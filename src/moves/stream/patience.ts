import { setTimeout as sleep } from 'node:timers/promises';
import type { Blocker } from '../../postgres/blockers.ts';
import { watchLocks } from '../../postgres/blockers.ts';
import { cancelOnAbort } from '../../postgres/cancel.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Database, Session } from '../../postgres/pool.ts';
import { MoveBlockedError } from '../errors.ts';
import { namePrepared } from '../preflight/probe.ts';
import { prepareSession } from './session-store.ts';

export interface Patience {
  /** What is tried, for people, e.g. `a slot on shard-1`. */
  readonly what: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** How long one try may wait in the queue for a lock, where everybody behind it waits too; null: as long as it takes. */
  readonly lockTimeoutMs: number | null;
  readonly onWait?: (blockers: readonly Blocker[]) => void;
  /** What it fails with when its time is over; left out: MoveBlockedError. */
  readonly toFailure?: (blockers: readonly Blocker[]) => Error;
}

const LOOK_MS = 200;
const PAUSE_MS = 250;

/**
 * Tries `work` until it goes through, and no longer than it may.
 *
 * @throws {MoveBlockedError} that names who was in the way, or what `toFailure` gives.
 */
export async function patiently(
  db: Database,
  patience: Patience,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const { what, seconds, signal, lockTimeoutMs } = patience;
  const deadline = AbortSignal.timeout(seconds * 1_000);
  let seen: readonly Blocker[] = [];
  for (;;) {
    try {
      await db.session(async (session) => {
        const pid = await prepareSession(session, lockTimeoutMs ?? 0);
        const onWait = ({ blockers }: { readonly blockers: readonly Blocker[] }) => {
          seen = blockers;
          patience.onWait?.(blockers);
        };
        const watch = { db, pid, intervalMs: Math.min(LOOK_MS, (lockTimeoutMs ?? 1_000) / 2), onWait };
        await cancelOnAbort({ db, pid, signal: AbortSignal.any([signal, deadline]) }, () =>
          watchLocks(watch, () => work(session)),
        );
      });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.aborted) {
        const blockers = await namePrepared(db, seen);
        throw patience.toFailure?.(blockers) ?? new MoveBlockedError(what, seconds, blockers);
      }
      if (!isServerError(error, '55P03', '40P01')) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
