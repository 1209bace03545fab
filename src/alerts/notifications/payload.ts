import { createHmac } from 'node:crypto';
import type { AlertEvidence } from '../alerts.ts';
import type { ChannelKind, Message } from './notifications.ts';

export interface Letter {
  readonly deliveryId: string;
  readonly message: Message;
  readonly evidence: AlertEvidence | null;
}

/** The body for a receiver of this kind. */
export function toBody(kind: ChannelKind, letter: Letter): string {
  if (kind === 'SLACK') return JSON.stringify(toSlack(letter));
  if (kind === 'ALERTMANAGER') return JSON.stringify([toAlertmanager(letter)]);
  const { deliveryId, message, evidence } = letter;
  return JSON.stringify({ version: 1, deliveryId, ...message, evidence });
}

/** Alertmanager takes alerts below its own path; the others are sent to as they are. */
export function toAddress(kind: ChannelKind, url: string): URL {
  const address = new URL(url);
  if (kind === 'ALERTMANAGER' && !address.pathname.endsWith('/api/v2/alerts'))
    address.pathname = `${address.pathname.replace(/\/$/, '')}/api/v2/alerts`;
  return address;
}

/**
 * Proof of who sent it and when: HMAC-SHA256 in hex over `<timestamp>.<body>`. A receiver compares it, and refuses a
 * timestamp (seconds since 1970) that is more than five minutes away: a message that was recorded is then worth nothing.
 */
export function sign(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

const COLOURS = { WARNING: '#daa038', CRITICAL: '#d00000', WELL: '#2eb886' } as const;

/** An incoming webhook of Slack, also taken by Mattermost and Rocket.Chat. */
function toSlack({ message: { alert, change, by } }: Letter) {
  const isOver = change === 'RESOLVED';
  const lines = [alert.summary, alert.reason, isOver ? null : `*What to do:* ${alert.runbook}`];
  const text = lines.filter((one) => one !== null).map(escape);
  return {
    text: escape(`${change}${by === null ? '' : ` by ${by}`}: ${alert.summary}`),
    attachments: [
      {
        color: isOver ? COLOURS.WELL : COLOURS[alert.severity],
        title: `${alert.severity} ${alert.cluster} ${alert.metric}`,
        text: text.join('\n'),
        fields: [
          { title: 'state', value: alert.state, short: true },
          { title: 'since', value: alert.startedAt, short: true },
        ],
        footer: `sunday alerts show ${alert.id}`,
        mrkdwn_in: ['text'],
      },
    ],
  };
}

/** The three characters that Slack gives a meaning. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** So long Alertmanager takes it for firing without another word; the end is told at once. */
const KEEPS_FIRING_MS = 24 * 3_600_000;

/** One alert of Alertmanager's API v2. Its labels are what makes it the same one. */
function toAlertmanager({ message: { alert, at } }: Letter) {
  const { cluster, instance, metric, rule, severity } = alert;
  const endsAt = alert.resolvedAt ?? new Date(Date.parse(at) + KEEPS_FIRING_MS).toISOString();
  return {
    labels: {
      ...{ alertname: rule, cluster, metric, source: 'sunday' },
      ...(instance === null ? {} : { instance }),
    },
    // The severity can rise, and a label that changes makes another alert of it.
    annotations: {
      ...{ summary: alert.summary, severity: severity.toLowerCase(), state: alert.state },
      ...{ runbook: alert.runbook, alert_id: alert.id },
      ...(alert.reason === null ? {} : { description: alert.reason }),
    },
    startsAt: alert.startedAt,
    endsAt,
  };
}
