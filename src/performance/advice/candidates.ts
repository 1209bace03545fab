import { writeName } from '../../postgres/names.ts';
import { createHash } from 'node:crypto';
import type { CatalogColumn, CatalogTable } from './catalog-probe.ts';
import { estimateIndexBytes } from './size.ts';
import type { TableUse } from './use.ts';

export const INDEX_KINDS = ['BTREE', 'MULTI_COLUMN', 'PARTIAL', 'COVERING', 'EXPRESSION', 'GIN'] as const;
export type IndexKind = (typeof INDEX_KINDS)[number];

/** An index that is not there. */
export interface Candidate {
  readonly kind: IndexKind;
  readonly table: CatalogTable;
  /** As SQL writes them, with order and operator class. */
  readonly keys: readonly string[];
  readonly include: readonly CatalogColumn[];
  /** Condition of a partial index; null: of all rows. */
  readonly where: string | null;
  /** Columns that the keys are made of. */
  readonly columns: readonly CatalogColumn[];
}

const MOST_KEYS = 4;
const MOST_INCLUDED = 3;
const MOST_INCLUDED_BYTES = 64;
const MOST_FOR_A_USE = 24;

/** What could help where a table is used like this, what fits best first, without what an index is there for already. */
export function listCandidates(use: TableUse): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const one of [...btrees(use), ...expressions(use)])
    if (!isCovered(one)) found.set(toDefinition(one), one);
  return [...found.values()].slice(0, MOST_FOR_A_USE);
}

/** Columns of the arms of an OR: each needs an index before one is of use. */
export function listBundles(use: TableUse): readonly (readonly Candidate[])[] {
  if (use.alternatives.size < 2) return [];
  const each = [...use.alternatives].map((column) => toCandidate(use, [plain(column)]));
  return [each.filter((one) => !isCovered(one))].filter((bundle) => bundle.length > 0);
}

/** GIN indexes: no hypothetical one can be made, so that a rule decides. */
export function listGins(use: TableUse): readonly Candidate[] {
  return [...use.gins].map((key) => {
    const column = use.table.columns.find((one) => key.split(/[\s,()]+/).includes(one.quoted));
    return {
      ...toCandidate(use, []),
      kind: 'GIN',
      keys: [isExpression(key) ? `(${key})` : key],
      columns: column ? [column] : [],
    };
  });
}

