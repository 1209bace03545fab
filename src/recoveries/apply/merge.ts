import { setTimeout as sleep } from 'node:timers/promises';
import { cancelOnAbort } from '../../postgres/cancel.ts';
import { isServerError, type ServerError } from '../../postgres/errors.ts';
import { advanceFence, ensureFences, type Fence } from '../../postgres/fence.ts';
import type { Database, Queryable, Transaction } from '../../postgres/pool.ts';
import { type Comparison, compareSides, pairSides, type Sides } from '../compare/compare.ts';
import { beginReading, fetchRows, type HashedRow } from '../compare/rows-probe.ts';
import { readBackend } from '../compare/session-probe.ts';
import { groupCircles } from '../compare/order.ts';
import { requireMergeable, type TablePair } from '../compare/tables.ts';
import { listTables } from '../compare/tables-probe.ts';
import { RecoveryPlanChangedError, RecoveryRejectedError, RecoverySchemaDiffersError } from '../errors.ts';
import * as store from './merge-store.ts';
import { type OthersProof, type TableWrites, watchOthers } from './proof.ts';

/** What a table was given back, and what it did not take. */
export interface TableMerge extends TableWrites {
  /** Missing rows that were left out: another row has a value that must be unique. */
  readonly conflicts: number;
}

export interface Merged {
  readonly comparison: Comparison;
  readonly merges: readonly TableMerge[];
  readonly proof: OthersProof;
  /** Of the live database: the audit trail has it on each of its rows. Null: nothing was written. */
  readonly transactionId: string | null;
}

export interface MergeOptions {
  readonly operationId: string;
  readonly organizationId: string;
  readonly tables: readonly string[] | null;
  readonly overwriteChanged: boolean;
  /** Id of a comparison that somebody agreed to; null: whatever is missing now. */
  readonly planId: string | null;
  readonly fence: Fence;
  readonly hashLimitBytes: number;
  /** For the product's log. */
  readonly note: object;
  readonly signal: AbortSignal;
  /** Called right before the commit; what it throws takes all back. */
  readonly beforeCommit: () => void;
  readonly onProgress: (message: string) => void;
}

/** The clone is read twice at a time: sorted hashes, and the rows that are missing. */
export interface Clone {
  readonly tx: Transaction;
  readonly rows: Queryable;
}

const ATTEMPTS = 5;
const RETRY_MS = 200;
const LOCK_TIMEOUT_MS = 3_000; // short: we hold keys of parents that writers of the organization want
const STAGED_AT_ONCE = 500;

/**
 * Puts the missing rows back in one transaction of one snapshot. Somebody who writes to the same rows meanwhile makes
 * it begin anew, a few times.
 *
 * @throws {RecoveryPlanChangedError} {RecoveryRejectedError} {RecoveryProofFailedError} {FencedError}: all taken back.
 */
export async function mergeMissing(live: Database, clone: Clone, options: MergeOptions): Promise<Merged> {
  await ensureFences(live);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await live.transaction(async (tx) => {
        await beginReading(tx);
        const cancelling = { db: live, pid: await readBackend(tx), signal: options.signal };
        return cancelOnAbort(cancelling, () => mergeOnce(tx, clone, options));
      });
    } catch (error) {
      if (!isCollision(error) || attempt === ATTEMPTS) throw toTyped(error);
      options.signal.throwIfAborted();
      await sleep(RETRY_MS * attempt, undefined, { signal: options.signal });
    }
  }
}

async function mergeOnce(tx: Transaction, clone: Clone, options: MergeOptions): Promise<Merged> {
  await store.beginMerging(tx, LOCK_TIMEOUT_MS);
  await advanceFence(tx, options.fence);
  const earlier = await store.findDone<Merged>(tx, options.operationId);
  if (earlier !== null) return earlier;
  const others = await watchOthers(tx, { ...options, tables: await listTables(tx) });
  const sides = { then: clone.tx, now: tx };
  const { comparison, staged } = await stageDifferences(sides, clone, options);
  if (comparison.unlike.length > 0) throw new RecoverySchemaDiffersError(comparison.unlike);
  if (options.planId !== null && options.planId !== comparison.planId)
    throw new RecoveryPlanChangedError(options.planId, comparison.planId);
  const merges: TableMerge[] = [];
  for (const group of groupCircles(staged)) {
    options.signal.throwIfAborted();
    options.onProgress(`putting rows of ${group.map(({ name }) => name).join(', ')} back`);
    merges.push(...(await mergeTables(tx, group, { ...options, comparison })));
  }
  const proof = await others.prove(merges);
  const transactionId = await store.noteInAccessLog(tx, options.organizationId, {
    ...options.note,
    rows: Object.fromEntries(merges.map((one) => [one.table, one.restored + one.overwritten])),
  });
  const merged = { comparison, merges, proof, transactionId };
  await store.recordDone(tx, options.operationId, merged);
  options.signal.throwIfAborted();
  options.beforeCommit();
  return merged;
}

