import type { Database } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import { belongsTo, tableName, type TenantTable } from '../preflight/tables-probe.ts';

/**
 * Deletes some rows of the organization and gives their number. In replica role: no foreign key cascades, no trigger
 * notes in the audit trail that a customer deleted what has only moved, and the fence lets it pass.
 */
export function deleteBatch(
  db: Database,
  table: TenantTable,
  { organization, limit }: { readonly organization: string; readonly limit: number },
): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.rows(sql`/* moves.becomeReplica */ SET LOCAL session_replication_role = replica`);
    const rows = await tx.rows(sql`/* moves.deleteBatch */
      DELETE FROM ${tableName(table)}
      WHERE (tableoid, ctid) IN (
        SELECT tableoid, ctid FROM ${tableName(table)} WHERE ${belongsTo(table, organization)} LIMIT ${limit}
      ) AND ${belongsTo(table, organization)}
      RETURNING 1
    `);
    return rows.length;
  });
}
