import { setTimeout as sleep } from 'node:timers/promises';
import { PartitionFailedError } from '../errors.ts';
import { isServerError } from '../../postgres/errors.ts';
import {
  addTriggers,
  buildTable,
  dropWork,
  findWork,
  listLeaves,
  setNoteFunction,
  stopNoting,
} from './build-runner.ts';
import {
  analyzeNew,
  applyChanges,
  beginRecording,
  type Compared,
  compareTables,
  copyBatch,
  type CopyProgress,
  forgetTouched,
  hasTruncate,
} from './copy-runner.ts';
import { markOf, wordsOf } from './conversion.ts';
import { ConversionBehindError, ConversionDiffersError } from './errors.ts';
import { addLeafKey, validateLeafKey } from './keys-runner.ts';
import { findSwapped } from './swap-runner.ts';
import { type Converting, findSpans, transact, transactInSnapshot, transactWithLeaves } from './work.ts';

/** Rows of one transaction: what writers of a noted row may wait for, and what a crash copies again. */
export const BATCH_ROWS = 5_000;
const WHOLE_LOG = 1_000_000;
const COMPARE_TRIES = 10;
const COPY_TRIES = 10;

/** Makes the new table, unless it is there. What stands there of another operation is a leftover: the lane is ours. */
export async function build(one: Converting): Promise<void> {
  const { conversion } = one;
  await transact(one, 'make the new table', async (tx) => {
    if ((await findSwapped(tx, conversion)) === 'AFTER') return;
    if ((await findWork(tx)) === markOf(conversion)) return;
    await dropWork(tx);
    await buildTable(tx, conversion, await findSpans(tx, conversion));
  });
}

/** From its end on no change goes unnoticed. Twice is safe. */
export async function noteChanges(one: Converting): Promise<void> {
  await transact(one, `note changes of ${one.conversion.shape.name}`, (tx) =>
    addTriggers(tx, one.conversion),
  );
}

/** All rows, in order of the key, and what changes meanwhile. Goes on where it was after a crash. */
export async function copyRows(
  one: Converting,
  { rows, rowsPerSecond }: { readonly rows: bigint; readonly rowsPerSecond: number | null },
): Promise<void> {
  const { conversion, context } = one;
  const limit = Math.min(BATCH_ROWS, rowsPerSecond ?? BATCH_ROWS);
  for (;;) {
    const begunAt = performance.now();
    const { copied, isCopied } = await copyNext(one, limit);
    await catchUp(one, { isLocking: false });
    context.progress({
      fractionDone: rows > 0n ? Math.min(0.99, Number(copied) / Number(rows)) : null,
      message: `${copied} of about ${rows} row(s) are copied`,
    });
    if (isCopied) break;
    const restMs =
      rowsPerSecond === null ? 0 : (1_000 * limit) / rowsPerSecond - (performance.now() - begunAt);
    if (restMs > 0) await sleep(restMs, undefined, { signal: context.signal });
  }
  await transact(one, 'analyze the new table', (tx) => analyzeNew(tx, conversion));
}

/** A row may have the unique value of another one whose change is noted only: then that is made first. */
async function copyNext(one: Converting, limit: number): Promise<CopyProgress> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transactWithLeaves(one, 'copy rows', (tx) => copyBatch(tx, one.conversion, limit));
    } catch (error) {
      if (tries === COPY_TRIES || !isCollision(error)) throw error;
      await catchUp(one, { isLocking: false });
    }
  }
}

function isCollision(error: unknown): boolean {
  return error instanceof PartitionFailedError && isServerError(error.cause, '23505');
}

