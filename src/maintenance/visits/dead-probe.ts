import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** What a table takes, and what of it is dead. */
export interface TableSpace {
  /** With its TOAST table, without its indexes. */
  readonly bytes: number;
  /** By the server's counters. */
  readonly deadRows: number;
}

/** Something for which the server keeps rows that are dead for everybody else. */
export interface HorizonHolder {
  readonly kind: 'SESSION' | 'STANDBY' | 'SLOT' | 'PREPARED';
  /** The process, the standby's or slot's name, or the prepared transaction's id. */
  readonly name: string;
  /** For people: user, application and state; null where there is nothing to say. */
  readonly detail: string | null;
  /** Transactions begun since the oldest one that it may still see. */
  readonly ageTransactions: number;
}

const MOST_HOLDERS = 3;

/** Null: it is not there. */
export async function readSpace(db: Queryable, schema: string, name: string): Promise<TableSpace | null> {
  const [row] = await db.rows<TableSpace>(sql`/* maintenance.readSpace */
    SELECT pg_table_size(c.oid)::float8 AS bytes, coalesce(pg_stat_get_dead_tuples(c.oid), 0)::float8 AS "deadRows"
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema} AND c.relname = ${name}
  `);
  return row ?? null;
}

/**
 * Those with the oldest view, at most three. A session of another database keeps nothing of this one's tables, but
 * a standby's feedback, a slot and a prepared transaction do.
 */
export function listHorizonHolders(db: Queryable): Promise<readonly HorizonHolder[]> {
  return db.rows<HorizonHolder>(sql`/* maintenance.listHorizonHolders */
    SELECT kind, name, detail, "ageTransactions"
    FROM (
      SELECT 'SESSION' AS kind, pid::text AS name
        , concat_ws(', ', usename, nullif(application_name, ''), state) AS detail
        , greatest(age(backend_xmin), age(backend_xid)) AS "ageTransactions"
      FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type <> 'walsender'
      UNION ALL
      SELECT 'STANDBY', coalesce(nullif(application_name, ''), pid::text), state, age(backend_xmin) FROM pg_stat_replication
      UNION ALL
      SELECT 'SLOT', slot_name, CASE WHEN active THEN 'active' ELSE 'nobody is connected' END, age(xmin)
      FROM pg_replication_slots
      UNION ALL
      SELECT 'PREPARED', gid, owner, age(transaction) FROM pg_prepared_xacts WHERE database = current_database()
    ) AS holders
    WHERE "ageTransactions" IS NOT NULL
    ORDER BY "ageTransactions" DESC, kind, name
    LIMIT ${MOST_HOLDERS}
  `);
}
