import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** A slot of one table's copy, on the side that sends. */
export interface CopySlot {
  readonly name: string;
  /** Who makes it or reads from it; null: nobody. */
  readonly pid: number | null;
}

/** Slots of copies for subscriptions of the server `systemId`, but those of the subscriptions that it still has. */
export function listLostCopySlots(
  db: Queryable,
  { systemId, subscriptionOids }: { readonly systemId: string; readonly subscriptionOids: readonly string[] },
): Promise<readonly CopySlot[]> {
  return db.rows<CopySlot>(sql`/* moves.listLostCopySlots */
    SELECT slot_name::text AS name, active_pid AS pid FROM pg_replication_slots
    WHERE slot_name ~ ${`^pg_[0-9]+_sync_[0-9]+_${systemId}$`}
      AND NOT split_part(slot_name, '_', 2) = ANY(${subscriptionOids}::text[])
    ORDER BY slot_name
  `);
}

/** Of all databases of the server, as they stand in names of slots: an oid may be above what an int holds. */
export async function listSubscriptionOids(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ oid: string }>(
    sql`/* moves.listSubscriptionOids */ SELECT oid::text AS oid FROM pg_subscription`,
  );
  return rows.map(({ oid }) => oid);
}

/** Processes that cannot make a slot for a copy of the subscription yet, because a transaction is open. */
export async function listWaitingCopies(db: Queryable, subscriptionOid: string): Promise<readonly number[]> {
  const rows = await db.rows<{ pid: number }>(sql`/* moves.listWaitingCopies */
    SELECT pid FROM pg_replication_slots JOIN pg_stat_activity ON pid = active_pid
    WHERE starts_with(slot_name, ${`pg_${subscriptionOid}_sync_`}) AND wait_event_type = 'Lock'
    ORDER BY pid
  `);
  return rows.map(({ pid }) => pid);
}
