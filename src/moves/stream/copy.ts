import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from '../../operations/define.ts';
import { hasMarker, nextMarker, writeMarker } from '../fence/fence-store.ts';
import { MoveStreamError, MoveWalLimitError } from '../errors.ts';
import { createCopySlotWatch } from './copy-slots.ts';
import { type Direction, type MoveTable, namesOf, type OrganizationMove } from '../moves.ts';
import { listIdentityProblems } from '../preflight/tables-probe.ts';
import type { Sides } from '../sides.ts';
import {
  findSubscription,
  forgetErrors,
  listProgress,
  readRetained,
  setEnabled,
  type TableProgress,
} from './stream-store.ts';

export interface StreamWatch {
  readonly sides: Sides;
  readonly move: OrganizationMove;
  readonly direction: Direction;
}

const POLL_MS = 250;
const WORKER_PATIENCE_MS = 30_000;
const IDENTITY_EVERY = 20; // looks at the stream for one at the catalog
/**
 * A stream that breaks switches its subscription off, whether a row does not fit or the other side was restarted, and
 * only the server's log says which. So it is switched on again, each time a little later: ten seconds in all, which is
 * a restart, and a row that does not fit fails again at once. What streams has no errors any more.
 */
const MOST_ERRORS = 8;
const PAUSE_FOR_EACH_ERROR_MS = 300;
const CATCH_UP_POLL_MS = 5;
const CATCH_UP_LIMIT_MS = 3_600_000;
/** What the stream lags behind is what writers wait for in the pause that follows. */
const CLOSE_MS = 40;
/**
 * For so long nothing else will do, then twice as much, and so on up to half of the budget. A stream that has just begun
 * is slow at first; and a large budget is what may happen, not what may be aimed at.
 */
const CLOSE_PATIENCE_MS = 2_000;

/** Watches the copy until every table streams. Twice is safe: it only looks. */
export async function watchCopy(
  watch: StreamWatch,
  { signal, progress }: Pick<StepContext, 'signal' | 'progress'>,
  onTables: (tables: readonly MoveTable[]) => Promise<void>,
): Promise<void> {
  const { sides, move, direction } = watch;
  const stream = namesOf(move.id, direction).stream;
  const total = move.tables.reduce((sum, one) => sum + one.rows, 0);
  const seenWorker = createWorkerWatch();
  const seenSlots = createCopySlotWatch(sides.from, move.settings.slotTimeoutSeconds);
  for (let look = 0; ; look++) {
    signal.throwIfAborted();
    const { hasWorker, subscriptionOid } = await checkStream(watch, look);
    seenWorker({ hasWorker });
    await seenSlots(subscriptionOid);
    const found = await listProgress(sides.to.db, stream);
    const tables = move.tables.map((one) =>
      advance(
        one,
        found.find(({ name }) => name === one.name),
      ),
    );
    await onTables(tables);
    const done = tables.reduce((sum, one) => sum + one.rowsCopied, 0);
    const ready = tables.filter(({ state }) => state === 'STREAMING').length;
    const bytes = found.reduce((sum, one) => sum + (one.bytes ?? 0n), 0n);
    progress({
      message: `${done} of ${total} rows; ${ready} of ${tables.length} tables stream`,
      fractionDone: total === 0 ? null : Math.min(1, done / total),
      ...(bytes > 0n ? { bytesDone: bytes } : {}),
    });
    // The marker's table, which is no tenant table, has to be there too.
    if (found.length > 0 && found.every(({ state }) => state === 'r')) return;
    await sleep(POLL_MS, undefined, { signal });
  }
}

/**
 * Looks whether the stream is alive, and whether it endangers the server that sends.
 *
 * @throws {MoveStreamError} @throws {MoveWalLimitError}
 */
