import { type GraphQLField, getNamedType, isLeafType, isListType, isNonNullType } from 'graphql';

const DEFAULT_PAGE = 25;
const LIST_MULTIPLIER = 10; // a list without a page size: a guess that holds for instances, steps, metrics

/** Cost of a field that says nothing itself: what an object is built from costs nothing, an object costs 1. */
export function fieldCost(
  _args: unknown,
  _context: unknown,
  field: Pick<GraphQLField<unknown, unknown>, 'type'>,
): { readonly field: number; readonly multiplier: number } {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  const multiplier = isListType(type) ? LIST_MULTIPLIER : 1;
  return { field: isLeafType(getNamedType(type)) ? 0 : 1, multiplier };
}

/** A connection costs what a full page of it costs. Sizes out of range are refused later; here they count as 100. */
export function connectionCost(args: {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
}): { readonly field: number; readonly multiplier: number } {
  const size = args.first ?? args.last ?? DEFAULT_PAGE;
  return { field: 1, multiplier: Math.min(Math.max(size, 1), 100) };
}
