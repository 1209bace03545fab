import type { Node } from '@pgsql/types';
import { pick, pickAll, stringsOf, visit } from './tree.ts';
import type { World } from './world.ts';

/**
 * Says how many rows it can reach: a LIMIT, the values of a key, or both ends of a range. With a target a key is a
 * unique index; without one, a column called `id` or ending in `_id`.
 */
export function isBounded(where: Node | undefined, table: string, world: World): boolean {
  if (where === undefined) return false;
  let hasLimit = false;
  visit(where, (tag) => (hasLimit ||= tag === 'limitCount'));
  if (hasLimit) return true;
  const terms = conjunctsOf(where);
  const equal = terms.flatMap((one) => fixedColumn(one) ?? []);
  const ranges = terms.flatMap((one) => rangedColumns(one));
  const keys = keysOf(table, world, [...equal, ...ranges]);
  return (
    keys.some((key) => key.every((one) => equal.includes(one))) ||
    keys.some(([first]) => isRange(first ?? '', ranges))
  );
}

const isRange = (column: string, ranges: readonly string[]) =>
  ranges.filter((one) => one === column).length > 1;

function keysOf(table: string, world: World, columns: readonly string[]): readonly (readonly string[])[] {
  const { indexes } = world.get(table);
  if (world.hasTarget) return indexes.filter((one) => one.isUnique).map((one) => one.columns);
  return columns.filter((one) => /(^|_)id$/.test(one)).map((one) => [one]);
}

function conjunctsOf(where: Node): readonly Node[] {
  const both = pick(where, 'BoolExpr');
  return both?.boolop === 'AND_EXPR' ? (both.args ?? []).flatMap(conjunctsOf) : [where];
}

/** Its column in `column = constant` and `column IN (constants)`. */
function fixedColumn(term: Node): string | null {
  const comparison = pick(term, 'A_Expr');
  const isEqual =
    comparison?.kind === 'AEXPR_OP' || comparison?.kind === 'AEXPR_IN' || comparison?.kind === 'AEXPR_OP_ANY';
  if (!comparison || !isEqual || !stringsOf(comparison.name).includes('=') || !isConstant(comparison.rexpr))
    return null;
  return stringsOf(pick(comparison.lexpr, 'ColumnRef')?.fields).at(-1) ?? null;
}

/** The column once for each end: twice for BETWEEN. */
function rangedColumns(term: Node): readonly string[] {
  const comparison = pick(term, 'A_Expr');
  const column = stringsOf(pick(comparison?.lexpr, 'ColumnRef')?.fields).at(-1);
  if (!comparison || column === undefined) return [];
  if (comparison.kind === 'AEXPR_BETWEEN') return [column, column];
  return /^[<>]=?$/.test(stringsOf(comparison.name).join('')) ? [column] : [];
}

function isConstant(value: Node | undefined): boolean {
  const items = pick(value, 'List')?.items ?? pick(value, 'A_ArrayExpr')?.elements;
  if (items) return items.every(isConstant);
  const cast = pick(value, 'TypeCast');
  return (
    pick(cast ? cast.arg : value, 'A_Const') !== null || pickAll(value ? [value] : [], 'ParamRef').length > 0
  );
}
