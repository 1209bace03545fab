import type { Fleet } from '../../fleet/fleet.ts';
import type { Database } from '../../postgres/pool.ts';
import { findInstance } from '../instances.ts';
import { add, type StatementCounters, type Times, timesOf } from './intervals.ts';
import { intervalOf } from './recorder.ts';
import {
  lookAtStatements,
  readTexts,
  type StatementLook,
  StatementsUnknownError,
} from './statement-probe.ts';
import * as store from './store.ts';

export const SLOW_QUERY_ORDERS = ['TOTAL_TIME', 'MEAN_TIME', 'P95_BOUND', 'CALLS', 'IO'] as const;
export type SlowQueryOrder = (typeof SLOW_QUERY_ORDERS)[number];

export interface SlowQueriesInput {
  readonly cluster: string;
  /** Null: the primary. */
  readonly instance: string | null;
  /** The last so many seconds. */
  readonly windowSeconds: number;
  readonly orderBy: SlowQueryOrder;
  /** 1 to 100. */
  readonly limit: number;
}

/** Where it ran. */
interface At {
  readonly cluster: string;
  readonly instance: string;
}

export interface SlowQuery extends StatementCounters, Times, At {
  /** Strings left out; null when the server has forgotten it. */
  readonly query: string | null;
  /** Part of all time that statements took in the window, 0 to 1. */
  readonly shareOfTime: number;
  /** Part of the blocks that were in memory, 0 to 1; null when it read none. */
  readonly hitRatio: number | null;
}

/** What cost most in a time. */
export interface SlowQueries {
  readonly cluster: string;
  readonly instance: string;
  /** The time that the figures cover, which begins and ends with a look; null when there are none. */
  readonly from: Date | null;
  readonly to: Date | null;
  /** INTERVALS: of the window. SINCE_RESET: of all time since the counters began, while there is no interval yet. */
  readonly method: 'INTERVALS' | 'SINCE_RESET' | 'NONE';
  readonly totalCalls: number;
  readonly totalMs: number;
  readonly queries: readonly SlowQuery[];
  /** Why there are no figures, and the statement that changes it. */
  readonly reason: string | null;
  readonly hint: string | null;
}

/** @throws {ClusterNotFoundError} @throws {InstanceNotFoundError} @throws {DatabaseUnavailableError} */
export async function slowQueries(
  { fleet, db }: { readonly fleet: Fleet; readonly db: Database },
  input: SlowQueriesInput,
): Promise<SlowQueries> {
  const instance = await findInstance(fleet, input.cluster, input.instance);
  const at = { cluster: input.cluster, instance: instance.name };
  const server = fleet.monitor(instance);
  try {
    const look = await lookAtStatements(server);
    const period = await readPeriod(db, at, look, input.windowSeconds);
    const chosen = rank(period.statements, period.totalMs, input);
    const texts = await findTexts({ db, server }, at.cluster, chosen);
    return {
      ...at,
      ...{ from: period.from, to: look.lookedAt, method: period.method },
      ...{ totalCalls: period.totalCalls, totalMs: period.totalMs, reason: null, hint: null },
      queries: chosen.map((one) => ({ ...at, ...one, query: texts.get(one.queryId) ?? null })),
    };
  } catch (error) {
    if (!(error instanceof StatementsUnknownError)) throw error;
    const nothing = { from: null, to: null, method: 'NONE', totalCalls: 0, totalMs: 0, queries: [] } as const;
    return { ...at, ...nothing, reason: error.message, hint: error.hint };
  }
}

interface Period {
  readonly from: Date | null;
  readonly method: 'INTERVALS' | 'SINCE_RESET';
  readonly statements: readonly StatementCounters[];
  readonly totalCalls: number;
  readonly totalMs: number;
}

/** The intervals that were kept, and what ran since the newest look. */
async function readPeriod(db: Database, at: At, look: StatementLook, windowSeconds: number): Promise<Period> {
  const to = look.lookedAt;
  const from = new Date(to.getTime() - windowSeconds * 1_000);
  const last = await db.transaction((tx) => store.lockLook(tx, at));
  if (last === null)
    return toPeriod(look.resetAt, 'SINCE_RESET', [{ ...NOTHING_ELSE, statements: look.counters }]);
  const kept = await store.listIntervals(db, { ...at, from, to });
  const intervals = [...kept, intervalOf(last, look)];
  return toPeriod(intervals[0]?.beganAt ?? null, 'INTERVALS', intervals);
}

const NOTHING_ELSE = { otherCalls: 0, otherMs: 0 } as const;

function toPeriod(
  from: Date | null,
  method: Period['method'],
  intervals: readonly Pick<store.StatementInterval, 'statements' | 'otherCalls' | 'otherMs'>[],
): Period {
  const statements = add(intervals.map((one) => one.statements));
  const sum = (of: (one: (typeof intervals)[number]) => number) =>
    intervals.reduce((total, one) => total + of(one), 0);
  return {
    ...{ from, method, statements },
    totalCalls: sum((one) => one.otherCalls) + statements.reduce((total, one) => total + one.calls, 0),
    totalMs: sum((one) => one.otherMs) + statements.reduce((total, one) => total + one.totalMs, 0),
  };
}

const RANKS: Readonly<Record<SlowQueryOrder, (one: StatementCounters & Times) => number>> = {
  TOTAL_TIME: ({ totalMs }) => totalMs,
  MEAN_TIME: ({ meanMs }) => meanMs,
  P95_BOUND: ({ p95BoundMs }) => p95BoundMs,
  CALLS: ({ calls }) => calls,
  IO: ({ blocksRead, blocksTemp }) => blocksRead + blocksTemp,
};

function rank(
  statements: readonly StatementCounters[],
  totalMs: number,
  { orderBy, limit }: SlowQueriesInput,
): readonly Omit<SlowQuery, 'query' | keyof At>[] {
  const rankOf = RANKS[orderBy];
  return statements
    .map((one) => ({
      ...one,
      ...timesOf(one),
      shareOfTime: totalMs === 0 ? 0 : one.totalMs / totalMs,
      hitRatio:
        one.blocksHit + one.blocksRead === 0 ? null : one.blocksHit / (one.blocksHit + one.blocksRead),
    }))
    .toSorted((a, b) => rankOf(b) - rankOf(a) || a.queryId.localeCompare(b.queryId))
    .slice(0, limit);
}

/** As they were kept; of what is new, from the server. */
async function findTexts(
  { db, server }: { readonly db: Database; readonly server: Database },
  cluster: string,
  queries: readonly { readonly queryId: string }[],
): Promise<ReadonlyMap<string, string>> {
  const ids = queries.map(({ queryId }) => queryId);
  const kept = await store.findTexts(db, cluster, ids);
  const missing = ids.filter((id) => !kept.has(id));
  const fresh = await readTexts(server, missing);
  return new Map([...kept, ...fresh.map((one) => [one.queryId, one.query] as const)]);
}
