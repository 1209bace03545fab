import {
  type Candidate,
  listBundles,
  listCandidates,
  listGins,
  nameIndex,
  sizeOf,
  toDefinition,
  toStatements,
  type IndexKind,
} from './candidates.ts';
import type { Planner } from './plan-probe.ts';
import { flattenPlan, type RawPlan } from './plan.ts';
import type { ReadStatement } from './statement.ts';
import type { TableUse } from './use.ts';
import { estimateWrites, type WriteCost } from './writes.ts';

export const ADVICE_METHODS = ['HYPOTHETICAL_INDEXES', 'RULES'] as const;
/** Whether the planner was asked what an index would change, or rules decided. */
export type AdviceMethod = (typeof ADVICE_METHODS)[number];

/** A statement of a workload, with the plan that it has now. */
export interface Item {
  readonly statement: ReadStatement;
  readonly uses: readonly TableUse[];
  readonly plan: RawPlan;
  /** How much of it matters: milliseconds of all its calls, or 1. */
  readonly weight: number;
}

export interface IndexSuggestion {
  readonly kind: IndexKind;
  readonly method: AdviceMethod;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** One after the other, outside of a transaction; more than one for a partitioned table. */
  readonly statements: readonly string[];
  /** Null where it cannot be said. */
  readonly bytes: number | null;
  /** In the planner's units, of all statements that it is for, with the suggestions before this one in place. */
  readonly costBefore: number;
  readonly costAfter: number | null;
  /** So many times cheaper; null where nobody could ask the planner. */
  readonly gain: number | null;
  readonly writes: WriteCost;
  readonly because: string;
}

export interface Limits {
  readonly budgetBytes: number;
  readonly most: number;
}

/** The share of its cost that a statement must save by an index. */
const LEAST_SAVING = 0.1;
/** Cheaper than this, no index is worth the writes: about 1 ms. */
const LEAST_COST = 20;
/** Between nearly equal ones the smaller index wins. */
const NEARLY = 1.05;

/** The indexes that save most, one at a time, each with those before it in place, until the budget is used up. */
export async function adviseIndexes(
  planner: Planner,
  all: readonly Item[],
  limits: Limits,
): Promise<readonly IndexSuggestion[]> {
  // Nobody makes an index on a catalog of the server.
  const items = all.map((item) => ({
    ...item,
    uses: item.uses.filter(({ table }) => !isOfServer(table.schema)),
  }));
  const byRule = items.flatMap((item) =>
    item.uses.flatMap((use) => (readsWhole(item, use) ? listGins(use) : []).map((gin) => toRuled(gin, item))),
  );
  const found = planner.hasHypotheses
    ? await weigh(planner, items, limits)
    : items.flatMap((item) => ruled(item)).filter(isFirst);
  return [...found, ...byRule.filter(isFirst)].slice(0, limits.most);
}

const isOfServer = (schema: string) => schema === 'information_schema' || schema.startsWith('pg_');

const isFirst = (one: IndexSuggestion, at: number, all: readonly IndexSuggestion[]) =>
  all.findIndex((other) => other.statements[0] === one.statements[0]) === at;

/** Indexes that are tried together, for the statements that they may help. */
interface Trial {
  readonly bundle: readonly Candidate[];
  readonly items: readonly Item[];
  readonly bytes: number;
}

async function weigh(planner: Planner, items: readonly Item[], { budgetBytes, most }: Limits) {
  const costs = new Map(items.map((item) => [item, item.plan['Total Cost']]));
  const chosen: IndexSuggestion[] = [];
  let left = budgetBytes;
  let trials = await listTrials(
    planner,
    items.filter((item) => item.plan['Total Cost'] >= LEAST_COST),
  );
  while (chosen.length < most) {
    const results: (Trial & { after: ReadonlyMap<Item, number>; saved: number })[] = [];
    for (const trial of trials.filter(({ bytes }) => bytes <= left)) {
      const after = await tryOut(planner, trial);
      const saved = savingOf(after, costs);
      if (saved > 0) results.push({ ...trial, after, saved });
    }
    const best = Math.max(0, ...results.map(({ saved }) => saved));
    const [winner] = results
      .filter(({ saved }) => saved * NEARLY >= best)
      .toSorted((a, b) => a.bytes - b.bytes);
    if (winner === undefined) return chosen;
    const sum = (of: ReadonlyMap<Item, number>) =>
      winner.items.reduce((total, item) => total + (of.get(item) ?? 0), 0);
    const cost = { costBefore: sum(costs), costAfter: sum(winner.after) };
    for (const candidate of winner.bundle) {
      await planner.suppose(toDefinition(candidate));
      chosen.push(
        toSuggestion(
          candidate,
          { method: 'HYPOTHETICAL_INDEXES', ...cost },
          winner.bytes / winner.bundle.length,
        ),
      );
    }
    for (const [item, after] of winner.after) costs.set(item, after);
    left -= winner.bytes;
    trials = results.filter((one) => one.bundle !== winner.bundle);
  }
  return chosen;
}

