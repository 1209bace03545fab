import type { Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';

/** Something that every server answers at once. */
export async function beat(db: Queryable): Promise<void> {
  await db.rows(sql`/* moves.beat */ SELECT`);
}
