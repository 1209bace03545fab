import { z } from 'zod';
import {
  AlertLimitError,
  AlertNotFoundError,
  AlertResolvedError,
  AlertRuleInvalidError,
  AlertRuleNotFoundError,
  AlertSilenceNotFoundError,
  AlertWindowNotFoundError,
} from '../src/alerts/errors.ts';
import type { RuleInForce } from '../src/alerts/rules.ts';
import { AlertSeverityRef } from './alerts.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { auditFields, line } from './requests.ts';

export type InputFields = Parameters<typeof auditFields>[0];

export const AlertComparisonRef = builder.enumType('AlertComparison', {
  description: 'On which side of a threshold a figure is wrong.',
  values: {
    ABOVE: { value: 'ABOVE', description: 'What is above is wrong.' },
    BELOW: { value: 'BELOW', description: 'What is below is wrong.' },
  } as const,
});

export const AlertRuleRef = builder.objectRef<RuleInForce>('AlertRule').implement({
  description: 'When an alert is made of a metric, and how it goes on.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the product: the name of its metric.' }),
    clusterName: t.exposeString('cluster', {
      nullable: true,
      description: 'The only cluster that it is for; null: all that have none of this name for themselves.',
    }),
    metric: t.exposeString('metric', { description: 'What it is about.' }),
    comparison: t.expose('comparison', {
      type: AlertComparisonRef,
      description: 'On which side it is wrong.',
    }),
    threshold: t.exposeFloat('threshold', {
      nullable: true,
      description: "In the metric's unit; null: the metric's own target and critical limit decide.",
    }),
    recoveryThreshold: t.exposeFloat('recoveryThreshold', {
      nullable: true,
      description: 'The dead band: only on its good side is it well again. Null: at the threshold.',
    }),
    severity: t.expose('severity', {
      type: AlertSeverityRef,
      nullable: true,
      description: "How bad it is; null: as bad as the metric's state.",
    }),
    forSeconds: t.exposeInt('forSeconds', { description: 'It fires when it was wrong for so long.' }),
    resolveAfterSeconds: t.exposeInt('resolveAfterSeconds', {
      description: 'It is resolved when it was well for so long, without a break.',
    }),
    reminderSeconds: t.exposeInt('reminderSeconds', {
      nullable: true,
      description: 'While it is FIRING people are told again each time; null: once.',
    }),
    escalateAfterSeconds: t.exposeInt('escalateAfterSeconds', {
      nullable: true,
      description: 'When nobody has acknowledged it for so long it is ESCALATED; null: never.',
    }),
    runbook: t.exposeString('runbook', {
      nullable: true,
      description: "What to do; null: the product's own words.",
    }),
    isEnabled: t.exposeBoolean('isEnabled', { description: 'False: it makes no alerts.' }),
    isDefault: t.exposeBoolean('isDefault', {
      description: 'True: it is of the product, and nobody has made one of its name.',
    }),
    updatedBy: t.exposeString('updatedBy', {
      nullable: true,
      description: 'Name of the token that changed it last; null for one of the product.',
    }),
  }),
});

/** Names of rules, windows and channels. */
export function alertNameField(t: InputFields, description: string) {
  return t.string({
    required: true,
    description: `${description}: 1 to 63 lower case letters, digits, underscores and hyphens.`,
    validate: z
      .string()
      .regex(
        /^[a-z][a-z0-9_-]{0,62}$/,
        'a name is 1 to 63 lower case letters, digits, underscores and hyphens',
      ),
  });
}

export function secondsField(t: InputFields, description: string, [least, most]: readonly [number, number]) {
  return t.int({
    description: `${description} ${least} to ${most.toLocaleString('en-US')} seconds.`,
    validate: z.int().min(least, `this is at least ${least}`).max(most, `this is at most ${most}`).nullish(),
  });
}

const WEEK = 604_800;

export const UpsertAlertRuleInputRef = builder.inputType('UpsertAlertRuleInput', {
  description:
    'All of a rule. What is null is as the rule of this name has it that is in force now; of a new one as most have it.',
  fields: (t) => ({
    name: alertNameField(t, 'Name of the rule; that of a rule of the product replaces it'),
    cluster: t.string({
      description: 'The only cluster that it is for. Null: all.',
      validate: line(63).nullish(),
    }),
    metric: t.string({ description: 'What it is about, e.g. `connections`.', validate: line(63).nullish() }),
    comparison: t.field({ type: AlertComparisonRef, description: 'On which side it is wrong.' }),
    threshold: t.float({ description: "In the metric's unit." }),
    recoveryThreshold: t.float({ description: 'Only on its good side is it well again.' }),
    usesMetricLimits: t.boolean({
      defaultValue: false,
      description:
        "True: the metric's own target and critical limit decide, whatever threshold the rule had. Null: false.",
    }),
    severity: t.field({ type: AlertSeverityRef, description: 'How bad it is.' }),
    forSeconds: secondsField(t, 'It fires when it was wrong for so long.', [0, WEEK]),
    resolveAfterSeconds: secondsField(t, 'It is resolved when it was well for so long.', [0, WEEK]),
    reminderSeconds: secondsField(t, 'People are told again each time; 0: once.', [0, WEEK]),
    escalateAfterSeconds: secondsField(t, 'It is escalated when nobody has it in hand; 0: never.', [0, WEEK]),
    runbook: t.string({
      description: 'What to do, 1 to 2,000 characters.',
      validate: line(2_000).nullish(),
    }),
    isEnabled: t.boolean({ description: 'False: it makes no alerts.' }),
    ...auditFields(t),
  }),
});

export const UpsertAlertRuleSuccessRef = builder
  .objectRef<{ readonly rule: RuleInForce }>('UpsertAlertRuleSuccess')
  .implement({
    description: 'The rule was made or replaced. It is in force from the next measurement on.',
    fields: (t) => ({ rule: t.expose('rule', { type: AlertRuleRef, description: 'The rule.' }) }),
  });

export const DeleteAlertRuleInputRef = builder.inputType('DeleteAlertRuleInput', {
  description: 'Arguments of `deleteAlertRule`.',
  fields: (t) => ({
    name: alertNameField(t, 'Name of the rule'),
    cluster: t.string({
      description: 'The one for this cluster. Null: the one for all.',
      validate: line(63).nullish(),
    }),
    ...auditFields(t),
  }),
});

export const DeleteAlertRuleSuccessRef = builder
  .objectRef<{ readonly name: string; readonly rule: RuleInForce | null }>('DeleteAlertRuleSuccess')
  .implement({
    description: 'The rule of people is gone.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      rule: t.expose('rule', {
        type: AlertRuleRef,
        nullable: true,
        description: 'The rule of this name that is in force now; null when none is.',
      }),
    }),
  });

errorType(AlertNotFoundError, { description: 'No alert has that id.' });
errorType(AlertResolvedError, {
  description: 'The alert is over.',
  fields: (t) => ({
    resolvedAt: t.expose('resolvedAt', { type: 'DateTime', description: 'When it was over.' }),
  }),
});
errorType(AlertRuleNotFoundError, { description: 'People made no rule of that name.' });
errorType(AlertRuleInvalidError, {
  description: 'The parts of a rule contradict each other; `path` names one.',
});
errorType(AlertSilenceNotFoundError, { description: 'No silence has that id.' });
errorType(AlertWindowNotFoundError, { description: 'No maintenance window of alerts has that name.' });
errorType(AlertLimitError, { description: 'There are as many as are allowed.' });
