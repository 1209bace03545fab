import { identifier } from '../../postgres/sql.ts';
import type { Statement } from '../../postgres/sql.ts';
import type { KeyType } from '../partition.ts';
import { type ConversionWish, keyTypeOf, rowKey } from './judge.ts';
import { findKey, type TableShape } from './shape.ts';

/** Holds what is being made: the new table by its own name, and what is noted of the old one. One at a time. */
export const NEW_SCHEMA = 'sunday_new';
/** Holds plain tables that were replaced, by their own names, until somebody agrees to their end. */
export const OLD_SCHEMA = 'sunday_old';

/** A conversion on its way: what it began with. Kept as JSON. */
export interface Conversion extends ConversionWish {
  readonly operationId: string;
  readonly shape: TableShape;
}

/** Names and lists that its statements are made of. */
export interface Words {
  readonly source: Statement;
  readonly target: Statement;
  readonly keyType: KeyType;
  /** Columns that hold values of their own. */
  readonly columns: readonly string[];
  /** By which the copy goes through the table, in order. */
  readonly scanKey: readonly string[];
  /** By which a row of the new table is found; k1, k2, … in our own tables. */
  readonly rowKey: readonly string[];
  typeOf(column: string): string;
}

export function wordsOf({ shape, column }: Pick<Conversion, 'shape' | 'column'>): Words {
  const keyType = keyTypeOf(shape, column);
  const scanKey = findKey(shape)?.columns.filter((one): one is string => one !== null) ?? [];
  if (keyType === null || scanKey.length === 0) throw new Error(`${shape.name} was not judged`);
  return {
    ...{ keyType, scanKey, rowKey: rowKey(shape, column) },
    source: identifier(shape.schema, shape.name),
    target: identifier(NEW_SCHEMA, shape.name),
    columns: shape.columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => name),
    typeOf: (name) => shape.columns.find((one) => one.name === name)?.type ?? 'text',
  };
}

/** By which it is known again, as the comment of its schema, and later of the old table. */
export function markOf({ operationId, shape }: Pick<Conversion, 'operationId' | 'shape'>): string {
  return `conversion of ${shape.schema}.${shape.name} by operation ${operationId}`;
}

/** `a, b, c`, each with what stands before it. */
export function list(names: readonly string[], before = ''): Statement {
  return { text: names.map((one) => `${before}${identifier(one).text}`).join(', '), values: [] };
}

/** `s.a = c.k1 AND s.b = c.k2` */
export function matches(names: readonly string[], rows: string, keys: string): Statement {
  const pairs = names.map((one, index) => `${rows}.${identifier(one).text} = ${keys}.k${index + 1}`);
  return { text: pairs.join(' AND '), values: [] };
}

/** `k1, k2` */
export function numbered(names: readonly string[], before = ''): Statement {
  return { text: names.map((_, index) => `${before}k${index + 1}`).join(', '), values: [] };
}
