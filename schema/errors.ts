import type { ObjectFieldsShape } from '@pothos/core';
import { ForbiddenError } from '../src/access/access.ts';
import { ERROR_CODES, type ErrorCode } from '../src/error-codes.ts';
import { InvalidInputError, type SundayError } from '../src/errors.ts';
import { ClusterNotFoundError } from '../src/fleet/fleet.ts';
import { PlatformServiceNotFoundError } from '../src/platform/errors.ts';
import {
  IdempotencyKeyReusedError,
  OperationConflictError,
  OperationEndedError,
  OperationNotFoundError,
  OperationNotRetryableError,
  TooManyOperationsError,
} from '../src/operations/operations.ts';
import { DatabaseUnavailableError } from '../src/postgres/errors.ts';
import { builder } from './builder.ts';
import { encodeNodeId } from './node-id.ts';

type Builder = typeof builder;
type BuiltTypes = Builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

/** All codes, each with its line for people and the CLI's exit code. */
export const ErrorCodeRef = builder.enumType('ErrorCode', {
  description: 'What went wrong, for programs. Codes are never reused; new ones may be added.',
  values: Object.fromEntries(
    Object.entries(ERROR_CODES).map(([code, [exitCode, summary]]) => [
      code,
      { value: code as ErrorCode, description: `${summary}. The CLI ends with exit code ${exitCode}.` },
    ]),
  ) as Record<ErrorCode, { value: ErrorCode; description: string }>,
});

/** What every typed error has. */
export const UserErrorRef = builder.interfaceRef<SundayError>('UserError').implement({
  description: 'A failure that the caller can act on. Bugs never appear here: they are masked.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeRef, description: 'What went wrong, for programs.' }),
    message: t.exposeString('message', {
      description: 'What went wrong, for people: one line with the names in it.',
    }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'What to do about it; null when nothing useful can be said.',
    }),
    path: t.field({
      type: ['String'],
      nullable: true,
      description:
        'The argument that is wrong, from the outside in; null when the fault is not in the input.',
      resolve: (error) => error.argument,
    }),
    retryable: t.exposeBoolean('retryable', {
      description: 'True when the same call may succeed later without any change to it.',
    }),
  }),
});

/**
 * Makes an error class a type of the API with the same name. The class can then stand in `errors: { types: [...] }`.
 */
export function errorType<Thrown extends SundayError>(
  errorClass: new (...args: never[]) => Thrown,
  options: { readonly description: string; readonly fields?: ObjectFieldsShape<BuiltTypes, Thrown> },
): void {
  const { description, fields } = options;
  // The builder never constructs one: it only asks `instanceof`, so the parameters don't matter to it.
  const constructor = errorClass as unknown as new () => SundayError;
  const ref = builder.objectType(constructor, {
    name: errorClass.name,
    description,
    interfaces: [UserErrorRef],
  });
  // Resolvers of this type only ever see instances of `errorClass`.
  if (fields !== undefined) builder.objectFields(ref, fields as ObjectFieldsShape<BuiltTypes, SundayError>);
}

errorType(InvalidInputError, {
  description: 'An argument has the wrong shape, range or characters; `path` names it.',
});
errorType(ForbiddenError, {
  description: 'The token is good, but not for this.',
  fields: (t) => ({
    scope: t.exposeString('scope', {
      nullable: true,
      description: 'The scope that would do, e.g. `backup:write`; null when no single one would.',
    }),
  }),
});
errorType(ClusterNotFoundError, { description: 'No cluster of that name is configured.' });
errorType(PlatformServiceNotFoundError, { description: 'No service of that name is configured.' });
errorType(DatabaseUnavailableError, { description: 'A PostgreSQL server that is needed does not answer.' });
errorType(OperationNotFoundError, { description: 'No operation has that id.' });
errorType(OperationConflictError, {
  description: 'Another operation holds a lane that this one needs.',
  fields: (t) => ({
    operationId: t.id({
      description: 'Id of the operation that is in the way.',
      resolve: (error) => encodeNodeId('Operation', error.operationId),
    }),
  }),
});
errorType(OperationEndedError, { description: 'The operation has ended already.' });
errorType(OperationNotRetryableError, {
  description: 'Only operations that failed or were cancelled can be retried.',
});
errorType(IdempotencyKeyReusedError, {
  description: 'The idempotency key was used before, with other arguments.',
  fields: (t) => ({
    operationId: t.id({
      description: 'Id of the operation that the key belongs to.',
      resolve: (error) => encodeNodeId('Operation', error.operationId),
    }),
  }),
});
errorType(TooManyOperationsError, {
  description: 'The cluster has as many unfinished operations as are allowed.',
});

/** What every mutation can answer. */
export const MUTATION_ERRORS = [InvalidInputError, ForbiddenError];

/** What every mutation that starts work on a cluster can answer; nouns add their own. */
export const START_ERRORS = [
  ...MUTATION_ERRORS,
  ClusterNotFoundError,
  DatabaseUnavailableError,
  OperationConflictError,
  IdempotencyKeyReusedError,
  TooManyOperationsError,
];
