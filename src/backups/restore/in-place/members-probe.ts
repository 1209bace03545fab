import type { Queryable } from '../../../postgres/pool.ts';
import { sql } from '../../../postgres/sql.ts';

/** Sessions of clients that a stop would end. */
export async function countSessions(db: Queryable): Promise<number> {
  const [row] = await db.rows<{ sessions: number }>(sql`/* backups.countSessions */
    SELECT count(*)::int AS sessions FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
  `);
  return row?.sessions ?? 0;
}

/** Slots of logical replication: a restore has none of them. */
export async function countLogicalSlots(db: Queryable): Promise<number> {
  const [row] = await db.rows<{ slots: number }>(sql`/* backups.countLogicalSlots */
    SELECT count(*)::int AS slots FROM pg_replication_slots WHERE slot_type = 'logical'
  `);
  return row?.slots ?? 0;
}

/** The timeline that a standby streams; null while it does not. */
export async function readStreamedTimeline(db: Queryable): Promise<number | null> {
  const [row] = await db.rows<{ timeline: number | null }>(sql`/* backups.readStreamedTimeline */
    SELECT received_tli AS timeline FROM pg_stat_wal_receiver WHERE status = 'streaming'
  `);
  return row?.timeline ?? null;
}
