import { readFileSync } from 'node:fs';
import {
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../src/error-codes.ts';
import { graphiql } from '../src/server/graphiql.ts';
import { createSchema } from '../resolvers/index.ts';
import { NODES } from '../resolvers/nodes.ts';
import { printApi } from '../scripts/generate-schema.ts';

const schema = createSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
type Described = GraphQLEnumValue | GraphQLField<unknown, unknown> | GraphQLInputField | GraphQLArgument;

/** Everything that can be described, by its path: `Query.cluster(name:)`. */
function* parts(): Generator<readonly [string, GraphQLNamedType | Described]> {
  for (const type of types) {
    yield [type.name, type];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field];
      for (const argument of field.args) yield [`${type.name}.${field.name}(${argument.name}:)`, argument];
    }
  }
}

test('schema.graphql is what the code says', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(printApi());
});

test('everything has a description', () => {
  const bare = [...parts()].filter(([, part]) => !part.description?.trim()).map(([path]) => path);
  expect(bare).toEqual([]);
});

test('what is deprecated names its replacement and the date of its end', () => {
  const unclear = [...parts()]
    .filter(([, part]) => 'deprecationReason' in part && part.deprecationReason)
    .filter(([, part]) => !/`\w+`.*\d{4}-\d\d-\d\d/.test((part as Described).deprecationReason ?? ''))
    .map(([path]) => path);
  expect(unclear).toEqual([]);
});

describe('every mutation', () => {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});

  test.each(fields.map((field) => [field.name, field] as const))(
    '%s answers a union of its success type and typed errors',
    (name, field) => {
      const capitalised = name.charAt(0).toUpperCase() + name.slice(1);
      expect(String(field.type)).toBe(`${capitalised}Result!`);
      const union = schema.getType(`${capitalised}Result`);
      const members = isUnionType(union) ? union.getTypes() : [];
      const [success, ...errors] = members.toSorted((a) => (a.name.endsWith('Success') ? -1 : 1));
      expect(success?.name).toBe(`${capitalised}Success`);
      expect(errors.map((one) => one.getInterfaces().map(({ name }) => name))).toEqual(
        errors.map(() => ['UserError']),
      );
      expect(errors.map((one) => one.name)).toEqual(
        expect.arrayContaining(['ForbiddenError', 'InvalidInputError']),
      );
    },
  );

  test.each(fields.map((field) => [field.name, field] as const))(
    '%s takes one input with reason and onBehalfOf',
    (name, field) => {
      expect(field.args.map((one) => `${one.name}: ${String(one.type)}`)).toEqual([
        `input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`,
      ]);
      const input = schema.getType(`${name.charAt(0).toUpperCase()}${name.slice(1)}Input`);
      const inputFields = isInputObjectType(input) ? Object.keys(input.getFields()) : [];
      expect(inputFields).toEqual(expect.arrayContaining(['reason', 'onBehalfOf']));
    },
  );
});

test('every code an error can have is a value of ErrorCode', () => {
  const codes = schema.getType('ErrorCode');
  expect(
    isEnumType(codes)
      ? codes
          .getValues()
          .map((one) => one.name)
          .sort()
      : [],
  ).toEqual(Object.keys(ERROR_CODES).sort());
});

test('every type that implements Node can be found by node(id)', () => {
  const nodes = types.filter(
    (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'),
  );
  expect(nodes.map((type) => type.name).sort()).toEqual(Object.keys(NODES).sort());
});

test.each(
  (graphiql.defaultTabs ?? []).map(({ query }) => [
    query?.split('\n').find((line) => !line.startsWith('#')),
    query,
  ]),
)('the example of GraphiQL that begins with %s is valid', (_title, query) => {
  expect(validate(schema, parse(query ?? ''))).toEqual([]);
});
