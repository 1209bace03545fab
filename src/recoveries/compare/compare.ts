import { createHash } from 'node:crypto';
import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { joinByKey, type Difference, type RowCounts } from './merge-join.ts';
import { countRows, digestRows, fetchHashes, streamHashes, streamReferenced } from './rows-probe.ts';
import { chooseTables, pairTables, type TablePair } from './tables.ts';
import { listTables } from './tables-probe.ts';

/** What became of the rows of one table. */
export interface TableComparison extends RowCounts {
  readonly table: string;
  /** REFERENCE: only the rows that the organization's own refer to, and those that were added are not known. */
  readonly kind: 'TENANT' | 'REFERENCE';
}

export interface Comparison {
  readonly tables: readonly TableComparison[];
  /** Names what is missing, row by row, and with `withChanged` what has other values. */
  readonly planId: string;
  /** One for each table that can't be compared row by row and is not what it was. */
  readonly unlike: readonly string[];
  readonly warnings: readonly string[];
}

/** The two databases, each within one transaction that has begun reading. */
export interface Sides {
  readonly then: Transaction;
  readonly now: Transaction;
}

export interface CompareOptions {
  readonly organizationId: string;
  /** Null: all. */
  readonly tables: readonly string[] | null;
  /** True: rows with other values belong to the plan, too. */
  readonly withChanged: boolean;
  readonly onProgress: (table: string, done: number, total: number) => void;
  /** Told of each difference that belongs to the plan. */
  readonly onDifference?: (pair: TablePair, difference: Difference) => Promise<void>;
  /** Between two tables. */
  readonly onTableEnd?: (pair: TablePair) => Promise<void>;
}

/** The tables of both, paired; those chosen, and those of reference. */
export async function pairSides({ then, now }: Sides, names: readonly string[] | null) {
  const pairs = pairTables(await listTables(then), await listTables(now));
  const chosen = chooseTables(pairs, names);
  return { chosen, references: pairs.filter((one) => one.kind === 'REFERENCE') };
}

/** Table by table, parents first. What can't be compared is left out and said. */
export async function compareSides(sides: Sides, options: CompareOptions): Promise<Comparison> {
  const { chosen, references } = await pairSides(sides, options.tables);
  const comparable = chosen.filter((one) => one.incomparable === null);
  const tables: TableComparison[] = [];
  const digest = createHash('sha256');
  for (const [index, pair] of comparable.entries()) {
    options.onProgress(pair.name, index, comparable.length);
    const counts = await compareTable(sides, pair, { ...options, digest });
    tables.push({ table: pair.name, kind: 'TENANT', ...counts });
    await options.onTableEnd?.(pair);
  }
  for (const pair of references.filter((one) => one.incomparable === null)) {
    const counts = await compareReference(sides, pair, { ...options, chosen: comparable });
    if (counts.rowsThen > 0) tables.push({ table: pair.name, kind: 'REFERENCE', ...counts });
  }
  const unlike: string[] = [];
  for (const pair of chosen.filter((one) => one.incomparable !== null))
    if (!(await isAlike(sides, { pair, organizationId: options.organizationId })))
      unlike.push(`${pair.name}: ${pair.incomparable}`);
  const warnings = [
    ...unlike.map((one) => `rows are others than then, and it is not known which: ${one}`),
    ...[...chosen.flatMap((one) => one.warnings), ...warnOfReferences(tables)],
  ];
  return { tables, planId: `rows-${digest.digest('hex').slice(0, 32)}`, unlike, warnings };
}

/** As a whole: a table without a key of its own has the same rows, or nothing that could be missing. */
async function isAlike(
  { then, now }: Sides,
  source: { readonly pair: TablePair; readonly organizationId: string },
): Promise<boolean> {
  if ((await countRows(then, source)) === 0) return true;
  const [past, present] = [await digestRows(then, source), await digestRows(now, source)];
  return past !== null && past.rows === present?.rows && past.hash === present.hash;
}

async function compareTable(
  { then, now }: Sides,
  pair: TablePair,
  options: CompareOptions & { readonly digest: ReturnType<typeof createHash> },
): Promise<RowCounts> {
  const source = { pair, organizationId: options.organizationId };
  return joinByKey(streamHashes(then, source), streamHashes(now, source), async (difference) => {
    const { kind, row } = difference;
    if (kind === 'CHANGED' && !options.withChanged) return;
    options.digest.update(JSON.stringify([pair.name, kind, row.key, row.hash]));
    await options.onDifference?.(pair, difference);
  });
}

/** Others' people are none of our business: only what the organization's rows point at is looked up. */
async function compareReference(
  { then, now }: Sides,
  pair: TablePair,
  { chosen, organizationId }: CompareOptions & { readonly chosen: readonly TablePair[] },
): Promise<RowCounts> {
  const key = pair.key.map((one) => one.name).join();
  const children = chosen.flatMap((child) =>
    child.foreignKeys
      .filter((one) => one.table === pair.name && one.referenced.join() === key)
      .filter((one) => one.columns.every((name) => child.columns.some((column) => column.name === name)))
      .map(({ columns }) => ({ child, columns })),
  );
  const counts = { rowsThen: 0, rowsNow: 0, added: 0, changed: 0, deleted: 0 };
  for await (const batch of streamReferenced(then, pair, { organizationId, children })) {
    const found = await findHashes(
      now,
      pair,
      batch.map((one) => one.key),
    );
    for (const { key: ofRow, hash } of batch) {
      const live = found.get(JSON.stringify(ofRow));
      counts.rowsThen += 1;
      if (live === undefined) counts.deleted += 1;
      else counts.rowsNow += 1;
      if (live !== undefined && live !== hash) counts.changed += 1;
    }
  }
  return counts;
}

async function findHashes(db: Queryable, pair: TablePair, keys: readonly (readonly string[])[]) {
  const rows = await fetchHashes(db, pair, keys);
  return new Map(rows.map((one) => [JSON.stringify(one.key), one.hash]));
}

function warnOfReferences(tables: readonly TableComparison[]): readonly string[] {
  return tables
    .filter((one) => one.kind === 'REFERENCE' && one.deleted > 0)
    .map(
      ({ table, deleted }) =>
        `${deleted} rows of ${table} that were referred to are gone: rows that need them can't be put back`,
    );
}
