import { PartitionBlockedError, PartitionFailedError } from '../errors.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Transaction } from '../../postgres/pool.ts';
import { catchUp, compareOnce, mustBeEqual } from './convert.ts';
import { wordsOf } from './conversion.ts';
import { applyChanges, compareTables, countChanges, countTouched } from './copy-runner.ts';
import { listLeaves } from './build-runner.ts';
import { ConversionBehindError, ConversionDiffersError } from './errors.ts';
import { readShape } from './shape-probe.ts';
import { findSwapped, lockSource, swapTables } from './swap-runner.ts';
import { type Converting, transact } from './work.ts';

/** Changes and keys that are dealt with while everybody waits: some tens of milliseconds. */
const MOST_IN_PAUSE = 1_000;
/** Between two looks whether too much has come in. */
const TRY_MS = 3_000;

export interface Swapped {
  /** How long nobody could read or write the table, in milliseconds; null: a crash has hidden it. */
  readonly pauseMs: number | null;
  /** Compared while everybody waited: those that had changed since all were. */
  readonly rowsInPause: string;
  readonly partitions: number;
}

/**
 * Swaps both tables as soon as nobody holds the plain one and little is left to catch up with: in one transaction the rest
 * is made, compared and swapped. Twice is safe: it sees that it has been done.
 *
 * @throws {PartitionBlockedError} @throws {ConversionBehindError} @throws {ConversionDiffersError}
 */
export async function swap(one: Converting): Promise<Swapped> {
  const { conversion, patienceMs } = one;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const isDone = (await transact(one, 'look', (tx) => findSwapped(tx, conversion))) === 'AFTER';
    if (!isDone) await approach(one);
    const isLast = performance.now() > deadline;
    const swapped = await trySwap({ ...one, patienceMs: TRY_MS }).catch((error: unknown) => {
      if (isLast || !isPassing(error)) throw error;
      return null;
    });
    if (swapped !== null) return swapped;
    if (isLast)
      throw new ConversionBehindError(
        conversion.shape.name,
        patienceMs / 1_000,
        'changes come faster than they are caught up with',
      );
  }
}

/** Somebody holds the table, or a row has come that has no partition yet. */
function isPassing(error: unknown): boolean {
  if (error instanceof PartitionBlockedError) return true;
  return error instanceof PartitionFailedError && isServerError(error.cause, '23514', '23505');
}

/** Everything that can be done while others write. */
async function approach(one: Converting): Promise<void> {
  await catchUp(one, { isLocking: one.conversion.shape.foreignKeys.length > 0 });
  const touched = await transact(one, 'count keys', countTouched);
  if (touched > MOST_IN_PAUSE) await compareOnce(one, 'TOUCHED');
}

/** Null: too much is left for a pause. */
async function trySwap(one: Converting): Promise<Swapped | null> {
  const { conversion, context } = one;
  const times = { lockedAt: 0 };
  const found = await transact(one, `swap ${conversion.shape.name}`, async (tx) => {
    const state = await findSwapped(tx, conversion);
    if (state === 'AFTER') return describe(tx, one, { pauseMs: null, rowsInPause: '0' });
    if (state === 'GONE') throw new ConversionDiffersError(conversion.shape.name, 'it is not there any more');
    await lockSource(tx, conversion);
    times.lockedAt = performance.now();
    if ((await countChanges(tx, MOST_IN_PAUSE)) > MOST_IN_PAUSE) return null;
    await mustBeSameShape(tx, one);
    await applyChanges(tx, conversion, { limit: MOST_IN_PAUSE, isLocking: false });
    const compared = await compareTables(tx, conversion, 'TOUCHED');
    mustBeEqual(one, compared);
    context.assertLease();
    await swapTables(tx, conversion);
    return describe(tx, one, { pauseMs: 0, rowsInPause: compared.source.rows });
  });
  if (found === null || found.pauseMs === null) return found;
  return { ...found, pauseMs: Math.ceil(performance.now() - times.lockedAt) };
}

async function describe(
  tx: Transaction,
  { conversion }: Converting,
  rest: Omit<Swapped, 'partitions'>,
): Promise<Swapped> {
  const leaves = await listLeaves(tx, wordsOf(conversion).source);
  return { ...rest, partitions: leaves.length };
}

/** A column, a key or a right that somebody has given it meanwhile would be lost. */
async function mustBeSameShape(tx: Transaction, { conversion: { shape } }: Converting): Promise<void> {
  const now = await readShape(tx, shape.schema, shape.name);
  if (now === null) throw new ConversionDiffersError(shape.name, 'it is not there any more');
  const changed = Object.keys(shape).filter(
    (key) =>
      JSON.stringify(shape[key as keyof typeof shape]) !== JSON.stringify(now[key as keyof typeof shape]),
  );
  if (changed.length > 0)
    throw new ConversionDiffersError(
      shape.name,
      `somebody has changed it meanwhile: its ${changed.join(', ')}`,
    );
}
