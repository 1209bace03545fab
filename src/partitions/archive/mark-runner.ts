import type { Transaction } from '../../postgres/pool.ts';
import { identifier, literal, sql } from '../../postgres/sql.ts';

/** The comment of a table that is no partition; empty without one, null without a table. */
export async function findMark(tx: Transaction, schema: string, name: string): Promise<string | null> {
  const [row] = await tx.rows<{ readonly mark: string }>(sql`/* partitions.findMark */
    SELECT CASE WHEN relispartition THEN '' ELSE coalesce(obj_description(pg_class.oid, 'pg_class'), '') END AS mark
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = ${schema} AND relname = ${name}
  `);
  return row?.mark ?? null;
}

export async function setMark(
  tx: Transaction,
  { schema, name, mark }: { readonly schema: string; readonly name: string; readonly mark: string },
): Promise<void> {
  await tx.rows(sql`/* partitions.setMark */
    COMMENT ON TABLE ${identifier(schema, name)} IS ${literal(mark)}
  `);
}
