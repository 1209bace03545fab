import { z } from 'zod';
import { type ClickHouse, statement } from '../../../clickhouse/client.ts';

/** The end of the last day that was rolled up; 1970 when none was. */
export async function readRolledUp(clickhouse: ClickHouse): Promise<Date> {
  const [row] = await clickhouse.rows(
    '/* health.readRolledUp */ SELECT toString(max(day) + 1) AS through, count() AS days FROM health_rolled_up',
    z.object({ through: z.string(), days: z.coerce.number() }),
  );
  return row === undefined || row.days === 0 ? new Date(0) : new Date(`${row.through}T00:00:00Z`);
}

/**
 * Samples of one day into one row for each minute and one for each hour. One instance at a time, so that the server
 * needs little memory for it. Twice is safe: the rows replace those of the time before.
 */
export async function rollUpDay(clickhouse: ClickHouse, day: string): Promise<void> {
  const places = await clickhouse.rows(
    statement`/* health.listPlaces */ SELECT DISTINCT cluster, instance FROM health_sample WHERE day = ${day}`,
    z.object({ cluster: z.string(), instance: z.string() }),
  );
  for (const { cluster, instance } of places) {
    const where = statement`day = ${day} AND cluster = ${cluster} AND instance = ${instance}`;
    await clickhouse.run(rollUp('health_minute', 60_000, where));
    await clickhouse.run(rollUp('health_hour', 3_600_000, where));
  }
  await clickhouse.insert('health_rolled_up', [{ day }], AbortSignal.timeout(MARK_TIMEOUT_MS));
}

const MARK_TIMEOUT_MS = 10_000;

function rollUp(table: 'health_minute' | 'health_hour', unitMs: number, where: string): string {
  return `/* health.rollUp */
    INSERT INTO ${table} (day, cluster, instance, metric, at_ms, lowest, mean, highest, newest, samples)
    SELECT day, cluster, instance, metric, intDiv(at_ms, ${unitMs}) * ${unitMs} AS start
      , min(value), avg(value), max(value), argMax(value, at_ms), toUInt32(count())
    FROM health_sample FINAL
    WHERE ${where}
    GROUP BY day, cluster, instance, metric, start`;
}
