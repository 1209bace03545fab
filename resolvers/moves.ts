import {
  MoveNotFoundError,
  MoveRefusedError,
  MoveStateError,
  OrganizationMovingError,
  OrganizationNotFoundError,
  ShardNotFoundError,
} from '../src/moves/errors.ts';
import type { OrganizationMove } from '../src/moves/moves.ts';
import { builder } from '../schema/builder.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { START_ERRORS } from '../schema/errors.ts';
import {
  AbortOrganizationMoveInputRef,
  AbortOrganizationMoveSuccessRef,
  CompleteOrganizationMoveInputRef,
  CompleteOrganizationMoveSuccessRef,
  CutoverOrganizationMoveInputRef,
  CutoverOrganizationMoveSuccessRef,
  MoveOrganizationInputRef,
  MoveOrganizationSuccessRef,
  ReverseOrganizationMoveInputRef,
  ReverseOrganizationMoveSuccessRef,
} from '../schema/move-requests.ts';
import { MoveLeftoversRef } from '../schema/move-leftovers.ts';
import { MoveStateRef, OrganizationMoveConnectionRef, OrganizationMoveRef } from '../schema/moves.ts';
import { decodeNodeId, toLocalId } from '../schema/node-id.ts';
import { OperationRef } from '../schema/operations.ts';
import { type KeysetList, readConnection } from './connections.ts';
import { findOperation, isOperationId } from './operations.ts';

const loadMoves: LoadMany<OrganizationMove | null> = ({ moves }, ids) => moves.findMany(ids);

export const moveNode: NodeSource = { scope: 'shard:read', find: findMove };

/** Null when there is none, also for a text that can't be the id of one. */
export function findMove(id: string, { loaders }: Context): Promise<OrganizationMove | null> {
  return isOperationId(id) ? loaders.load(loadMoves, id) : Promise.resolve(null);
}

/** A move has the id of the operation that began it, so either's global id will do. @throws {InvalidInputError} */
function toMoveId(text: string, path: readonly string[] = ['input', 'id']): string {
  const opened = decodeNodeId(text);
  return opened?.typename === 'Operation' ? opened.id : toLocalId('OrganizationMove', text, path);
}

builder.objectField(OrganizationMoveRef, 'operation', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that began it; its error says more than `problem`.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ id }, _args, context) => findOperation(id, context),
  }),
);

builder.queryField('organizationMove', (t) =>
  t.field({
    type: OrganizationMoveRef,
    nullable: true,
    description: 'One move; null when there is none with this id.',
    authScopes: { scope: 'shard:read' },
    args: {
      id: t.arg.id({
        required: true,
        description: 'Global id, of the move or of its operation, or the bare one of both.',
      }),
    },
    resolve: (_root, { id }, context) => findMove(toMoveId(id, ['id']), context),
  }),
);

type Filter = Parameters<Context['services']['moves']['list']>[0];

function moveList(
  { services }: Context,
  filter: Filter,
): KeysetList<OrganizationMove, { readonly startedAt: Date; readonly id: string }> {
  return {
    name: 'moves',
    toText: ({ startedAt, id }) => `${startedAt.getTime()}:${id}`,
    toKey: (text) => {
      const [, time, id = ''] = /^(\d{1,15}):(.+)$/.exec(text) ?? [];
      return isOperationId(id) ? { startedAt: new Date(Number(time)), id } : null;
    },
    list: (page) => services.moves.list(filter, page),
    count: () => services.moves.count(filter),
  };
}

builder.queryField('organizationMoves', (t) =>
  t.connection(
    {
      type: OrganizationMoveRef,
      description: 'Moves of organizations, newest first.',
      authScopes: { scope: 'shard:read' },
      args: {
        organization: t.arg.id({ description: 'Only those of this organization. Null: of all.' }),
        shard: t.arg.string({ description: 'Only those from or to this shard. Null: of all.' }),
        states: t.arg({
          type: [MoveStateRef],
          description: 'Only those in one of these states. Null or empty: in any.',
        }),
      },
      resolve: (_root, { organization, shard, states, ...page }, context) => {
        const id = organization?.toLowerCase() ?? null;
        const filter = {
          // No organization has the id of nobody.
          organization: id === null || isOperationId(id) ? id : '00000000-0000-0000-0000-000000000000',
          shard: shard ?? null,
          states: states?.length ? states : null,
        };
        return readConnection(page, moveList(context, filter));
      },
    },
    OrganizationMoveConnectionRef,
  ),
);

