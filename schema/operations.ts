import type { Plan } from '../src/operations/define.ts';
import {
  type Operation,
  OPERATION_STATES,
  type OperationState,
  type OperationStep,
} from '../src/operations/operations.ts';
import type { ErrorRecord } from '../src/errors.ts';
import { builder } from './builder.ts';
import { ErrorCodeRef } from './errors.ts';

const STATES: Record<OperationState, string> = {
  QUEUED: 'Written; no step has begun.',
  RUNNING: 'Holds its lanes; steps are under way.',
  CANCELLING: 'Told to stop; its tools and leftovers are being put away.',
  SUCCEEDED: 'Ended well; `result` is there.',
  FAILED: 'Ended with an error; `retryOperation` starts another attempt.',
  CANCELLED: 'Stopped on request and cleaned up; `retryOperation` starts another attempt.',
};

export const OperationStateRef = builder.enumType('OperationState', {
  description: 'Where an operation is in its life.',
  values: Object.fromEntries(
    OPERATION_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<OperationState, { value: OperationState; description: string }>,
});

const OperationStepStateRef = builder.enumType('OperationStepState', {
  description: 'Where a step is in its life.',
  values: {
    RUNNING: {
      value: 'RUNNING',
      description: 'Under way, or about to be taken over from a worker that died.',
    },
    SUCCEEDED: { value: 'SUCCEEDED', description: 'Done; it does not run again.' },
    FAILED: { value: 'FAILED', description: 'Ended with an error.' },
    CANCELLED: { value: 'CANCELLED', description: 'Stopped because the operation was cancelled.' },
  } satisfies Record<OperationStep['state'], { value: OperationStep['state']; description: string }>,
});

export const OperationStepRef = builder.objectRef<OperationStep>('OperationStep').implement({
  description: 'One named step of an operation.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Short phrase that says what the step does.' }),
    attempt: t.exposeInt('attempt', {
      description: 'The attempt of the operation that ran it; counts from 1.',
    }),
    state: t.expose('state', { type: OperationStepStateRef, description: 'Where the step is in its life.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it runs.',
    }),
  }),
});

export const OperationPlanRef = builder.objectRef<Plan>('OperationPlan').implement({
  description: 'What an operation would do, computed without doing it.',
  fields: (t) => ({
    summary: t.exposeString('summary', { description: 'The plan in one sentence.' }),
    steps: t.stringList({ description: 'What happens, in order.', resolve: ({ steps }) => [...steps] }),
    warnings: t.stringList({
      description: 'What to know before it is started; empty when there is nothing.',
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});

export const OperationErrorRef = builder.objectRef<ErrorRecord>('OperationError').implement({
  description: 'Why an operation failed.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeRef, description: 'What went wrong, for programs.' }),
    message: t.exposeString('message', { description: 'What went wrong, for people.' }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'What to do about it; null when nothing is known.',
    }),
    retryable: t.exposeBoolean('retryable', {
      description: 'True when another attempt may succeed without any change.',
    }),
  }),
});

/** `steps` and `cluster` are edges: resolvers add them. */
export const OperationRef = builder.node(builder.objectRef<Operation>('Operation'), {
  description: 'One durable piece of work. It survives a restart of the server and the death of a worker.',
  id: {
    resolve: ({ id }) => id,
    description: 'Global id; `operation`, `cancelOperation` and others take it.',
  },
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'What sort of work, noun first: `backups.start`.' }),
    target: t.exposeString('target', { description: 'What is acted on: `main`, `main/20261122-064811F`.' }),
    state: t.expose('state', { type: OperationStateRef, description: 'Where it is in its life.' }),
    attempts: t.exposeInt('attempts', { description: 'Attempts begun, from 1; a retry adds one.' }),
    requestedBy: t.exposeString('requestedBy', { description: 'Name of the token that started it.' }),
    onBehalfOf: t.exposeString('onBehalfOf', {
      nullable: true,
      description: 'The person behind the token; null when it acted for itself.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it was started; null when not said.',
    }),
    input: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The arguments it was started with, without secrets.',
      resolve: ({ input }) => input,
    }),
    plan: t.expose('plan', {
      type: OperationPlanRef,
      nullable: true,
      description: 'What it set out to do; null when its kind makes no plans.',
    }),
    result: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What came of it; null until it has succeeded.',
      resolve: ({ result }) => result,
    }),
    error: t.expose('error', {
      type: OperationErrorRef,
      nullable: true,
      description: 'Why it failed or was cancelled; null otherwise.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the first step of the last attempt began; null while it is queued.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it has not.',
    }),
  }),
});

/** How far it is, as of now. */
builder.objectFields(OperationRef, (t) => ({
  phase: t.exposeString('phase', {
    nullable: true,
    description: 'What it is at now, as a short phrase; null before the first step.',
  }),
  message: t.exposeString('message', {
    nullable: true,
    description: 'The last thing it said; null when nothing.',
  }),
  fractionDone: t.exposeFloat('fractionDone', {
    nullable: true,
    description: 'Share of the phase that is done, 0 to 1; null while the total is unknown.',
  }),
  bytesDone: t.expose('bytesDone', {
    type: 'BigInt',
    nullable: true,
    description: 'Bytes done; null when bytes are not what is counted.',
  }),
  bytesTotal: t.expose('bytesTotal', {
    type: 'BigInt',
    nullable: true,
    description: 'Bytes to do in all; null while unknown.',
  }),
  etaSeconds: t.exposeFloat('etaSeconds', {
    nullable: true,
    description: 'Seconds until the end at the present rate; null while unknown.',
  }),
}));

export const OperationConnectionRef = builder.connectionObject(
  { type: OperationRef, name: 'OperationConnection', description: 'One page of operations, newest first.' },
  { description: 'One operation and its place in the list.' },
);

export const OperationFilterRef = builder.inputType('OperationFilter', {
  description: 'Which operations; what is left out does not narrow.',
  fields: (t) => ({
    cluster: t.string({ description: 'Only those of this cluster, by name. Null: of all.' }),
    kind: t.string({ description: 'Only those of this kind, e.g. `backups.start`. Null: of all.' }),
    states: t.field({
      type: [OperationStateRef],
      description: 'Only those in one of these states. Null or empty: in any.',
    }),
  }),
});
