/** One metric of one instance over the time of the report. */
export interface ReportSeries {
  readonly metric: string;
  readonly instance: string;
  readonly unit: string;
  /** Oldest first; a step without samples is left out. */
  readonly points: readonly { readonly at: Date; readonly mean: number; readonly highest: number }[];
}

export interface ReportStatement {
  readonly query: string | null;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly p95BoundMs: number;
  readonly shareOfTime: number;
}

/** Something that should be done. */
export interface ReportFinding {
  readonly subject: string;
  readonly because: string;
  readonly statement: string | null;
}

/** How a cluster did in a time. */
export interface PerformanceReport {
  readonly cluster: string;
  readonly from: Date;
  readonly to: Date;
  readonly generatedAt: Date;
  readonly series: readonly ReportSeries[];
  /** Why they are not known; null when they are. */
  readonly seriesReason: string | null;
  /** The costliest first. */
  readonly statements: readonly ReportStatement[];
  /** Why there are none; null when they are known. */
  readonly statementsReason: string | null;
  readonly indexes: readonly ReportFinding[];
  readonly tables: readonly ReportFinding[];
}

/** What is drawn, in this order. */
export const REPORT_METRICS = [
  ...['query_p95', 'throughput', 'connections', 'cache_hit_ratio', 'replication_lag'],
  ...['blocked_sessions', 'temp_bytes', 'wal_rate', 'database_size', 'disk_used', 'cpu_used', 'io_wait'],
] as const;

/** What a report is of. */
export type ReportPeriod = Pick<PerformanceReport, 'cluster' | 'from' | 'to'>;
