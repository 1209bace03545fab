import type { AlertChange, AlertSeverity } from '../alerts.ts';

export const CHANNEL_KINDS = ['WEBHOOK', 'SLACK', 'ALERTMANAGER'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** Changes that channels are told; the others are for subscribers. */
export const TOLD_CHANGES = [
  'FIRED',
  'RAISED',
  'ACKNOWLEDGED',
  'UNSILENCED',
  'REMINDED',
  'ESCALATED',
  'UNGROUPED',
  'RESOLVED',
] as const satisfies readonly AlertChange[];
export type ToldChange = (typeof TOLD_CHANGES)[number];

/** Where alerts are told. */
export interface NotificationChannel {
  readonly name: string;
  readonly kind: ChannelKind;
  /** Null: the secret file holds it. */
  readonly url: string | null;
  /** Path on the hosts that send: the key of the signature; of a SLACK channel without `url` the URL. */
  readonly secretFile: string | null;
  /** Null: all, here and below. */
  readonly clusters: readonly string[] | null;
  readonly severities: readonly AlertSeverity[] | null;
  readonly changes: readonly ToldChange[] | null;
  /** More that wait are put on the dead-letter list at once. */
  readonly queueLimit: number;
  readonly isEnabled: boolean;
  readonly updatedBy: string;
  readonly onBehalfOf: string | null;
  readonly updatedAt: Date;
}

/**
 * | state     | means                                             | next                |
 * |-----------|---------------------------------------------------|---------------------|
 * | PENDING   | it waits for its first or its next attempt        | DELIVERED, DEAD     |
 * | DELIVERED | the receiver took it                              | –                   |
 * | DEAD      | all attempts failed, or it made no sense to go on | PENDING by a retry  |
 */
export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'DEAD'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One message to one channel. */
export interface NotificationDelivery {
  readonly id: string;
  readonly position: bigint;
  readonly channel: string;
  /** Null: a test. */
  readonly alertId: string | null;
  readonly cluster: string | null;
  readonly change: ToldChange | 'TEST';
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Null: it has ended. */
  readonly nextAttemptAt: Date | null;
  /** HTTP status of the last answer; null when there was none. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** Of the last attempt. */
  readonly durationMs: number | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface DeliveryFilter {
  readonly channel?: string | null | undefined;
  readonly states?: readonly DeliveryState[] | null | undefined;
  readonly alertId?: string | null | undefined;
}

/** What a message says; kept as it was when it happened. */
export interface Message {
  readonly change: ToldChange | 'TEST';
  readonly at: string;
  readonly by: string | null;
  readonly alert: MessageAlert;
}

/** An alert as receivers see it. Times in ISO 8601. */
export interface MessageAlert {
  readonly id: string;
  readonly cluster: string;
  readonly instance: string | null;
  readonly rule: string;
  readonly metric: string;
  readonly severity: AlertSeverity;
  readonly state: string;
  readonly summary: string;
  readonly reason: string | null;
  readonly value: number | null;
  readonly unit: string;
  readonly threshold: number | null;
  readonly startedAt: string;
  readonly resolvedAt: string | null;
  readonly runbook: string;
}
