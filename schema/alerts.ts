import type { SuggestedAction } from '../src/alerts/actions.ts';
import {
  ALERT_CHANGES,
  ALERT_SEVERITIES,
  ALERT_STATES,
  type AlertChange,
  type AlertSeverity,
  type AlertState,
} from '../src/alerts/alerts.ts';
import type { ListedAlert } from '../src/alerts/store.ts';
import { AlertEvidenceRef, AlertSampleRef } from './alert-evidence.ts';
import { builder } from './builder.ts';

type Described<Value extends string> = Record<Value, { value: Value; description: string }>;

function described<Value extends string>(values: readonly Value[], words: Record<Value, string>) {
  return Object.fromEntries(
    values.map((value) => [value, { value, description: words[value] }]),
  ) as Described<Value>;
}

export const AlertSeverityRef = builder.enumType('AlertSeverity', {
  description: 'How bad it is.',
  values: described<AlertSeverity>(ALERT_SEVERITIES, {
    WARNING: 'Somebody should look at it in working hours.',
    CRITICAL: 'Act now.',
  }),
});

export const AlertStateRef = builder.enumType('AlertState', {
  description: 'Where an alert is in its life.',
  values: described<AlertState>(ALERT_STATES, {
    FIRING: 'It is wrong, and people are told.',
    ACKNOWLEDGED: 'It is wrong, and somebody has it in hand: no reminders, no escalation.',
    SILENCED: 'It is wrong, but a silence or a maintenance window is open: nobody is told.',
    RESOLVED: 'It was well again for as long as its rule says. It never fires again: that is another alert.',
  }),
});

export const AlertChangeRef = builder.enumType('AlertChange', {
  description: 'What happened to an alert.',
  values: described<AlertChange>(ALERT_CHANGES, {
    FIRED: 'It was wrong for as long as its rule says.',
    RAISED: 'It went from WARNING to CRITICAL.',
    ACKNOWLEDGED: 'Somebody has it in hand.',
    SILENCED: 'A silence or a maintenance window began.',
    UNSILENCED: 'That ended, and it is still wrong.',
    REMINDED: 'It is FIRING since the last word about it.',
    ESCALATED: 'Nobody has acknowledged it in time.',
    GROUPED: 'It has a cause that has an alert of its own, `parentId`.',
    UNGROUPED: 'That cause is gone, and it is still wrong.',
    RESOLVED: 'It is over.',
  }),
});

/** `isAvailable` is an edge: resolvers add it, because they know the mutations. */
export const SuggestedActionRef = builder.objectRef<SuggestedAction>('SuggestedAction').implement({
  description: 'A mutation that helps, with its input filled in: ready to be sent.',
  fields: (t) => ({
    title: t.exposeString('title', { description: 'What it does, for people.' }),
    mutation: t.exposeString('mutation', { description: 'Name of the mutation, e.g. `startBackup`.' }),
    input: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value of its argument `input`.',
      resolve: ({ input }) => input,
    }),
  }),
});

/** Edges: `cluster`, `parent`, `children`, `operations`, `suggestedActions`, `cause`, `runbook`, `deliveries`. */
export const AlertRef = builder.objectRef<ListedAlert>('Alert');
builder.node(AlertRef, {
  description: 'Something that is wrong, or was: one story from its beginning to its end.',
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    rule: t.exposeString('rule', { description: 'Name of the rule that made it.' }),
    metric: t.exposeString('metric', { description: 'What is wrong, e.g. `connections`.' }),
    clusterName: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    instance: t.exposeString('instance', {
      nullable: true,
      description: 'Name of the instance that it is about; null when it is about the whole cluster.',
    }),
    severity: t.expose('severity', {
      type: AlertSeverityRef,
      description: 'The worst that it was: it does not fall while the alert is open.',
    }),
    state: t.expose('state', { type: AlertStateRef, description: 'Where it is in its life.' }),
    summary: t.exposeString('summary', { description: 'One line for people.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'What the metric said about itself last; null when the figure says it all.',
    }),
    evidence: t.expose('evidence', {
      type: AlertEvidenceRef,
      nullable: true,
      description: 'What was seen then; null when nobody has looked, or it is not about sessions.',
    }),
    samples: t.field({
      type: [AlertSampleRef],
      description: 'What was measured: the first 10 and the newest 30, oldest first.',
      resolve: ({ samples }) => samples,
    }),
  }),
});

/** Its figures and times. */
builder.objectFields(AlertRef, (t) => ({
  value: t.exposeFloat('value', {
    nullable: true,
    description: 'The newest figure, in `unit`: of one that is RESOLVED the figure after. Null: not known.',
  }),
  firedValue: t.exposeFloat('firedValue', {
    nullable: true,
    description: 'The figure when it fired, in `unit`: the figure before. Null: not known.',
  }),
  threshold: t.exposeFloat('threshold', {
    nullable: true,
    description: 'The limit that was passed, in `unit`; null when there is none.',
  }),
  unit: t.exposeString('unit', { description: 'E.g. `percent` (0 to 100), `seconds`, `bytes`, `count`.' }),
  since: t.expose('startedAt', {
    type: 'DateTime',
    description: 'When it went wrong; it fired when that had lasted for as long as its rule says.',
  }),
  firedAt: t.expose('firedAt', { type: 'DateTime', description: 'When it fired.' }),
  lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When it was measured last.' }),
  resolvedAt: t.expose('resolvedAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When it was over; null while it is open.',
  }),
  resolvedBecause: t.exposeString('resolvedBecause', {
    nullable: true,
    description: 'Why it is over; null while it is open.',
  }),
  acknowledgedAt: t.expose('acknowledgedAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When somebody took it in hand; null: nobody has.',
  }),
  acknowledgedBy: t.exposeString('acknowledgedBy', {
    nullable: true,
    description: 'Who has it in hand; null: nobody.',
  }),
  acknowledgedBecause: t.exposeString('acknowledgedBecause', {
    nullable: true,
    description: 'What they said to it; null: nothing.',
  }),
  silencedUntil: t.expose('silencedUntil', {
    type: 'DateTime',
    nullable: true,
    description: 'When its silence or maintenance window ends; null: there is none.',
  }),
  silencedBy: t.exposeString('silencedBy', {
    nullable: true,
    description: 'Who or what silences it; null: nothing.',
  }),
  reminders: t.exposeInt('reminders', { description: 'How often people were reminded.' }),
  escalatedAt: t.expose('escalatedAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When it was escalated; null: it was not.',
  }),
}));

export const AlertConnectionRef = builder.connectionObject(
  { type: AlertRef, name: 'AlertConnection', description: 'One page of alerts, newest first.' },
  { description: 'One alert and its place in the list.' },
);

export const AlertFilterRef = builder.inputType('AlertFilter', {
  description: 'Which alerts. What is null is any.',
  fields: (t) => ({
    clusters: t.stringList({ description: 'Names of clusters. Null: all.' }),
    severities: t.field({ type: [AlertSeverityRef], description: 'Null: all.' }),
    states: t.field({ type: [AlertStateRef], description: 'Null: all.' }),
    metrics: t.stringList({ description: 'Names of metrics, e.g. `connections`. Null: all.' }),
  }),
});
