import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin, { type AuthFailure, AuthScopeFailureType } from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import { ForbiddenError } from '../src/access/access.ts';
import type { Scope } from '../src/access/principals.ts';
import { InvalidInputError } from '../src/errors.ts';
import { fieldCost, connectionCost } from './cost.ts';
import type { Context } from './context.ts';
import { encodeNodeId } from './node-id.ts';

/** What the builder knows about our types. */
export interface BuilderTypes {
  Context: Context;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  AuthScopes: { scope: Scope };
  /** Every connection can count, and does so only when asked. */
  Connection: { totalCount: () => Promise<number> };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    BigInt: { Input: bigint; Output: bigint };
    JSON: { Input: unknown; Output: unknown };
  };
}

const NO_COST = { field: 0, multiplier: 1 };
const capitalise = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Every type and field of the API is made with it. The order of the plugins matters: errors of later ones are seen by the first. */
export const builder = new SchemaBuilder<BuilderTypes>({
  defaultFieldNullability: false,
  plugins: [ErrorsPlugin, ScopeAuthPlugin, RelayPlugin, ValidationPlugin, ComplexityPlugin],
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${capitalise(fieldName)}Result`,
      description: 'What it came to: the success type, or the error that says what to do.',
    },
    // Our validations only look at the value itself, so what they answer before the check of scopes gives nothing away.
    unsafelyHandleInputErrors: true,
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ principal }) => ({ scope: (scope) => principal.scopes.includes(scope) }),
    unauthorizedError: (_parent, _context, info, { failure }) =>
      new ForbiddenError(info.fieldName, missingScope(failure)),
  },
  validation: {
    validationError: ({ issues }) => {
      const [first] = issues;
      const path = (first?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
      return new InvalidInputError(path, first?.message ?? 'this is not valid');
    },
  },
  complexity: { fieldComplexity: fieldCost },
  relay: {
    encodeGlobalID: (typename, id) => encodeNodeId(typename, String(id)),
    nodeQueryOptions: false, // resolvers/nodes.ts has it, because it checks scopes
    nodesQueryOptions: false,
    nodeTypeOptions: { description: 'Whatever has an id that is unique in the whole API.' },
    idFieldOptions: { description: 'Global id: opaque, stable, accepted by `node(id)`.' },
    pageInfoTypeOptions: { description: 'Where a page of a list begins and ends.' },
    hasNextPageFieldOptions: { description: 'True when there is more behind `endCursor`.' },
    hasPreviousPageFieldOptions: { description: 'True when there is more before `startCursor`.' },
    startCursorFieldOptions: {
      description: 'Cursor of the first edge, for `before`; null when there is none.',
    },
    endCursorFieldOptions: { description: 'Cursor of the last edge, for `after`; null when there is none.' },
    cursorFieldOptions: { description: 'Place of this item in the list, for `after` and `before`.' },
    nodeFieldOptions: { description: 'The item.', complexity: NO_COST },
    edgesFieldOptions: {
      description: 'The items of this page, in the order of the list.',
      complexity: { field: 1, multiplier: 1 },
    },
    pageInfoFieldOptions: { description: 'Whether there is more, and where.', complexity: NO_COST },
    firstArgOptions: {
      description: 'At most so many from the start: 1 to 100. Null: 25, unless `last` is given.',
    },
    lastArgOptions: { description: 'At most so many from the end: 1 to 100. Not together with `first`.' },
    afterArgOptions: { description: 'Only what comes behind this cursor; null: from the start.' },
    beforeArgOptions: { description: 'Only what comes before this cursor; null: to the end.' },
    defaultConnectionTypeOptions: { description: 'One page of a list.' },
    defaultEdgeTypeOptions: { description: 'One item of a list and its place in it.' },
    defaultConnectionFieldOptions: { complexity: connectionCost },
  },
});

builder.queryType({
  description: 'What can be read. Each field names the scope it needs by being refused without.',
});
builder.mutationType({
  description: 'What can be done. Every field answers a union: its success type, or a typed error.',
});
builder.subscriptionType({
  description: 'What can be followed. Every event has a cursor; `after` replays from there, then goes live.',
});

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    description: 'Number of items in the whole list, not only on this page. Counted only when asked for.',
    resolve: ({ totalCount }) => totalCount(),
  }),
);

/** The first scope that was missed; null when it was not for a scope that access was refused. */
function missingScope(failure: AuthFailure): Scope | null {
  if (failure.kind === AuthScopeFailureType.AuthScope) return failure.parameter as Scope;
  return 'failures' in failure && failure.failures[0] !== undefined
    ? missingScope(failure.failures[0])
    : null;
}
