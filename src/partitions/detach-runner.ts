import type { Database, Queryable, Session } from '../postgres/pool.ts';
import { BLOCKER_COLUMNS, type Blocker } from '../postgres/blockers.ts';
import { identifier, sql } from '../postgres/sql.ts';
import type { Statement } from '../postgres/sql.ts';

/** A partition by name. */
export interface NamedLeaf {
  readonly schema: string;
  readonly table: string;
  readonly partition: string;
}

const names = ({ schema, table, partition }: NamedLeaf): Record<'parent' | 'leaf', Statement> => ({
  parent: identifier(schema, table),
  leaf: identifier(schema, partition),
});

/**
 * Detaches while readers and writers go on, in two transactions of the server's own. When the second one gets no lock
 * the partition stays half detached: `finalizeDetach` goes on from there. It adds a CHECK of the bounds to the leaf.
 */
export async function detachConcurrently(session: Session, leaf: NamedLeaf): Promise<void> {
  const { parent, leaf: child } = names(leaf);
  await session.rows(
    sql`/* partitions.detach */ ALTER TABLE ${parent} DETACH PARTITION ${child} CONCURRENTLY`,
  );
}

/** Beside a default partition there is no other way: it locks readers of the table out for a moment. */
export async function detachLocked(session: Session, leaf: NamedLeaf): Promise<void> {
  const { parent, leaf: child } = names(leaf);
  await session.rows(sql`/* partitions.detachLocked */ ALTER TABLE ${parent} DETACH PARTITION ${child}`);
}

/** Ends a detach that broke off, once all transactions that may still see the partition have ended. */
export async function finalizeDetach(session: Session, leaf: NamedLeaf): Promise<void> {
  const { parent, leaf: child } = names(leaf);
  await session.rows(sql`/* partitions.finalize */ ALTER TABLE ${parent} DETACH PARTITION ${child} FINALIZE`);
}

/**
 * Sessions whose transactions hold any lock on the table. DETACH CONCURRENTLY waits for all of them after it has put
 * the rows out of sight, so it must not begin while there are any.
 */
export async function listUsers(db: Queryable, { schema, table }: NamedLeaf): Promise<readonly Blocker[]> {
  return db.rows<Blocker>(sql`/* partitions.listUsers */
    SELECT DISTINCT coalesce(pg_locks.pid, 0) AS pid, ${BLOCKER_COLUMNS}
    FROM pg_locks LEFT JOIN pg_stat_activity AS activity ON activity.pid = pg_locks.pid
    WHERE locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation = ${identifier(schema, table).text}::regclass AND granted
      AND coalesce(pg_locks.pid, 0) <> pg_backend_pid()
      -- An autovacuum gives way by itself.
      AND coalesce(activity.backend_type, '') <> 'autovacuum worker'
      -- On a busy table there is always somebody; who is this young is waited for by the detach itself.
      AND coalesce(clock_timestamp() - activity.xact_start > '300 ms', true)
    LIMIT 20
  `);
}

/** Whether the table has a logical slot's reader behind: `names of slots` that have not read up to now. */
export async function listLateSlots(db: Queryable, lsn: string): Promise<readonly string[]> {
  const rows = await db.rows<{ readonly name: string }>(sql`/* partitions.listLateSlots */
    SELECT slot_name AS name FROM pg_replication_slots
    WHERE slot_type = 'logical' AND database = current_database()
      AND (confirmed_flush_lsn IS NULL OR confirmed_flush_lsn < ${lsn}::pg_lsn)
    ORDER BY slot_name LIMIT 20
  `);
  return rows.map(({ name }) => name);
}

export async function currentLsn(db: Database): Promise<string> {
  const [row] = await db.rows<{ readonly lsn: string }>(
    sql`/* partitions.currentLsn */ SELECT pg_current_wal_lsn()::text AS lsn`,
  );
  return row?.lsn ?? '0/0';
}
