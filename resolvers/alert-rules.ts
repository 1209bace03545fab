import {
  AlertLimitError,
  AlertNotFoundError,
  AlertRuleInvalidError,
  AlertRuleNotFoundError,
  AlertSilenceNotFoundError,
  AlertWindowNotFoundError,
} from '../src/alerts/errors.ts';
import type { AlertRule, RuleInForce } from '../src/alerts/rules.ts';
import type { NewSilence } from '../src/alerts/service.ts';
import { InvalidInputError } from '../src/errors.ts';
import { ClusterNotFoundError } from '../src/fleet/fleet.ts';
import { CronInvalidError, TimezoneInvalidError } from '../src/schedules/errors.ts';
import {
  AlertRuleRef,
  DeleteAlertRuleInputRef,
  DeleteAlertRuleSuccessRef,
  UpsertAlertRuleInputRef,
  UpsertAlertRuleSuccessRef,
} from '../schema/alert-rules.ts';
import {
  AlertMaintenanceWindowRef,
  AlertSilenceRef,
  DeleteAlertMaintenanceWindowInputRef,
  DeleteAlertMaintenanceWindowSuccessRef,
  EndAlertSilenceInputRef,
  EndAlertSilenceSuccessRef,
  SilenceAlertsInputRef,
  SilenceAlertsSuccessRef,
  UpsertAlertMaintenanceWindowInputRef,
  UpsertAlertMaintenanceWindowSuccessRef,
} from '../schema/alert-silences.ts';
import { builder } from '../schema/builder.ts';
import type { Context } from '../schema/context.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import { toLocalId } from '../schema/node-id.ts';
import { findAlert } from './alerts.ts';

const extensions = { auditedBy: 'SERVICE' };
const authScopes = { scope: 'alert:write' } as const;

builder.queryFields((t) => ({
  alertRules: t.field({
    type: [AlertRuleRef],
    description:
      'Rules in force, by name: for one cluster those that hold there; without one those for all, then those for single clusters.',
    authScopes: { scope: 'alert:read' },
    args: { cluster: t.arg.string({ description: 'Name of the cluster. Null: see above.' }) },
    resolve: async (_root, { cluster }, { services: { alerts, fleet } }) => {
      if (cluster) return alerts.listRules(fleet.get(cluster).name);
      return [...(await alerts.listRules(null)), ...(await alerts.listOverrides())];
    },
  }),
  alertSilences: t.field({
    type: [AlertSilenceRef],
    description: 'Silences that have not ended, newest first, at most 500.',
    authScopes: { scope: 'alert:read' },
    resolve: (_root, _args, { services }) => services.alerts.listSilences(),
  }),
  alertMaintenanceWindows: t.field({
    type: [AlertMaintenanceWindowRef],
    description: 'Maintenance windows of alerts, by name, at most 200.',
    authScopes: { scope: 'alert:read' },
    resolve: (_root, _args, { services }) => services.alerts.listWindows(),
  }),
}));

