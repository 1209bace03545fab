import type { Queryable } from '../../postgres/pool.ts';
import { writeName } from '../../postgres/names.ts';
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

/** What a role may not do, for people; null: it may do all. */
export interface MissingRight {
  readonly problem: string;
  /** The statement that grants it. */
  readonly statement: string;
}

export interface WantedRights {
  /** Tables that are read; null: all. */
  readonly read: readonly string[] | null;
  /** Tables that are written, and what is done to them. */
  readonly written: readonly string[];
  readonly actions: readonly ('INSERT' | 'UPDATE')[];
}

/** The first right that the role of this session lacks, sequences of written tables included. */
export async function findMissingRight(
  db: Queryable,
  { read, written, actions }: WantedRights,
): Promise<MissingRight | null> {
  const [row] = await db.rows<{ role: string; name: string; action: string; kind: 'TABLE' | 'SEQUENCE' }>(
    sql`/* recoveries.findMissingRight */
    WITH tables AS (
      SELECT oid, relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    ), wanted AS (
      SELECT oid, name, 'SELECT' AS action, 'TABLE' AS kind FROM tables
      WHERE ${read}::text[] IS NULL OR name = ANY(${read}::text[])
      UNION ALL
      SELECT oid, name, action, 'TABLE' FROM tables, unnest(${actions}::text[]) AS action
      WHERE name = ANY(${written}::text[])
      UNION ALL
      SELECT sequence.oid, sequence.relname, action, 'SEQUENCE'
      FROM tables, pg_depend, pg_class AS sequence, unnest(ARRAY['SELECT', 'UPDATE']) AS action
      WHERE name = ANY(${written}::text[]) AND refobjid = tables.oid AND refobjsubid > 0 AND deptype IN ('a', 'i')
        AND classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
        AND objid = sequence.oid AND sequence.relkind = 'S'
    )
    SELECT current_user AS role, name, action, kind FROM wanted
    WHERE NOT CASE kind WHEN 'TABLE' THEN has_table_privilege(oid, action) ELSE has_sequence_privilege(oid, action) END
    ORDER BY kind DESC, name, action LIMIT 1
  `,
  );
  if (row === undefined) return null;
  const { role, name, action, kind } = row;
  const what = kind === 'TABLE' ? writeName('public', name) : `SEQUENCE ${writeName('public', name)}`;
  return {
    problem: `${role} may not ${action} ${kind === 'TABLE' ? '' : 'sequence '}${name}`,
    statement: `GRANT ${action} ON ${what} TO ${writeName(role)};`,
  };
}
