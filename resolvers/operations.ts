import {
  type Operation,
  OperationEndedError,
  OperationNotFoundError,
  OperationNotRetryableError,
} from '../src/operations/operations.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { MUTATION_ERRORS, START_ERRORS } from '../schema/errors.ts';
import { toLocalId } from '../schema/node-id.ts';
import {
  OperationConnectionRef,
  OperationFilterRef,
  OperationRef,
  OperationStepRef,
} from '../schema/operations.ts';
import {
  CancelOperationInputRef,
  CancelOperationSuccessRef,
  RetryOperationInputRef,
  RetryOperationSuccessRef,
} from '../schema/requests.ts';
import { type KeysetList, readConnection } from './connections.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** One operation by its local id; null when there is none. Batched. */
export const loadOperations: LoadMany<Operation | null> = (services, ids) =>
  services.operations.findMany(ids);
const loadSteps: LoadMany<Awaited<ReturnType<Context['services']['operations']['stepsOf']>>[number]> = (
  services,
  ids,
) => services.operations.stepsOf(ids);

const loadChildren: LoadMany<readonly Operation[]> = ({ operations }, ids) => operations.childrenOf(ids);

export const operationNode: NodeSource = { scope: 'operation:read', find: findOperation };

/** Whether `text` can be the id of an operation, within its type. */
export const isOperationId = (text: string): boolean => UUID.test(text);

/** Null when there is none, also for a text that can't be the id of one. */
export function findOperation(id: string, { loaders }: Context): Promise<Operation | null> {
  return UUID.test(id) ? loaders.load(loadOperations, id) : Promise.resolve(null);
}

/**
 * The id within `Operation`, from a global id or a bare one.
 *
 * @throws {InvalidInputError} @throws {OperationNotFoundError}
 */
export function toOperationId(text: string, path: readonly string[]): string {
  const id = toLocalId('Operation', text, path);
  if (!UUID.test(id)) throw new OperationNotFoundError(text, path);
  return id;
}

/** Operations newest first, as any list of them is read: all, or those of one cluster. */
export function operationList(
  { services }: Context,
  filter: typeof OperationFilterRef.$inferInput,
): KeysetList<Operation, { readonly createdAt: Date; readonly id: string }> {
  const states = filter.states?.length ? filter.states : null;
  return {
    name: 'operations',
    toText: ({ createdAt, id }) => `${createdAt.getTime()}:${id}`,
    toKey: (text) => {
      const [, time, id = ''] = /^(\d{1,15}):(.+)$/.exec(text) ?? [];
      return UUID.test(id) ? { createdAt: new Date(Number(time)), id } : null;
    },
    list: (page) => services.operations.list({ ...filter, states }, page),
    count: () => services.operations.count({ ...filter, states }),
  };
}

builder.objectField(OperationRef, 'steps', (t) =>
  t.field({
    type: [OperationStepRef],
    description: 'The steps begun so far, of all attempts, in the order they began.',
    resolve: ({ id }, _args, { loaders }) => loaders.load(loadSteps, id),
  }),
);

builder.objectFields(OperationRef, (t) => ({
  parent: t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that started it and waits for it; null for one that a request started.',
    resolve: ({ parentId }, _args, context) => (parentId === null ? null : findOperation(parentId, context)),
  }),
  children: t.field({
    type: [OperationRef],
    description: 'What it has started itself, of all attempts, in that order; empty for most kinds.',
    resolve: ({ id }, _args, { loaders }) => loaders.load(loadChildren, id),
  }),
}));

builder.objectField(OperationRef, 'cluster', (t) =>
  t.field({
    type: ClusterRef,
    nullable: true,
    description:
      'The cluster it works on; null when it belongs to none, or to one that is not configured any more.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => (cluster === null ? null : services.fleet.find(cluster)),
  }),
);

builder.objectField(ClusterRef, 'operations', (t) =>
  t.connection(
    {
      type: OperationRef,
      description: 'Operations on this cluster, newest first.',
      authScopes: { scope: 'operation:read' },
      resolve: ({ name }, page, context) => readConnection(page, operationList(context, { cluster: name })),
    },
    OperationConnectionRef,
  ),
);

builder.queryField('operation', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description: 'One operation; null when there is none with this id.',
    authScopes: { scope: 'operation:read' },
    args: { id: t.arg.id({ required: true, description: 'Global id, or the bare id that messages show.' }) },
    resolve: (_root, { id }, context) => findOperation(toLocalId('Operation', id, ['id']), context),
  }),
);

builder.queryField('operations', (t) =>
  t.connection(
    {
      type: OperationRef,
      description: 'Operations of all kinds, newest first.',
      authScopes: { scope: 'operation:read' },
      args: { filter: t.arg({ type: OperationFilterRef, description: 'Which ones; null: all.' }) },
      resolve: (_root, { filter, ...page }, context) =>
        readConnection(page, operationList(context, filter ?? {})),
    },
    OperationConnectionRef,
  ),
);

builder.mutationField('cancelOperation', (t) =>
  t.field({
    type: CancelOperationSuccessRef,
    description: 'Tells an operation to stop. It puts away what it left behind, then it is CANCELLED.',
    authScopes: { scope: 'operation:write' },
    args: { input: t.arg({ type: CancelOperationInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...MUTATION_ERRORS, OperationNotFoundError, OperationEndedError] },
    resolve: async (_root, { input }, { services, requester }) => ({
      operation: await services.operations.cancel(toOperationId(input.id, ['input', 'id']), requester(input)),
    }),
  }),
);

builder.mutationField('retryOperation', (t) =>
  t.field({
    type: RetryOperationSuccessRef,
    description: 'Starts another attempt of an operation that failed or was cancelled.',
    authScopes: { scope: 'operation:write' },
    args: { input: t.arg({ type: RetryOperationInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...START_ERRORS, OperationNotFoundError, OperationNotRetryableError] },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.operations.retry(toOperationId(input.id, ['input', 'id']), request(input)),
    }),
  }),
);
