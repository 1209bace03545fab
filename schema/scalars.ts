import { GraphQLError, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { builder } from './builder.ts';

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const INT64_MAX = 2n ** 63n - 1n;

builder.scalarType('DateTime', {
  description: 'A moment as RFC 3339 text, given in UTC with milliseconds: `2026-11-22T06:48:11.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const moment = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : null;
    if (moment === null || Number.isNaN(moment.getTime())) {
      throw new GraphQLError('a DateTime is RFC 3339 text with a time zone, e.g. 2026-11-22T06:48:11Z');
    }
    return moment;
  },
});

builder.scalarType('BigInt', {
  description:
    'A whole number of up to 64 bits, as text because JSON numbers are exact only up to 2^53. Input may be text or a number.',
  serialize: (value) => value.toString(),
  parseValue: toBigInt,
  parseLiteral: (node: ValueNode) =>
    toBigInt(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null),
});

builder.scalarType('JSON', {
  description: 'Any JSON value. Whole numbers beyond 2^53 are text in it.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node: ValueNode, variables) => valueFromASTUntyped(node, variables ?? undefined),
});

function toBigInt(value: unknown): bigint {
  const isWhole =
    (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) ||
    (typeof value === 'number' && Number.isSafeInteger(value));
  const number = isWhole ? BigInt(value) : null;
  if (number === null || number > INT64_MAX || number < -INT64_MAX - 1n) {
    throw new GraphQLError('a BigInt is a whole number of up to 64 bits, as text or as a number');
  }
  return number;
}
