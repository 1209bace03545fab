import type { Alert, AlertChange, AlertSample, KeptSample } from './alerts.ts';
import { summarise } from './describe.ts';
import { findCause } from './grouping.ts';
import { type AlertRule, judgeSample, type Verdict } from './rules.ts';
import { fingerprintOf, isLongEnough, stateOf, type Timers, advanceOpen, advancePending } from './timers.ts';

/** What is wrong, but not yet for long enough. */
export interface Pending extends Timers {
  readonly fingerprint: string;
  readonly cluster: string;
  readonly seenAt: Date;
  readonly samples: readonly KeptSample[];
}

/** Why some alerts are not to be heard now: a silence, or a maintenance window that is open. */
export interface Mute {
  readonly by: string;
  readonly until: Date;
  matches(alert: Alert): boolean;
}

/** All that a decision rests on. */
export interface Situation {
  readonly now: Date;
  readonly cluster: string;
  /** Instances that are configured: an alert of another one is over. */
  readonly instances: readonly string[];
  /** In force for this cluster, disabled ones too. */
  readonly rules: readonly AlertRule[];
  /** Of this cluster; need not be all of its metrics. */
  readonly samples: readonly AlertSample[];
  /** All that are open in this cluster. */
  readonly open: readonly Alert[];
  readonly pending: readonly Pending[];
  readonly mutes: readonly Mute[];
  readonly newId: () => string;
}

/** What is to be written, in one transaction. */
export interface Decision {
  readonly pending: readonly Pending[];
  /** Fingerprints that are not pending any more. */
  readonly gone: readonly string[];
  readonly fired: readonly Alert[];
  readonly changed: readonly Alert[];
  /** In the order in which it happened. */
  readonly changes: readonly Changed[];
}

export interface Changed {
  readonly alert: Alert;
  readonly change: AlertChange;
  readonly by: string | null;
}

/** Samples that are kept: so many from the beginning, so many of the newest. */
const FIRST_KEPT = 10;
const LAST_KEPT = 30;

interface Desk {
  readonly alerts: Map<string, Alert>;
  readonly pending: Map<string, Pending>;
  readonly changes: Changed[];
}

/** Pure: the next state of all alerts of one cluster, after some samples and with the time that has passed. */
export function decide(situation: Situation): Decision {
  const desk: Desk = {
    alerts: new Map(situation.open.map((one) => [one.fingerprint, one])),
    pending: new Map(situation.pending.map((one) => [one.fingerprint, one])),
    changes: [],
  };
  for (const sample of situation.samples)
    for (const rule of situation.rules)
      if (rule.metric === sample.name && rule.isEnabled) take(desk, situation, rule, sample);
  for (const alert of desk.alerts.values()) closeWithoutSubject(desk, situation, alert);
  for (const alert of desk.alerts.values()) regroup(desk, alert);
  for (const alert of desk.alerts.values()) letTimePass(desk, situation, alert);
  return toDecision(desk, situation);
}

function take(desk: Desk, situation: Situation, rule: AlertRule, sample: AlertSample): void {
  const fingerprint = fingerprintOf(rule.name, sample);
  const verdict = judgeSample(rule, sample);
  const alert = desk.alerts.get(fingerprint);
  if (alert !== undefined) {
    // Another worker was faster with a newer look at the same figure.
    if (alert.resolvedAt === null && sample.sampledAt > alert.lastSeenAt)
      goOn(desk, rule, { alert, verdict, sample });
    return;
  }
  const before = desk.pending.get(fingerprint) ?? null;
  if (before !== null && sample.sampledAt <= before.seenAt) return;
  const timers = advancePending(before, verdict.kind, sample.sampledAt, rule);
  if (timers === null) return void desk.pending.delete(fingerprint);
  const samples = keep(before?.samples ?? [], sample);
  const { cluster } = situation;
  const pending = { ...timers, fingerprint, cluster, seenAt: sample.sampledAt, samples };
  desk.pending.set(fingerprint, pending);
  if (verdict.kind !== 'BREACH' || !isLongEnough(timers.since, sample.sampledAt, rule.forSeconds)) return;
  desk.pending.delete(fingerprint);
  fire(desk, situation, rule, { pending, verdict, sample });
}

function fire(
  desk: Desk,
  { newId }: Situation,
  rule: AlertRule,
  found: {
    readonly pending: Pending;
    readonly verdict: Extract<Verdict, { kind: 'BREACH' }>;
    readonly sample: AlertSample;
  },
): void {
  const { pending, verdict, sample } = found;
  const { instance, unit, value, reason, hint = null } = sample;
  const alert: Alert = {
    ...{ id: newId(), fingerprint: pending.fingerprint, rule: rule.name, metric: rule.metric },
    ...{ cluster: pending.cluster, instance, unit, value, firedValue: value, reason, hint },
    runbook: rule.runbook,
    ...{ severity: verdict.severity, threshold: verdict.limit, state: 'FIRING' },
    summary: summarise(sample, verdict.limit),
    ...{ startedAt: pending.since, firedAt: sample.sampledAt, lastSeenAt: sample.sampledAt },
    ...{ clearSince: null, resolvedAt: null, resolvedBecause: null },
    ...{ acknowledgedAt: null, acknowledgedBy: null, acknowledgedBecause: null },
    ...{ silencedUntil: null, silencedBy: null, parentId: null },
    ...{ remindedAt: null, reminders: 0, escalatedAt: null },
    ...{ samples: pending.samples, evidence: null },
  };
  put(desk, alert, 'FIRED');
}

