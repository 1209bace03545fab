import type { Queryable } from '../../postgres/pool.ts';
import { identifier, sql, type Statement } from '../../postgres/sql.ts';
import type { TenantTable } from './tables-probe.ts';

/** A foreign key of a tenant table. */
export interface Reference {
  readonly name: string;
  readonly child: string;
  readonly childColumns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

/** Every foreign key of a tenant table, by name. */
export function listReferences(db: Queryable): Promise<readonly Reference[]> {
  return db.rows<Reference>(sql`/* moves.listReferences */
    SELECT conname::text AS name, child.relname::text AS child, parent.relname::text AS parent
      , (SELECT array_agg(attname::text ORDER BY position) FROM unnest(conkey) WITH ORDINALITY AS key (attnum, position)
         JOIN pg_attribute ON attrelid = conrelid AND pg_attribute.attnum = key.attnum) AS "childColumns"
      , (SELECT array_agg(attname::text ORDER BY position) FROM unnest(confkey) WITH ORDINALITY AS key (attnum, position)
         JOIN pg_attribute ON attrelid = confrelid AND pg_attribute.attnum = key.attnum) AS "parentColumns"
    FROM pg_constraint
    JOIN pg_class AS child ON child.oid = conrelid
    JOIN pg_class AS parent ON parent.oid = confrelid
    WHERE contype = 'f' AND conparentid = 0 AND child.relnamespace = 'public'::regnamespace
      AND parent.relnamespace = 'public'::regnamespace AND NOT child.relispartition
    ORDER BY child.relname, conname
  `);
}

/** The values of one organization that `reference` needs in a table that belongs to no organization; at most `limit`. */
export async function listNeededKeys(
  db: Queryable,
  { reference, table, organization }: Asked,
  limit: number,
): Promise<readonly string[]> {
  const [column = ''] = reference.childColumns;
  const rows = await db.rows<{ value: string }>(sql`/* moves.listNeededKeys */
    SELECT DISTINCT ${identifier(column)}::text AS value FROM ${identifier('public', table.name)}
    WHERE ${identifier(table.key)} = ${organization}::uuid AND ${identifier(column)} IS NOT NULL
    LIMIT ${limit}
  `);
  return rows.map(({ value }) => value);
}

export interface Asked {
  readonly reference: Reference;
  readonly table: TenantTable;
  readonly organization: string;
}

/** Those of `values` that the referenced table lacks. */
export async function listMissingKeys(
  db: Queryable,
  { parent, parentColumns }: Reference,
  values: readonly string[],
): Promise<readonly string[]> {
  const [column = ''] = parentColumns;
  const rows = await db.rows<{ value: string }>(sql`/* moves.listMissingKeys */
    SELECT value FROM unnest(${values}::text[]) AS value
    WHERE NOT EXISTS (SELECT FROM ${identifier('public', parent)} AS parent WHERE parent.${identifier(column)}::text = value)
  `);
  return rows.map(({ value }) => value);
}

/** Rows of the organization whose referenced row is not there: replicated rows are not checked by foreign keys. */
export async function countOrphans(
  db: Queryable,
  { reference, table, organization }: Asked,
): Promise<number> {
  const [row] = await db.rows<{ orphans: bigint }>(sql`/* moves.countOrphans */
    SELECT count(*) AS orphans
    FROM ${identifier('public', reference.child)} AS child
    WHERE child.${identifier(table.key)} = ${organization}::uuid
      AND ${all(reference.childColumns.map((one) => sql`child.${identifier(one)} IS NOT NULL`))}
      AND NOT EXISTS (
        SELECT FROM ${identifier('public', reference.parent)} AS parent WHERE ${all(
          reference.childColumns.map(
            (one, index) =>
              sql`parent.${identifier(reference.parentColumns[index] ?? '')} = child.${identifier(one)}`,
          ),
        )}
      )
  `);
  return Number(row?.orphans ?? 0n);
}

function all(conditions: readonly Statement[]): Statement {
  return conditions.reduce((left, right) => sql`${left} AND ${right}`);
}
