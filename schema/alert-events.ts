import type { AlertDelivery } from '../src/alerts/alerts.ts';
import { encodeEventCursor } from '../src/events/cursor.ts';
import { AlertChangeRef, AlertSeverityRef, AlertStateRef } from './alerts.ts';
import { builder } from './builder.ts';

/** What `alertEvents` gives: an event, or the note that events before a place are gone. */
export const AlertEventItemRef = builder.interfaceRef<AlertDelivery>('AlertEventItem').implement({
  description: 'Something that happened to an alert, or a note about the stream itself.',
  resolveType: ({ kind }) => (kind === 'EVENT' ? 'AlertEvent' : 'AlertCursorExpired'),
  fields: (t) => ({
    cursor: t.string({
      description:
        'Place right after this item. Send it as `after` to go on from here, with no gap and no duplicate.',
      resolve: (delivery) =>
        encodeEventCursor(delivery.kind === 'EVENT' ? delivery.event.id : delivery.resumeAfter),
    }),
  }),
});

export type AlertEventDelivery = Extract<AlertDelivery, { kind: 'EVENT' }>;

/** `alert` is an edge: resolvers add it. */
export const AlertEventRef = builder.objectRef<AlertEventDelivery>('AlertEvent').implement({
  description: 'One change of an alert, with what the alert was right after it.',
  interfaces: [AlertEventItemRef],
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When.', resolve: ({ event }) => event.at }),
    change: t.field({
      type: AlertChangeRef,
      description: 'What happened.',
      resolve: ({ event }) => event.change,
    }),
    by: t.string({
      nullable: true,
      description: 'The person or the window behind it; null: the figures and the clock.',
      resolve: ({ event }) => event.by,
    }),
    clusterName: t.string({
      description: 'Name of the cluster.',
      resolve: ({ event }) => event.cluster,
    }),
    instance: t.string({
      nullable: true,
      description: 'Name of the instance; null when it is about the whole cluster.',
      resolve: ({ event }) => event.instance,
    }),
    metric: t.string({ description: 'What is wrong.', resolve: ({ event }) => event.metric }),
    severity: t.field({
      type: AlertSeverityRef,
      description: 'How bad it was then.',
      resolve: ({ event }) => event.severity,
    }),
    state: t.field({
      type: AlertStateRef,
      description: 'Its state after the change.',
      resolve: ({ event }) => event.state,
    }),
    summary: t.string({ description: 'One line for people.', resolve: ({ event }) => event.summary }),
    value: t.float({
      nullable: true,
      description: 'The figure then, in `unit`; null when it was not known.',
      resolve: ({ event }) => event.value,
    }),
    unit: t.string({
      description: 'E.g. `percent` (0 to 100), `seconds`.',
      resolve: ({ event }) => event.unit,
    }),
  }),
});

export const AlertCursorExpiredRef = builder.objectRef<AlertDelivery>('AlertCursorExpired').implement({
  description:
    'The given cursor is older than what is kept, so events are missing. Read `alerts` again; the stream goes on from `cursor` by itself.',
  interfaces: [AlertEventItemRef],
  fields: (t) => ({
    resyncCursor: t.string({
      description: 'The oldest place the stream can go on from. Send it as `after`.',
      resolve: (delivery) =>
        encodeEventCursor(delivery.kind === 'EVENT' ? delivery.event.id : delivery.resumeAfter),
    }),
  }),
});
