import type { Forecast, ForecastInput } from './capacity/forecast.ts';
import type { Optimization, OptimizeInput } from './advice/optimize.ts';
import type { SamplePlan, StatementPlace } from './advice/sample-plan.ts';
import type { IndexAdvice, IndexAdviceInput } from './advice/workload.ts';
import type { CrowdInput, CrowdOutcome } from './activity/crowd.ts';
import type { LockTree } from './activity/lock-tree.ts';
import type { Session } from './activity/session-probe.ts';
import type { Replication } from './replication/replication.ts';
import type { PerformanceReport, ReportPeriod } from './report/report.ts';
import type { SlowQueries, SlowQueriesInput } from './statements/slow-queries.ts';
import type { IndexReport } from './tables/indexes.ts';
import type { TableReport, TablesInput } from './tables/tables.ts';

/** Which sessions of one instance are listed. */
export interface SessionFilter {
  readonly cluster: string;
  /** Null: that of the primary. */
  readonly instance: string | null;
  /** Background workers, walsenders and the like, too. */
  readonly includeBackground: boolean;
  /** Sessions that wait for their client's next statement, too. */
  readonly includeIdle: boolean;
  /** 1 to 500. */
  readonly limit: number;
}

/** What the sessions of an instance do now. */
export interface Activity {
  readonly cluster: string;
  readonly instance: string;
  /** The longest transaction first. */
  readonly sessions: readonly Session[];
  /** Of all that match; more than are listed when there are many. */
  readonly total: number;
  readonly checkedAt: Date;
  /** Why statements of other roles cannot be seen, and what helps; null when all are seen. */
  readonly reason: string | null;
  readonly hint: string | null;
}

/** One session, surely: process ids are used again, the moment of its start is not. */
export interface SessionKey {
  readonly cluster: string;
  readonly instance: string;
  readonly pid: number;
  readonly startedAt: Date;
}

export interface SignalInput {
  readonly session: SessionKey;
  /** Also when it belongs to this control plane. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** What became of a session that was told to stop. */
export interface SignalOutcome {
  /** As it was right before. */
  readonly session: Session;
  /** True: its statement, or the session, has ended. False: it was told and still runs; null for a dry run. */
  readonly isDone: boolean | null;
  /** Milliseconds until it was done, or until we stopped waiting. */
  readonly waitedMs: number;
}

/** All throw {ClusterNotFoundError}, {InstanceNotFoundError} and {DatabaseUnavailableError}. */
export interface PerformanceService {
  activity(filter: SessionFilter): Promise<Activity>;
  /** Who waits for whom on an instance; null: on the primary. */
  lockTree(cluster: string, instance: string | null): Promise<LockTree>;
  /** Who sends what to whom. One that does not answer is said in it: @throws only {ClusterNotFoundError}. */
  replication(cluster: string): Promise<Replication>;
  /** Ends the statement that a session runs. @throws {SessionNotFoundError} @throws {SessionProtectedError} */
  cancelQuery(input: SignalInput): Promise<SignalOutcome>;
  /** Ends the session, and so its transaction. @throws {SessionNotFoundError} @throws {SessionProtectedError} */
  terminateSession(input: SignalInput): Promise<SignalOutcome>;
  /** Ends idle sessions of one application or role. @throws {InvalidInputError} when everybody would be meant. */
  terminateSessions(input: CrowdInput): Promise<CrowdOutcome>;
  slowQueries(input: SlowQueriesInput): Promise<SlowQueries>;
  /** Generic plans, nothing executed, in the order of `wanted` (the DataLoader contract). */
  samplePlans(wanted: readonly StatementPlace[]): Promise<readonly SamplePlan[]>;
  /** @throws {SqlSyntaxError} @throws {StatementRefusedError} @throws {StatementUnplannableError} */
  optimizeQuery(input: OptimizeInput): Promise<Optimization>;
  /** Over the statements that cost most. */
  indexAdvice(input: IndexAdviceInput): Promise<IndexAdvice>;
  /** Rows, sizes, bloat, scans and what VACUUM is due, by table. */
  tableStats(input: TablesInput): Promise<TableReport>;
  /** Tables that VACUUM or ANALYZE should see, the most pressing first. */
  vacuumNeeds(input: Omit<TablesInput, 'orderBy'>): Promise<TableReport>;
  /** When disk, connections, sequences and transaction ids of each instance come to an end. */
  capacityForecast(input: ForecastInput): Promise<readonly Forecast[]>;
  /** How a cluster did. @throws {InvalidInputError} for a time that ends before it begins, or is longer than 31 days. */
  report(period: ReportPeriod): Promise<PerformanceReport>;
  /** How all instances together use the indexes. */
  indexUsage(cluster: string, limit: number): Promise<IndexReport>;
}
