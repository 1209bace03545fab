import type { Transaction } from '../../postgres/pool.ts';
import { identifier, sql } from '../../postgres/sql.ts';

/** One table of the live database, and the column that says whose a row is. */
export interface ProvedTable {
  readonly name: string;
  /** Null: its rows are nobody's. */
  readonly tenantColumn: string | null;
}

export interface OthersHash {
  readonly table: string;
  readonly rows: bigint;
  /** Sum of the rows' hashes: their order does not matter, a row that comes twice does. */
  readonly hash: string;
}

/** Rows that are not the organization's, as this transaction sees them. */
export async function hashOthers(
  tx: Transaction,
  { name, tenantColumn }: ProvedTable,
  organizationId: string,
): Promise<OthersHash> {
  const others =
    tenantColumn === null
      ? sql`true`
      : sql`${identifier('t', tenantColumn)} IS DISTINCT FROM ${organizationId}::uuid`;
  const [row] = await tx.rows<Omit<OthersHash, 'table'>>(sql`/* recoveries.hashOthers */
    SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS hash
    FROM ${identifier('public', name)} AS t WHERE ${others}
  `);
  return { table: name, rows: row?.rows ?? 0n, hash: row?.hash ?? '0' };
}

/** How many rows this transaction has written up to here, by table; partitions count for their root. */
export interface Written {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export async function readWritten(tx: Transaction): Promise<readonly Written[]> {
  return tx.rows<Written>(sql`/* recoveries.readWritten */
    SELECT root.relname AS table,
      sum(n_tup_ins)::int AS inserted, sum(n_tup_upd)::int AS updated, sum(n_tup_del)::int AS deleted
    FROM pg_stat_xact_user_tables AS written
    JOIN pg_class AS root ON root.oid = coalesce(pg_partition_root(written.relid), written.relid)
    WHERE schemaname = 'public'
    GROUP BY 1
  `);
}
