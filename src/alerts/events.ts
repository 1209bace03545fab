import { z } from 'zod';
import type { EventLog, NewEvent, OutboxEvent } from '../events/events.ts';
import {
  ALERT_CHANGES,
  ALERT_SEVERITIES,
  ALERT_STATES,
  type AlertDelivery,
  type AlertEvent,
  type AlertFilter,
} from './alerts.ts';
import type { Changed } from './decide.ts';

export const ALERT_TOPIC = 'alert';

const payload = z.object({
  change: z.enum(ALERT_CHANGES),
  cluster: z.string(),
  instance: z.string().nullable(),
  rule: z.string(),
  metric: z.string(),
  severity: z.enum(ALERT_SEVERITIES),
  state: z.enum(ALERT_STATES),
  summary: z.string(),
  value: z.number().nullable(),
  unit: z.string(),
  parentId: z.string().nullable(),
  by: z.string().nullable(),
});

/** One row of the outbox. */
export function toNewEvent({ alert, change, by }: Changed): NewEvent {
  const { cluster, instance, rule, metric, severity, state, summary, value, unit, parentId } = alert;
  const about = { cluster, instance, rule, metric, severity, state, summary, value, unit, parentId };
  return {
    topic: ALERT_TOPIC,
    subject: alert.id,
    payload: { change, by, ...about } satisfies z.input<typeof payload>,
  };
}

/** Events of all alerts that match, after `after` (null: from now on), until `signal` aborts. No gap, no duplicate. */
export async function* followAlerts(
  events: EventLog,
  filter: AlertFilter,
  after: bigint | null,
  signal: AbortSignal,
): AsyncGenerator<AlertDelivery> {
  const from = after ?? (await events.findBounds({ topic: ALERT_TOPIC })).newest;
  for await (const delivery of events.follow({ topic: ALERT_TOPIC }, from, signal)) {
    if (delivery.kind === 'EXPIRED') {
      yield delivery;
      continue;
    }
    const event = toAlertEvent(delivery.event);
    if (matches(filter, event)) yield { kind: 'EVENT', event };
  }
}

function toAlertEvent(event: OutboxEvent): AlertEvent {
  return { id: event.id, at: event.at, alertId: event.subject, ...payload.parse(event.payload) };
}

function matches({ clusters, severities, states, metrics }: AlertFilter, event: AlertEvent): boolean {
  const isIn = <T>(values: readonly T[] | null | undefined, value: T) => !values || values.includes(value);
  return (
    isIn(clusters, event.cluster) &&
    isIn(severities, event.severity) &&
    isIn(states, event.state) &&
    isIn(metrics, event.metric)
  );
}
