import type { SqlStatement } from '../../postgres/parse.ts';
import {
  type Effect,
  type Finding,
  type Hold,
  type LockTaken,
  type ScriptAnalysis,
  type StatementAnalysis,
  type TableSize,
} from './analysis.ts';
import { dataLossOf } from './data-loss.ts';
import { effectOf, heaviest, workOf } from './effects.ts';
import { estimate } from './estimates.ts';
import { evolve } from './evolve.ts';
import type { TargetFacts } from './facts.ts';
import { locksOf } from './locks.ts';
import { isNew } from './neighbours.ts';
import { columnRules } from './rules/columns.ts';
import { compatibilityRules } from './rules/compatibility.ts';
import { constraintRules } from './rules/constraints.ts';
import { dataRules } from './rules/data.ts';
import { indexRules } from './rules/indexes.ts';
import { partitionRules } from './rules/partitions.ts';
import { replicationRules } from './rules/replication.ts';
import type { AnalyzedScript, Rule, Step } from './rules/rule.ts';
import { checkScript } from './rules/script.ts';
import { styleRules } from './rules/style.ts';
import { tableRules } from './rules/tables.ts';
import { transactionRules } from './rules/transactions.ts';
import { nameOf, read } from './tree.ts';
import { verdictOf } from './verdict.ts';
import { createWorld, type World } from './world.ts';

const RULES: readonly Rule[] = [
  ...transactionRules,
  ...tableRules,
  ...columnRules,
  ...constraintRules,
  ...indexRules,
  ...partitionRules,
  ...replicationRules,
  ...dataRules,
  ...compatibilityRules,
  ...styleRules,
];
const MAX_TEXT = 500;

/** The analysis without its blockers: a pure function of the script and of what is known of the target. */
export function judge(facts: TargetFacts | null, script: AnalyzedScript): ScriptAnalysis {
  const world = createWorld(facts);
  for (const statement of script.earlier) evolve(world, statement);
  world.setSearchPath(facts?.searchPath ?? ['public']); // each script begins with the session's own
  const steps: Step[] = [];
  const statements = script.statements.map((statement) => {
    const { step, analysis } = judgeStatement(statement, world, script);
    steps.push(step);
    evolve(world, statement);
    return analysis;
  });
  const whole = checkScript(steps, script, world);
  return summarize(
    statements.map((one) => withFindings(one, whole)),
    whole,
  );
}

/** Adds what belongs to the line of that statement, and judges it anew. */
export function withFindings(one: StatementAnalysis, added: readonly Finding[]): StatementAnalysis {
  const findings = [...one.findings, ...added.filter((finding) => finding.line === one.line)];
  return { ...one, findings, verdict: verdictOf(findings) };
}

/** Everything about the script from its statements. */
export function summarize(
  statements: readonly StatementAnalysis[],
  whole: readonly Finding[],
): ScriptAnalysis {
  const lines = new Set(statements.map((one) => one.line));
  const loose = whole.filter((one) => !lines.has(one.line));
  const findings = [...statements.flatMap((one) => one.findings), ...loose].toSorted(
    (a, b) => a.line - b.line,
  );
  const times = statements.map((one) => one.estimatedMs);
  return {
    statements,
    findings,
    blockers: [],
    estimatedMs: times.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0),
    verdict: verdictOf(findings),
    dataLoss: [...new Set(statements.flatMap((one) => one.dataLoss ?? []))],
  };
}

function judgeStatement(statement: SqlStatement, world: World, script: AnalyzedScript) {
  const work = workOf(statement, world);
  const effect = effectOf(statement, work);
  const hold = holdOf(heaviest(work.map((one) => one.effect)));
  const locks = locksOf(statement, world).map((one): LockTaken => ({
    ...one,
    isNew:
      isNew(one.table, world) || isMadeHere(one.table, statement, world) || isMadeUnseen(one.table, world),
    hold,
  }));
  const weights = new Map([...locks, ...work].map(({ table }) => [table, world.weigh(table)]));
  const step: Step = { statement, world, work, locks, weights, script };
  const findings = RULES.flatMap((rule) => rule(step));
  const { estimatedMs, basis } = estimate(effect, work, world);
  const analysis: StatementAnalysis = {
    line: statement.line,
    text: statement.text.slice(0, MAX_TEXT),
    kind: statement.kind,
    effect,
    locks,
    tables: sizesOf(
      [...locks, ...work].map((one) => one.table),
      world,
    ),
    estimatedMs,
    estimateBasis: basis,
    findings,
    dataLoss: dataLossOf(statement, world),
    verdict: verdictOf(findings),
  };
  return { step, analysis };
}

/** What the statement itself creates is new too. */
function isMadeHere(table: string, statement: SqlStatement, world: World): boolean {
  const made =
    read(statement, 'CreateStmt')?.relation ??
    read(statement, 'ViewStmt')?.view ??
    read(statement, 'CreateTableAsStmt')?.into?.rel ??
    read(statement, 'SelectStmt')?.intoClause?.rel;
  return made !== undefined && world.nameOf(nameOf(made)) === table && !world.find(table);
}

/** The target has none of that name, so a block of code before it makes it; or the server will say that it is missing. */
function isMadeUnseen(table: string, world: World): boolean {
  return world.hasTarget && world.find(table) === null;
}

function holdOf(effect: Effect): Hold {
  if (effect === 'REWRITE') return 'REWRITE';
  if (effect === 'INDEX_BUILD') return 'BUILD';
  return effect === 'SCAN' || effect === 'DATA' ? 'SCAN' : 'MOMENT';
}

function sizesOf(tables: readonly string[], world: World): readonly TableSize[] {
  return [...new Set(tables)]
    .filter((one) => world.get(one).tableOf === null)
    .map((name) => {
      const { sizeBytes, rows } = world.sizeOf(name);
      return { name, sizeBytes, rows, isPartitioned: world.get(name).kind === 'p' };
    });
}
