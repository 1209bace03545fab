/** How bad it is. */
export const ALERT_SEVERITIES = ['WARNING', 'CRITICAL'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/**
 * | state        | means                                          | next                                           |
 * |--------------|------------------------------------------------|------------------------------------------------|
 * | FIRING       | it is wrong, and people are told               | ACKNOWLEDGED, SILENCED, RESOLVED               |
 * | ACKNOWLEDGED | somebody has it in hand; no reminders          | SILENCED, RESOLVED                             |
 * | SILENCED     | it is wrong, but nobody wants to hear it now   | FIRING or ACKNOWLEDGED when that ends, RESOLVED |
 * | RESOLVED     | it was well again for long enough              | none: the next time is another alert           |
 */
export const ALERT_STATES = ['FIRING', 'ACKNOWLEDGED', 'SILENCED', 'RESOLVED'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** What can happen to an alert; each is one event. */
export const ALERT_CHANGES = [
  'FIRED',
  'RAISED',
  'ACKNOWLEDGED',
  'SILENCED',
  'UNSILENCED',
  'REMINDED',
  'ESCALATED',
  'GROUPED',
  'UNGROUPED',
  'RESOLVED',
] as const;
export type AlertChange = (typeof ALERT_CHANGES)[number];

/** One figure at one moment, as it comes from whoever measures. */
export interface AlertSample {
  readonly name: string;
  readonly cluster: string;
  /** Null: of the cluster as a whole. */
  readonly instance: string | null;
  /** In `unit`; null when it is not known, or the state says it all. */
  readonly value: number | null;
  readonly unit: string;
  readonly state: 'OK' | 'UNKNOWN' | 'WARNING' | 'CRITICAL';
  readonly target: number | null;
  readonly critical: number | null;
  readonly reason: string | null;
  readonly hint?: string | null;
  readonly sampledAt: Date;
}

/** A sample as it is kept with an alert. */
export interface KeptSample {
  readonly at: Date;
  readonly value: number | null;
  readonly state: AlertSample['state'];
}

export interface Alert {
  readonly id: string;
  /** Of rule, cluster and instance: at most one alert of a fingerprint is open. */
  readonly fingerprint: string;
  readonly rule: string;
  readonly metric: string;
  readonly cluster: string;
  readonly instance: string | null;
  readonly unit: string;
  /** The worst that it was: it does not fall while the alert is open. */
  readonly severity: AlertSeverity;
  readonly state: AlertState;
  /** One line for people. */
  readonly summary: string;
  readonly reason: string | null;
  readonly hint: string | null;
  /** Of its rule; null: the product's own words. */
  readonly runbook: string | null;
  /** The limit that was passed, in `unit`; null when there is none. */
  readonly threshold: number | null;
  readonly firedValue: number | null;
  /** The newest, also after the end. */
  readonly value: number | null;
  /** When it went wrong; it fired when that had lasted for as long as the rule says. */
  readonly startedAt: Date;
  readonly firedAt: Date;
  /** When it was last measured. */
  readonly lastSeenAt: Date;
  /** Since when it has been well again; null: it is not. */
  readonly clearSince: Date | null;
  readonly resolvedAt: Date | null;
  readonly resolvedBecause: string | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedBecause: string | null;
  readonly silencedUntil: Date | null;
  readonly silencedBy: string | null;
  /** The alert of its cause; null when it stands for itself. */
  readonly parentId: string | null;
  readonly remindedAt: Date | null;
  readonly reminders: number;
  readonly escalatedAt: Date | null;
  /** Oldest first: from where it began, and the newest. */
  readonly samples: readonly KeptSample[];
  readonly evidence: AlertEvidence | null;
}

/** What was seen on the server when it fired. */
export interface AlertEvidence {
  readonly gatheredAt: string;
  /** Statements that ran for the longest, strings left out. */
  readonly statements: readonly RunningStatement[];
  /** Who waits for whom; a root waits for nobody. */
  readonly blockers: readonly BlockingSession[];
  /** Why there is nothing; null when it could be looked at. */
  readonly reason: string | null;
  /** Of an alert about how fast statements are: what cost most then, the dearest first. Left out: not looked at. */
  readonly costly?: readonly CostlyStatement[];
  /** Indexes that would have made them cheaper. */
  readonly indexes?: readonly MissingIndex[];
  /** Of an alert about connections: who holds them, the most first. */
  readonly clients?: readonly ClientGroup[];
  /** Of an alert about space or dead rows: what VACUUM would give back, the most first. */
  readonly deadSpace?: readonly DeadSpace[];
  /** Of such an alert, too: who may still see rows that are dead for all others, the oldest first. */
  readonly keepers?: readonly DeadRowKeeper[];
  /** Of an instance that is down, and is ours to start: what its log said last. */
  readonly lastWords?: readonly string[];
}

/** A statement that took much time, as whoever watches statements has it. */
export interface CostlyStatement {
  readonly queryId: string;
  /** Strings left out; null when the server has forgotten it. */
  readonly query: string | null;
  readonly calls: number;
  readonly meanMs: number;
  /** Part of the time of all statements, 0 to 1. */
  readonly shareOfTime: number;
}

/** An index that is not there. */
export interface MissingIndex {
  readonly table: string;
  /** One after the other. */
  readonly statements: readonly string[];
  /** Null where it cannot be said. */
  readonly bytes: number | null;
  /** So many times cheaper; null where nobody could ask the planner. */
  readonly gain: number | null;
  readonly because: string;
}

/** Sessions of one role, application and state. */
export interface ClientGroup {
  readonly userName: string;
  readonly applicationName: string;
  readonly state: string | null;
  readonly sessions: number;
  /** Since the first of them came into its state. */
  readonly longestSeconds: number | null;
}

/** A table with rows that are dead and still take space. */
export interface DeadSpace {
  readonly table: string;
  /** Null: neither VACUUM nor ANALYZE has seen it yet. */
  readonly bytes: number | null;
  readonly because: string;
}

export const KEEPER_KINDS = ['SESSION', 'STANDBY', 'SLOT', 'PREPARED'] as const;

/** As long as it sees dead rows no VACUUM removes them. */
export interface DeadRowKeeper {
  readonly kind: (typeof KEEPER_KINDS)[number];
  /** The process, the standby's or slot's name, or the prepared transaction's id. */
  readonly name: string;
  /** For people: user, application and state; null where there is nothing to say. */
  readonly detail: string | null;
  /** Both of a session; null for all others. */
  readonly applicationName: string | null;
  readonly state: string | null;
  /** As `terminateSession` takes it; null: it has none. */
  readonly sessionId: string | null;
  /** Null where the server does not know it. */
  readonly transactionAgeMs: number | null;
  /** Begun since the oldest one that it may still see. */
  readonly ageTransactions: number;
}

export interface RunningStatement {
  readonly pid: number;
  /** Of this session and no later one with its process id, as `terminateSession` takes it; null: it has none. */
  readonly sessionId: string | null;
  readonly userName: string;
  readonly applicationName: string;
  readonly state: string | null;
  readonly query: string;
  readonly transactionAgeMs: number | null;
}

export interface BlockingSession extends RunningStatement {
  /** Processes that wait for it, directly. */
  readonly blocks: readonly number[];
  /** The process that it waits for itself; null for a root. */
  readonly waitsFor: number | null;
}

/** One event of an alert: what changed, and what it was then. */
export interface AlertEvent {
  /** Of the outbox; grows with time. */
  readonly id: bigint;
  readonly at: Date;
  readonly alertId: string;
  readonly change: AlertChange;
  readonly cluster: string;
  readonly instance: string | null;
  readonly rule: string;
  readonly metric: string;
  readonly severity: AlertSeverity;
  readonly state: AlertState;
  readonly summary: string;
  readonly value: number | null;
  readonly unit: string;
  readonly parentId: string | null;
  /** The person or the rule behind it; null: the clock and the figures. */
  readonly by: string | null;
}

/** What a subscriber gets; see `events.ts`. */
export type AlertDelivery =
  | { readonly kind: 'EVENT'; readonly event: AlertEvent }
  | { readonly kind: 'EXPIRED'; readonly resumeAfter: bigint };

/** Null or left out: any. */
export interface AlertFilter {
  readonly clusters?: readonly string[] | null | undefined;
  readonly severities?: readonly AlertSeverity[] | null | undefined;
  readonly states?: readonly AlertState[] | null | undefined;
  readonly metrics?: readonly string[] | null | undefined;
}
