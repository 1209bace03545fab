import type { Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { PlatformFigure } from './figures.ts';
import type { PlatformFacts, PlatformKind } from './platform.ts';

export interface NewestLook {
  readonly name: string;
  readonly kind: PlatformKind;
  readonly sampledAt: Date;
  /** By the clock of the control database, which all workers share. */
  readonly ageSeconds: number;
  readonly figures: readonly PlatformFigure[];
  readonly facts: PlatformFacts | null;
}

/** Replaces what is known of one service, and gives the moment. */
export async function putNewest(
  db: Queryable,
  { name, kind, figures, facts }: Pick<NewestLook, 'name' | 'kind' | 'figures' | 'facts'>,
): Promise<Date> {
  const [row] = await db.rows<{ sampledAt: Date }>(sql`/* platform.putNewest */
    INSERT INTO platform_newest (name, kind, sampled_at, figures, facts)
    VALUES (${name}, ${kind}, clock_timestamp(), ${JSON.stringify(figures)}, ${JSON.stringify(facts)})
    ON CONFLICT (name) DO UPDATE
    SET kind = EXCLUDED.kind, sampled_at = EXCLUDED.sampled_at, figures = EXCLUDED.figures, facts = EXCLUDED.facts
    RETURNING sampled_at AS "sampledAt"
  `);
  if (row === undefined) throw new Error('an upsert gave no row');
  return row.sampledAt;
}

/** All that was ever seen, also of services that are not configured any more. */
export function listNewest(db: Queryable): Promise<readonly NewestLook[]> {
  return db.rows<NewestLook>(sql`/* platform.listNewest */
    SELECT name, kind, sampled_at AS "sampledAt", figures, facts
      , extract(epoch FROM clock_timestamp() - sampled_at)::float8 AS "ageSeconds"
    FROM platform_newest
    ORDER BY name
  `);
}
