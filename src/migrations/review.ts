import { SundayError } from '../errors.ts';
import type { Plan } from '../operations/define.ts';
import type { SqlStatement } from '../postgres/parse.ts';
import type { Queryable } from '../postgres/pool.ts';
import type { Blocker, ScriptAnalysis, Verdict } from './analysis/analysis.ts';
import { VERDICTS } from './analysis/analysis.ts';
import { analyzeScript } from './analysis/analyze.ts';
import { MigrationPlanChangedError } from './errors.ts';
import type { MigrationScript } from './files/files.ts';
import { DEFAULT_LOCK_TIMEOUT_MS } from './run/run.ts';
import type { Direction } from './state.ts';
import type { MeasuredTime } from './validation/validation-store.ts';

/** One script that would run, and what it would do to this database now. */
export interface ReviewedMigration {
  readonly version: string;
  readonly name: string;
  /** SHA-256 of the script that would run, hexadecimal. */
  readonly checksum: string;
  readonly transaction: 'ONE' | 'NONE';
  readonly analysis: ScriptAnalysis;
  /** How long this very script took on a backup of the cluster; null when nobody tried it there. */
  readonly measured: MeasuredTime | null;
}

/** What an apply or a rollback would do, looked at statement by statement. */
export interface MigrationReview {
  /** SHA-256 over what would be run: another one as soon as a script or the ledger is another one. */
  readonly id: string;
  readonly cluster: string;
  readonly direction: Direction;
  /** Version; null: the newest. */
  readonly target: string | null;
  /** In the order in which they would run. */
  readonly migrations: readonly ReviewedMigration[];
  /** The worst of them; SAFE when there are none. */
  readonly verdict: Verdict;
  /** Null as soon as that of one is. */
  readonly estimatedMs: number | null;
  /** Sessions that are in the way now, each once. */
  readonly blockers: readonly Blocker[];
  /** Everything that would be destroyed. */
  readonly dataLoss: readonly string[];
  readonly warnings: readonly string[];
}

/** What is to be looked at: the light plan of either direction. */
export interface ReviewSubject extends Pick<
  MigrationReview,
  'id' | 'cluster' | 'direction' | 'target' | 'warnings'
> {
  readonly scripts: readonly {
    readonly version: string;
    readonly name: string;
    /** SHA-256 of the script, hexadecimal. */
    readonly checksum: string;
    readonly script: MigrationScript;
  }[];
  /** With their schema, e.g. `public.items`. */
  readonly tablesBeingMoved: readonly string[];
  readonly measured: readonly MeasuredTime[];
}

/** People read them before they start; the plan query has all. */
const MAX_WARNINGS = 100;

/** At least one statement cannot work, or must not. Nothing was started. */
export class MigrationRefusedError extends SundayError {
  readonly code = 'MIGRATION_REFUSED';
  override readonly hint = '`migrationPlan` shows each statement with its findings.';
  readonly findings: readonly string[];
  constructor(findings: readonly string[]) {
    super(`the plan is refused: ${findings.join('; ')}`);
    this.findings = findings;
  }
}

/** What is dangerous, or destroys data, needs the id of a plan that somebody has looked at. */
export class MigrationPlanRequiredError extends SundayError {
  readonly code = 'MIGRATION_PLAN_REQUIRED';
  override readonly argument = ['input', 'planId'];
  override readonly hint: string;
  readonly planId: string;
  constructor({ id, dataLoss, verdict }: MigrationReview) {
    const why = dataLoss.length > 0 ? `would destroy: ${dataLoss.join('; ')}` : `is ${verdict}`;
    super(`the plan ${why}`);
    this.planId = id;
    this.hint = `Look at the plan (dryRun), then say planId: "${id}".`;
  }
}

