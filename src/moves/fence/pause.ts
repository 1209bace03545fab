import { setTimeout as sleep } from 'node:timers/promises';
import { isServerError } from '../../postgres/errors.ts';
import type { Database, Transaction } from '../../postgres/pool.ts';
import { MoveStreamError, PauseBudgetError } from '../errors.ts';
import { beat } from '../pulse-store.ts';
import type { Sides } from '../sides.ts';
import { hasMarker, limitPause, lockHome, nextMarker, writeMarker } from './fence-store.ts';

const MARKER_POLL_MS = 1;
/** On `to`, as many as are used at once while writers wait: to open one takes longer than most of what is done on it. */
const CONNECTIONS = 3;

export interface PauseRequest {
  readonly sides: Sides;
  readonly moveId: string;
  readonly organization: string;
  readonly budgetMs: number;
  /** Whether `work` changes the fence: then the end of the pause has to outlast a crash of the server. */
  readonly changesFence: boolean;
  readonly signal: AbortSignal;
}

/** While it lasts, no writer of the organization is in on `from`, and all that they wrote is on `to`. */
export interface Pause {
  /** Of the transaction that holds the writers back: what it commits is the fence from then on. */
  readonly tx: Transaction;
  /** @throws {PauseBudgetError} when the budget is used up. */
  assertTime(during: string): void;
}

/**
 * Holds the writers of one organization back on `from`, waits until `to` has all that they wrote, and does `work`.
 *
 * The lock is that of an open transaction: when we die, or the network does, the server lets the writers go by itself.
 * They wait behind it and are refused by nobody unless `work` has changed the fence. Budgets are enforced on both
 * ends: the server ends the transaction of a frozen holder.
 *
 * Gives what `work` gave, when it began on the clock of `performance`, and how many milliseconds writers waited.
 *
 * @throws {PauseBudgetError} with the writers going on where they were.
 */
export async function pauseWriters<T>(
  request: PauseRequest,
  work: (pause: Pause) => Promise<T>,
): Promise<{ readonly value: T; readonly started: number; readonly milliseconds: number }> {
  const { sides, moveId, organization, budgetMs, signal } = request;
  const n = await nextMarker(sides.from.db, moveId);
  let started = NaN;
  const assertTime = (during: string) => {
    signal.throwIfAborted();
    if (performance.now() - started > budgetMs) throw new PauseBudgetError(budgetMs, during);
  };
  const value = await sides.from.db
    .transaction(async (tx) => {
      await Promise.all([warm(sides.from.db, 1), warm(sides.to.db, CONNECTIONS)]);
      await hasMarker(sides.to.db, moveId, n);
      await limitPause(tx, request);
      started = performance.now();
      const state = await lockHome(tx, organization);
      if (state !== 'ACTIVE')
        throw new MoveStreamError(
          `the fence on ${sides.from.shard} says ${state ?? 'nothing'} of ${organization}, not ACTIVE`,
          'Look at ops.tenant_home there, and at the directory.',
        );
      assertTime('waiting for transactions that were under way');
      await writeMarker(sides.from.db, moveId, n);
      while (!(await hasMarker(sides.to.db, moveId, n))) {
        assertTime('waiting for the stream');
        await sleep(MARKER_POLL_MS);
      }
      return work({ tx, assertTime });
    })
    .catch((error: unknown) => {
      // 55P03 and 57014: our lock or statement ran out of time; 25P03: the server ended a holder that hung.
      if (isServerError(error, '55P03', '57014', '25P03'))
        throw new PauseBudgetError(budgetMs, 'waiting for transactions that were under way');
      throw error;
    });
  return { value, started, milliseconds: performance.now() - started };
}

/** Opens connections before the clock runs. */
async function warm(db: Database, connections: number): Promise<void> {
  await Promise.all(Array.from({ length: connections }, () => beat(db)));
}
