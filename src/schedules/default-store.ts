import type { Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';

/** Names of the default schedules that were made once. */
export async function listMadeDefaults(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(sql`/* schedules.listMadeDefaults */
    SELECT name FROM schedule_default
  `);
  return rows.map(({ name }) => name);
}

/** Twice is safe. */
export async function recordDefault(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* schedules.recordDefault */
    INSERT INTO schedule_default (name) VALUES (${name}) ON CONFLICT DO NOTHING
  `);
}
