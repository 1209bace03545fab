import type { Operation, OperationEvent } from '../src/operations/operations.ts';
import { untilAvailable } from '../src/postgres/retry.ts';
import { decodeEventCursor } from '../src/events/cursor.ts';
import { builder } from '../schema/builder.ts';
import type { Context } from '../schema/context.ts';
import {
  type OperationDelivery,
  OperationEventRef,
  OperationProgressRef,
} from '../schema/operation-events.ts';
import { OperationFilterRef, OperationRef } from '../schema/operations.ts';
import { subscribe } from './live.ts';
import { loadOperations, toOperationId } from './operations.ts';

/** What the operations service gives for a stream. */
type Delivery =
  | { readonly kind: 'EVENT'; readonly event: OperationEvent }
  | { readonly kind: 'EXPIRED'; readonly resumeAfter: bigint };

builder.interfaceField(OperationEventRef, 'operation', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description:
      'The operation; its state and progress are those of the event. Null only in a `CursorExpired` of `operationsFeed`.',
    resolve: findCurrent,
  }),
);

builder.objectField(OperationProgressRef, 'operation', (t) =>
  t.field({
    type: OperationRef,
    description:
      'The operation. Its state and progress are those of the event, so that each change is seen once; the rest is current.',
    resolve: async (delivery, _args, context) => (await findCurrent(delivery, {}, context)) as Operation,
  }),
);

builder.subscriptionField('operationEvents', (t) =>
  t.field({
    type: OperationEventRef,
    description:
      'What one operation reported since `after`, then what it reports, until it ends. Ends with the event of the end.',
    authScopes: { scope: 'operation:read' },
    args: {
      id: t.arg.id({ required: true, description: 'Global id, or the bare id that messages show.' }),
      after: t.arg.string({
        description: 'Cursor of the last event that was seen. Null: from the first one.',
      }),
    },
    subscribe: (_root, { id, after }, context) => {
      const operationId = toOperationId(id, ['id']);
      const cursor = decodeEventCursor(after);
      return subscribe(context, (signal) =>
        toDeliveries(context.services.operations.watch(operationId, cursor, signal), operationId),
      );
    },
    resolve: (delivery) => delivery,
  }),
);

builder.subscriptionField('operationsFeed', (t) =>
  t.field({
    type: OperationEventRef,
    description: 'What all operations reported since `after`, then what they report; does not end by itself.',
    authScopes: { scope: 'operation:read' },
    args: {
      filter: t.arg({ type: OperationFilterRef, description: 'Which operations; null: all.' }),
      after: t.arg.string({ description: 'Cursor of the last event that was seen. Null: from now on.' }),
    },
    subscribe: (_root, { filter, after }, context) => {
      const cursor = decodeEventCursor(after);
      return subscribe(context, (signal) =>
        toDeliveries(context.services.operations.feed(filter ?? {}, cursor, signal), null),
      );
    },
    resolve: (delivery) => delivery,
  }),
);

async function* toDeliveries(
  source: AsyncIterable<Delivery>,
  operationId: string | null,
): AsyncGenerator<OperationDelivery> {
  for await (const one of source) {
    yield one.kind === 'EVENT' ? one : { ...one, operationId, at: new Date() };
  }
}

/** The operation as it is now, with the state and progress of the event. */
async function findCurrent(
  delivery: OperationDelivery,
  _args: object,
  { loaders, signal }: Context,
): Promise<Operation | null> {
  const id = delivery.kind === 'EVENT' ? delivery.event.operationId : delivery.operationId;
  if (id === null) return null;
  const load = () =>
    loaders.load(loadOperations, id).catch((error: unknown) => {
      loaders.clear(); // it would remember the failure
      throw error;
    });
  // An event that came just before the control database went away waits for it, as those behind it do.
  const current = await untilAvailable(load, () => signal.throwIfAborted());
  if (current === null || delivery.kind === 'EXPIRED') return current;
  const { state, phase, message, fractionDone, bytesDone, bytesTotal, etaSeconds } = delivery.event;
  return { ...current, state, phase, message, fractionDone, bytesDone, bytesTotal, etaSeconds };
}
