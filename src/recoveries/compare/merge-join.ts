import type { HashedRow } from './rows-probe.ts';

/** A row that is not the same in both; `hash` is that of then. */
export interface Difference {
  readonly kind: 'DELETED' | 'CHANGED';
  readonly row: HashedRow;
}

export interface RowCounts {
  readonly rowsThen: number;
  readonly rowsNow: number;
  /** Only now. */
  readonly added: number;
  /** In both, with other values. */
  readonly changed: number;
  /** Only then. */
  readonly deleted: number;
}

type Batches = AsyncIterable<readonly HashedRow[]>;

/**
 * Walks two streams that are sorted by key, byte by byte, side by side: one batch of each is in memory.
 * `onDifference` is told of what was there then; what is new since is counted only.
 */
export async function joinByKey(
  then: Batches,
  now: Batches,
  onDifference: (difference: Difference) => Promise<void>,
): Promise<RowCounts> {
  const [past, present] = [createReader(then), createReader(now)];
  const counts = { rowsThen: 0, rowsNow: 0, added: 0, changed: 0, deleted: 0 };
  let [old, live] = [await past.next(), await present.next()];
  while (old !== null || live !== null) {
    const order = old === null ? 1 : live === null ? -1 : compareKeys(old.key, live.key);
    if (order < 0 && old !== null) {
      counts.deleted += 1;
      await onDifference({ kind: 'DELETED', row: old });
    } else if (order > 0) counts.added += 1;
    else if (old !== null && old.hash !== live?.hash) {
      counts.changed += 1;
      await onDifference({ kind: 'CHANGED', row: old });
    }
    if (order <= 0) {
      counts.rowsThen += 1;
      old = past.peek() ?? (await past.next());
    }
    if (order >= 0) {
      counts.rowsNow += 1;
      live = present.peek() ?? (await present.next());
    }
  }
  return counts;
}

interface Reader {
  /** The next row when it is here already; else null. */
  peek(): HashedRow | null;
  /** The next row; null at the end. */
  next(): Promise<HashedRow | null>;
}

/** `peek` spares a turn of the event loop for each row. */
function createReader(batches: Batches): Reader {
  const iterator = batches[Symbol.asyncIterator]();
  let batch: readonly HashedRow[] = [];
  let index = 0;
  const peek = () => batch[index++] ?? null;
  return {
    peek,
    async next() {
      for (;;) {
        const row = peek();
        if (row !== null) return row;
        const result = await iterator.next();
        if (result.done === true) return null;
        batch = result.value;
        index = 0;
      }
    },
  };
}

/** As COLLATE "C" sorts UTF-8; JavaScript's own order is another one beyond U+D7FF. */
export function compareKeys(left: readonly string[], right: readonly string[]): number {
  for (const [index, one] of left.entries()) {
    const other = right[index] ?? '';
    if (one !== other) return Buffer.compare(Buffer.from(one), Buffer.from(other));
  }
  return 0;
}
