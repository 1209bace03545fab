import { z } from 'zod';
import {
  NotificationChannelInvalidError,
  NotificationChannelNotFoundError,
  NotificationDeliveryNotFoundError,
} from '../src/alerts/notifications/errors.ts';
import {
  CHANNEL_KINDS,
  DELIVERY_STATES,
  type ChannelKind,
  type DeliveryState,
  type NotificationChannel,
  type NotificationDelivery,
  TOLD_CHANGES,
} from '../src/alerts/notifications/notifications.ts';
import { alertNameField } from './alert-rules.ts';
import { deletedByName } from './alert-silences.ts';
import { AlertChangeRef, AlertSeverityRef } from './alerts.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { auditFields, line } from './requests.ts';

function described<Value extends string>(values: readonly Value[], words: Record<Value, string>) {
  return Object.fromEntries(values.map((value) => [value, { value, description: words[value] }])) as Record<
    Value,
    { value: Value; description: string }
  >;
}

export const NotificationChannelKindRef = builder.enumType('NotificationChannelKind', {
  description: 'Which words a receiver understands.',
  values: described<ChannelKind>(CHANNEL_KINDS, {
    WEBHOOK: 'Our own JSON: the change, the alert and its evidence.',
    SLACK: 'An incoming webhook of Slack, Mattermost or Rocket.Chat.',
    ALERTMANAGER: "Prometheus Alertmanager's API v2: `/api/v2/alerts` below the URL.",
  }),
});

export const NotificationDeliveryStateRef = builder.enumType('NotificationDeliveryState', {
  description: 'Where a message is on its way.',
  values: described<DeliveryState>(DELIVERY_STATES, {
    PENDING: 'It waits for its first or next attempt.',
    DELIVERED: 'The receiver took it.',
    DEAD: 'All attempts failed, or it made no sense to go on. `retryDelivery` begins again.',
  }),
});

export const NotificationChannelRef = builder
  .objectRef<NotificationChannel>('NotificationChannel')
  .implement({
    description: 'Where alerts are told.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Unique.' }),
      kind: t.expose('kind', { type: NotificationChannelKindRef, description: 'How it is told there.' }),
      address: t.string({
        nullable: true,
        description:
          'Scheme and host of the URL; the rest may be a secret. Null: the secret file holds the URL.',
        resolve: ({ url }) => (url === null ? null : new URL(url).origin),
      }),
      secretFile: t.exposeString('secretFile', {
        nullable: true,
        description: 'Path of the key that messages are signed with; null: they are not.',
      }),
      clusterNames: t.exposeStringList('clusters', { nullable: true, description: 'Only these; null: all.' }),
      severities: t.expose('severities', {
        type: [AlertSeverityRef],
        nullable: true,
        description: 'Only these; null: all.',
      }),
      changes: t.expose('changes', {
        type: [AlertChangeRef],
        nullable: true,
        description: 'Only these, and the end of what was told; null: all that channels are told.',
      }),
      queueLimit: t.exposeInt('queueLimit', { description: 'When so many wait more are DEAD at once.' }),
      isEnabled: t.exposeBoolean('isEnabled', { description: 'False: nothing is put into its queue.' }),
      updatedBy: t.exposeString('updatedBy', { description: 'Name of the token that changed it last.' }),
    }),
  });

/** `alert` is an edge: resolvers add it. */
export const NotificationDeliveryRef = builder
  .objectRef<NotificationDelivery>('NotificationDelivery')
  .implement({
    description: 'One message to one channel.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Receivers find it in the header `x-sunday-delivery`.' }),
      channel: t.exposeString('channel', { description: 'Name of the channel.' }),
      change: t.exposeString('change', { description: 'What it tells: an `AlertChange`, or `TEST`.' }),
      state: t.expose('state', { type: NotificationDeliveryStateRef, description: 'Where it is.' }),
      attempts: t.exposeInt('attempts', { description: 'Attempts so far: 0 to 8.' }),
      nextAttemptAt: t.expose('nextAttemptAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it is tried next; null: it has ended.',
      }),
      lastStatus: t.exposeInt('lastStatus', {
        nullable: true,
        description: 'HTTP status of the last answer; null: there was none.',
      }),
      lastError: t.exposeString('lastError', {
        nullable: true,
        description: 'Why the last attempt failed; null: it did not.',
      }),
      durationMs: t.exposeFloat('durationMs', {
        nullable: true,
        description: 'How long the last attempt took, in milliseconds; null: there was none.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written.' }),
      finishedAt: t.expose('finishedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it ended; null: it has not. Kept for 30 days after.',
      }),
    }),
  });