async function stageDifferences(
  sides: Sides,
  { rows: clone }: Clone,
  options: MergeOptions,
): Promise<{ readonly comparison: Comparison; readonly staged: readonly TablePair[] }> {
  const { organizationId, signal, tables } = options;
  if (tables !== null) requireMergeable((await pairSides(sides, tables)).chosen);
  const staged: TablePair[] = [];
  const waiting = new Map<string, { readonly row: HashedRow; readonly isChanged: boolean }>();
  const flush = async (pair: TablePair) => {
    signal.throwIfAborted();
    if (waiting.size === 0) return;
    if (!staged.includes(pair)) await store.createStage(sides.now, pair);
    if (!staged.includes(pair)) staged.push(pair);
    const keys = [...waiting.values()].map((one) => one.row.key);
    const found = await fetchRows(clone, { pair, organizationId }, keys);
    const isChanged = (key: readonly string[]) => waiting.get(JSON.stringify(key))?.isChanged ?? false;
    await guarded([pair], () =>
      store.stageRows(
        sides.now,
        pair,
        found.map((one) => ({ ...one, isChanged: isChanged(one.key) })),
      ),
    );
    waiting.clear();
  };
  const comparison = await compareSides(sides, {
    ...{ organizationId, tables, withChanged: options.overwriteChanged },
    onProgress: (table, done, total) => options.onProgress(`comparing ${table}, ${done} of ${total} tables`),
    onDifference: async (pair, { kind, row }) => {
      requireMergeable([pair]);
      waiting.set(JSON.stringify(row.key), { row, isChanged: kind === 'CHANGED' });
      if (waiting.size >= STAGED_AT_ONCE) await flush(pair);
    },
    onTableEnd: flush,
  });
  return { comparison, staged };
}

/** One table, or some that refer to each other in a circle: their rows go in with one statement. */
async function mergeTables(
  tx: Transaction,
  group: readonly TablePair[],
  options: MergeOptions & { readonly comparison: Comparison },
): Promise<readonly TableMerge[]> {
  const { organizationId } = options;
  const restored = await guarded(group, () => store.insertMissing(tx, group));
  const merges: TableMerge[] = [];
  for (const [index, pair] of group.entries()) {
    const overwritten = await guarded([pair], () => store.overwriteChanged(tx, pair, organizationId));
    await store.advanceSequences(tx, pair);
    merges.push(await checkTable(tx, pair, { ...options, restored: restored[index] ?? 0, overwritten }));
  }
  return merges;
}

interface Written extends Pick<TableMerge, 'restored' | 'overwritten'> {
  readonly organizationId: string;
  readonly comparison: Comparison;
}

async function checkTable(
  tx: Transaction,
  pair: TablePair,
  { organizationId, comparison, restored, overwritten }: Written,
): Promise<TableMerge> {
  const asThen = await store.countRestored(tx, pair, organizationId);
  if (asThen !== restored + overwritten)
    throw new RecoveryRejectedError(
      pair.name,
      `${restored + overwritten - asThen} rows did not come back as they were`,
      'A trigger of the table changes what is written: export the rows and put them back by hand.',
    );
  const deleted = comparison.tables.find((one) => one.table === pair.name)?.deleted ?? 0;
  return { table: pair.name, restored, overwritten, conflicts: deleted - restored };
}

async function guarded<T>(group: readonly TablePair[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isServerError(error) && isRefusal(error)) throw toRejected(group, error);
    throw error;
  }
}

/** Integrity constraints, and data that does not fit. */
function isRefusal(error: ServerError): boolean {
  return /^(23|22|P0001|42804|428C9|55000)/.test(error.code);
}

function toRejected(group: readonly TablePair[], error: ServerError): RecoveryRejectedError {
  const isPartitioned = group.some((one) => one.isPartitioned);
  // Only the root of partitions refuses a row without naming a constraint.
  const isHomeless = isPartitioned && error.code === '23514' && error.constraint === undefined;
  const hint = isHomeless
    ? 'Make the partitions of these months first, or leave the table out with `tables`.'
    : error.code === '23503'
      ? 'Rows that they refer to are gone and were not asked for: name these tables, too.'
      : 'Nothing was written. Leave the table out with `tables`, or export its rows and put them back by hand.';
  return new RecoveryRejectedError(group.map(({ name }) => name).join(', '), error.message, hint, error);
}

/** Others were in the way: serialization failure, deadlock, lock timeout. */
function isCollision(error: unknown): boolean {
  return isServerError(error, '40001', '40P01', '55P03');
}

function toTyped(error: unknown): unknown {
  if (!isCollision(error)) return error;
  const problem = error instanceof Error ? error.message : String(error);
  return new RecoveryRejectedError(
    'it',
    problem,
    'Others write to the same rows all the time: try again later.',
  );
}
