import { z } from 'zod';
import { type ClickHouse, statement } from '../../../clickhouse/client.ts';
import type { Span } from '../ranges.ts';
import { DAY_MS, RETENTION_MS } from '../ranges.ts';

/**
 * Four tables. Days stand in a column of their own, so that no timezone of a server has a say in what is one, and
 * moments are milliseconds since 1970, for servers before 20.1 know whole seconds only. A row that comes twice is
 * one: all of them replace what has the same key.
 */
const TABLES = [
  `/* health.makeSamples */ CREATE TABLE IF NOT EXISTS health_sample (
    day Date, cluster String, instance String, metric String, at_ms UInt64, value Float64
  ) ENGINE = ReplacingMergeTree() PARTITION BY day ORDER BY (cluster, instance, metric, at_ms)`,
  `/* health.makeMinutes */ CREATE TABLE IF NOT EXISTS health_minute (
    day Date, cluster String, instance String, metric String, at_ms UInt64
    , lowest Float64, mean Float64, highest Float64, newest Float64, samples UInt32
  ) ENGINE = ReplacingMergeTree(samples) PARTITION BY day ORDER BY (cluster, instance, metric, at_ms)`,
  `/* health.makeHours */ CREATE TABLE IF NOT EXISTS health_hour (
    day Date, cluster String, instance String, metric String, at_ms UInt64
    , lowest Float64, mean Float64, highest Float64, newest Float64, samples UInt32
  ) ENGINE = ReplacingMergeTree(samples) PARTITION BY toYYYYMM(day) ORDER BY (cluster, instance, metric, at_ms)`,
  `/* health.makeRolledUp */ CREATE TABLE IF NOT EXISTS health_rolled_up (
    day Date
  ) ENGINE = ReplacingMergeTree() ORDER BY day`,
] as const;

/** Twice is safe. */
export async function ensureTables(clickhouse: ClickHouse): Promise<void> {
  for (const table of TABLES) await clickhouse.run(table);
}

const LEVELS = [
  { table: 'health_sample', keptMs: RETENTION_MS.SAMPLE, months: 0 },
  { table: 'health_minute', keptMs: RETENTION_MS.MINUTE, months: 0 },
  { table: 'health_hour', keptMs: RETENTION_MS.HOUR, months: 1 },
] as const;

/** A rollup that hangs for a week must not fill the disk either. */
const LONGEST_HANG_MS = 7 * DAY_MS;

interface Partition {
  readonly table: string;
  /** As the server calls it, e.g. `2026-11-22` or `202611`. */
  readonly name: string;
  readonly span: Span;
}

const TEXT = z.string();

/** Partitions that hold something, oldest first. */
export async function listPartitions(clickhouse: ClickHouse): Promise<readonly Partition[]> {
  const rows = await clickhouse.rows(
    `/* health.listPartitions */ SELECT DISTINCT table, partition AS name FROM system.parts
     WHERE active AND database = currentDatabase() AND table IN ('health_sample', 'health_minute', 'health_hour')
     ORDER BY table, name`,
    z.object({ table: TEXT, name: TEXT }),
  );
  return rows.flatMap(({ table, name }) => {
    const plain = name.replaceAll("'", ''); // old servers quote the dates
    const span = toSpan(plain);
    return span === null ? [] : [{ table, name: plain, span }];
  });
}

/** `2026-11-22` is a day and `202611` a month; anything else is not ours. */
function toSpan(name: string): Span | null {
  const [, year, month, day] = /^(\d{4})-?(\d\d)(?:-(\d\d))?$/.exec(name) ?? [];
  if (year === undefined || month === undefined) return null;
  const from = new Date(`${year}-${month}-${day ?? '01'}T00:00:00Z`);
  const to = new Date(from);
  if (day === undefined) to.setUTCMonth(to.getUTCMonth() + 1);
  else to.setUTCDate(to.getUTCDate() + 1);
  return { from, to };
}

/** Those in which everything is too old. Samples are kept until they are rolled up. */
export async function dropOld(
  clickhouse: ClickHouse,
  partitions: readonly Partition[],
  { now, rolledUp }: { readonly now: Date; readonly rolledUp: Date },
): Promise<void> {
  for (const { table, name, span } of partitions) {
    const keptMs = LEVELS.find((one) => one.table === table)?.keptMs ?? Infinity;
    const overMs = now.getTime() - keptMs - span.to.getTime();
    const isNeeded = table === 'health_sample' && span.to > rolledUp && overMs < LONGEST_HANG_MS;
    if (overMs < 0 || isNeeded) continue;
    const partition = table === 'health_hour' ? name : statement`${name}`;
    await clickhouse.run(`/* health.dropPartition */ ALTER TABLE ${table} DROP PARTITION ${partition}`);
  }
}
