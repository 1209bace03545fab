import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Evidence that a set was restored into a directory, and how long that took. */
export interface RestoreProof {
  readonly operationId: string;
  readonly label: string;
  /** Its rows were counted and are those of the manifest. */
  readonly isProven: boolean;
  readonly rtoSeconds: number;
  readonly databaseBytes: bigint;
  readonly at: Date;
}

const MOST = 1_000;

/** Newest first, the newest 1,000 of the time; `to` is not in it. */
export async function listProofs(
  db: Queryable,
  { cluster, from, to }: { readonly cluster: string; readonly from: Date; readonly to: Date },
): Promise<readonly RestoreProof[]> {
  return db.rows<RestoreProof>(sql`/* backups.listProofs */
    SELECT operation_id AS "operationId", label, is_proven AS "isProven", rto_seconds AS "rtoSeconds"
      , database_bytes AS "databaseBytes", at
    FROM backup_proof
    WHERE cluster = ${cluster} AND at >= ${from} AND at < ${to}
    ORDER BY at DESC, operation_id LIMIT ${MOST}
  `);
}
