import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

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

/**
 * Replaces the rule by what it gives for each field. A rule is asked with arguments that were validated before, and so
 * a wrong input would come up while the document is measured, not in the answer of its mutation.
 */
export function settleCosts(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.extensions['complexity'] !== fieldCost) continue;
      field.extensions = { ...field.extensions, complexity: fieldCost(null, null, field) };
    }
  }
  return schema;
}
