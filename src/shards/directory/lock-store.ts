import type { Transaction } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Two requests for the same organization come one after the other: the second finds what the first has decided. */
export async function lockOrganization(tx: Transaction, organization: string): Promise<void> {
  await tx.rows(sql`/* shards.lockOrganization */
    SELECT pg_advisory_xact_lock(hashtextextended(${organization}, 7302119))
  `);
}
