import { isServerError } from '../postgres/errors.ts';
import { advanceFence, type Fence } from '../postgres/fence.ts';
import type { Database, Queryable, Transaction } from '../postgres/pool.ts';
import { DemoDataRefusedError } from './errors.ts';
import { DAY_MS, DEMO_DAYS, type DemoSize, firstOrganizationId, generateDemo } from './generate.ts';
import { DEMO_TABLE_NAMES, type DemoTable } from './rows.ts';
import * as store from './store.ts';

export interface LoadProgress {
  readonly itemsDone: number;
  /** Of all tables. */
  readonly rowsDone: number;
}

export interface LoadOptions {
  readonly operationId: string;
  readonly fence: Fence;
  /** Looked at between batches. */
  readonly signal?: AbortSignal;
  /** Called right before the commit; what it throws takes the load back. */
  readonly beforeCommit?: () => void;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** @throws {DemoDataRefusedError} when the product's tables are not there, or belong to somebody. */
export async function checkDatabase(db: Queryable, anchor: Date): Promise<void> {
  const tables = await store.listMissingTables(db);
  if (tables.length > 0)
    throw new DemoDataRefusedError(
      `the database has no ${tables.join(', ')}`,
      'Apply the migrations first: sunday migrations apply.',
    );
  const from = new Date(anchor.getTime() - DEMO_DAYS * DAY_MS);
  const partitions = await store.listMissingPartitions(db, from, anchor);
  if (partitions.length > 0)
    throw new DemoDataRefusedError(
      `there is no partition ${partitions.join(', ')}`,
      'Make the partitions of these months first.',
    );
  if (await store.hasForeignOrganization(db))
    throw new DemoDataRefusedError(
      'the database has organizations that are not of a demo',
      'Use a database without real data.',
    );
}

/**
 * Loads the demo in one transaction, so that a crash leaves nothing of it and a second try begins anew.
 * An operation that has loaded it already gets its counts again.
 *
 * @returns rows by table.
 * @throws {DemoDataRefusedError} as `checkDatabase`, and when the demo of this seed is there already.
 * @throws {FencedError} when a newer holder of the lane has begun.
 */
export async function loadDemo(db: Database, size: DemoSize, options: LoadOptions): Promise<store.RowCounts> {
  return db.transaction(async (tx) => {
    await store.prepareTransaction(tx);
    await checkDatabase(tx, size.anchor);
    await advanceFence(tx, options.fence);
    if (await store.hasOrganization(tx, firstOrganizationId(size.seed))) {
      const own = await store.findLoad(tx, options.operationId);
      if (own) return own;
      throw new DemoDataRefusedError(
        `the demo of seed ${size.seed} is there already`,
        'Give another seed to load more.',
      );
    }
    const rows = await copyDemo(tx, size, options).catch((error: unknown) => {
      if (!isServerError(error, '23505')) throw error;
      throw new DemoDataRefusedError(
        `users of the demo of seed ${size.seed} are there already, from another shard`,
        'Give another seed to load more.',
      );
    });
    for (const table of DEMO_TABLE_NAMES) {
      options.signal?.throwIfAborted();
      await store.analyze(tx, table);
    }
    await store.recordLoad(tx, { seed: size.seed, operationId: options.operationId, rows });
    options.signal?.throwIfAborted();
    options.beforeCommit?.();
    return rows;
  });
}

async function copyDemo(
  tx: Transaction,
  size: DemoSize,
  { signal, onProgress }: LoadOptions,
): Promise<store.RowCounts> {
  const counts = new Map<DemoTable, number>(DEMO_TABLE_NAMES.map((table) => [table, 0]));
  for (const batch of generateDemo(size)) {
    for (const [table, lines] of batch) {
      signal?.throwIfAborted();
      if (lines.length === 0) continue;
      counts.set(table, (counts.get(table) ?? 0) + (await store.copyBatch(tx, table, lines)));
    }
    const rowsDone = [...counts.values()].reduce((one, other) => one + other, 0);
    onProgress?.({ itemsDone: counts.get('items') ?? 0, rowsDone });
  }
  return Object.fromEntries(counts);
}
