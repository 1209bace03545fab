import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** What a table takes, and what of it is dead. */
export interface TableSpace {
  /** With its TOAST table, without its indexes. */
  readonly bytes: number;
  /** By the server's counters. */
  readonly deadRows: number;
}

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
