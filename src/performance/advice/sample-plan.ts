import { SundayError } from '../../errors.ts';
import type { Fleet, Instance } from '../../fleet/fleet.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Database } from '../../postgres/pool.ts';
import { findInstance } from '../instances.ts';
import { explainRights } from './optimize.ts';
import { type Planner, withPlanner } from './plan-probe.ts';
import { flattenPlan, formatPlan, type PlanNode } from './plan.ts';
import { readStatement, type ReadStatement } from './statement.ts';

/** A statement as pg_stat_statements has it, and where it ran. */
export interface StatementPlace {
  readonly cluster: string;
  readonly instance: string;
  /** Null when the server has forgotten its text. */
  readonly query: string | null;
}

/** The plan that a statement has whatever its values are. */
export interface SamplePlan {
  /** One line for each step; null: it is not known, and `reason` says why. */
  readonly text: string | null;
  /** In the order of `text`; none without a plan. */
  readonly steps: readonly PlanNode[];
  /** In the planner's units; null without a plan. */
  readonly totalCost: number | null;
  /** The role whose rights and policies the plan has. */
  readonly plannedAs: string | null;
  readonly reason: string | null;
  readonly hint: string | null;
}

/** All statements of one instance together: a request has a time of its own, and its list is worth more than a plan. */
const MOST_MS = 5_000;

/**
 * Generic plans of statements, nothing executed, in the order of `wanted` (the DataLoader contract).
 *
 * @throws {ClusterNotFoundError} @throws {InstanceNotFoundError} @throws {DatabaseUnavailableError}
 */
export async function samplePlans(
  fleet: Fleet,
  wanted: readonly StatementPlace[],
): Promise<readonly SamplePlan[]> {
  const plans = new Map<StatementPlace, SamplePlan>();
  for (const places of Map.groupBy(wanted, ({ cluster, instance }) => `${cluster}/${instance}`).values()) {
    const [first] = places;
    if (first === undefined) continue;
    const instance = await findInstance(fleet, first.cluster, first.instance);
    const untilMs = performance.now() + MOST_MS;
    const readable = await readAll(places, plans);
    await planOnInstance({ fleet, instance, untilMs }, readable, plans);
  }
  return wanted.map((place) => plans.get(place) ?? unknown('nobody has planned it'));
}

type Plans = Map<StatementPlace, SamplePlan>;
type Readable = ReadonlyMap<StatementPlace, ReadStatement>;

/** Those that have a plan; for the others `plans` says why they have none. */
async function readAll(places: readonly StatementPlace[], plans: Plans): Promise<Readable> {
  const readable = new Map<StatementPlace, ReadStatement>();
  for (const place of places) {
    const { query } = place;
    try {
      if (query === null) plans.set(place, unknown('the server has forgotten its text'));
      else if (query.includes("'…'")) plans.set(place, unknown('strings were left out of its text'));
      else readable.set(place, await readStatement(query));
    } catch (error) {
      if (!(error instanceof SundayError)) throw error;
      plans.set(place, unknown(error.message, error.hint));
    }
  }
  return readable;
}

interface Ground {
  readonly fleet: Fleet;
  readonly instance: Instance;
  readonly untilMs: number;
}

/** With the role that watches; what it may not read, with the one that owns the product's database. */
async function planOnInstance({ fleet, instance, untilMs }: Ground, all: Readable, plans: Plans) {
  const monitor = fleet.monitor(instance);
  const refused = await planWith(monitor, { statements: all, untilMs }, plans);
  const left = await planWith(fleet.operator(instance), { statements: refused, untilMs }, plans);
  for (const [place, statement] of left) {
    const { reason, hint } = await explainRights(monitor, statement);
    plans.set(place, unknown(reason, hint));
  }
}

/** The statements that the role may not read. */
async function planWith(
  db: Database,
  { statements, untilMs }: { readonly statements: Readable; readonly untilMs: number },
  plans: Plans,
): Promise<Readable> {
  if (statements.size === 0) return statements;
  return withPlanner(db, async (planner) => {
    const refused = new Map<StatementPlace, ReadStatement>();
    for (const [place, statement] of statements) {
      const plan = performance.now() > untilMs ? TOO_LATE : await tryToPlan(planner, statement);
      if (plan === null) refused.set(place, statement);
      else plans.set(place, plan);
    }
    return refused;
  });
}

/** Null when the role may not read what it names. */
async function tryToPlan(planner: Planner, statement: ReadStatement): Promise<SamplePlan | null> {
  try {
    const plan = await planner.plan(statement);
    const known = { text: formatPlan(plan), steps: flattenPlan(plan), totalCost: plan['Total Cost'] };
    return { ...known, plannedAs: planner.role, reason: null, hint: null };
  } catch (error) {
    if (isServerError(error, '42501')) return null;
    if (error instanceof SundayError) return unknown(error.message, error.hint);
    throw error;
  }
}

function unknown(reason: string, hint: string | null = null): SamplePlan {
  return { text: null, steps: [], totalCost: null, plannedAs: null, reason, hint };
}

const TOO_LATE = unknown(
  `its turn did not come within ${MOST_MS / 1_000} seconds`,
  'Ask for fewer plans at once, or for this one with `optimizeQuery`.',
);
