import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** A relation of the user's schemas, and where its rows are. */
export interface StoredRelation {
  /** Its oid. */
  readonly id: string;
  /** `schema.name`. */
  readonly name: string;
  /** As in pg_class; of an index, the oid of its table stands beside it. */
  readonly kind: 'r' | 'm' | 'p' | 'i' | 'I';
  readonly tableId: string | null;
  /** Number of the file; another one after a rewrite. Null where there is none, as for a partitioned table. */
  readonly file: string | null;
  /** Heap and TOAST, or the index; 0 where there is no file. */
  readonly sizeBytes: number;
}

/** Temporary tables and our own ledger are left out. */
export async function listStored(db: Queryable): Promise<readonly StoredRelation[]> {
  return db.rows<StoredRelation>(sql`/* migrations.listStored */
    SELECT c.oid::text AS id
      , n.nspname || '.' || c.relname AS name
      , c.relkind::text AS kind
      , i.indrelid::text AS "tableId"
      , nullif(pg_relation_filenode(c.oid), 0)::text AS file
      , coalesce(pg_table_size(c.oid), 0)::float8 AS "sizeBytes"
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
    WHERE c.relkind IN ('r', 'm', 'p', 'i', 'I') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'sunday_ledger')
  `);
}

export interface HeldLock {
  /** Oid of the relation. */
  readonly id: string;
  /** As in pg_locks, e.g. `AccessExclusiveLock`. */
  readonly mode: string;
}

/** What this transaction holds: a lock on a relation is kept until its end. */
export async function listOwnLocks(tx: Queryable): Promise<readonly HeldLock[]> {
  return tx.rows<HeldLock>(sql`/* migrations.listOwnLocks */
    SELECT DISTINCT relation::text AS id, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  `);
}
