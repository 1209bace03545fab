import { type Blocker, findLockWait } from '../../postgres/blockers.ts';
import { MoveBlockedError } from '../errors.ts';
import { namePrepared } from '../preflight/probe.ts';
import type { Side } from '../sides.ts';
import { listWaitingCopies } from './copies-store.ts';

/**
 * Each copy of a table makes a slot of its own on the side that sends, which waits for every transaction that is open
 * by then: one that began behind the stream's own slot holds the copies up for as long as it lasts.
 *
 * @throws {MoveBlockedError} that names it, when copies have waited for `seconds`.
 */
export function createCopySlotWatch(
  { db, shard }: Pick<Side, 'db' | 'shard'>,
  seconds: number,
): (subscriptionOid: string) => Promise<void> {
  let waitsSince: number | null = null;
  return async (subscriptionOid) => {
    const blockers: Blocker[] = [];
    for (const pid of await listWaitingCopies(db, subscriptionOid))
      blockers.push(...((await findLockWait(db, pid))?.blockers ?? []));
    waitsSince = blockers.length === 0 ? null : (waitsSince ?? performance.now());
    if (waitsSince !== null && performance.now() - waitsSince > seconds * 1_000)
      throw new MoveBlockedError(
        `a replication slot for a copy on ${shard}`,
        seconds,
        await namePrepared(db, blockers),
      );
  };
}
