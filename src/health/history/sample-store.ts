import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { Bucket } from '../../metric-history.ts';
import type { HistoryQuery, Sample } from './history.ts';
import type { Ranges } from './ranges.ts';

/** The layout of these metrics; made when it is new. There are a handful of them. */
export async function ensureLayout(db: Queryable, metrics: readonly string[]): Promise<number> {
  const [row] = await db.rows<{ id: number }>(sql`/* health.ensureLayout */
    WITH made AS (
      INSERT INTO health_layout (metrics)
      SELECT ${metrics}::text[]
      WHERE NOT EXISTS (SELECT FROM health_layout WHERE metrics = ${metrics}::text[])
      ON CONFLICT (metrics) DO UPDATE SET metrics = EXCLUDED.metrics
      RETURNING id
    )
    SELECT id FROM made UNION ALL SELECT id FROM health_layout WHERE metrics = ${metrics}::text[]
  `);
  if (row === undefined) throw new Error('a layout could not be made');
  return row.id;
}

export async function insert(
  db: Queryable,
  { cluster, instance, at, values }: Sample,
  layout: number,
): Promise<void> {
  await db.rows(sql`/* health.insertSample */
    INSERT INTO health_sample (cluster, instance, at, layout, figures)
    VALUES (${cluster}, ${instance ?? ''}, ${at}, ${layout}, ${[...values.values()]}::float8[])
  `);
}

/** Buckets of the three levels together, oldest first. */
export function readBuckets(
  db: Queryable,
  { cluster, instance, metric }: HistoryQuery,
  { hours, minutes, samples, stepSeconds }: Ranges,
): Promise<readonly Bucket[]> {
  const of = instance ?? '';
  return db.rows<Bucket>(sql`/* health.readBuckets */
    WITH layouts AS (
      SELECT id, array_position(metrics, ${metric}) AS place FROM health_layout WHERE ${metric} = ANY(metrics)
    ), points AS (
      SELECT at, lowest[place] AS lowest, mean[place] AS mean, highest[place] AS highest, newest[place] AS newest
        , samples[place] AS samples
      FROM health_hour JOIN layouts ON id = layout
      WHERE cluster = ${cluster} AND instance = ${of} AND at >= ${hours?.from ?? null} AND at < ${hours?.to ?? null}
      UNION ALL
      SELECT at, lowest[place], mean[place], highest[place], newest[place], samples[place]
      FROM health_minute JOIN layouts ON id = layout
      WHERE cluster = ${cluster} AND instance = ${of} AND at >= ${minutes?.from ?? null} AND at < ${minutes?.to ?? null}
      UNION ALL
      SELECT at, figures[place], figures[place], figures[place], figures[place], 1
      FROM health_sample JOIN layouts ON id = layout
      WHERE cluster = ${cluster} AND instance = ${of} AND at >= ${samples?.from ?? null} AND at < ${samples?.to ?? null}
    )
    SELECT date_bin(${stepSeconds} * interval '1 second', at, 'epoch') AS at
      , min(lowest) AS lowest
      , sum(mean * samples) / sum(samples) AS mean
      , max(highest) AS highest
      , (array_agg(newest ORDER BY at DESC))[1] AS newest
      , sum(samples)::int AS samples
    FROM points
    WHERE newest IS NOT NULL
    GROUP BY 1
    ORDER BY 1
  `);
}
