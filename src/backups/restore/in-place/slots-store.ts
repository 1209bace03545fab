import type { Queryable } from '../../../postgres/pool.ts';
import { sql } from '../../../postgres/sql.ts';

/** Makes the slot through which a standby will stream; a backup holds none. Twice is safe. */
export async function keepStandbySlot(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* backups.keepStandbySlot */
    SELECT pg_create_physical_replication_slot(${name}, true)
    WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = ${name})
  `);
}
