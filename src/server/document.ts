import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  visit,
} from 'graphql';
import { QueryTooExpensiveError } from './errors.ts';

const MAX_TOKENS = 5_000; // an introspection query has about 400
const MAX_ALIASES = 50;

/**
 * Parses a document that has at most 5,000 tokens.
 *
 * @throws {QueryTooExpensiveError} @throws {GraphQLError} when it is not GraphQL.
 */
export function parseDocument(source: string | Source): DocumentNode {
  try {
    return parse(source, { maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError && hasTooManyTokens(source)) {
      throw new QueryTooExpensiveError('number of tokens', null, MAX_TOKENS);
    }
    throw error;
  }
}

/** The parser says so only in words, so count; what is no token is not the reason. */
function hasTooManyTokens(source: string | Source): boolean {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  try {
    for (let count = 0; count <= MAX_TOKENS; count++) {
      if (lexer.advance().kind === TokenKind.EOF) return false;
    }
    return true;
  } catch {
    return false;
  }
}

export interface DocumentLimits {
  readonly maxCost: number;
  readonly maxDepth: number;
}

/**
 * Static cost of the operation that will run, from a document that is valid.
 *
 * @throws {QueryTooExpensiveError}
 */
export function measureDocument(
  schema: GraphQLSchema,
  request: {
    readonly document: DocumentNode;
    readonly operationName: string | null;
    readonly variables: Readonly<Record<string, unknown>>;
  },
  limits: DocumentLimits,
): number {
  const { document, operationName, variables } = request;
  const operation = getOperationAST(document, operationName);
  if (!operation) return 1; // execution will say what is wrong
  const aliases = countAliases(document);
  if (aliases > MAX_ALIASES) throw new QueryTooExpensiveError('number of aliases', aliases, MAX_ALIASES);
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const { complexity, depth } = complexityFromQuery(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    { schema, variables },
  );
  if (depth > limits.maxDepth) throw new QueryTooExpensiveError('depth', depth, limits.maxDepth);
  const cost = Math.max(1, complexity);
  if (cost > limits.maxCost) throw new QueryTooExpensiveError('cost', cost, limits.maxCost);
  return cost;
}

function countAliases(document: DocumentNode): number {
  let aliases = 0;
  visit(document, {
    Field: ({ alias }) => {
      if (alias !== undefined) aliases += 1;
    },
  });
  return aliases;
}
