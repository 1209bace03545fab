import type { Queryable } from '../../postgres/pool.ts';
import { finding, type Finding, type Found, type Severity } from '../findings.ts';
import { findPlans, type KnownPlan, type PlanShape } from '../plan-store.ts';
import type { MaintenanceSources, PlannedStatement } from '../sources.ts';
import { describeChange, shapeOf } from './plan-shape.ts';
import { toSubject } from './statements.ts';

export interface PlanReviewDependencies {
  /** The control database. */
  readonly db: Queryable;
  readonly sources: MaintenanceSources;
}

/** What was found, and the plans that the next review compares with. */
export interface PlanReview extends Found {
  readonly plans: readonly PlanShape[];
}

/** The planner's cost that makes a new plan a worse one, and one that hurts: so many times what it was. */
const WORSE = 1.5;
const MUCH_WORSE = 10;

/** Plans of the costliest statements that are not what they were at the last review. Nothing is executed. */
export async function reviewPlans(
  { db, sources }: PlanReviewDependencies,
  cluster: string,
): Promise<PlanReview> {
  const { instance, statements, reason, hint } = await sources.plans(cluster);
  if (reason !== null) {
    const help = { suggestedAction: hint, statement: hint };
    return {
      findings: [finding('UNKNOWN', 'pg_stat_statements', reason, help)],
      lookedAt: [`pg_stat_statements on ${instance}, which could not be read`],
      plans: [],
    };
  }
  const planned = statements.filter(({ steps }) => steps.length > 0);
  const known = await findPlans(
    db,
    cluster,
    planned.map(({ queryId }) => queryId),
  );
  const plans = planned.map(toShape);
  const compared = plans.filter(({ queryId }) => known.has(queryId)).length;
  const counts = [
    `${compared} compared with the last review`,
    `${plans.length - compared} seen for the first time`,
    `${statements.length - planned.length} without a plan`,
  ];
  return {
    findings: [
      ...plans.flatMap((plan, index) =>
        judgePlan(planned[index]?.query ?? null, known.get(plan.queryId), plan),
      ),
      ...explainSilence(statements, planned.length),
    ],
    lookedAt: [
      `the plans of the ${statements.length} costliest statements of the last week on ${instance}: ${counts.join(', ')}`,
    ],
    plans,
  };
}

function toShape({ queryId, steps, totalCost }: PlannedStatement): PlanShape {
  return { queryId, shape: shapeOf(steps), totalCost: totalCost ?? 0 };
}

/** Settings and DDL have no plan, which says nothing; when nothing has one, somebody must hear why. */
function explainSilence(statements: readonly PlannedStatement[], planned: number): readonly Finding[] {
  const [first] = statements.filter(({ hint }) => hint !== null);
  if (planned > 0 || first === undefined) return [];
  return [
    finding('UNKNOWN', 'plans', first.reason ?? 'there is none', {
      suggestedAction: first.hint,
      statement: first.hint,
    }),
  ];
}

/** Pure. `before`: at the last review; undefined for a statement that was not there. */
export function judgePlan(
  query: string | null,
  before: KnownPlan | undefined,
  now: PlanShape,
): readonly Finding[] {
  if (before === undefined || before.shape === now.shape) return [];
  const factor = now.totalCost / Math.max(before.totalCost, 0.01);
  const severity: Severity = factor >= MUCH_WORSE ? 'CRITICAL' : factor >= WORSE ? 'WARNING' : 'INFO';
  const since = before.seenAt.toISOString().slice(0, 10);
  const change = describeChange(before.shape, now.shape);
  const cost = `cost ×${round(factor)}, ${round(before.totalCost)} before and ${round(now.totalCost)} now`;
  return [
    finding(
      severity,
      toSubject(query),
      `its plan has changed since ${since}: ${change}; ${cost}`,
      severity === 'INFO' ? {} : { suggestedAction: ACTION },
    ),
  ];
}

const ACTION =
  'See whether an index has gone; `optimizeQuery` (`sunday performance optimize`) says what would help. When many rows have changed, run the task ANALYZE.';

const round = (value: number) => Number(value.toPrecision(3));