export const NotificationDeliveryConnectionRef = builder.connectionObject(
  {
    type: NotificationDeliveryRef,
    name: 'NotificationDeliveryConnection',
    description: 'One page of deliveries, newest first.',
  },
  { description: 'One delivery and its place in the list.' },
);

export const UpsertNotificationChannelInputRef = builder.inputType('UpsertNotificationChannelInput', {
  description: 'All of a channel.',
  fields: (t) => ({
    name: alertNameField(t, 'Name of the channel'),
    kind: t.field({ type: NotificationChannelKindRef, required: true, description: 'How it is told there.' }),
    url: t.string({
      description:
        'Where to, http or https. Redirects are not followed. Null, for SLACK only: the secret file holds it.',
      validate: line(2_000).nullish(),
    }),
    secretFile: t.string({
      description:
        'Absolute path, on the hosts that send, of a file of mode 0600 with the key that messages are signed with. Null: they are not signed.',
      validate: line(1_000).nullish(),
    }),
    clusters: t.stringList({
      description: 'Only these, 1 to 100. Null: all.',
      validate: z.array(line(63)).min(1).max(100).nullish(),
    }),
    severities: t.field({
      type: [AlertSeverityRef],
      description: 'Only these. Null: all.',
      validate: z.array(z.string()).min(1).nullish(),
    }),
    changes: t.field({
      type: [AlertChangeRef],
      description: `Only these, and the end of what was told: ${TOLD_CHANGES.join(', ')}. For people who are only called when nobody else has come: ESCALATED. Null: all.`,
      validate: z.array(z.enum(TOLD_CHANGES, 'channels are not told of this change')).min(1).nullish(),
    }),
    queueLimit: t.int({
      defaultValue: 1_000,
      description: 'When so many wait more are DEAD at once: 1 to 100,000. Null: 1,000.',
      validate: z.int().min(1, 'this is at least 1').max(100_000, 'this is at most 100,000').nullish(),
    }),
    isEnabled: t.boolean({
      defaultValue: true,
      description: 'False: nothing is put into its queue. Null: true.',
    }),
    ...auditFields(t),
  }),
});

export const UpsertNotificationChannelSuccessRef = builder
  .objectRef<{ readonly channel: NotificationChannel }>('UpsertNotificationChannelSuccess')
  .implement({
    description: 'The channel was made or replaced.',
    fields: (t) => ({
      channel: t.expose('channel', { type: NotificationChannelRef, description: 'The channel.' }),
    }),
  });

export const DeleteNotificationChannelInputRef = builder.inputType('DeleteNotificationChannelInput', {
  description: 'Arguments of `deleteNotificationChannel`.',
  fields: (t) => ({ name: alertNameField(t, 'Name of the channel'), ...auditFields(t) }),
});
export const DeleteNotificationChannelSuccessRef = deletedByName(
  'DeleteNotificationChannelSuccess',
  'The channel and its deliveries are gone.',
);

export const TestNotificationChannelInputRef = builder.inputType('TestNotificationChannelInput', {
  description: 'Arguments of `testNotificationChannel`.',
  fields: (t) => ({ name: alertNameField(t, 'Name of the channel'), ...auditFields(t) }),
});
export const RetryDeliveryInputRef = builder.inputType('RetryDeliveryInput', {
  description: 'Arguments of `retryDelivery`.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of a delivery that is DEAD.' }),
    ...auditFields(t),
  }),
});

function deliverySuccess(name: string, description: string) {
  return builder.objectRef<{ readonly delivery: NotificationDelivery }>(name).implement({
    description,
    fields: (t) => ({
      delivery: t.expose('delivery', { type: NotificationDeliveryRef, description: 'The delivery.' }),
    }),
  });
}

export const TestNotificationChannelSuccessRef = deliverySuccess(
  'TestNotificationChannelSuccess',
  'A message was sent, or could not be: the state of the delivery says which.',
);
export const RetryDeliverySuccessRef = deliverySuccess(
  'RetryDeliverySuccess',
  'The message is in the queue of its channel again.',
);

errorType(NotificationChannelNotFoundError, { description: 'No notification channel has that name.' });
errorType(NotificationChannelInvalidError, {
  description: 'The channel has no address that messages may be sent to; `path` names the field.',
});
errorType(NotificationDeliveryNotFoundError, { description: 'No delivery of that id is DEAD.' });
