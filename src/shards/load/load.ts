/** What one organization is to its shard. All figures but the activity are estimates from the planner's statistics. */
export interface OrganizationLoad {
  readonly organization: string;
  readonly shard: string;
  readonly bytes: bigint;
  readonly rows: bigint;
  /** The true number of rows is within `rows` ± this, in 95 of 100 cases. */
  readonly rowsMargin: bigint;
  /** Rows of its activity log of the last quarter of an hour, for each minute; null when it could not be counted. */
  readonly activityPerMinute: number | null;
  /** Bytes for each day, from estimates of earlier days; null until there is one that is a day old. */
  readonly growthBytesPerDay: number | null;
  /** Most of what happens on its shard is its doing. */
  readonly isHot: boolean;
}

/** How much a shard has to do, at one moment. */
export interface ShardLoad {
  readonly shard: string;
  readonly measuredAt: Date;
  /** Of the whole database. */
  readonly bytes: bigint;
  /** Of all tables of organizations. */
  readonly rows: bigint;
  readonly connections: number;
  /** Between this look and the one before; null for the first look, or after a reset. */
  readonly transactionsPerSecond: number | null;
  /** The same for statements; null without pg_stat_statements. */
  readonly queriesPerSecond: number | null;
  readonly growthBytesPerDay: number | null;
  /** In tables that have never been analyzed, so that nobody knows whose they are. */
  readonly unattributedBytes: bigint;
  /** Largest first. */
  readonly organizations: readonly OrganizationLoad[];
  /** How it was measured, and what is missing. */
  readonly method: string;
}

/** Counters of a shard at one moment. */
export interface ShardSample {
  readonly at: Date;
  readonly bytes: bigint;
  readonly connections: number;
  readonly transactions: bigint;
  readonly statements: bigint | null;
}

export const METHOD =
  'Rows and bytes of organizations are shares of each table by the most common values that ANALYZE has sampled (30,000 rows of a table by default); nothing is scanned. An organization beyond the list of common values gets an equal part of the rest.';

/** Shares of the activity of a shard from which on an organization is hot, and the least activity that counts. */
const HOT_SHARE = 0.5;
const HOT_LEAST_PER_MINUTE = 1;

/** Marks the one that causes most of what happens on its shard, unless it is alone there. */
export function markHot(loads: readonly OrganizationLoad[]): readonly OrganizationLoad[] {
  const total = loads.reduce((sum, one) => sum + (one.activityPerMinute ?? 0), 0);
  return loads.map((one) => ({
    ...one,
    isHot:
      loads.length > 1 &&
      (one.activityPerMinute ?? 0) >= HOT_LEAST_PER_MINUTE &&
      (one.activityPerMinute ?? 0) > HOT_SHARE * total,
  }));
}

/** Per second between two samples; null when there is no earlier one, or the counter was set back. */
export function rateOf(
  now: { readonly at: Date; readonly count: bigint | null },
  before: { readonly at: Date; readonly count: bigint | null } | null,
): number | null {
  if (before === null || now.count === null || before.count === null) return null;
  const seconds = (now.at.getTime() - before.at.getTime()) / 1_000;
  return seconds <= 0 || now.count < before.count ? null : Number(now.count - before.count) / seconds;
}

const DAY_MS = 86_400_000;

/** Bytes for each day since an earlier estimate; null when there is none of a day ago or more. */
export function growthOf(
  now: { readonly at: Date; readonly bytes: bigint },
  before: { readonly at: Date; readonly bytes: bigint } | null,
): number | null {
  if (before === null) return null;
  const days = (now.at.getTime() - before.at.getTime()) / DAY_MS;
  return days < 1 ? null : Number(now.bytes - before.bytes) / days;
}
