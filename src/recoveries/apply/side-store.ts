import { copyRows, toCopyLine } from '../../postgres/copy.ts';
import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { identifier, literal, raw, sql } from '../../postgres/sql.ts';
import { list } from '../compare/rows-probe.ts';
import type { Column, TablePair } from '../compare/tables.ts';

const COPY_TIMEOUT_MS = 600_000;

/** The same for every try of an operation. */
export function toSchemaName(operationId: string): string {
  return `recovered_${operationId.replaceAll('-', '').slice(-12)}`;
}

/** For nobody but the operator: rows in it are behind no policy. */
export async function createSideSchema(
  tx: Transaction,
  { schema, comment }: { readonly schema: string; readonly comment: string },
): Promise<void> {
  await tx.rows(sql`/* recoveries.createSideSchema */ CREATE SCHEMA ${identifier(schema)}`);
  await tx.rows(sql`/* recoveries.commentSideSchema */
    COMMENT ON SCHEMA ${identifier(schema)} IS ${literal(comment)}
  `);
}

/** As the table was then, with its key, and without anything that would refuse a row. */
export async function createSideTable(tx: Transaction, schema: string, pair: TablePair): Promise<void> {
  const columns = storedColumns(pair).map(({ name, type }) => sql`${identifier(name)} ${raw(type)}`);
  const key = list(pair.key.map(({ name }) => identifier(name)));
  const constraint = pair.key.length === 0 ? raw('') : sql`, PRIMARY KEY (${key})`;
  await tx.rows(sql`/* recoveries.createSideTable */
    CREATE TABLE ${identifier(schema, pair.name)} (${list(columns)}${constraint})
  `);
}

export async function fillSideTable(
  tx: Transaction,
  { schema, pair }: { readonly schema: string; readonly pair: TablePair },
  rows: readonly (readonly (string | null)[])[],
): Promise<number> {
  const columns = storedColumns(pair).map((one) => one.name);
  const target = { schema, table: pair.name, columns, timeoutMs: COPY_TIMEOUT_MS };
  return copyRows(
    tx.client,
    target,
    rows.map((one) => toCopyLine(one)),
  );
}

/** Twice is safe, and so is dropping what never was. */
export async function dropSideSchema(db: Queryable, schema: string): Promise<void> {
  await db.rows(sql`/* recoveries.dropSideSchema */ DROP SCHEMA IF EXISTS ${identifier(schema)} CASCADE`);
}

export async function hasSideSchema(db: Queryable, schema: string): Promise<boolean> {
  const found = await db.rows(sql`/* recoveries.hasSideSchema */
    SELECT FROM pg_namespace WHERE nspname = ${schema}
  `);
  return found.length > 0;
}

/** What a generated column holds is worked out anew from the others. */
export function storedColumns({ thenColumns }: TablePair): readonly Column[] {
  return thenColumns.filter((one) => !one.isGenerated);
}
