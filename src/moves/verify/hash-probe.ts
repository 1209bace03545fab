import type { Queryable } from '../../postgres/pool.ts';
import { identifier, sql } from '../../postgres/sql.ts';
import { belongsTo, tableName, type TenantTable } from '../preflight/tables-probe.ts';

/** Of the rows of one table: their number, and a sum that does not depend on their order. */
export interface TableHash {
  readonly rows: bigint;
  readonly sum: string;
}

/** Values must be printed alike on both sides, whatever the servers' settings are. */
export async function fixFormats(tx: Queryable): Promise<void> {
  await tx.rows(sql`/* moves.fixFormats */
    SELECT set_config(name, value, true)
    FROM (VALUES ('timezone', 'UTC'), ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'), ('extra_float_digits', '1')
      , ('bytea_output', 'hex'), ('xmlbinary', 'base64'), ('row_security', 'off')
      , ('idle_in_transaction_session_timeout', '600000')
    ) AS setting (name, value)
  `);
}

/** Columns by name, in one order on both sides. A sum of 64-bit hashes: one row more, less or other changes it. */
export async function hashTable(tx: Queryable, table: TenantTable, organization: string): Promise<TableHash> {
  const columns = table.columns.map((one) => identifier(one)).reduce((left, right) => sql`${left}, ${right}`);
  const [row] = await tx.rows<TableHash>(sql`/* moves.hashTable */
    SELECT count(*) AS rows, coalesce(sum(hashtextextended(ROW(${columns})::text, 0)::numeric), 0)::text AS sum
    FROM ${tableName(table)}
    WHERE ${belongsTo(table, organization)}
  `);
  return row ?? { rows: 0n, sum: '0' };
}

/**
 * Before anything else in the transaction. It has no snapshot yet. Each side reads with one process: a comparison is in
 * no hurry, and those who write meanwhile want the other processors.
 */
export async function beginSnapshot(tx: Queryable): Promise<void> {
  await tx.rows(sql`/* moves.beginSnapshot */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
  await tx.rows(sql`/* moves.readAlone */ SET LOCAL max_parallel_workers_per_gather = 0`);
}

/** The first statement that reads: what the transaction sees from then on. */
export async function takeSnapshot(tx: Queryable): Promise<void> {
  await tx.rows(sql`/* moves.takeSnapshot */ SELECT FROM ops.shards LIMIT 1`);
}
