import type { SqlStatement } from '../../postgres/parse.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { findLockHolders, findOldSnapshots } from './activity-probe.ts';
import type { Blocker, Finding, ScriptAnalysis, StatementAnalysis } from './analysis.ts';
import { judge, summarize, withFindings } from './judge.ts';
import { conflicts } from './lock-modes.ts';
import { readTargetFacts } from './probe.ts';
import { questionsOf } from './questions.ts';

export interface Script {
  readonly statements: readonly SqlStatement[];
  /** ONE: all or nothing. NONE: each statement commits by itself. */
  readonly transaction: 'ONE' | 'NONE';
  /** What the runner sets for it; null or 0: none. */
  readonly lockTimeoutMs: number | null;
}

export interface AnalyzeOptions {
  /** `schema.name` of tables that a move of tenants reads or writes now; DDL on them is refused. */
  readonly tablesBeingMoved?: readonly string[];
  /** Of migrations that run before it in the same plan: what they make is new to it. */
  readonly earlier?: readonly SqlStatement[];
  /** Column that says whose row it is; left out: `organization_id`. */
  readonly tenantColumn?: string;
}

/**
 * What the script would do to the target if it ran now: locks, work, time, findings, who would be in its way. Reads
 * only; nothing is executed or locked for longer than a look at the catalog. Without a target (`db` null) it lints:
 * tables that the script does not make itself count as big, and nothing is said of sizes, time and blockers.
 *
 * @throws DatabaseUnavailableError when the target does not answer.
 */
export async function analyzeScript(
  db: Queryable | null,
  script: Script,
  options: AnalyzeOptions = {},
): Promise<ScriptAnalysis> {
  const earlier = options.earlier ?? [];
  const facts = db ? await readTargetFacts(db, questionsOf([...earlier, ...script.statements])) : null;
  const analysis = judge(facts, {
    ...script,
    earlier,
    tablesBeingMoved: new Set(options.tablesBeingMoved),
    tenantColumn: options.tenantColumn ?? 'organization_id',
  });
  const blockers = db ? await findBlockers(db, analysis.statements) : [];
  if (blockers.length === 0) return analysis;
  const blocked = analysis.statements.flatMap((one) => blockedNow(one, blockers));
  const whole = analysis.findings.filter((one) => !analysis.statements.some(({ line }) => line === one.line));
  const statements = analysis.statements.map((one) => withFindings(one, blocked));
  return { ...summarize(statements, whole), blockers };
}

async function findBlockers(
  db: Queryable,
  statements: readonly StatementAnalysis[],
): Promise<readonly Blocker[]> {
  const wanted = statements.flatMap((one) => one.locks.filter((lock) => !lock.isNew));
  const holders = await findLockHolders(db, wanted);
  return statements.some(isConcurrent) ? [...holders, ...(await findOldSnapshots(db))] : holders;
}

const isConcurrent = ({ text }: StatementAnalysis) => /\bconcurrently\b/i.test(text);

/** One finding for each statement that would wait, with the oldest transaction in its way. */
function blockedNow(statement: StatementAnalysis, blockers: readonly Blocker[]): readonly Finding[] {
  const inTheWay = blockers.filter(({ table, mode }) =>
    table === null || mode === null
      ? isConcurrent(statement)
      : statement.locks.some((one) => !one.isNew && one.table === table && conflicts(one.mode, mode)),
  );
  const [oldest] = inTheWay;
  if (!oldest) return [];
  const who = `process ${oldest.pid} (${oldest.user}${oldest.applicationName ? `, ${oldest.applicationName}` : ''})`;
  const more = inTheWay.length > 1 ? `, and ${inTheWay.length - 1} more` : '';
  return [
    {
      rule: 'blocked-now',
      severity: 'WARNING',
      message: `${who} is in its way${oldest.table === null ? ' with an old snapshot' : ` on ${oldest.table}`}${more}`,
      hint: 'Wait until its transaction ends, or end it.',
      line: statement.line,
    },
  ];
}
