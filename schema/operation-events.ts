import type { OperationEvent } from '../src/operations/operations.ts';
import { encodeEventCursor } from '../src/events/cursor.ts';
import { builder } from './builder.ts';

/** What a subscription gives: an event, or the note that events before `resumeAfter` are gone. */
export type OperationDelivery =
  | { readonly kind: 'EVENT'; readonly event: OperationEvent }
  | {
      readonly kind: 'EXPIRED';
      readonly resumeAfter: bigint;
      readonly operationId: string | null;
      readonly at: Date;
    };

/** `operation` is an edge: resolvers add it. */
export const OperationEventRef = builder.interfaceRef<OperationDelivery>('OperationEvent').implement({
  description: 'Something that an operation reported, or a note about the stream itself.',
  resolveType: ({ kind }) => (kind === 'EVENT' ? 'OperationProgress' : 'CursorExpired'),
  fields: (t) => ({
    cursor: t.string({
      description:
        'Place right after this event. Send it as `after` to go on from here, with no gap and no duplicate.',
      resolve: (delivery) =>
        encodeEventCursor(delivery.kind === 'EVENT' ? delivery.event.id : delivery.resumeAfter),
    }),
    phase: t.string({
      nullable: true,
      description: 'What the operation is at, as a short phrase; null before the first step.',
      resolve: (delivery) => (delivery.kind === 'EVENT' ? delivery.event.phase : null),
    }),
    message: t.string({
      description: 'One line for people.',
      resolve: (delivery) =>
        delivery.kind === 'EVENT'
          ? delivery.event.message
          : 'events after the given cursor are past their retention; read the current state, then go on from here',
    }),
    fractionDone: t.float({
      nullable: true,
      description: 'Share of the phase that is done, 0 to 1; null while the total is unknown.',
      resolve: (delivery) => (delivery.kind === 'EVENT' ? delivery.event.fractionDone : null),
    }),
    bytesDone: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Bytes done; null when bytes are not what is counted.',
      resolve: (delivery) => (delivery.kind === 'EVENT' ? delivery.event.bytesDone : null),
    }),
    bytesTotal: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Bytes to do in all; null while unknown.',
      resolve: (delivery) => (delivery.kind === 'EVENT' ? delivery.event.bytesTotal : null),
    }),
    etaSeconds: t.float({
      nullable: true,
      description: 'Seconds until the end at the present rate; null while unknown.',
      resolve: (delivery) => (delivery.kind === 'EVENT' ? delivery.event.etaSeconds : null),
    }),
    at: t.field({
      type: 'DateTime',
      description: 'When it happened.',
      resolve: (delivery) => (delivery.kind === 'EVENT' ? delivery.event.at : delivery.at),
    }),
  }),
});

export const OperationProgressRef = builder.objectRef<OperationDelivery>('OperationProgress').implement({
  description: 'The state and progress of an operation at one moment.',
  interfaces: [OperationEventRef],
});

builder.objectRef<OperationDelivery>('CursorExpired').implement({
  description:
    'The given cursor is older than what is kept, so events are missing. Read the current state, then go on; the stream continues from `resyncCursor` by itself.',
  interfaces: [OperationEventRef],
  fields: (t) => ({
    resyncCursor: t.string({
      description: 'The oldest place the stream can go on from. Send it as `after`.',
      resolve: (delivery) =>
        encodeEventCursor(delivery.kind === 'EVENT' ? delivery.event.id : delivery.resumeAfter),
    }),
  }),
});