export async function checkStream(
  watch: StreamWatch,
  look = 0,
): Promise<{ readonly hasWorker: boolean; readonly subscriptionOid: string }> {
  const { sides, move, direction } = watch;
  const { stream } = namesOf(move.id, direction);
  const { from, to } = sides;
  const subscription = await findSubscription(to.db, stream).catch(async (error: unknown) => {
    await assertRetained(watch, null); // while the side that follows is away, the log for it grows
    throw error;
  });
  if (subscription === null)
    throw new MoveStreamError(
      `the subscription on ${to.shard} is gone`,
      'Somebody has dropped it; move again.',
    );
  await assertRetained(watch, subscription.oid);
  const errors = subscription.applyErrors + subscription.copyErrors;
  if (!subscription.isEnabled && errors <= MOST_ERRORS) {
    await sleep(errors * PAUSE_FOR_EACH_ERROR_MS);
    await setEnabled(to.db, stream, true);
  } else if (!subscription.isEnabled)
    throw new MoveStreamError(
      `the subscription on ${to.shard} met an error and stopped (${subscription.applyErrors} while applying, ${subscription.copyErrors} while copying)`,
      `The log of the server of ${to.shard} says which row it was.`,
    );
  if (look % IDENTITY_EVERY === 0) {
    const [problem] = await listIdentityProblems(from.db);
    if (problem !== undefined)
      throw new MoveStreamError(
        `${problem.table} on ${from.shard} ${problem.problem}: nobody can update its rows while it is published`,
        'Give it the replica identity of its parent; new partitions get it from maintainPartitions.',
      );
  }
  return { hasWorker: subscription.workerPid !== null, subscriptionOid: subscription.oid };
}

async function assertRetained(
  { sides: { from }, move, direction }: StreamWatch,
  subscriptionOid: string | null,
): Promise<void> {
  const { stream } = namesOf(move.id, direction);
  const { bytes, isEndangered, isThere } = await readRetained(from.db, stream, subscriptionOid);
  const limit = move.settings.maxRetainedWalBytes;
  if (!isThere)
    throw new MoveStreamError(
      `the replication slot on ${from.shard} is gone`,
      'A failover, or a limit of the log, takes slots away. What was not read by then is lost to the stream.',
    );
  if (bytes > limit || isEndangered) throw new MoveWalLimitError(from.shard, bytes, limit);
}

/** A server whose libraries were upgraded under it starts no worker, and says so in its log alone. */
function createWorkerWatch(): (found: { readonly hasWorker: boolean }) => void {
  let lastSeen = performance.now();
  return ({ hasWorker }) => {
    if (hasWorker) lastSeen = performance.now();
    if (performance.now() - lastSeen < WORKER_PATIENCE_MS) return;
    throw new MoveStreamError(
      'the target has started no worker for the subscription for 30 s',
      'Its log says why. After an upgrade of the package the running server has to be restarted.',
    );
  };
}

/** Until a marker is there almost as soon as it is written. Twice is safe. */
export async function catchUp(
  watch: StreamWatch,
  { signal, progress }: Pick<StepContext, 'signal' | 'progress'>,
): Promise<void> {
  const { sides, move } = watch;
  const begun = performance.now();
  const deadline = begun + CATCH_UP_LIMIT_MS;
  const seenWorker = createWorkerWatch();
  for (;;) {
    const n = await nextMarker(sides.from.db, move.id);
    await writeMarker(sides.from.db, move.id, n);
    const started = performance.now();
    for (let look = 1; !(await hasMarker(sides.to.db, move.id, n)); look++) {
      signal.throwIfAborted();
      if (look % 50 === 0) seenWorker(await checkStream(watch, look / 50));
      if (performance.now() > deadline)
        throw new MoveStreamError('the stream does not catch up', 'Try again at a quieter time.');
      await sleep(CATCH_UP_POLL_MS);
    }
    const lagMs = performance.now() - started;
    progress({ message: `${Math.round(lagMs)} ms behind` });
    const close = CLOSE_MS * 2 ** Math.floor((performance.now() - begun) / CLOSE_PATIENCE_MS);
    if (lagMs > Math.max(CLOSE_MS, Math.min(close, move.settings.pauseBudgetMs / 2))) continue;
    await forgetErrors(sides.to.db, namesOf(move.id, watch.direction).stream);
    return;
  }
}

function advance(table: MoveTable, found: TableProgress | undefined): MoveTable {
  const state = found?.state ?? 'i';
  if (state === 'r' || state === 's')
    return { ...table, state: 'STREAMING', rowsCopied: table.rows, bytesCopied: null };
  if (state === 'f') return { ...table, state: 'COPIED', rowsCopied: table.rows, bytesCopied: null };
  if (state !== 'd') return table;
  const rowsCopied = Number(found?.rows ?? 0n);
  return {
    ...table,
    state: 'COPYING',
    rowsCopied,
    bytesCopied: found?.bytes == null ? null : Number(found.bytes),
  };
}
