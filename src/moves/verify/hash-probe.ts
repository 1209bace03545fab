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

/** How fast rows are read: a rest of so many milliseconds whenever about so many bytes of them were hashed. */
export interface Pace {
  readonly bytes: number;
  readonly restMs: number;
}

export interface HashRequest {
  readonly table: TenantTable;
  readonly organization: string;
  /** Null: as fast as the server can. */
  readonly pace: Pace | null;
}

/**
 * Columns by name, in one order on both sides. A sum of 64-bit hashes: one row more, less or other changes it.
 *
 * The rests are the server's, within the one statement that reads everything in the order of its plan: pieces of our
 * own would need an index for their order, and read the pages of a table once for each organization in them.
 */
export async function hashTable(
  tx: Queryable,
  { table, organization, pace }: HashRequest,
): Promise<TableHash> {
  const columns = table.columns.map((one) => identifier(one)).reduce((left, right) => sql`${left}, ${right}`);
  // By lot, in proportion to the bytes of a row: nothing has to be kept from one row to the next.
  const rests =
    pace === null
      ? sql`0`
      : sql`count(pg_sleep(${pace.restMs / 1_000}::float8)) FILTER (WHERE random() * ${pace.bytes}::float8 < octet_length(line))`;
  // OFFSET 0: what a row is as text is made once, and not for each that looks at it.
  const [row] = await tx.rows<TableHash>(sql`/* moves.hashTable */
    SELECT count(*) AS rows, coalesce(sum(hashtextextended(line, 0)::numeric), 0)::text AS sum, ${rests} AS rests
    FROM (
      SELECT ROW(${columns})::text AS line FROM ${tableName(table)}
      WHERE ${belongsTo(table, organization)} ${pace === null ? sql`` : sql`OFFSET 0`}
    ) AS row
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

/** The first statement that reads: what the transaction sees from then on. Gives its process, by which it can be cancelled. */
export async function takeSnapshot(tx: Queryable): Promise<number> {
  const [row] = await tx.rows<{ pid: number }>(sql`/* moves.takeSnapshot */ SELECT pg_backend_pid() AS pid`);
  return row?.pid ?? 0;
}
