import { z } from 'zod';
import type { Operation } from '../src/operations/operations.ts';
import { builder } from './builder.ts';
import { OperationRef } from './operations.ts';

type InputFields = PothosSchemaTypes.InputFieldBuilder<
  typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never,
  'InputObject'
>;

/** What people type, `longest` characters at most: no control characters, so that a log line or a terminal shows what was meant. */
export const line = (longest: number) =>
  z
    .string()
    .min(1, 'this must not be empty')
    .max(longest, `this has at most ${longest} characters`)
    .regex(/^[^\p{Cc}]*$/u, 'this holds control characters');

/** Fields of every mutation's input: `fields: (t) => ({ cluster: …, ...auditFields(t) })`. */
export function auditFields(t: InputFields) {
  return {
    reason: t.string({
      description: 'Why, for the audit log; 1 to 500 characters. Null: not said.',
      validate: line(500).nullish(),
    }),
    onBehalfOf: t.string({
      description: 'The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself.',
      validate: line(200).nullish(),
    }),
  };
}

/** Fields of the input of every mutation that starts work. */
export function requestFields(t: InputFields) {
  return {
    ...auditFields(t),
    idempotencyKey: t.string({
      description:
        'Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one.',
      validate: line(255).nullish(),
    }),
  };
}

/** The field `cluster` of an input, by the name that people type. */
export function clusterField(t: InputFields, description: string) {
  return t.string({
    required: true,
    description,
    validate: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a cluster name is 1 to 63 lower case letters, digits and hyphens'),
  });
}

/** The success type of a mutation that starts work: `startSuccess('StartBackupSuccess', '…')`. */
export function startSuccess(name: string, description: string) {
  return builder.objectRef<{ readonly operation: Operation }>(name).implement({
    description,
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        description: 'The operation that does the work. Follow it with `operationEvents`.',
      }),
    }),
  });
}

export const CancelOperationInputRef = builder.inputType('CancelOperationInput', {
  description: 'Arguments of `cancelOperation`.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of the operation.' }),
    ...auditFields(t),
  }),
});

export const RetryOperationInputRef = builder.inputType('RetryOperationInput', {
  description: 'Arguments of `retryOperation`.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of an operation that failed or was cancelled.' }),
    ...requestFields(t),
  }),
});

export const CancelOperationSuccessRef = startSuccess(
  'CancelOperationSuccess',
  'The operation was told to stop. It is CANCELLED once its tools are gone and its leftovers are put away.',
);

export const RetryOperationSuccessRef = startSuccess(
  'RetryOperationSuccess',
  'The same operation was queued for another attempt.',
);
