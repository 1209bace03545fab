import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { Figure } from '../measure.ts';

export const PARTS = ['CLUSTER', 'ARCHIVE', 'HOT', 'WARM'] as const;
/** What is read together: of the cluster, of its archive, of an instance every ten seconds or every five minutes. */
export type Part = (typeof PARTS)[number];

export interface Newest {
  readonly cluster: string;
  /** Null: of the whole cluster. */
  readonly instance: string | null;
  readonly part: Part;
  readonly sampledAt: Date;
  /** By the clock of the control database, which all workers share. */
  readonly ageSeconds: number;
  readonly figures: readonly Figure[];
}

/** Replaces one part. `isChanged`: a state in it is another one than before. */
export async function put(
  db: Queryable,
  { cluster, instance, part, figures }: Omit<Newest, 'sampledAt' | 'ageSeconds'>,
): Promise<{ readonly sampledAt: Date; readonly isChanged: boolean }> {
  const states = figures.map((one) => `${one.name} ${one.instance ?? ''} ${one.state}`).join('\n');
  const [row] = await db.rows<{ sampledAt: Date; before: string | null }>(sql`/* health.putNewest */
    WITH before AS (
      SELECT states FROM health_newest WHERE cluster = ${cluster} AND instance = ${instance ?? ''} AND part = ${part}
    )
    INSERT INTO health_newest (cluster, instance, part, sampled_at, metrics, states)
    VALUES (${cluster}, ${instance ?? ''}, ${part}, clock_timestamp(), ${JSON.stringify(figures)}, ${states})
    ON CONFLICT (cluster, instance, part) DO UPDATE
    SET sampled_at = EXCLUDED.sampled_at, metrics = EXCLUDED.metrics, states = EXCLUDED.states
    RETURNING sampled_at AS "sampledAt", (SELECT states FROM before) AS before
  `);
  if (row === undefined) throw new Error('an upsert gave no row');
  return { sampledAt: row.sampledAt, isChanged: row.before !== states };
}

/** All parts of these clusters; null: of all. */
export function list(db: Queryable, clusters: readonly string[] | null): Promise<readonly Newest[]> {
  return db.rows<Newest>(sql`/* health.listNewest */
    SELECT cluster, nullif(instance, '') AS instance, part, sampled_at AS "sampledAt", metrics AS figures
      , extract(epoch FROM clock_timestamp() - sampled_at)::float8 AS "ageSeconds"
    FROM health_newest
    WHERE ${clusters}::text[] IS NULL OR cluster = ANY(${clusters})
    ORDER BY cluster, array_position(ARRAY['CLUSTER', 'ARCHIVE', 'HOT', 'WARM'], part), instance
  `);
}