builder.queryField('findMoveLeftovers', (t) =>
  t.field({
    type: MoveLeftoversRef,
    description:
      'Publications, slots, subscriptions, triggers and fences of moves that have ended, on all shards.',
    authScopes: { scope: 'shard:read' },
    resolve: (_root, _args, { services }) => services.moves.findLeftovers(),
  }),
);

builder.mutationField('moveOrganization', (t) =>
  t.field({
    type: MoveOrganizationSuccessRef,
    description:
      'Brings an organization to another shard while it is used: copy, comparison of every row, and a cutover of milliseconds. It can be reversed until it is completed.',
    authScopes: { scope: 'shard:write' },
    args: {
      input: t.arg({
        type: MoveOrganizationInputRef,
        required: true,
        description: 'Which, where to, and how.',
      }),
    },
    errors: {
      types: [
        ...START_ERRORS,
        OrganizationNotFoundError,
        ShardNotFoundError,
        OrganizationMovingError,
        MoveRefusedError,
      ],
    },
    resolve: async (_root, { input }, { services, request }) => {
      const { cutover, pauseBudgetMs, window, slotTimeoutSeconds, maxRetainedWalBytes } = input;
      const maxBytes = maxRetainedWalBytes == null ? null : Number(maxRetainedWalBytes);
      const settings = { cutover, pauseBudgetMs, window, slotTimeoutSeconds, maxRetainedWalBytes: maxBytes };
      const wanted = { organization: input.organization, toShard: input.toShard, settings };
      if (input.dryRun) return { operation: null, plan: await services.moves.plan(wanted) };
      return { operation: await services.moves.move(wanted, request(input)), plan: null };
    },
  }),
);

const LATER_ERRORS = [...START_ERRORS, MoveNotFoundError, MoveStateError];

builder.mutationField('cutoverOrganizationMove', (t) =>
  t.field({
    type: CutoverOrganizationMoveSuccessRef,
    description: 'Changes the home of a move that is READY, after comparing both sides once more.',
    authScopes: { scope: 'shard:write' },
    args: {
      input: t.arg({ type: CutoverOrganizationMoveInputRef, required: true, description: 'Which move.' }),
    },
    errors: { types: LATER_ERRORS },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.moves.cutover(toMoveId(input.id), request(input)),
    }),
  }),
);

builder.mutationField('reverseOrganizationMove', (t) =>
  t.field({
    type: ReverseOrganizationMoveSuccessRef,
    description:
      'Brings an organization back to the shard it came from, with all that was written since, and deletes its rows on the other.',
    authScopes: { scope: 'shard:write' },
    args: {
      input: t.arg({ type: ReverseOrganizationMoveInputRef, required: true, description: 'Which move.' }),
    },
    errors: { types: LATER_ERRORS },
    resolve: async (_root, { input }, { services, request }) => {
      const acceptDifferences = input.acceptDifferences ?? false;
      const asked = { ...request(input), acceptDifferences };
      return { operation: await services.moves.reverse(toMoveId(input.id), asked) };
    },
  }),
);

builder.mutationField('completeOrganizationMove', (t) =>
  t.field({
    type: CompleteOrganizationMoveSuccessRef,
    description:
      'Gives up the way back: deletes the rows on the shard it came from, in batches, and proves that they are gone.',
    authScopes: { scope: 'shard:write' },
    args: {
      input: t.arg({ type: CompleteOrganizationMoveInputRef, required: true, description: 'Which move.' }),
    },
    errors: { types: LATER_ERRORS },
    resolve: async (_root, { input }, { services, request }) => {
      const acceptDifferences = input.acceptDifferences ?? false;
      const asked = { ...request(input), acceptDifferences };
      return { operation: await services.moves.complete(toMoveId(input.id), asked) };
    },
  }),
);

builder.mutationField('abortOrganizationMove', (t) =>
  t.field({
    type: AbortOrganizationMoveSuccessRef,
    description:
      'Ends a move before its cutover and takes away everything it has made. One whose operation is running is cancelled: that is the operation you get.',
    authScopes: { scope: 'shard:write' },
    args: {
      input: t.arg({ type: AbortOrganizationMoveInputRef, required: true, description: 'Which move.' }),
    },
    errors: { types: LATER_ERRORS },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.moves.abort(toMoveId(input.id), request(input)),
    }),
  }),
);
