import { z } from 'zod';
import type { Operation } from '../src/operations/operations.ts';
import type { MovePlan } from '../src/moves/service.ts';
import { builder } from './builder.ts';
import { CutoverModeRef, MoveCheckRef } from './moves.ts';
import { OperationRef } from './operations.ts';
import { line, requestFields, startSuccess } from './requests.ts';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is HH:MM');

const CutoverWindowInputRef = builder.inputType('CutoverWindowInput', {
  description: 'A time of each day, in UTC; one that ends before it begins goes over midnight.',
  fields: (t) => ({
    from: t.string({ required: true, description: 'Begin, `HH:MM`.', validate: timeOfDay }),
    to: t.string({ required: true, description: 'End, `HH:MM`.', validate: timeOfDay }),
  }),
});

export const MoveOrganizationInputRef = builder.inputType('MoveOrganizationInput', {
  description: 'Which organization goes where, and how its home changes.',
  fields: (t) => ({
    organization: t.id({ required: true, description: 'Id of the organization, a uuid.' }),
    toShard: t.string({ required: true, description: 'Name of the shard it goes to.', validate: line(63) }),
    cutover: t.field({
      type: CutoverModeRef,
      defaultValue: 'AUTOMATIC',
      description: 'When the home changes. Null: AUTOMATIC.',
    }),
    pauseBudgetMs: t.int({
      description:
        'Longest pause of its writers, 10 to 60,000 milliseconds; a cutover that would break it gives up. Null: 250.',
      validate: z.int().min(10, 'at least 10 ms').max(60_000, 'at most 60000 ms').nullish(),
    }),
    window: t.field({
      type: CutoverWindowInputRef,
      description: 'Only then may it be cut over. Null: at any time.',
    }),
    slotTimeoutSeconds: t.int({
      description:
        'How long to wait for transactions that are open when the stream begins, 1 to 3,600 seconds. Null: 30.',
      validate: z.int().min(1, 'at least 1 s').max(3_600, 'at most 3600 s').nullish(),
    }),
    maxRetainedWalBytes: t.field({
      type: 'BigInt',
      description:
        'A shard that has to keep more write-ahead log than this for the move is freed of it, in bytes, from 16 MiB. Null: 4 GiB.',
      validate: z
        .bigint()
        .min(16_777_216n, 'at least 16777216')
        .max(9_007_199_254_740_991n, 'this is too large')
        .nullish(),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only what the move would meet; nothing is made. Null: false.',
    }),
    ...requestFields(t),
  }),
});

const MovePlanRef = builder.objectRef<MovePlan>('OrganizationMovePlan').implement({
  description: 'What a move would meet.',
  fields: (t) => ({
    organizationId: t.exposeString('organization', { description: 'Id of the organization.' }),
    fromShard: t.exposeString('fromShard', { description: 'Shard it lives on.' }),
    toShard: t.exposeString('toShard', { description: 'Shard it would go to.' }),
    isPossible: t.exposeBoolean('isPossible', { description: 'True when no check failed.' }),
    rows: t.exposeFloat('rows', { description: 'Rows that would be copied, over all tables.' }),
    checks: t.field({
      type: [MoveCheckRef],
      description: 'Everything that was looked at.',
      resolve: ({ checks }) => checks,
    }),
  }),
});

export const MoveOrganizationSuccessRef = builder
  .objectRef<{ readonly operation: Operation | null; readonly plan: MovePlan | null }>(
    'MoveOrganizationSuccess',
  )
  .implement({
    description: 'The move was started, or planned.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description: 'The operation that does it; the move has the same id. Null for a dry run.',
      }),
      plan: t.expose('plan', {
        type: MovePlanRef,
        nullable: true,
        description: 'What it would meet; null when it was started: the move then has its checks.',
      }),
    }),
  });

function laterInput(name: string, what: string) {
  return builder.inputType(name, {
    description: `Arguments of \`${what}\`.`,
    fields: (t) => ({ id: t.id({ required: true, description: 'Id of the move.' }), ...requestFields(t) }),
  });
}

export const CutoverOrganizationMoveInputRef = laterInput(
  'CutoverOrganizationMoveInput',
  'cutoverOrganizationMove',
);
export const AbortOrganizationMoveInputRef = laterInput(
  'AbortOrganizationMoveInput',
  'abortOrganizationMove',
);
function acceptingInput(name: string, what: string, description: string) {
  return builder.inputType(name, {
    description: `Arguments of \`${what}\`.`,
    fields: (t) => ({
      id: t.id({ required: true, description: 'Id of the move.' }),
      acceptDifferences: t.boolean({ defaultValue: false, description }),
      ...requestFields(t),
    }),
  });
}

export const ReverseOrganizationMoveInputRef = acceptingInput(
  'ReverseOrganizationMoveInput',
  'reverseOrganizationMove',
  'True: go back although both sides are not the same, because what is on the target is wrong. Null: false.',
);
export const CompleteOrganizationMoveInputRef = acceptingInput(
  'CompleteOrganizationMoveInput',
  'completeOrganizationMove',
  'True: delete the rows on the source although both sides are not the same, or were not proven to be after the cutover and cannot be any more; the move keeps why in `problem`. Null: false, which refuses with MOVE_DIFFERS, MOVE_UNPROVEN or MOVE_STREAM_BROKEN.',
);

export const CutoverOrganizationMoveSuccessRef = startSuccess(
  'CutoverOrganizationMoveSuccess',
  'The cutover was started. One whose pause would be too long fails, and the move stays READY.',
);
export const ReverseOrganizationMoveSuccessRef = startSuccess(
  'ReverseOrganizationMoveSuccess',
  'The way back was started.',
);
export const CompleteOrganizationMoveSuccessRef = startSuccess(
  'CompleteOrganizationMoveSuccess',
  'The rows on the source are being deleted.',
);
export const AbortOrganizationMoveSuccessRef = startSuccess(
  'AbortOrganizationMoveSuccess',
  'Everything that the move has made is being taken away.',
);
