/** A node of EXPLAIN (FORMAT JSON), as far as it is read here. */
export interface RawPlan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Alias?: string;
  readonly 'Index Name'?: string;
  readonly 'Join Type'?: string;
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Actual Total Time'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Filter?: string;
  readonly 'Index Cond'?: string;
  readonly 'Hash Cond'?: string;
  readonly 'Merge Cond'?: string;
  readonly 'Join Filter'?: string;
  readonly 'Recheck Cond'?: string;
  readonly 'Sort Key'?: readonly string[];
  readonly Plans?: readonly RawPlan[];
}

/** One step of a plan. */
export interface PlanNode {
  /** 0: the step that gives the result. */
  readonly depth: number;
  /** Place in the plan as EXPLAIN prints it; counts from 0. */
  readonly position: number;
  readonly kind: string;
  /** The table it reads; null when it reads none. */
  readonly relation: string | null;
  readonly index: string | null;
  readonly condition: string | null;
  readonly rows: number;
  /** With everything below it, in the planner's units. */
  readonly totalCost: number;
  /** Without what is below it. */
  readonly ownCost: number;
  /** What really happened, of all loops together; null when it was not executed. */
  readonly actualRows: number | null;
  readonly actualMs: number | null;
}

/** All steps, in the order of EXPLAIN. */
export function flattenPlan(plan: RawPlan): readonly PlanNode[] {
  const nodes: PlanNode[] = [];
  const visit = (one: RawPlan, depth: number) => {
    const below = one.Plans ?? [];
    const loops = one['Actual Loops'] ?? 1;
    const own = one['Total Cost'] - below.reduce((sum, child) => sum + child['Total Cost'], 0);
    nodes.push({
      ...{ depth, position: nodes.length, kind: one['Node Type'] },
      relation: one['Relation Name'] ?? null,
      index: one['Index Name'] ?? null,
      condition: conditionOf(one),
      rows: one['Plan Rows'],
      totalCost: one['Total Cost'],
      ownCost: Math.max(0, own), // a LIMIT is cheaper than all of what is below it
      actualRows: one['Actual Rows'] === undefined ? null : one['Actual Rows'] * loops,
      actualMs: one['Actual Total Time'] === undefined ? null : one['Actual Total Time'] * loops,
    });
    for (const child of below) visit(child, depth + 1);
  };
  visit(plan, 0);
  return nodes;
}

/** As EXPLAIN writes it, as far as it is read here: one line for each step, its condition behind it. */
export function formatPlan(plan: RawPlan): string {
  return flattenPlan(plan)
    .map(({ depth, kind, relation, index, condition, totalCost, rows }) => {
      const using = index === null ? '' : ` using ${index}`;
      const on = relation === null ? '' : ` on ${relation}`;
      const where = condition === null ? '' : ` [${condition}]`;
      const step = `${kind}${using}${on} (cost ${totalCost}, rows ${rows})${where}`;
      return depth === 0 ? step : `${'  '.repeat(depth)}-> ${step}`;
    })
    .join('\n');
}

function conditionOf(one: RawPlan): string | null {
  const parts = [
    one['Index Cond'] ?? one['Recheck Cond'],
    one['Hash Cond'] ?? one['Merge Cond'],
    one['Join Filter'],
    one.Filter,
    one['Sort Key']?.join(', '),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.join(' AND ');
}
