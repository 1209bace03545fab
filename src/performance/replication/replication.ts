import type { InstanceRole, InstanceState } from '../../fleet/probe.ts';
import type {
  ReceiverRow,
  ReplicationLook,
  SenderRow,
  SlotRow,
  SubscriptionRow,
} from './replication-probe.ts';

/** What an instance said of its part. */
export interface ReplicationInstance {
  readonly name: string;
  readonly role: InstanceRole;
  readonly state: InstanceState['state'];
  /** Why it tells us nothing, or not all; null when it has told all. */
  readonly reason: string | null;
  readonly hint: string | null;
}

/** The same with all that it said; null: nothing. */
export interface AskedInstance extends ReplicationInstance {
  readonly look: ReplicationLook | null;
}

export const STREAM_KINDS = ['PHYSICAL', 'LOGICAL', 'BACKUP'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** A walsender, or a standby of the cluster that has none: then what a walsender says is null. */
export interface ReplicationStream extends Partial<SenderRow> {
  /** The standby of the cluster that it goes to; null: somebody else, or nobody knows. */
  readonly instance: string | null;
  /** The instance that sends; null: none of the cluster does. */
  readonly source: string | null;
  /** Null: it is not known. */
  readonly kind: StreamKind | null;
  /** What the standby says; null when it does not answer, or is none of the cluster. */
  readonly receiver: ReceiverRow | null;
  readonly reason: string | null;
  readonly hint: string | null;
}

export const SLOT_OWNERS = [
  'STANDBY',
  'MOVE',
  'SHARED_TABLES',
  'SUBSCRIPTION',
  'CLIENT',
  'NOBODY',
  'UNKNOWN',
] as const;
export type SlotOwner = (typeof SLOT_OWNERS)[number];

/** Whose a slot is. */
export interface Ownership {
  readonly owner: SlotOwner;
  /** Instance, subscription or application; null where there is none. */
  readonly ownerName: string | null;
  readonly because: string;
}

export interface ReplicationSlot extends SlotRow, Ownership {
  /** The instance that it is on. */
  readonly instance: string;
}

export interface ReplicationSubscription extends SubscriptionRow {
  readonly instance: string;
}

/** Who sends what to whom in a cluster, and how far each is. */
export interface Replication {
  readonly cluster: string;
  /** Null: none says that it is the primary, or several do. */
  readonly primary: string | null;
  /** Where the log of the primary ends; null without one. */
  readonly endLsn: string | null;
  readonly instances: readonly ReplicationInstance[];
  readonly streams: readonly ReplicationStream[];
  /** Those that hold most back first. */
  readonly slots: readonly ReplicationSlot[];
  readonly subscriptions: readonly ReplicationSubscription[];
  readonly checkedAt: Date;
}