/** Weighted by what the statements cost now; nothing for a plan that hardly changes. */
function savingOf(after: ReadonlyMap<Item, number>, costs: ReadonlyMap<Item, number>): number {
  return [...after].reduce((sum, [item, cost]) => {
    const before = costs.get(item) ?? 0;
    const share = before === 0 ? 0 : (before - cost) / before;
    const first = item.plan['Total Cost'];
    return share < LEAST_SAVING ? sum : sum + (item.weight * (before - cost)) / first;
  }, 0);
}

async function tryOut(planner: Planner, { bundle, items }: Trial): Promise<ReadonlyMap<Item, number>> {
  const ids: string[] = [];
  for (const candidate of bundle) {
    const id = await planner.suppose(toDefinition(candidate));
    if (id !== null) ids.push(id);
  }
  const after = new Map<Item, number>();
  if (ids.length === bundle.length)
    for (const item of items) after.set(item, (await planner.plan(item.statement))['Total Cost']);
  for (const id of ids) await planner.forget(id);
  return after;
}

const MOST_TRIALS = 400;

async function listTrials(planner: Planner, items: readonly Item[]): Promise<readonly Trial[]> {
  const found = new Map<string, { bundle: readonly Candidate[]; items: Item[] }>();
  for (const item of items)
    for (const use of item.uses)
      for (const bundle of [...listBundles(use), ...listCandidates(use).map((one) => [one])]) {
        const key = bundle.map(toDefinition).join(';');
        const trial = found.get(key) ?? { bundle, items: [] };
        if (!trial.items.includes(item)) trial.items.push(item);
        found.set(key, trial);
      }
  const rows = new Map<string, number | null>();
  const trials: Trial[] = [];
  for (const { bundle, items: helped } of [...found.values()].slice(0, MOST_TRIALS)) {
    let bytes = 0;
    for (const candidate of bundle)
      bytes += sizeOf(candidate, await countRows(planner, candidate, rows)) ?? 0;
    trials.push({ bundle, items: helped, bytes });
  }
  return trials;
}

async function countRows(planner: Planner, { table, where }: Candidate, known: Map<string, number | null>) {
  if (where === null) return table.rows;
  const key = `${table.quoted} ${where}`;
  if (!known.has(key)) known.set(key, await planner.countRows(table.quoted, where));
  return known.get(key) ?? null;
}

interface Costs {
  readonly method: AdviceMethod;
  readonly costBefore: number;
  readonly costAfter: number | null;
}

function toSuggestion(
  candidate: Candidate,
  { method, costBefore, costAfter }: Costs,
  bytes: number | null,
): IndexSuggestion {
  const gain = costAfter === null ? null : costBefore / Math.max(costAfter, 0.01);
  return {
    ...{ kind: candidate.kind, method, schema: candidate.table.schema, table: candidate.table.name },
    ...{
      name: nameIndex(candidate),
      statements: toStatements(candidate),
      bytes,
      costBefore,
      costAfter,
      gain,
    },
    writes: estimateWrites(candidate),
    because:
      gain === null
        ? `${candidate.table.name} is read as a whole for few of its ${Math.max(0, candidate.table.rows)} rows`
        : `the planner would use it, and expects a cost of ${Math.round(costAfter ?? 0)} instead of ${Math.round(costBefore)}`,
  };
}

const MANY_ROWS = 1_000;
const FEW = 0.1;

/** A table of many rows that is read from its begin to its end for few of them. */
function readsWhole({ plan }: Item, { table }: TableUse): boolean {
  if (table.rows < MANY_ROWS) return false;
  const names = new Set([table.name, ...table.leaves.map((leaf) => leaf.name)]);
  return flattenPlan(plan).some(
    ({ kind, relation, condition, rows }) =>
      kind === 'Seq Scan' &&
      relation !== null &&
      names.has(relation) &&
      condition !== null &&
      rows <= table.rows * FEW,
  );
}

function ruled(item: Item): readonly IndexSuggestion[] {
  return item.uses
    .filter((use) => readsWhole(item, use))
    .flatMap((use) =>
      (listBundles(use)[0] ?? listCandidates(use).slice(0, 1)).map((one) => toRuled(one, item)),
    );
}

const toRuled = (candidate: Candidate, { plan }: Item): IndexSuggestion =>
  toSuggestion(
    candidate,
    { method: 'RULES', costBefore: plan['Total Cost'], costAfter: null },
    candidate.where === null ? sizeOf(candidate, null) : null,
  );
