import { writeName } from '../../postgres/names.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { measured, quiet, unknown, type Figure } from '../measure.ts';
import type { MetricName } from '../thresholds.ts';
import { judgeBloat, judgeIndexes, judgeSequences } from './objects.ts';
import { growthOf } from './look.ts';
import type { Rights } from './rights-probe.ts';
import { judgeHits, round } from './sessions.ts';
import {
  readBloat,
  readIndexes,
  readSequences,
  readSizes,
  readTables,
  type BloatFigures,
  type IndexFigures,
  type SequenceFigures,
  type SizeFigures,
  type TableFigures,
} from './warm-probe.ts';

export interface Missing {
  readonly reason: string;
  readonly hint: string | null;
}

/** All that one warm scrape has read; each part, or why it is missing. Null: a standby's says nothing. */
export interface WarmLook {
  readonly sizes: SizeFigures | Missing;
  readonly indexes: IndexFigures | Missing;
  readonly tables: TableFigures | Missing | null;
  readonly bloat: BloatFigures | Missing | null;
  readonly sequences: SequenceFigures | Missing | null;
}

/** One part after the other, on the one connection. A part that fails does not take the others with it. */
export async function lookWarm(
  db: Queryable,
  { isStandby, rights }: { readonly isStandby: boolean; readonly rights: Rights },
): Promise<WarmLook> {
  const sizes = await attempt(() => readSizes(db));
  const indexes = await attempt(() => readIndexes(db));
  if (isStandby) return { sizes, indexes, tables: null, bloat: null, sequences: null };
  return {
    ...{ sizes, indexes },
    tables: await attempt(() => readTables(db)),
    bloat: rights.canReadStatistic ? await attempt(() => readBloat(db)) : noStatistic(rights),
    sequences: await attempt(() => readSequences(db)),
  };
}

async function attempt<T>(read: () => Promise<T>): Promise<T | Missing> {
  try {
    return await read();
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), hint: null };
  }
}

function noStatistic({ user }: Rights): Missing {
  return {
    reason: `${user} may not read the widths of columns, which an estimate needs`,
    hint: `GRANT SELECT (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct) ON pg_statistic TO ${writeName(user)};`,
  };
}

export function isMissing(part: object | null): part is Missing {
  return part !== null && 'reason' in part;
}

/** Pure. `before` is null for the first look. */
export function judgeWarm(
  { instance, rights }: { readonly instance: string; readonly rights: Rights },
  before: WarmLook | null,
  after: WarmLook,
): readonly Figure[] {
  const { tables, bloat, sequences, indexes } = after;
  return [
    ...judgeSizes(instance, before?.sizes ?? null, after),
    ...(tables === null ? [] : judgeTables(instance, tables)),
    ...(bloat === null ? [] : judgeBloat(instance, bloat)),
    ...(sequences === null ? [] : judgeSequences(instance, sequences, rights.user)),
    ...judgeIndexes(instance, indexes, { isPrimary: tables !== null }),
  ];
}

const SIZES: readonly MetricName[] = ['pending_restarts', 'cache_hit_heap', 'cache_hit_index'];
const SIZES_OF_PRIMARY: readonly MetricName[] = [
  'database_size',
  'database_growth',
  'tables_size',
  'indexes_size',
  'vacuums_running',
  'xid_age',
  'xid_days_left',
  'multixact_age',
  'multixact_days_left',
];

function judgeSizes(
  instance: string,
  before: SizeFigures | Missing | null,
  { sizes, tables }: WarmLook,
): readonly Figure[] {
  const isPrimary = tables !== null;
  if (isMissing(sizes))
    return [...SIZES, ...(isPrimary ? SIZES_OF_PRIMARY : [])].map((name) => unknown(name, instance, sizes));
  const earlier = before === null || isMissing(before) ? null : before;
  const hits = (
    name: 'cache_hit_heap' | 'cache_hit_index',
    hit: 'heapHit' | 'indexHit',
    read: 'heapRead' | 'indexRead',
  ) =>
    judgeHits(name, instance, {
      hit: growthOf(earlier?.[hit], sizes[hit]),
      read: growthOf(earlier?.[read], sizes[read]),
      why: 'an interval needs two looks, five minutes apart',
    });
  const restarts = measured('pending_restarts', instance, sizes.pendingRestarts.length);
  return [
    sizes.pendingRestarts.length === 0
      ? restarts
      : {
          ...restarts,
          reason: sizes.pendingRestarts.join(', '),
          hint: 'Restart the instance when it suits.',
        },
    hits('cache_hit_heap', 'heapHit', 'heapRead'),
    hits('cache_hit_index', 'indexHit', 'indexRead'),
    ...(isPrimary ? judgeStored(instance, earlier, sizes) : []),
  ];
}