/** What would happen on this database now. What one migration makes is new to those behind it. */
export async function reviewMigrations(db: Queryable, subject: ReviewSubject): Promise<MigrationReview> {
  const earlier: SqlStatement[] = [];
  const migrations: ReviewedMigration[] = [];
  for (const { version, name, checksum, script } of subject.scripts) {
    const { statements, header } = script;
    const { transaction } = header;
    const lockTimeoutMs = header.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS;
    const analysis = await analyzeScript(
      db,
      { statements, transaction, lockTimeoutMs },
      { earlier: [...earlier], tablesBeingMoved: subject.tablesBeingMoved },
    );
    earlier.push(...statements);
    const measured = subject.measured.find((one) => one.version === version && one.checksum === checksum);
    migrations.push({ version, name, checksum, transaction, analysis, measured: measured ?? null });
  }
  const { id, cluster, direction, target, warnings } = subject;
  const analyses = migrations.map(({ analysis }) => analysis);
  return {
    ...{ id, cluster, direction, target, migrations, warnings },
    verdict: worstOf(analyses.map(({ verdict }) => verdict)),
    estimatedMs: sumOf(analyses.map(({ estimatedMs }) => estimatedMs)),
    blockers: [
      ...new Map(analyses.flatMap(({ blockers }) => blockers).map((one) => [keyOf(one), one])).values(),
    ],
    dataLoss: analyses.flatMap(({ dataLoss }) => dataLoss),
  };
}

/**
 * @throws {MigrationRefusedError} @throws {MigrationPlanRequiredError} when it is dangerous or destroys data and no plan
 * is named. @throws {MigrationPlanChangedError} when another one is named.
 */
export function checkAgreement(review: MigrationReview, planId: string | null): void {
  if (review.migrations.length === 0) return;
  const refused = review.migrations.flatMap(({ version, analysis }) =>
    analysis.findings
      .filter(({ severity }) => severity === 'REFUSED')
      .map(({ line, message }) => `${version}, line ${line}: ${message}`),
  );
  if (refused.length > 0) throw new MigrationRefusedError(refused);
  if (planId !== null && planId !== review.id) throw new MigrationPlanChangedError(planId, review.id);
  const isGrave = review.verdict === 'DANGEROUS' || review.dataLoss.length > 0;
  if (isGrave && planId === null) throw new MigrationPlanRequiredError(review);
}

/** The review in the words of operations: one line for each script, warnings for what somebody should know. */
export function describeReview(review: MigrationReview): Plan {
  const { cluster, direction, migrations, verdict, blockers, dataLoss } = review;
  const doing =
    direction === 'UP'
      ? `apply ${migrations.length} migration(s) to`
      : `take back ${migrations.length} migration(s) on`;
  return {
    summary:
      migrations.length === 0 ? `nothing is to be done on ${cluster}` : `${doing} ${cluster}: ${verdict}`,
    steps: migrations.map(
      ({ version, name, analysis }) =>
        `${direction === 'UP' ? 'apply' : 'roll back'} ${version}_${name}: ${analysis.statements.length} statement(s), ${analysis.verdict}`,
    ),
    warnings: [
      ...review.warnings,
      ...dataLoss.map((one) => `destroys ${one}`),
      ...blockers.map(
        ({ pid, user, table }) =>
          `process ${pid} (${user}) is in the way${table === null ? '' : ` on ${table}`}`,
      ),
      ...migrations.flatMap(listWarnings),
    ].slice(0, MAX_WARNINGS),
  };
}

function listWarnings({ version, analysis }: ReviewedMigration): readonly string[] {
  return analysis.findings
    .filter(({ severity }) => severity !== 'INFO')
    .map(({ line, message }) => `${version}, line ${line}: ${message}`);
}

function keyOf({ pid, table, mode }: Blocker): string {
  return [pid, table, mode].join(' ');
}

function worstOf(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS[Math.max(0, ...verdicts.map((one) => VERDICTS.indexOf(one)))] ?? 'SAFE';
}

function sumOf(parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}