function goOn(
  desk: Desk,
  rule: AlertRule,
  seen: { readonly alert: Alert; readonly verdict: Verdict; readonly sample: AlertSample },
): void {
  const { alert, verdict, sample } = seen;
  const { sampledAt, value, reason, hint = null } = sample;
  const { clearSince, isResolved } = advanceOpen(alert, verdict.kind, sampledAt, rule);
  const newest = {
    ...alert,
    clearSince,
    lastSeenAt: sampledAt,
    value,
    samples: keep(alert.samples, sample),
  };
  if (isResolved) return resolve(desk, newest, sampledAt, 'it has been well for long enough');
  if (verdict.kind !== 'BREACH') return void desk.alerts.set(alert.fingerprint, newest);
  const said = { ...newest, reason, hint };
  if (alert.severity === 'CRITICAL' || verdict.severity === 'WARNING')
    return void desk.alerts.set(alert.fingerprint, said);
  const summary = summarise(sample, verdict.limit);
  put(desk, { ...said, severity: 'CRITICAL', threshold: verdict.limit, summary }, 'RAISED');
}

/** An alert about what is not there any more would never end. */
function closeWithoutSubject(desk: Desk, { now, instances, rules }: Situation, alert: Alert): void {
  if (alert.resolvedAt !== null) return;
  const rule = rules.find((one) => one.name === alert.rule && one.metric === alert.metric);
  if (rule?.isEnabled !== true)
    return resolve(desk, alert, now, 'its rule or its cluster is not there any more');
  if (alert.instance !== null && !instances.includes(alert.instance))
    resolve(desk, alert, now, `${alert.instance} is not configured any more`);
}

function resolve(desk: Desk, alert: Alert, at: Date, because: string): void {
  put(desk, { ...alert, state: 'RESOLVED', resolvedAt: at, resolvedBecause: because }, 'RESOLVED');
}

function regroup(desk: Desk, alert: Alert): void {
  if (alert.resolvedAt !== null) return;
  const others = [...desk.alerts.values()].filter((one) => one.resolvedAt === null && one !== alert);
  const parentId = findCause(alert, others)?.id ?? null;
  if (parentId === alert.parentId) return;
  const changed = { ...alert, parentId };
  put(desk, changed, parentId === null ? 'UNGROUPED' : 'GROUPED');
}

/** Silences begin and end, people are reminded, and others are told. */
function letTimePass(desk: Desk, { now, mutes, rules }: Situation, before: Alert): void {
  if (before.resolvedAt !== null) return;
  const [mute = null] = mutes
    .filter((one) => one.until > now && one.matches(before))
    .sort((left, right) => right.until.getTime() - left.until.getTime());
  const silenced = { ...before, silencedUntil: mute?.until ?? null, silencedBy: mute?.by ?? null };
  const alert = { ...silenced, state: stateOf(silenced) };
  if (alert.state !== before.state) {
    const isOver = before.state === 'SILENCED';
    put(desk, alert, isOver ? 'UNSILENCED' : 'SILENCED', isOver ? before.silencedBy : alert.silencedBy);
  } else if (
    silenced.silencedBy !== before.silencedBy ||
    +(mute?.until ?? 0) !== +(before.silencedUntil ?? 0)
  )
    desk.alerts.set(alert.fingerprint, alert);
  const rule = rules.find((one) => one.name === alert.rule);
  if (rule === undefined || alert.state !== 'FIRING' || alert.parentId !== null) return;
  tellAgain(desk, rule, alert, now);
}

function tellAgain(desk: Desk, rule: AlertRule, alert: Alert, now: Date): void {
  const { reminderSeconds, escalateAfterSeconds } = rule;
  const { escalatedAt, firedAt, remindedAt } = alert;
  let current = alert;
  if (
    escalateAfterSeconds !== null &&
    escalatedAt === null &&
    isLongEnough(firedAt, now, escalateAfterSeconds)
  )
    current = put(desk, { ...current, escalatedAt: now }, 'ESCALATED');
  if (reminderSeconds !== null && isLongEnough(remindedAt ?? firedAt, now, reminderSeconds))
    put(desk, { ...current, remindedAt: now, reminders: current.reminders + 1 }, 'REMINDED');
}

function put(desk: Desk, alert: Alert, change: AlertChange, by: string | null = null): Alert {
  desk.alerts.set(alert.fingerprint, alert);
  desk.changes.push({ alert, change, by });
  return alert;
}

function keep(samples: readonly KeptSample[], sample: AlertSample): readonly KeptSample[] {
  const all = [...samples, { at: sample.sampledAt, value: sample.value, state: sample.state }];
  return all.length <= FIRST_KEPT + LAST_KEPT ? all : [...all.slice(0, FIRST_KEPT), ...all.slice(-LAST_KEPT)];
}

function toDecision({ alerts, pending, changes }: Desk, situation: Situation): Decision {
  const known = new Map(situation.open.map((one) => [one.fingerprint, one]));
  const waiting = new Map(situation.pending.map((one) => [one.fingerprint, one]));
  const all = [...alerts.values()];
  return {
    fired: all.filter((one) => !known.has(one.fingerprint)),
    changed: all.filter((one) => known.has(one.fingerprint) && known.get(one.fingerprint) !== one),
    pending: [...pending.values()].filter((one) => waiting.get(one.fingerprint) !== one),
    gone: [...waiting.keys()].filter((one) => !pending.has(one)),
    changes,
  };
}
