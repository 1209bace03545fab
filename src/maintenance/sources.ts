/** A statement as the slow-query review sees it. */
export interface CostlyStatement {
  readonly query: string | null;
  readonly calls: number;
  readonly meanMs: number;
  readonly p95BoundMs: number;
  readonly shareOfTime: number;
}

/** A session as the connection check sees it. */
export interface OpenSession {
  readonly pid: number;
  readonly userName: string;
  readonly applicationName: string;
  readonly state: string | null;
  readonly transactionSeconds: number | null;
  readonly stateSeconds: number | null;
}

/** A table as VACUUM by need sees it. */
export interface NeedyTable {
  readonly schema: string;
  readonly name: string;
  readonly needs: readonly {
    readonly reason: string;
    readonly urgency: number;
    readonly because: string;
    readonly statement: string;
  }[];
}

/** An index as the usage review sees it. */
export interface UsedIndex {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly bytes: number;
  readonly verdict: string;
  readonly because: string;
  readonly statement: string | null;
}

/** A figure of the cluster's health. */
export interface Metric {
  readonly name: string;
  readonly instance: string | null;
  readonly value: number | null;
  readonly unit: string;
  readonly state: 'OK' | 'UNKNOWN' | 'WARNING' | 'CRITICAL';
  readonly target: number | null;
  readonly critical: number | null;
  readonly reason: string | null;
  readonly hint: string | null;
}

/** One step of a plan, as EXPLAIN lists them. */
export interface PlannedStep {
  readonly depth: number;
  readonly kind: string;
  readonly relation: string | null;
  readonly index: string | null;
}

/** A statement with its generic plan, as the plan review sees it. */
export interface PlannedStatement {
  readonly queryId: string;
  readonly query: string | null;
  /** None: it has no plan, and `reason` says why. */
  readonly steps: readonly PlannedStep[];
  readonly totalCost: number | null;
  readonly reason: string | null;
  readonly hint: string | null;
}

/** When something of an instance comes to an end, as capacity planning sees it. */
export interface Outlook {
  readonly capacity: 'DISK' | 'CONNECTIONS' | 'SEQUENCE' | 'XID' | 'MULTIXACT';
  readonly instance: string;
  /** In `unit`, as `limit` and `fit` are. */
  readonly current: number | null;
  readonly limit: number;
  readonly unit: string;
  readonly fit: { readonly perDay: number; readonly perDayError: number } | null;
  /** Null in it: at this rate never. */
  readonly daysLeft: { readonly expected: number | null; readonly soonest: number | null } | null;
  /** Why there is no forecast; null when there is one. */
  readonly reason: string | null;
}

/** How far a log was read: which file, and how many bytes of it. */
export interface LogBookmark {
  readonly file: string;
  readonly bytes: number;
}

/** What a log has said since a bookmark; without a page `reason` says why, and `hint` what would make it readable. */
export interface LogReading {
  readonly page: {
    readonly lines: readonly string[];
    readonly bookmark: LogBookmark;
    /** Of what was too much, and is older than `lines`. */
    readonly skippedBytes: number;
  } | null;
  readonly reason: string | null;
  readonly hint: string | null;
}

/** Something that a move of an organization has left on a shard. */
export interface LeftTrace {
  readonly kind: string;
  readonly name: string;
  /** Null when its name does not tell. */
  readonly moveId: string | null;
}

/** What the reviews look at. Other nouns own it, and hand it over. */
export interface MaintenanceSources {
  slowQueries(cluster: string): Promise<{
    readonly instance: string;
    readonly totalCalls: number;
    readonly queries: readonly CostlyStatement[];
    readonly reason: string | null;
    readonly hint: string | null;
  }>;
  /** The costliest statements of the last week. */
  plans(cluster: string): Promise<{
    readonly instance: string;
    readonly statements: readonly PlannedStatement[];
    readonly reason: string | null;
    readonly hint: string | null;
  }>;
  activity(cluster: string): Promise<{
    readonly instance: string;
    readonly sessions: readonly OpenSession[];
    readonly total: number;
    readonly reason: string | null;
    readonly hint: string | null;
  }>;
  blockers(cluster: string): Promise<readonly { readonly pid: number; readonly blockedCount: number }[]>;
  indexUsage(cluster: string): Promise<{
    readonly indexes: readonly UsedIndex[];
    readonly total: number;
    readonly silent: readonly string[];
  }>;
  vacuumNeeds(cluster: string): Promise<{ readonly tables: readonly NeedyTable[]; readonly total: number }>;
  health(cluster: string): Promise<readonly Metric[]>;
  /** Null for `since`: from the beginning. Bounded either way. */
  errorLog(cluster: string, instance: string, since: LogBookmark | null): Promise<LogReading>;
  /** Of moves that have ended; no `shards`: the cluster is none. */
  moveLeftovers(cluster: string): Promise<{
    readonly shards: readonly string[];
    readonly found: readonly LeftTrace[];
    readonly unknown: readonly { readonly shard: string; readonly reason: string }[];
  }>;
  /** When disk, connections, sequences and transaction ids of each instance come to an end. */
  capacityForecast(cluster: string): Promise<readonly Outlook[]>;
}
