import type { Transaction } from '../postgres/pool.ts';

/**
 * One row of the outbox. Ids grow in the order of commits (a writer's lock makes it so), therefore
 * "everything after id N" never skips a row that commits later.
 */
export interface OutboxEvent {
  readonly id: bigint;
  /** What it is about, e.g. `operation`. */
  readonly topic: string;
  /** Id of the thing it is about. */
  readonly subject: string;
  readonly payload: unknown;
  readonly at: Date;
}

export interface NewEvent {
  readonly topic: string;
  readonly subject: string;
  readonly payload: unknown;
}

/** Wakes readers. Nothing is lost without it: they also look once a second. */
export interface Bell {
  /** After the commit. Never throws and never waits. */
  ring(): void;
  onRing(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface EventFilter {
  readonly topic: string;
  readonly subject?: string;
}

/** What a reader gets. `EXPIRED`: the cursor is older than the retention; resync, then go on from `resumeAfter`. */
export type Delivery =
  | { readonly kind: 'EVENT'; readonly event: OutboxEvent }
  | { readonly kind: 'EXPIRED'; readonly resumeAfter: bigint };

export interface EventLog {
  /** Writes events as the last statements of `tx`: the writer's lock is held until it commits. Ring the bell after. */
  append(tx: Transaction, events: readonly NewEvent[]): Promise<void>;
  /** Everything after `after` (null: from the oldest kept), then live, until `signal` aborts. No gap, no duplicate. */
  follow(filter: EventFilter, after: bigint | null, signal: AbortSignal): AsyncIterable<Delivery>;
  ring(): void;
  /** Id of the newest event that matches (0: none is kept), and the id up to which all events were deleted. */
  findBounds(filter: EventFilter): Promise<{ readonly newest: bigint; readonly expiredThrough: bigint }>;
  /** Deletes what is older than the retention, in batches; gives the number of rows. */
  expire(olderThan: Date): Promise<number>;
  close(): Promise<void>;
}
