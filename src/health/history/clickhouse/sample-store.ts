import { z } from 'zod';
import { type ClickHouse, statement } from '../../../clickhouse/client.ts';
import type { Bucket } from '../../../metric-history.ts';
import type { HistoryQuery, Sample } from '../history.ts';
import type { Ranges, Span } from '../ranges.ts';

/** What is not known has no row. Twice is safe: the rows of the same moment are one. */
export async function insertSamples(
  clickhouse: ClickHouse,
  samples: readonly Sample[],
  signal: AbortSignal,
): Promise<void> {
  const rows = samples.flatMap(toRows);
  if (rows.length > 0) await clickhouse.insert('health_sample', rows, signal);
}

function toRows({ cluster, instance, at, values }: Sample) {
  const where = { day: toDay(at), cluster, instance: instance ?? '', at_ms: at.getTime() };
  return [...values].flatMap(([metric, value]) =>
    value === null || !Number.isFinite(value) ? [] : [{ ...where, metric, value }],
  );
}

/** In UTC. */
export function toDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

// Large integers come as text.
const COUNT = z.coerce.number();
const BUCKET = z.object({
  start: COUNT,
  lowest: z.number(),
  mean: z.number(),
  highest: z.number(),
  newest: z.number(),
  samples: COUNT,
});

const ROLLED_UP = 'lowest AS l, mean AS m, highest AS h, newest AS n, samples AS s';
const SINGLE = 'value AS l, value AS m, value AS h, value AS n, toUInt32(1) AS s';

/** Buckets of the three levels together, oldest first. */
export async function readBuckets(
  clickhouse: ClickHouse,
  query: HistoryQuery,
  { hours, minutes, samples, stepSeconds }: Ranges,
): Promise<readonly Bucket[]> {
  const parts = [
    ...selectPart('health_hour', ROLLED_UP, { query, span: hours }),
    ...selectPart('health_minute', ROLLED_UP, { query, span: minutes }),
    ...selectPart('health_sample', SINGLE, { query, span: samples }),
  ];
  if (parts.length === 0) return [];
  const stepMs = stepSeconds * 1_000;
  const rows = await clickhouse.rows(
    `/* health.readBuckets */
    SELECT ${statement`intDiv(at_ms, ${stepMs}) * ${stepMs}`} AS start
      , min(l) AS lowest, sum(m * s) / sum(s) AS mean, max(h) AS highest, argMax(n, at_ms) AS newest, sum(s) AS samples
    FROM (${parts.join('\nUNION ALL\n')})
    GROUP BY start
    ORDER BY start`,
    BUCKET,
  );
  return rows.map(({ start, ...bucket }) => ({ ...bucket, at: new Date(start) }));
}

/** FINAL: a row that has come twice counts once. */
function selectPart(
  table: string,
  columns: string,
  { query, span }: { readonly query: HistoryQuery; readonly span: Span | null },
): readonly string[] {
  if (span === null) return [];
  const { cluster, instance, metric } = query;
  const where = statement`cluster = ${cluster} AND instance = ${instance ?? ''} AND metric = ${metric}
    AND at_ms >= ${span.from.getTime()} AND at_ms < ${span.to.getTime()}`;
  return [`SELECT at_ms, ${columns} FROM ${table} FINAL WHERE ${where}`];
}
