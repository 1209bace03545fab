import { AlertLimitError } from '../src/alerts/errors.ts';
import {
  NotificationChannelInvalidError,
  NotificationChannelNotFoundError,
  NotificationDeliveryNotFoundError,
} from '../src/alerts/notifications/errors.ts';
import {
  type DeliveryFilter,
  type NotificationDelivery,
  TOLD_CHANGES,
} from '../src/alerts/notifications/notifications.ts';
import { AlertRef } from '../schema/alerts.ts';
import { builder } from '../schema/builder.ts';
import type { Context } from '../schema/context.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import {
  DeleteNotificationChannelInputRef,
  DeleteNotificationChannelSuccessRef,
  NotificationChannelRef,
  NotificationDeliveryConnectionRef,
  NotificationDeliveryRef,
  NotificationDeliveryStateRef,
  RetryDeliveryInputRef,
  RetryDeliverySuccessRef,
  TestNotificationChannelInputRef,
  TestNotificationChannelSuccessRef,
  UpsertNotificationChannelInputRef,
  UpsertNotificationChannelSuccessRef,
} from '../schema/notifications.ts';
import { findAlert } from './alerts.ts';
import { type KeysetList, readConnection } from './connections.ts';

const extensions = { auditedBy: 'SERVICE' };
const authScopes = { scope: 'alert:write' } as const;

function deliveryList(
  { services }: Context,
  filter: DeliveryFilter,
): KeysetList<NotificationDelivery, bigint> {
  return {
    name: 'deliveries',
    toText: ({ position }) => position.toString(),
    toKey: (text) => (/^\d{1,18}$/.test(text) ? BigInt(text) : null),
    list: (page) => services.notifications.listDeliveries(filter, page),
    count: () => services.notifications.countDeliveries(filter),
  };
}

builder.objectField(NotificationDeliveryRef, 'alert', (t) =>
  t.field({
    type: AlertRef,
    nullable: true,
    description: 'The alert that it tells; null for a test, and when it is not kept any more.',
    resolve: ({ alertId }, _args, context) => (alertId === null ? null : findAlert(alertId, context)),
  }),
);

builder.objectField(AlertRef, 'deliveries', (t) =>
  t.connection(
    {
      type: NotificationDeliveryRef,
      description: 'Messages about it, newest first.',
      resolve: ({ id }, page, context) => readConnection(page, deliveryList(context, { alertId: id })),
    },
    NotificationDeliveryConnectionRef,
  ),
);

builder.queryFields((t) => ({
  notificationChannels: t.field({
    type: [NotificationChannelRef],
    description: 'Where alerts are told, by name, at most 100.',
    authScopes: { scope: 'alert:read' },
    resolve: (_root, _args, { services }) => services.notifications.listChannels(),
  }),
  notificationDeliveries: t.connection(
    {
      type: NotificationDeliveryRef,
      description: 'Messages to channels, newest first. Those that are DEAD are the dead-letter list.',
      authScopes: { scope: 'alert:read' },
      args: {
        channel: t.arg.string({ description: 'Only those to this channel. Null: all.' }),
        states: t.arg({ type: [NotificationDeliveryStateRef], description: 'Only these. Null: all.' }),
      },
      resolve: (_root, { channel, states, ...page }, context) =>
        readConnection(page, deliveryList(context, { channel, states })),
    },
    NotificationDeliveryConnectionRef,
  ),
}));

builder.mutationFields((t) => ({
  upsertNotificationChannel: t.field({
    type: UpsertNotificationChannelSuccessRef,
    description: 'Makes a channel, or replaces all of it.',
    ...{ authScopes, extensions },
    args: {
      input: t.arg({ type: UpsertNotificationChannelInputRef, required: true, description: 'The channel.' }),
    },
    errors: { types: [...MUTATION_ERRORS, NotificationChannelInvalidError, AlertLimitError] },
    resolve: async (_root, { input }, { services, requester }) => {
      const { name, kind, url = null, secretFile = null, clusters = null, severities = null } = input;
      // Its validation has seen that channels are told of each of them.
      const changes = input.changes ? TOLD_CHANGES.filter((one) => input.changes?.includes(one)) : null;
      const limits = { queueLimit: input.queueLimit ?? 1_000, isEnabled: input.isEnabled ?? true };
      const channel = { name, kind, url, secretFile, clusters, severities, changes, ...limits };
      return { channel: await services.notifications.upsertChannel(channel, requester(input)) };
    },
  }),
  deleteNotificationChannel: t.field({
    type: DeleteNotificationChannelSuccessRef,
    description: 'Deletes a channel, its queue and its history.',
    ...{ authScopes, extensions },
    args: {
      input: t.arg({
        type: DeleteNotificationChannelInputRef,
        required: true,
        description: 'Which, and why.',
      }),
    },
    errors: { types: [...MUTATION_ERRORS, NotificationChannelNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => {
      await services.notifications.removeChannel(input.name, requester(input));
      return { name: input.name };
    },
  }),
  testNotificationChannel: t.field({
    type: TestNotificationChannelSuccessRef,
    description: 'Sends one message to a channel, once, and waits up to 10 seconds for the answer.',
    ...{ authScopes, extensions },
    args: {
      input: t.arg({ type: TestNotificationChannelInputRef, required: true, description: 'Which, and why.' }),
    },
    errors: { types: [...MUTATION_ERRORS, NotificationChannelNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => ({
      delivery: await services.notifications.testChannel(input.name, requester(input)),
    }),
  }),
  retryDelivery: t.field({
    type: RetryDeliverySuccessRef,
    description: 'Puts a dead letter back into the queue of its channel, with all of its attempts.',
    ...{ authScopes, extensions },
    args: { input: t.arg({ type: RetryDeliveryInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...MUTATION_ERRORS, NotificationDeliveryNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => ({
      delivery: await services.notifications.retryDelivery(input.id, requester(input)),
    }),
  }),
}));
