import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { Table } from './tables.ts';

/** The tables of schema `public`, by name: where the product keeps its rows. */
export async function listTables(db: Queryable): Promise<readonly Table[]> {
  return db.rows<Table>(sql`/* recoveries.listTables */
    SELECT relname AS name, relkind = 'p' AS "isPartitioned",
      coalesce((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(pg_class.oid)),
        pg_total_relation_size(pg_class.oid))::float8 AS bytes,
      (SELECT jsonb_agg(jsonb_build_object(
          'name', attname, 'type', format_type(atttypid, atttypmod), 'isGenerated', attgenerated <> '',
          'isIdentity', attidentity <> '', 'isRequired', attnotnull AND NOT atthasdef AND attidentity = '')
          ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped) AS columns,
      coalesce((SELECT jsonb_agg(attname ORDER BY place)
        FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS of_key (number, place)
        JOIN pg_attribute ON attnum = number
        WHERE conrelid = pg_class.oid AND contype = 'p' AND attrelid = conrelid), '[]') AS key,
      coalesce((SELECT jsonb_agg(jsonb_build_object(
          'table', parent.relname,
          'columns', (SELECT jsonb_agg(attname ORDER BY place)
            FROM unnest(conkey) WITH ORDINALITY AS own (number, place)
            JOIN pg_attribute ON attrelid = conrelid AND attnum = number),
          'referenced', (SELECT jsonb_agg(attname ORDER BY place)
            FROM unnest(confkey) WITH ORDINALITY AS other (number, place)
            JOIN pg_attribute ON attrelid = confrelid AND attnum = number)) ORDER BY conname)
        FROM pg_constraint JOIN pg_class AS parent ON parent.oid = confrelid
        WHERE conrelid = pg_class.oid AND contype = 'f' AND NOT parent.relispartition
          AND parent.relnamespace = 'public'::regnamespace), '[]') AS "foreignKeys"
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    ORDER BY relname
  `);
}

/** A table whose policies hold for us; null when there is none. */
export async function findHiddenTable(db: Queryable): Promise<string | null> {
  const [row] = await db.rows<{ name: string }>(sql`/* recoveries.findHiddenTable */
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND row_security_active(oid)
    ORDER BY relname LIMIT 1
  `);
  return row?.name ?? null;
}
