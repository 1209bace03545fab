import { hash } from 'node:crypto';

/** Every kind of object that a catalog tells apart. Stored in snapshots, so a kind is never renamed. */
export const CATALOG_KINDS = [
  'SCHEMA',
  'EXTENSION',
  'TYPE',
  'SEQUENCE',
  'TABLE',
  'COLUMN',
  'COLUMN_ORDER',
  'CONSTRAINT',
  'INDEX',
  'STATISTICS',
  'TRIGGER',
  'POLICY',
  'RULE',
  'VIEW',
  'MATERIALIZED_VIEW',
  'FUNCTION',
  'PROCEDURE',
  'AGGREGATE',
  'OPERATOR',
  'CAST',
  'PUBLICATION',
  'EVENT_TRIGGER',
  'OWNER',
  'GRANT',
  'DEFAULT_PRIVILEGE',
  'COMMENT',
  'PARTITION_PROBLEM',
  'OTHER',
] as const;
export type CatalogKind = (typeof CATALOG_KINDS)[number];

/** One object of the user's schemas. */
export interface CatalogObject {
  readonly kind: CatalogKind;
  /** Qualified identity, e.g. `public.items.name`, `items_pkey on public.items`, `public.f(integer, text)`. */
  readonly name: string;
  /** What DDL would say about it. */
  readonly definition: string;
  /** What may differ between servers without anybody having changed the schema: the version of an extension. */
  readonly remark: string | null;
}

/** What a database consists of, its rows and its owner's name left out. Sorted by kind and name. */
export interface Catalog {
  readonly objects: readonly CatalogObject[];
}

export const CATALOG_CHANGES = ['ADDED', 'REMOVED', 'CHANGED'] as const;
export type CatalogChange = (typeof CATALOG_CHANGES)[number];

export interface CatalogDifference {
  readonly kind: CatalogKind;
  readonly object: string;
  /** Seen from what was expected: `ADDED` is there and should not be. */
  readonly change: CatalogChange;
  /** Null when it was not expected at all. */
  readonly expected: string | null;
  /** Null when it is not there. */
  readonly found: string | null;
  /** False when only a remark differs: worth showing, but the fingerprints are equal and nothing is refused. */
  readonly isMaterial: boolean;
}

/** SHA-256 in hexadecimal over all objects but their remarks; the order of `objects` does not matter. */
export function fingerprintOf({ objects }: Catalog): string {
  return fingerprintOfLines(objects.map(lineOf).sort());
}

/** As `fingerprintOf`, of what `lineOf` gives for each object, sorted as JavaScript sorts. */
export function fingerprintOfLines(lines: readonly string[]): string {
  return hash('sha256', lines.join('\n'), 'hex');
}

/** What of an object counts in a fingerprint. */
export function lineOf({ kind, name, definition }: CatalogObject): string {
  return JSON.stringify([kind, name, definition]);
}

/** What `found` has otherwise than `expected`, by kind and name. Empty exactly when both say the same. */
export function compareCatalogs(expected: Catalog, found: Catalog): readonly CatalogDifference[] {
  const left = byKey(expected);
  const right = byKey(found);
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
  return keys.flatMap((key) => {
    const difference = compareObjects(left.get(key), right.get(key));
    return difference === null ? [] : [difference];
  });
}

/** Objects in the order in which catalogs are kept and shown. */
export function sortObjects(objects: readonly CatalogObject[]): readonly CatalogObject[] {
  return objects
    .map((one) => ({ one, key: keyOf(one) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ one }) => one);
}

/** Tells one object of a catalog from another; sorts by kind and name. */
export function keyOf({ kind, name }: Pick<CatalogObject, 'kind' | 'name'>): string {
  return `${String(CATALOG_KINDS.indexOf(kind)).padStart(2, '0')} ${name}`;
}

function byKey({ objects }: Catalog): ReadonlyMap<string, CatalogObject> {
  return new Map(objects.map((one) => [keyOf(one), one]));
}

function compareObjects(
  expected: CatalogObject | undefined,
  found: CatalogObject | undefined,
): CatalogDifference | null {
  const one = expected ?? found;
  if (one === undefined) return null;
  // The table that comes or goes with its columns says enough.
  if (one.kind === 'COLUMN_ORDER' && (!expected || !found || keepsOrder(expected, found))) return null;
  const texts = { expected: expected?.definition ?? null, found: found?.definition ?? null };
  const difference = { kind: one.kind, object: one.name, isMaterial: true };
  if (!expected) return { ...difference, change: 'ADDED', ...texts };
  if (!found) return { ...difference, change: 'REMOVED', ...texts };
  if (expected.definition !== found.definition) return { ...difference, change: 'CHANGED', ...texts };
  if (expected.remark === found.remark) return null;
  const remarks = { expected: expected.remark, found: found.remark };
  return { ...difference, change: 'CHANGED', ...remarks, isMaterial: false };
}

/**
 * Columns stand in an object of their own, one name for each line, so that one more or less of them is one
 * difference and not one for each column behind it. Whether those that both have follow each other in the same
 * order is what is left to compare.
 */
function keepsOrder(expected: CatalogObject, found: CatalogObject): boolean {
  const left = expected.definition.split('\n');
  const right = found.definition.split('\n');
  const common = (names: readonly string[], others: readonly string[]) => {
    const known = new Set(others);
    return names.filter((name) => known.has(name)).join('\n');
  };
  return common(left, right) === common(right, left);
}
