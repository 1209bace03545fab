/** What the planner knows about whose rows a table has. */
export interface TableStatistics {
  readonly table: string;
  /** Null: never analyzed or vacuumed. */
  readonly rows: number | null;
  readonly bytes: bigint;
  /** As pg_stats has it: a number, or, negative, a share of the rows. Null without statistics. */
  readonly distinct: number | null;
  readonly nullFraction: number | null;
  readonly commonValues: readonly string[];
  readonly commonShares: readonly number[];
}

export interface Estimate {
  readonly rows: number;
  readonly bytes: number;
  /** Two standard errors of the sample, in rows. */
  readonly rowsMargin: number;
}

export interface Estimates {
  readonly byOrganization: ReadonlyMap<string, Estimate>;
  /** In tables without statistics. */
  readonly unattributedBytes: bigint;
  readonly rows: number;
}

/** Rows that ANALYZE looks at with the default statistics target of 100 (PostgreSQL manual, ANALYZE): 300 for each. */
const SAMPLE_ROWS = 30_000;

/** Rows and bytes of each organization, from the shares that ANALYZE has sampled. Nothing is scanned for it. */
export function estimateOrganizations(
  tables: readonly TableStatistics[],
  organizations: readonly string[],
): Estimates {
  const sums = new Map(organizations.map((id) => [id, { rows: 0, bytes: 0, variance: 0 }]));
  let unattributedBytes = 0n;
  let rows = 0;
  for (const table of tables) {
    if (table.rows === null || table.distinct === null) {
      unattributedBytes += table.bytes;
      continue;
    }
    rows += table.rows;
    const shares = sharesOf(table, organizations);
    for (const [id, share] of shares) {
      const sum = sums.get(id);
      if (sum === undefined) continue; // statistics also remember those that have left
      sum.rows += share * table.rows;
      sum.bytes += share * Number(table.bytes);
      sum.variance +=
        (share * (1 - share) * table.rows ** 2) / Math.max(1, Math.min(SAMPLE_ROWS, table.rows));
    }
  }
  const byOrganization = new Map(
    [...sums].map(([id, { variance, ...one }]) => [id, { ...one, rowsMargin: 2 * Math.sqrt(variance) }]),
  );
  return { byOrganization, unattributedBytes, rows };
}

/** Share of the table's rows by organization; those that are not among the common values get equal parts of the rest. */
function sharesOf(table: TableStatistics, organizations: readonly string[]): ReadonlyMap<string, number> {
  const common = new Map(table.commonValues.map((id, index) => [id, table.commonShares[index] ?? 0]));
  const named = [...common.values()].reduce((sum, share) => sum + share, 0);
  const rest = Math.max(0, 1 - named - (table.nullFraction ?? 0));
  const distinct =
    (table.distinct ?? 0) < 0 ? -(table.distinct ?? 0) * (table.rows ?? 0) : (table.distinct ?? 0);
  const others = Math.round(distinct) - common.size;
  if (others <= 0) return common;
  const each = rest / others;
  return new Map(organizations.map((id) => [id, common.get(id) ?? each]));
}
