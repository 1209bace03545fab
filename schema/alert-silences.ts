import { z } from 'zod';
import type { AlertSilence, AlertWindow } from '../src/alerts/silences.ts';
import type { ListedAlert } from '../src/alerts/store.ts';
import { alertNameField } from './alert-rules.ts';
import { AlertRef, AlertSeverityRef } from './alerts.ts';
import { builder } from './builder.ts';
import { auditFields, line } from './requests.ts';

export const AlertSilenceRef = builder.objectRef<AlertSilence>('AlertSilence').implement({
  description: 'Alerts that nobody wants to hear for a while. What is null is any.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For `endAlertSilence`.' }),
    clusterName: t.exposeString('cluster', { nullable: true, description: 'Only of this cluster.' }),
    rule: t.exposeString('rule', { nullable: true, description: 'Only of this rule.' }),
    metric: t.exposeString('metric', { nullable: true, description: 'Only of this metric.' }),
    instance: t.exposeString('instance', { nullable: true, description: 'Only of this instance.' }),
    severity: t.expose('severity', {
      type: AlertSeverityRef,
      nullable: true,
      description: 'Only of this severity.',
    }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When it ends.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why; null: not said.' }),
    createdBy: t.exposeString('createdBy', { description: 'Name of the token that made it.' }),
    onBehalfOf: t.exposeString('onBehalfOf', {
      nullable: true,
      description: 'The person behind it; null: the token itself.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

export const SilenceAlertsInputRef = builder.inputType('SilenceAlertsInput', {
  description:
    'Which alerts, those that are to come too, and for how long. What is null is any; one must be given.',
  fields: (t) => ({
    id: t.id({ description: 'The rule, cluster and instance of this alert.' }),
    cluster: t.string({ description: 'Only of this cluster.', validate: line(63).nullish() }),
    rule: t.string({ description: 'Only of this rule.', validate: line(63).nullish() }),
    metric: t.string({ description: 'Only of this metric.', validate: line(63).nullish() }),
    instance: t.string({ description: 'Only of this instance.', validate: line(63).nullish() }),
    severity: t.field({ type: AlertSeverityRef, description: 'Only of this severity.' }),
    minutes: t.int({
      required: true,
      description: 'For how long, in minutes: 1 to 43,200 (30 days). Each silence ends.',
      validate: z.int().min(1, 'this is at least 1').max(43_200, 'this is at most 43,200'),
    }),
    ...auditFields(t),
  }),
});

export const SilenceAlertsSuccessRef = builder
  .objectRef<{ readonly silence: AlertSilence; readonly alerts: readonly ListedAlert[] }>(
    'SilenceAlertsSuccess',
  )
  .implement({
    description: 'The silence is made.',
    fields: (t) => ({
      silence: t.expose('silence', { type: AlertSilenceRef, description: 'The silence.' }),
      alerts: t.field({
        type: [AlertRef],
        description: 'What is open and silent now.',
        resolve: ({ alerts }) => alerts,
      }),
    }),
  });

export const EndAlertSilenceInputRef = builder.inputType('EndAlertSilenceInput', {
  description: 'Arguments of `endAlertSilence`.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Id of the silence.' }), ...auditFields(t) }),
});

export const EndAlertSilenceSuccessRef = builder
  .objectRef<{ readonly silence: AlertSilence }>('EndAlertSilenceSuccess')
  .implement({
    description: 'It has ended.',
    fields: (t) => ({ silence: t.expose('silence', { type: AlertSilenceRef, description: 'The silence.' }) }),
  });

export const AlertMaintenanceWindowRef = builder.objectRef<AlertWindow>('AlertMaintenanceWindow').implement({
  description: 'Work that was announced: what fires while it is open is SILENCED until it closes.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique.' }),
    clusterNames: t.exposeStringList('clusters', {
      nullable: true,
      description: 'Only of these clusters; null: all.',
    }),
    metrics: t.exposeStringList('metrics', { nullable: true, description: 'Only these metrics; null: all.' }),
    cron: t.exposeString('cron', { description: 'When it opens.' }),
    durationMinutes: t.exposeInt('durationMinutes', { description: 'How long it stays open, in minutes.' }),
    timezone: t.exposeString('timezone', { description: 'IANA timezone of `cron`.' }),
    isEnabled: t.exposeBoolean('isEnabled', { description: 'False: it does not open.' }),
    updatedBy: t.exposeString('updatedBy', { description: 'Name of the token that changed it last.' }),
  }),
});

export const UpsertAlertMaintenanceWindowInputRef = builder.inputType('UpsertAlertMaintenanceWindowInput', {
  description: 'All of a maintenance window.',
  fields: (t) => ({
    name: alertNameField(t, 'Name of the window'),
    clusters: t.stringList({
      description: 'Only of these clusters, 1 to 100. Null: all.',
      validate: z.array(line(63)).min(1).max(100).nullish(),
    }),
    metrics: t.stringList({
      description: 'Only these metrics, 1 to 100. Null: all.',
      validate: z.array(line(63)).min(1).max(100).nullish(),
    }),
    cron: t.string({
      required: true,
      description: 'When it opens: five fields, or six with the seconds first, e.g. `0 1 * * SUN`.',
      validate: z.string().max(200, 'this has at most 200 characters'),
    }),
    durationMinutes: t.int({
      required: true,
      description: 'How long it stays open, in minutes: 1 to 10,080.',
      validate: z.int().min(1, 'this is at least 1').max(10_080, 'this is at most 10,080'),
    }),
    timezone: t.string({
      description: 'IANA timezone of `cron`, e.g. `Europe/Berlin`. Null: `UTC`.',
      validate: z.string().max(100, 'this has at most 100 characters').nullish(),
    }),
    isEnabled: t.boolean({ defaultValue: true, description: 'False: it does not open. Null: true.' }),
    ...auditFields(t),
  }),
});

export const UpsertAlertMaintenanceWindowSuccessRef = builder
  .objectRef<{ readonly window: AlertWindow }>('UpsertAlertMaintenanceWindowSuccess')
  .implement({
    description: 'The window was made or replaced.',
    fields: (t) => ({
      window: t.expose('window', { type: AlertMaintenanceWindowRef, description: 'The window.' }),
    }),
  });

export const DeleteAlertMaintenanceWindowInputRef = builder.inputType('DeleteAlertMaintenanceWindowInput', {
  description: 'Arguments of `deleteAlertMaintenanceWindow`.',
  fields: (t) => ({ name: alertNameField(t, 'Name of the window'), ...auditFields(t) }),
});

export const AcknowledgeAlertInputRef = builder.inputType('AcknowledgeAlertInput', {
  description: 'Arguments of `acknowledgeAlert`. `reason` is shown with the alert.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Id of the alert.' }), ...auditFields(t) }),
});

export const AcknowledgeAlertSuccessRef = builder
  .objectRef<{ readonly alert: ListedAlert }>('AcknowledgeAlertSuccess')
  .implement({
    description: 'Somebody has it in hand. Twice is the same as once: the first one stays.',
    fields: (t) => ({ alert: t.expose('alert', { type: AlertRef, description: 'The alert as it is now.' }) }),
  });

/** The success of a mutation that deletes something by its name. */
export function deletedByName(name: string, description: string) {
  return builder.objectRef<{ readonly name: string }>(name).implement({
    description,
    fields: (t) => ({ name: t.exposeString('name', { description: 'What its name was.' }) }),
  });
}

export const DeleteAlertMaintenanceWindowSuccessRef = deletedByName(
  'DeleteAlertMaintenanceWindowSuccess',
  'The window is gone; what it silenced is heard again.',
);