const isExpression = (key: string) => /\(/.test(key);

interface Key {
  readonly column: CatalogColumn;
  readonly text: string;
}

const plain = (column: CatalogColumn): Key => ({ column, text: column.quoted });

function btrees(use: TableUse): readonly Candidate[] {
  const lists = keyLists(use);
  const [first] = lists;
  const where = [...use.constants].toSorted().join(' AND ');
  const inConstants = (key: Key) => [...use.constants].some((one) => one.includes(key.text));
  const partial = lists.slice(0, 4).map((keys) => keys.filter((key) => !inConstants(key)));
  return [
    ...lists.map((keys) => toCandidate(use, keys)),
    ...(where === '' ? [] : [...partial, fallback(use)].filter((keys) => keys.length > 0)).map((keys) => ({
      ...toCandidate(use, keys),
      ...{ where, kind: 'PARTIAL' as const },
    })),
    ...(first === undefined ? [] : lists.slice(0, 4).flatMap((keys) => covering(use, keys))),
  ];
}

/** For a condition that stands alone: any narrow column that is always there. */
const fallback = (use: TableUse): readonly Key[] =>
  use.table.columns
    .filter((one) => one.isNotNull)
    .slice(0, 1)
    .map(plain);

/** Equality first, then what is sorted or a range: behind a range no later column narrows the scan (manual, 11.3). */
function keyLists(use: TableUse): readonly (readonly Key[])[] {
  const equal = [...use.equal]
    .toSorted(byDistinct(use.table.rows))
    .slice(0, MOST_KEYS - 1)
    .map(plain);
  const joined = [...use.joined].map(plain);
  const ranged = [...use.ranged].map(plain);
  const sorted = sortKeys(use);
  const grouped = [...use.grouped].map(plain);
  const lists = [
    ...(sorted.length > 0 ? ranged.map((range) => [...equal, ...sorted, range]) : []),
    [...equal, ...sorted],
    ...ranged.map((range) => [...equal, range]),
    ...joined.map((join) => [...equal, join]),
    ...joined.map((join) => [join, ...equal]),
    [...joined, ...equal],
    equal,
    [...equal, ...grouped],
    sorted,
    ...[...equal, ...joined, ...ranged].map((key) => [key]),
  ];
  const distinct = lists.map((keys) =>
    keys.filter((key, at) => keys.findIndex((one) => one.column === key.column) === at).slice(0, MOST_KEYS),
  );
  const seen = new Set<string>();
  return distinct.filter((keys) => {
    const text = keys.map((key) => key.text).join();
    return text !== '' && !seen.has(text) && seen.add(text);
  });
}

const byDistinct = (rows: number) => (a: CatalogColumn, b: CatalogColumn) =>
  distinctOf(b, rows) - distinctOf(a, rows);
const distinctOf = ({ distinct }: CatalogColumn, rows: number) =>
  distinct === null ? 0 : distinct < 0 ? -distinct * rows : distinct;

/** An index is read backwards as well: directions matter only when they differ. */
function sortKeys({ sorted, equal }: TableUse): readonly Key[] {
  const left = sorted.filter(({ column }) => !equal.has(column));
  const isMixed = new Set(left.map((one) => one.isDescending)).size > 1;
  return left.map(({ column, isDescending }) => ({
    column,
    text: isMixed && isDescending ? `${column.quoted} DESC` : column.quoted,
  }));
}

function covering(use: TableUse, keys: readonly Key[]): readonly Candidate[] {
  if (use.takesAll) return [];
  const rest = [...use.mentioned].filter((column) => keys.every((key) => key.column !== column));
  const bytes = rest.reduce((sum, { width }) => sum + (width ?? MOST_INCLUDED_BYTES), 0);
  if (rest.length === 0 || rest.length > MOST_INCLUDED || bytes > MOST_INCLUDED_BYTES) return [];
  return [{ ...toCandidate(use, keys), kind: 'COVERING', include: rest }];
}

function expressions(use: TableUse): readonly Candidate[] {
  return [...use.expressions].map((expression) => {
    const columns = use.table.columns.filter((one) => expression.split(/[\s()]+/).includes(one.quoted));
    return { ...toCandidate(use, []), kind: 'EXPRESSION', keys: [expression], columns };
  });
}

const toCandidate = (use: TableUse, keys: readonly Key[]): Candidate => ({
  kind: keys.length > 1 ? 'MULTI_COLUMN' : 'BTREE',
  table: use.table,
  keys: keys.map((key) => key.text),
  columns: keys.map((key) => key.column),
  include: [],
  where: null,
});

/** An index over all rows that begins with the same columns does what this one would. */
function isCovered({ kind, table, columns, where, keys }: Candidate): boolean {
  if (kind === 'COVERING' || kind === 'EXPRESSION' || where !== null) return false;
  if (keys.some((key) => key.endsWith(' DESC'))) return false;
  return table.indexes.some(
    (index) =>
      index.isValid &&
      !index.isPartial &&
      index.method === 'btree' &&
      columns.every((column, at) => index.keys[at] === column.name),
  );
}

/** For HypoPG, which takes no name. */
export function toDefinition(candidate: Candidate): string {
  return `CREATE INDEX ON ${candidate.table.quoted} ${tailOf(candidate)}`;
}

function tailOf({ kind, keys, include, where }: Candidate): string {
  const method = kind === 'GIN' ? 'USING gin ' : '';
  const carried = include.length === 0 ? '' : ` INCLUDE (${include.map((one) => one.quoted).join(', ')})`;
  return `${method}(${keys.join(', ')})${carried}${where === null ? '' : ` WHERE ${where}`}`;
}

const MOST_NAME_BYTES = 63;

/** Table, columns and `_idx`, as the product's own; with a part of a hash where that would be too long or not clear. */
export function nameIndex(candidate: Candidate, table: string = candidate.table.name): string {
  const words = candidate.keys
    .join('_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  const isPlain = candidate.where === null && candidate.include.length === 0;
  const mark = createHash('sha256').update(tailOf(candidate)).digest('hex').slice(0, 6);
  const name = `${table}_${words}${isPlain ? '' : `_${mark}`}_idx`;
  const isTaken = candidate.table.indexes.some((one) => one.name === name);
  if (Buffer.byteLength(name) <= MOST_NAME_BYTES && !isTaken) return name;
  return `${Buffer.from(name)
    .subarray(0, MOST_NAME_BYTES - 11)
    .toString()
    .replace(/\uFFFD+$/, '')}_${mark}_idx`;
}

/**
 * Ready for a migration, one after the other, none of them in a transaction. A partitioned table takes no index
 * CONCURRENTLY: each leaf gets one, then they are attached to an index of the parent that is invalid until the last.
 */
export function toStatements(candidate: Candidate): readonly string[] {
  const name = nameIndex(candidate);
  const { table } = candidate;
  const tail = tailOf(candidate);
  const extension = candidate.keys.some((key) => key.endsWith(' gin_trgm_ops'))
    ? ['CREATE EXTENSION IF NOT EXISTS pg_trgm;']
    : [];
  if (!table.isPartitioned)
    return [...extension, `CREATE INDEX CONCURRENTLY ${writeName(name)} ON ${table.quoted} ${tail};`];
  const schema = table.quoted.slice(0, table.quoted.lastIndexOf('.'));
  return [
    ...extension,
    `CREATE INDEX ${writeName(name)} ON ONLY ${table.quoted} ${tail};`,
    ...table.leaves.flatMap((leaf) => {
      const own = writeName(nameIndex(candidate, leaf.name));
      const at = leaf.quoted.slice(0, leaf.quoted.lastIndexOf('.'));
      return [
        `CREATE INDEX CONCURRENTLY ${own} ON ${leaf.quoted} ${tail};`,
        `ALTER INDEX ${schema}.${writeName(name)} ATTACH PARTITION ${at}.${own};`,
      ];
    }),
  ];
}

/** Of `rows` rows; null for GIN, whose size hangs on what is in the values. */
export function sizeOf({ kind, table, columns, include }: Candidate, rows: number | null): number | null {
  if (kind === 'GIN') return null;
  return estimateIndexBytes({ rows: Math.max(0, rows ?? table.rows), keys: columns, include });
}
