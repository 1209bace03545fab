import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { Progress, Span } from './ranges.ts';

const MAINTENANCE_LOCK = 7_302_120;

/** False when another worker is at it. Held until the transaction ends. */
export async function lockMaintenance(tx: Transaction): Promise<boolean> {
  const [row] = await tx.rows<{ isOurs: boolean }>(sql`/* health.lockMaintenance */
    SELECT pg_try_advisory_xact_lock(${MAINTENANCE_LOCK}) AS "isOurs"
  `);
  return row?.isOurs ?? false;
}

export async function readProgress(db: Queryable): Promise<Progress & { readonly now: Date }> {
  const [row] = await db.rows<Progress & { now: Date }>(sql`/* health.readProgress */
    SELECT clock_timestamp() AS now
      , (SELECT through FROM health_rollup WHERE level = 'MINUTE') AS minute
      , (SELECT through FROM health_rollup WHERE level = 'HOUR') AS hour
  `);
  if (row === undefined) throw new Error('health_rollup is empty');
  return row;
}

/** Samples of whole minutes into one row each. Twice is safe. */
export async function rollUpMinutes(tx: Transaction, { from, to }: Span): Promise<void> {
  await tx.rows(sql`/* health.rollUpMinutes */
    INSERT INTO health_minute (cluster, instance, at, layout, lowest, mean, highest, newest, samples)
    SELECT cluster, instance, at, layout
      , array_agg(lowest ORDER BY position), array_agg(mean ORDER BY position), array_agg(highest ORDER BY position)
      , array_agg(newest ORDER BY position), array_agg(samples ORDER BY position)
    FROM (
      SELECT cluster, instance, date_bin('1 minute', sample.at, 'epoch') AS at, layout, position
        , min(figure) AS lowest, avg(figure) AS mean, max(figure) AS highest, count(figure)::int AS samples
        , (array_agg(figure ORDER BY sample.at DESC) FILTER (WHERE figure IS NOT NULL))[1] AS newest
      FROM health_sample AS sample, unnest(figures) WITH ORDINALITY AS one (figure, position)
      WHERE sample.at >= ${from} AND sample.at < ${to}
      GROUP BY 1, 2, 3, 4, 5
    ) AS figure
    GROUP BY cluster, instance, at, layout
    ON CONFLICT DO NOTHING
  `);
  await moveMark(tx, 'MINUTE', to);
}

/** Minutes of whole hours into one row each. Twice is safe. */
export async function rollUpHours(tx: Transaction, { from, to }: Span): Promise<void> {
  await tx.rows(sql`/* health.rollUpHours */
    INSERT INTO health_hour (cluster, instance, at, layout, lowest, mean, highest, newest, samples)
    SELECT cluster, instance, at, layout
      , array_agg(lowest ORDER BY position), array_agg(mean ORDER BY position), array_agg(highest ORDER BY position)
      , array_agg(newest ORDER BY position), array_agg(samples ORDER BY position)
    FROM (
      SELECT cluster, instance, date_bin('1 hour', minute.at, 'epoch') AS at, layout, position
        , min(one.lowest) AS lowest, max(one.highest) AS highest, sum(one.samples)::int AS samples
        , sum(one.mean * one.samples) / nullif(sum(one.samples), 0) AS mean
        , (array_agg(one.newest ORDER BY minute.at DESC) FILTER (WHERE one.newest IS NOT NULL))[1] AS newest
      FROM health_minute AS minute
        , unnest(lowest, mean, highest, newest, samples) WITH ORDINALITY
          AS one (lowest, mean, highest, newest, samples, position)
      WHERE minute.at >= ${from} AND minute.at < ${to}
      GROUP BY 1, 2, 3, 4, 5
    ) AS figure
    GROUP BY cluster, instance, at, layout
    ON CONFLICT DO NOTHING
  `);
  await moveMark(tx, 'HOUR', to);
}

async function moveMark(tx: Transaction, level: 'MINUTE' | 'HOUR', through: Date): Promise<void> {
  await tx.rows(
    sql`/* health.moveMark */ UPDATE health_rollup SET through = ${through} WHERE level = ${level}`,
  );
}
