import { SundayError } from '../../errors.ts';
import type { Fleet, Instance } from '../../fleet/fleet.ts';
import { isServerError } from '../../postgres/errors.ts';
import { findInstance } from '../instances.ts';
import type { SlowQueries, SlowQueriesInput } from '../statements/slow-queries.ts';
import { adviseIndexes, type AdviceMethod, type IndexSuggestion, type Item } from './advise.ts';
import { findCatalogTables } from './catalog-probe.ts';
import { StatementUnplannableError } from './errors.ts';
import { hintsOf } from './optimize.ts';
import { type Planner, withPlanner } from './plan-probe.ts';
import { listTableNames, listUses } from './shape.ts';
import { readStatement, type ReadStatement } from './statement.ts';

export interface IndexAdviceInput {
  readonly cluster: string;
  /** Null: the primary. */
  readonly instance: string | null;
  /** Statements of the last so many seconds. */
  readonly windowSeconds: number;
  /** The dearest so many, 1 to 100. */
  readonly statements: number;
  readonly budgetBytes: number;
  /** At most so many indexes. */
  readonly limit: number;
}

/** The indexes that save most over the statements of a time. */
export interface IndexAdvice {
  readonly cluster: string;
  readonly instance: string;
  readonly method: AdviceMethod;
  readonly from: Date | null;
  readonly to: Date | null;
  /** Statements that were looked at: queries and writes, not settings, transactions or DDL. */
  readonly looked: number;
  /** Those of them that could be planned. */
  readonly planned: number;
  /** Part of the time of all statements that the planned ones took, 0 to 1. */
  readonly shareOfTime: number;
  /** In the order in which they save most. */
  readonly indexes: readonly IndexSuggestion[];
  /** All of them together. */
  readonly bytes: number;
  readonly hints: readonly string[];
  /** Why nothing could be said, and the statement that changes it. */
  readonly reason: string | null;
  readonly hint: string | null;
}

interface Dear {
  readonly statement: ReadStatement;
  readonly totalMs: number;
}

/** @throws {ClusterNotFoundError} @throws {InstanceNotFoundError} @throws {DatabaseUnavailableError} */
export async function adviseOnWorkload(
  fleet: Fleet,
  findSlow: (input: SlowQueriesInput) => Promise<SlowQueries>,
  input: IndexAdviceInput,
): Promise<IndexAdvice> {
  const instance = await findInstance(fleet, input.cluster, input.instance);
  const slow = await findSlow({
    ...{ cluster: input.cluster, instance: instance.name, windowSeconds: input.windowSeconds },
    ...{ orderBy: 'TOTAL_TIME', limit: input.statements },
  });
  const read = await Promise.all(
    slow.queries.map(async ({ query, totalMs }) => ({ statement: await tryToRead(query), totalMs })),
  );
  const dear = read.filter((one): one is Dear => one.statement !== null);
  const found = await studyAsPermitted(fleet, instance, dear, input);
  const of = {
    cluster: input.cluster,
    instance: instance.name,
    from: slow.from,
    to: slow.to,
    looked: dear.length,
  };
  if (found === null) {
    const monitor = fleet.monitor(instance).name;
    return {
      ...of,
      ...NOTHING,
      reason: `no role may plan the statements on ${monitor}`,
      hint: 'GRANT pg_read_all_data TO the monitor role',
    };
  }
  const { planned, indexes, method, hints } = found;
  const plannedMs = plannedMsOf(found);
  return {
    ...{ ...of, method, indexes, hints, planned: planned.length },
    shareOfTime: slow.totalMs === 0 ? 0 : plannedMs / slow.totalMs,
    bytes: indexes.reduce((sum, one) => sum + (one.bytes ?? 0), 0),
    ...{ reason: slow.reason, hint: slow.hint },
  };
}

const NOTHING = { method: 'RULES', planned: 0, shareOfTime: 0, indexes: [], bytes: 0, hints: [] } as const;

/** Null for what has no plan: settings, DDL, texts that were cut. */
async function tryToRead(query: string | null): Promise<ReadStatement | null> {
  try {
    // A mask that stands where pg_stat_statements left a string cannot be compared with anything.
    return query === null || query.includes("'…'") ? null : await readStatement(query);
  } catch (error) {
    if (error instanceof SundayError) return null;
    throw error;
  }
}

/**
 * With the role that may plan most of their time: one that may plan some must not hide what another one may. Null
 * when none may plan any.
 */
async function studyAsPermitted(
  fleet: Fleet,
  instance: Instance,
  dear: readonly Dear[],
  input: IndexAdviceInput,
): Promise<Studied | null> {
  let best: Studied | null = null;
  for (const db of [fleet.monitor(instance), fleet.operator(instance)]) {
    const found = await withPlanner(db, (planner) => study(planner, dear, input));
    if (found.refused === 0) return found;
    if (plannedMsOf(found) > (best === null ? 0 : plannedMsOf(best))) best = found;
  }
  return best;
}

const plannedMsOf = ({ planned }: Pick<Studied, 'planned'>) =>
  planned.reduce((sum, { weight }) => sum + weight, 0);

type Studied = Awaited<ReturnType<typeof study>>;

async function study(planner: Planner, dear: readonly Dear[], { budgetBytes, limit }: IndexAdviceInput) {
  const planned: Item[] = [];
  let refused = 0;
  for (const { statement, totalMs } of dear) {
    try {
      const plan = await planner.plan(statement);
      const tables = await findCatalogTables(planner.db, listTableNames(statement.tree));
      planned.push({ statement, plan, weight: totalMs, uses: listUses(statement.tree, tables) });
    } catch (error) {
      // One statement that cannot be planned is in nobody's way: tables come and go.
      if (isServerError(error, '42501')) refused += 1;
      else if (!(error instanceof StatementUnplannableError)) throw error;
    }
  }
  const indexes = await adviseIndexes(planner, planned, { budgetBytes, most: limit });
  return {
    ...{ planned, refused, indexes },
    method: planner.hasHypotheses ? ('HYPOTHETICAL_INDEXES' as const) : ('RULES' as const),
    hints: hintsOf(planner, null, indexes),
  };
}
