import { writeName } from '../../postgres/names.ts';
import type { Fleet, Instance } from '../../fleet/fleet.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Database } from '../../postgres/pool.ts';
import { findInstance } from '../instances.ts';
import { adviseIndexes, type AdviceMethod, type IndexSuggestion } from './advise.ts';
import { findCatalogTables } from './catalog-probe.ts';
import { StatementRefusedError } from './errors.ts';
import { findVolatile, type Planner, withPlanner } from './plan-probe.ts';
import { flattenPlan, type PlanNode } from './plan.ts';
import { findRewrites, type Finding } from './rewrites.ts';
import { listTableNames, listUses } from './shape.ts';
import { readStatement, type ReadStatement } from './statement.ts';
import { everywhere, functionName, walk } from './tree.ts';

export interface OptimizeInput {
  readonly cluster: string;
  /** Null: the primary. */
  readonly instance: string | null;
  readonly sql: string;
  /** Executes a SELECT without parameters, for what really happens. */
  readonly analyze: boolean;
  /** All suggested indexes together may take so much. */
  readonly budgetBytes: number;
}

/** What the planner makes of a statement, and what would make it cheaper. */
export interface Optimization {
  readonly cluster: string;
  readonly instance: string;
  /** As it was planned, with `$n` for values. */
  readonly statement: string;
  /** The role whose rights and policies the plan has; null when none may plan it. */
  readonly plannedAs: string | null;
  readonly isExecuted: boolean;
  /** In the planner's units; null without a plan. */
  readonly totalCost: number | null;
  /** The dearest step first, at most 50. */
  readonly plan: readonly PlanNode[];
  readonly findings: readonly Finding[];
  readonly indexes: readonly IndexSuggestion[];
  readonly method: AdviceMethod;
  readonly hints: readonly string[];
  /** Why there is no plan, and the GRANT that changes it. */
  readonly reason: string | null;
  readonly hint: string | null;
}

const MOST_NODES = 50;
const MOST_INDEXES = 3;

/**
 * Plans, and executes only what is to be analyzed.
 *
 * @throws {SqlSyntaxError} @throws {StatementRefusedError} @throws {StatementUnplannableError}
 * @throws {ClusterNotFoundError} @throws {InstanceNotFoundError} @throws {DatabaseUnavailableError}
 */
export async function optimizeQuery(fleet: Fleet, input: OptimizeInput): Promise<Optimization> {
  const statement = await readStatement(input.sql);
  if (input.analyze) refuseToExecute(statement);
  const instance = await findInstance(fleet, input.cluster, input.instance);
  const about = { cluster: input.cluster, instance: instance.name, statement: statement.text };
  const found = await planAsPermitted(fleet, instance, (planner) => study(planner, statement, input));
  if (found !== null) return { ...about, ...found };
  return { ...about, ...NOTHING, ...(await explainRights(fleet.monitor(instance), statement)) };
}

/**
 * With the role that watches, and where that may not read a table with the one that owns the product's database;
 * null when neither may. The server checks rights also for a plan that nobody executes.
 */
export async function planAsPermitted<T>(
  fleet: Fleet,
  instance: Instance,
  work: (planner: Planner) => Promise<T>,
): Promise<T | null> {
  for (const db of [fleet.monitor(instance), fleet.operator(instance)]) {
    try {
      return await withPlanner(db, work);
    } catch (error) {
      if (!isServerError(error, '42501')) throw error;
    }
  }
  return null;
}

const NOTHING = {
  ...{ plannedAs: null, isExecuted: false, totalCost: null, plan: [], findings: [], indexes: [], hints: [] },
  method: 'RULES',
} as const;

async function study(planner: Planner, statement: ReadStatement, { analyze, budgetBytes }: OptimizeInput) {
  const plan = await planner.plan(statement);
  if (analyze) await refuseVolatile(planner, statement);
  const shown = flattenPlan(analyze ? await planner.analyze(statement) : plan);
  const tables = await findCatalogTables(planner.db, listTableNames(statement.tree));
  const item = { statement, uses: listUses(statement.tree, tables), plan, weight: 1 };
  const indexes = await adviseIndexes(planner, [item], { budgetBytes, most: MOST_INDEXES });
  return {
    ...{ plannedAs: planner.role, isExecuted: analyze, totalCost: plan['Total Cost'] },
    plan: shown.toSorted((a, b) => b.ownCost - a.ownCost || a.position - b.position).slice(0, MOST_NODES),
    findings: findRewrites(statement.tree, tables, shown),
    indexes,
    method: planner.hasHypotheses ? ('HYPOTHETICAL_INDEXES' as const) : ('RULES' as const),
    hints: hintsOf(planner, statement, indexes),
    ...{ reason: null, hint: null },
  };
}

export function hintsOf(
  planner: Planner,
  statement: ReadStatement | null,
  indexes: readonly IndexSuggestion[],
): readonly string[] {
  return [
    ...(planner.hasHypotheses
      ? []
      : [
          'Rules decided about indexes. With HypoPG the planner is asked: install the package postgresql-<version>-hypopg, then CREATE EXTENSION hypopg.',
        ]),
    ...(statement?.hasParameters === true
      ? ['Values are not known, so this is the generic plan; rare or frequent values may have another one.']
      : []),
    ...(indexes.length > 0
      ? [
          '`sunday migrations create` makes a migration for the statements; CREATE INDEX CONCURRENTLY cannot be in a transaction.',
        ]
      : []),
  ];
}

function refuseToExecute({ hasParameters, isWriting }: ReadStatement): void {
  if (isWriting)
    throw new StatementRefusedError('only a SELECT is executed', 'Ask for its plan without `analyze`.');
  if (hasParameters)
    throw new StatementRefusedError(
      'the values of its parameters are not known',
      'Write values instead of marks, or leave `analyze` out.',
    );
}

/** A transaction that only reads does not keep a function from ending sessions, taking locks or sleeping. */
async function refuseVolatile({ db }: Planner, { tree }: ReadStatement): Promise<void> {
  const names = [...walk(tree, everywhere)].flatMap(([tag, one]) =>
    tag === 'FuncCall' ? [functionName(one)] : [],
  );
  const found = await findVolatile(db, [...new Set(names)]);
  if (found.length > 0)
    throw new StatementRefusedError(
      `it calls ${found.join(', ')}, which may do more than compute`,
      'Ask for its plan without `analyze`.',
    );
}

/** Why nobody may plan it, and the GRANT that changes it. */
export async function explainRights(monitor: Database, { tree, kind }: ReadStatement) {
  const user = await withPlanner(monitor, (planner) => Promise.resolve(planner.role));
  const tables = listTableNames(tree).map(({ schema, name }) =>
    schema === null ? name : `${schema}.${name}`,
  );
  const rights = kind === 'SELECT' ? 'SELECT' : `SELECT, ${kind}`;
  return {
    reason: `neither ${user} nor the operator role may read what the statement names`,
    hint: `GRANT ${rights} ON ${tables.join(', ')} TO ${writeName(user)}`,
  };
}
