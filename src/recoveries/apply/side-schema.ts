import type { Database, Transaction } from '../../postgres/pool.ts';
import { streamRows } from '../compare/rows-probe.ts';
import type { TablePair } from '../compare/tables.ts';
import * as store from './side-store.ts';

export interface SideSchema {
  readonly schema: string;
  readonly rows: number;
}

export interface SideOptions {
  readonly operationId: string;
  readonly organizationId: string;
  /** Kept with the schema, for whoever finds it. */
  readonly comment: string;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

/**
 * Puts the organization's rows of then beside the live ones, into a schema of their own, in one transaction: it is
 * there as a whole or not at all. Twice is safe: one that is there is filled anew.
 */
export async function fillSideSchema(
  live: Database,
  then: Transaction,
  { pairs, ...options }: SideOptions & { readonly pairs: readonly TablePair[] },
): Promise<SideSchema> {
  const schema = store.toSchemaName(options.operationId);
  return live.transaction(async (tx) => {
    await store.dropSideSchema(tx, schema);
    await store.createSideSchema(tx, { schema, comment: options.comment });
    let rows = 0;
    for (const pair of pairs) {
      await store.createSideTable(tx, schema, pair);
      const source = { pair, organizationId: options.organizationId };
      for await (const batch of streamRows(then, source, store.storedColumns(pair))) {
        options.signal.throwIfAborted();
        rows += await store.fillSideTable(tx, { schema, pair }, batch);
        options.onProgress(`${pair.name}, ${rows} rows`);
      }
    }
    return { schema, rows };
  });
}
