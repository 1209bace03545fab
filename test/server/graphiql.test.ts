import {
  type DocumentNode,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { createSchema } from '../../resolvers/index.ts';
import { graphiql } from '../../src/server/graphiql.ts';
import { measureDocument } from '../../src/server/document.ts';
import { LIMITS } from './api.ts';

const schema = createSchema();

interface Example {
  readonly name: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}

/** Every operation of every tab, with the variables that its tab offers. */
const examples = (graphiql.defaultTabs ?? []).flatMap(({ query, variables }): Example[] => {
  const document = parse(query ?? '');
  const given = JSON.parse(variables ?? '{}') as Record<string, unknown>;
  return document.definitions
    .filter((one) => one.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => ({ name: operation.name?.value ?? '', document, operation, variables: given }));
});

describe.each(examples)('the example $name of GraphiQL', ({ name, document, operation, variables }) => {
  test('is valid', () => {
    expect(validate(schema, document).map((error) => error.message)).toEqual([]);
  });

  test('has every variable that it needs', () => {
    expect(getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors).toBeUndefined();
  });

  test('costs less than is allowed', () => {
    expect(() => measureDocument(schema, { document, operationName: name, variables }, LIMITS)).not.toThrow();
  });
});

test('the examples reach every mutation but the one that revokes tokens', () => {
  const text = (graphiql.defaultTabs ?? []).map(({ query }) => query).join('\n');
  const missing = Object.keys(schema.getMutationType()?.getFields() ?? {}).filter(
    (name) => !text.includes(name),
  );
  expect(missing).toEqual(['revokeToken']);
});

test('the headers are ASCII, which is all that a browser sends', () => {
  for (const { headers } of graphiql.defaultTabs ?? []) expect(headers).toMatch(/^[\x20-\x7e\n]+$/);
});