builder.mutationFields((t) => ({
  upsertAlertRule: t.field({
    type: UpsertAlertRuleSuccessRef,
    description: 'Makes a rule, or changes it; that of the product gives way to one of its name.',
    ...{ authScopes, extensions },
    args: { input: t.arg({ type: UpsertAlertRuleInputRef, required: true, description: 'The rule.' }) },
    errors: { types: [...MUTATION_ERRORS, ClusterNotFoundError, AlertRuleInvalidError, AlertLimitError] },
    resolve: async (_root, { input }, { services, requester }) => {
      const cluster = input.cluster ?? null;
      const inForce = await services.alerts.listRules(cluster);
      const rule = toRule(input, inForce.find((one) => one.name === input.name) ?? null);
      return { rule: await services.alerts.upsertRule(rule, requester(input)) };
    },
  }),
  deleteAlertRule: t.field({
    type: DeleteAlertRuleSuccessRef,
    description: 'Deletes a rule that people made; that of the product is in force again.',
    ...{ authScopes, extensions },
    args: { input: t.arg({ type: DeleteAlertRuleInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...MUTATION_ERRORS, AlertRuleNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => {
      const { name, cluster = null } = input;
      return { name, rule: await services.alerts.removeRule(name, cluster, requester(input)) };
    },
  }),
}));

/** What is left out is as it is; 0 for a time that may be none is none. */
function toRule(input: typeof UpsertAlertRuleInputRef.$inferInput, before: RuleInForce | null): AlertRule {
  // The old dead band says nothing about a new threshold.
  const isMoved = input.threshold !== null && input.threshold !== undefined;
  const none = (seconds: number | null | undefined, was: number | null) =>
    seconds === 0 ? null : (seconds ?? was);
  return {
    name: input.name,
    cluster: input.cluster ?? null,
    metric: input.metric ?? before?.metric ?? input.name,
    comparison: input.comparison ?? before?.comparison ?? 'ABOVE',
    threshold: input.usesMetricLimits ? null : (input.threshold ?? before?.threshold ?? null),
    recoveryThreshold: input.recoveryThreshold ?? (isMoved ? null : (before?.recoveryThreshold ?? null)),
    severity: input.severity ?? before?.severity ?? null,
    forSeconds: input.forSeconds ?? before?.forSeconds ?? 60,
    resolveAfterSeconds: input.resolveAfterSeconds ?? before?.resolveAfterSeconds ?? 120,
    reminderSeconds: none(input.reminderSeconds, before?.reminderSeconds ?? null),
    escalateAfterSeconds: none(input.escalateAfterSeconds, before?.escalateAfterSeconds ?? null),
    runbook: input.runbook ?? before?.runbook ?? null,
    isEnabled: input.isEnabled ?? before?.isEnabled ?? true,
  };
}

builder.mutationFields((t) => ({
  silenceAlerts: t.field({
    type: SilenceAlertsSuccessRef,
    description: 'Lets nobody hear of some alerts for a while, also of those that are to come.',
    ...{ authScopes, extensions },
    args: {
      input: t.arg({ type: SilenceAlertsInputRef, required: true, description: 'Which, how long, and why.' }),
    },
    errors: { types: [...MUTATION_ERRORS, AlertNotFoundError, AlertLimitError] },
    resolve: async (_root, { input }, context) =>
      context.services.alerts.silence(await toSilence(input, context), context.requester(input)),
  }),
  endAlertSilence: t.field({
    type: EndAlertSilenceSuccessRef,
    description: 'Ends a silence before its time. Twice is the same as once.',
    ...{ authScopes, extensions },
    args: { input: t.arg({ type: EndAlertSilenceInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...MUTATION_ERRORS, AlertSilenceNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => ({
      silence: await services.alerts.endSilence(input.id, requester(input)),
    }),
  }),
  upsertAlertMaintenanceWindow: t.field({
    type: UpsertAlertMaintenanceWindowSuccessRef,
    description: 'Makes a maintenance window, or replaces all of it.',
    ...{ authScopes, extensions },
    args: {
      input: t.arg({
        type: UpsertAlertMaintenanceWindowInputRef,
        required: true,
        description: 'The window.',
      }),
    },
    errors: { types: [...MUTATION_ERRORS, CronInvalidError, TimezoneInvalidError, AlertLimitError] },
    resolve: async (_root, { input }, { services, requester }) => {
      const { name, clusters = null, metrics = null, cron, durationMinutes, timezone, isEnabled } = input;
      const window = { name, clusters, metrics, cron, durationMinutes };
      const rest = { timezone: timezone ?? 'UTC', isEnabled: isEnabled ?? true };
      return { window: await services.alerts.upsertWindow({ ...window, ...rest }, requester(input)) };
    },
  }),
  deleteAlertMaintenanceWindow: t.field({
    type: DeleteAlertMaintenanceWindowSuccessRef,
    description: 'Deletes a maintenance window; what it silenced is heard again.',
    ...{ authScopes, extensions },
    args: {
      input: t.arg({
        type: DeleteAlertMaintenanceWindowInputRef,
        required: true,
        description: 'Which, and why.',
      }),
    },
    errors: { types: [...MUTATION_ERRORS, AlertWindowNotFoundError] },
    resolve: async (_root, { input: { name, ...input } }, { services, requester }) => {
      await services.alerts.removeWindow(name, requester(input));
      return { name };
    },
  }),
}));

/** @throws {InvalidInputError} for what would silence everything. @throws {AlertNotFoundError} */
async function toSilence(
  input: typeof SilenceAlertsInputRef.$inferInput,
  context: Context,
): Promise<NewSilence> {
  const { cluster = null, rule = null, metric = null, instance = null, severity = null, minutes } = input;
  const given = { cluster, rule, metric, instance, severity };
  if (input.id) {
    const alert = await findAlert(toLocalId('Alert', input.id, ['input', 'id']), context);
    if (alert === null) throw new AlertNotFoundError(input.id);
    return { ...given, cluster: alert.cluster, rule: alert.rule, instance: alert.instance, minutes };
  }
  if (Object.values(given).every((one) => one === null))
    throw new InvalidInputError(
      ['input', 'cluster'],
      'say which alerts: at least one of id, cluster, rule, metric, instance and severity',
    );
  return { ...given, minutes };
}