/** Until fewer changes wait than go into one batch. @throws {ConversionBehindError} */
export async function catchUp(
  one: Converting,
  { isLocking }: { readonly isLocking: boolean },
): Promise<void> {
  const { conversion, patienceMs } = one;
  const deadline = performance.now() + patienceMs;
  for (let limit = BATCH_ROWS; ;) {
    const applied = await transactWithLeaves(one, 'catch up with changes', (tx) =>
      applyChanges(tx, conversion, { limit, isLocking }),
    ).catch((error: unknown) => {
      // Two rows that have exchanged a unique value in different batches: all of them at once cannot collide.
      if (limit === BATCH_ROWS && isCollision(error)) return null;
      throw error;
    });
    if (applied !== null && applied < limit) return;
    limit = applied === null ? WHOLE_LOG : BATCH_ROWS;
    if (performance.now() > deadline)
      throw new ConversionBehindError(
        conversion.shape.name,
        patienceMs / 1_000,
        'changes come faster than they are caught up with',
      );
  }
}

/** Every row of both, in one snapshot; then it keeps the keys of all that changes. Gives how many rows there were. */
export async function compareAll(one: Converting): Promise<string> {
  await transact(one, 'keep keys', beginRecording);
  for (let tries = 1; ; tries += 1) {
    await catchUp(one, { isLocking: false });
    const compared = await compareOnce(one, 'ALL');
    if (compared !== null) return compared.source.rows;
    if (tries === COMPARE_TRIES)
      throw new ConversionBehindError(
        one.conversion.shape.name,
        one.patienceMs / 1_000,
        'it is emptied again and again',
      );
  }
}

/** Null: the table was emptied just now. @throws {ConversionDiffersError} */
export async function compareOnce(one: Converting, which: 'ALL' | 'TOUCHED'): Promise<Compared | null> {
  const { conversion } = one;
  const compared = await transactInSnapshot(one, 'compare both tables', async (tx) => {
    if (await hasTruncate(tx)) return null;
    const found = await compareTables(tx, conversion, which);
    await forgetTouched(tx, conversion);
    return found;
  });
  if (compared !== null) mustBeEqual(one, compared);
  return compared;
}

/** @throws {ConversionDiffersError} */
export function mustBeEqual(
  { conversion }: Pick<Converting, 'conversion'>,
  { source, target }: Compared,
): void {
  if (source.rows === target.rows && source.hash === target.hash) return;
  const what =
    source.rows === target.rows
      ? `of ${source.rows} row(s) some are other ones in the new table`
      : `it has ${source.rows} row(s), and the new table ${target.rows}`;
  throw new ConversionDiffersError(conversion.shape.name, what);
}

/** Each leaf gets its foreign keys while others write, so that the swap has nothing to look at. Twice is safe. */
export async function addForeignKeys(one: Converting): Promise<void> {
  const { conversion, context } = one;
  const { foreignKeys } = conversion.shape;
  if (foreignKeys.some(({ refuses }) => refuses))
    await transact(one, 'guard deletes', (tx) => setNoteFunction(tx, conversion, { isGuarding: true }));
  // What was deleted before the guard stood must not be found by a foreign key.
  await catchUp(one, { isLocking: true });
  const leaves = await transact(one, 'list leaves', (tx) => listLeaves(tx, wordsOf(conversion).target));
  const keys = leaves.flatMap((leaf) => foreignKeys.map((key) => ({ leaf, key })));
  for (const [index, key] of keys.entries()) {
    await transact(one, `add ${key.key.name} to ${key.leaf}`, (tx) => addLeafKey(tx, conversion, key));
    await transact(one, `validate ${key.key.name} of ${key.leaf}`, (tx) =>
      validateLeafKey(tx, conversion, key),
    );
    context.progress({ fractionDone: (index + 1) / keys.length, message: `${key.leaf} has ${key.key.name}` });
  }
}

/** Nothing of it stays, unless the tables were swapped. Twice is safe. */
export async function removeWork(one: Converting): Promise<void> {
  const { conversion } = one;
  await transact(one, 'stop noting', stopNoting);
  await transact(one, `remove what was made of ${conversion.shape.name}`, async (tx) => {
    const mark = await findWork(tx);
    if (mark === markOf(conversion)) await dropWork(tx);
  });
}
