import type { Fleet } from '../../fleet/fleet.ts';
import { findInstance } from '../instances.ts';
import { listBloat, listTables, type TableBloat, type TableFigures } from './table-probe.ts';
import { judgeVacuum, type VacuumNeed } from './vacuum.ts';

export const TABLE_ORDERS = ['SIZE', 'DEAD_ROWS', 'BLOAT', 'SEQUENTIAL_ROWS', 'XID_AGE'] as const;
export type TableOrder = (typeof TABLE_ORDERS)[number];

export interface TablesInput {
  readonly cluster: string;
  /** Null: the primary. */
  readonly instance: string | null;
  readonly orderBy: TableOrder;
  /** 1 to 500. */
  readonly limit: number;
}

export interface TableStats extends TableFigures {
  /** Part of its rows that are dead, 0 to 1. */
  readonly deadShare: number;
  /** Part of its updates that touched no index, 0 to 1; null without updates. */
  readonly hotShare: number | null;
  /** Null: below 10 MB, without statistics, or hidden. */
  readonly bloat: TableBloat | null;
  readonly needs: readonly VacuumNeed[];
}

export interface TableReport {
  readonly cluster: string;
  readonly instance: string;
  readonly tables: readonly TableStats[];
  /** Of all, listed or not. */
  readonly total: number;
  /** Why no bloat is known, and what helps. */
  readonly reason: string | null;
  readonly hint: string | null;
}

const ORDERS: Readonly<Record<TableOrder, (one: TableStats) => number>> = {
  SIZE: ({ tableBytes, indexBytes }) => tableBytes + indexBytes,
  DEAD_ROWS: ({ deadRows }) => deadRows,
  BLOAT: ({ bloat }) => bloat?.freeBytes ?? -1,
  SEQUENTIAL_ROWS: ({ sequentialRows }) => sequentialRows,
  XID_AGE: ({ xidAge }) => xidAge,
};

/** @throws {ClusterNotFoundError} @throws {InstanceNotFoundError} @throws {DatabaseUnavailableError} */
export async function tableStats(fleet: Fleet, input: TablesInput): Promise<TableReport> {
  const { instance, tables, bloat } = await readTables(fleet, input);
  const orderOf = ORDERS[input.orderBy];
  return {
    ...{ cluster: input.cluster, instance },
    tables: tables.toSorted((a, b) => orderOf(b) - orderOf(a)).slice(0, input.limit),
    total: tables.length,
    ...(bloat === null ? HIDDEN : { reason: null, hint: null }),
  };
}

/** Tables that VACUUM or ANALYZE should see, the most pressing first. @throws what `tableStats` does. */
export async function vacuumNeeds(fleet: Fleet, input: Omit<TablesInput, 'orderBy'>): Promise<TableReport> {
  const { instance, tables } = await readTables(fleet, input);
  const needy = tables
    .filter(({ needs }) => needs.length > 0)
    .toSorted((a, b) => urgencyOf(b) - urgencyOf(a));
  const report = { cluster: input.cluster, instance, total: needy.length, reason: null, hint: null };
  return { ...report, tables: needy.slice(0, input.limit) };
}

const HIDDEN = {
  reason: 'our role may not read the widths of columns, so no bloat is known',
  hint: 'GRANT SELECT (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct) ON pg_statistic TO the monitoring role',
};

const urgencyOf = ({ needs }: TableStats) => Math.max(0, ...needs.map(({ urgency }) => urgency));

async function readTables(fleet: Fleet, input: Pick<TablesInput, 'cluster' | 'instance'>) {
  const instance = await findInstance(fleet, input.cluster, input.instance);
  const server = fleet.monitor(instance);
  const [figures, bloat] = await Promise.all([listTables(server), listBloat(server)]);
  const bloatOf = new Map(bloat?.map((one) => [`${one.schema}.${one.name}`, one]));
  const tables = figures.map((one) => toStats(one, bloatOf.get(`${one.schema}.${one.name}`) ?? null));
  return { instance: instance.name, tables, bloat };
}

function toStats(one: TableFigures, bloat: TableBloat | null): TableStats {
  const rows = one.liveRows + one.deadRows;
  return {
    ...one,
    deadShare: rows === 0 ? 0 : one.deadRows / rows,
    hotShare: one.updates === 0 ? null : one.hotUpdates / one.updates,
    bloat,
    needs: judgeVacuum(one),
  };
}
