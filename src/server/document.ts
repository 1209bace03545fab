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

/** Far above what the depth limit lets run, and far below what overflows the stack of a recursive parser. */
const MAX_NESTING = 200;

/**
 * Parses a document that has at most 5,000 tokens and 200 brackets within each other.
 *
 * @throws {QueryTooExpensiveError} @throws {GraphQLError} when it is not GraphQL.
 */
export function parseDocument(source: string | Source): DocumentNode {
  refuseDeepNesting(typeof source === 'string' ? source : source.body);
  try {
    return parse(source, { maxTokens: MAX_TOKENS });
  } catch (error) {
    // The parser says so only in words, so count.
    if (error instanceof GraphQLError && listTokens(source).length > MAX_TOKENS) {
      throw new QueryTooExpensiveError('number of tokens', null, MAX_TOKENS);
    }
    throw error;
  }
}

const OPENING: readonly TokenKind[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L];
const CLOSING: readonly TokenKind[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R];

/** Most documents have fewer brackets altogether than may be within each other: those are only looked over. */
function refuseDeepNesting(text: string): void {
  let brackets = 0;
  for (const _bracket of text.matchAll(/[{[(]/g)) brackets++;
  if (brackets <= MAX_NESTING) return;
  let nesting = 0;
  for (const kind of listTokens(text)) {
    if (CLOSING.includes(kind)) nesting--;
    if (OPENING.includes(kind) && ++nesting > MAX_NESTING)
      throw new QueryTooExpensiveError('nesting', null, MAX_NESTING);
  }
}

/** At most one more than is allowed; up to what is no token, which the parser complains about. */
function listTokens(source: string | Source): readonly TokenKind[] {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  const kinds: TokenKind[] = [];
  try {
    while (kinds.length <= MAX_TOKENS) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) break;
      kinds.push(kind);
    }
  } catch {
    // not a token
  }
  return kinds;
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