function judgeStored(instance: string, before: SizeFigures | null, after: SizeFigures): readonly Figure[] {
  const days = before === null ? 0 : (after.atSeconds - before.atSeconds) / 86_400;
  return [
    measured('database_size', instance, after.databaseBytes),
    before === null || days <= 0
      ? quiet('database_growth', instance, 'a rate needs two looks, five minutes apart')
      : measured('database_growth', instance, round((after.databaseBytes - before.databaseBytes) / days)),
    { ...measured('tables_size', instance, after.tablesBytes), reason: describeLargest(after) },
    measured('indexes_size', instance, after.indexesBytes),
    measured('vacuums_running', instance, after.vacuumsRunning),
    measured('xid_age', instance, after.xidAge),
    daysLeft('xid_days_left', instance, { before: before?.xidAge, after: after.xidAge, days }),
    measured('multixact_age', instance, after.multixactAge),
    daysLeft('multixact_days_left', instance, {
      before: before?.multixactAge,
      after: after.multixactAge,
      days,
    }),
  ];
}

function describeLargest({ largestTable, largestTableBytes }: SizeFigures): string | null {
  return largestTable === null || largestTableBytes === null || largestTableBytes === 0
    ? null
    : `the largest is ${largestTable} with ${Math.round(largestTableBytes / 1e6)} MB`;
}

/** PostgreSQL manual, 25.1.5.1: it refuses to begin transactions three million before the end. */
const LAST_XID = 2 ** 31 - 3_000_000;
const MOST_DAYS = 36_500;

function daysLeft(
  name: MetricName,
  instance: string,
  age: { readonly before: number | undefined; readonly after: number; readonly days: number },
): Figure {
  if (age.before === undefined || age.days <= 0)
    return quiet(name, instance, 'a rate needs two looks, five minutes apart');
  if (age.after < age.before) return quiet(name, instance, 'VACUUM has frozen rows since the look before');
  const perDay = (age.after - age.before) / age.days;
  const left = perDay === 0 ? MOST_DAYS : Math.min(MOST_DAYS, (LAST_XID - age.after) / perDay);
  return { ...measured(name, instance, Math.round(left)), reason: `at ${Math.round(perDay)} a day` };
}

function judgeTables(instance: string, tables: TableFigures | Missing): readonly Figure[] {
  if (isMissing(tables))
    return (['dead_rows', 'vacuum_age', 'statistics_age'] as const).map((name) =>
      unknown(name, instance, tables),
    );
  return [
    worst('dead_rows', instance, { value: tables.deadShare, table: tables.deadTable }),
    worst('vacuum_age', instance, { value: tables.vacuumSeconds, table: tables.vacuumTable }),
    worst('statistics_age', instance, { value: tables.statisticsSeconds, table: tables.statisticsTable }),
  ];
}

const ADVICE: Partial<Record<MetricName, (table: string) => string>> = {
  dead_rows: (table) => `VACUUM ${table};`,
  vacuum_age: (table) => `VACUUM ${table};`,
  statistics_age: (table) => `ANALYZE ${table};`,
};

function worst(
  name: MetricName,
  instance: string,
  { value, table }: { readonly value: number | null; readonly table: string | null },
): Figure {
  if (value === null || table === null) return quiet(name, instance, 'no table is in need');
  const metric = { ...measured(name, instance, round(value)), reason: `of ${table}` };
  return metric.state === 'OK' ? metric : { ...metric, hint: ADVICE[name]?.(table) ?? null };
}
