import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';

/** Limits that somebody has set. */
export interface ThresholdRow {
  /** A cluster, or what else has limits of its own. Null: for all that have none of their own. */
  readonly cluster: string | null;
  readonly metric: string;
  readonly target: number | null;
  readonly critical: number | null;
  readonly updatedBy: string;
  readonly onBehalfOf: string | null;
  readonly reason: string | null;
  readonly updatedAt: Date;
}

const COLUMNS = sql`
  nullif(cluster, '') AS cluster
  , metric
  , target
  , critical
  , updated_by AS "updatedBy"
  , on_behalf_of AS "onBehalfOf"
  , reason
  , updated_at AS "updatedAt"
`;

/** Those for all clusters first. */
export function list(db: Queryable, clusters: readonly string[]): Promise<readonly ThresholdRow[]> {
  return db.rows<ThresholdRow>(sql`/* health.listThresholds */
    SELECT ${COLUMNS}
    FROM health_threshold
    WHERE cluster = '' OR cluster = ANY(${clusters})
    ORDER BY cluster, metric
  `);
}

export async function upsert(tx: Transaction, one: Omit<ThresholdRow, 'updatedAt'>): Promise<void> {
  await tx.rows(sql`/* health.upsertThreshold */
    INSERT INTO health_threshold (cluster, metric, target, critical, updated_by, on_behalf_of, reason)
    VALUES (${one.cluster ?? ''}, ${one.metric}, ${one.target}, ${one.critical}, ${one.updatedBy}, ${one.onBehalfOf}, ${one.reason})
    ON CONFLICT (cluster, metric) DO UPDATE
    SET target = EXCLUDED.target, critical = EXCLUDED.critical, updated_by = EXCLUDED.updated_by
      , on_behalf_of = EXCLUDED.on_behalf_of, reason = EXCLUDED.reason, updated_at = clock_timestamp()
  `);
}

/** Twice is safe. */
export async function remove(tx: Transaction, cluster: string | null, metric: string): Promise<void> {
  await tx.rows(sql`/* health.removeThreshold */
    DELETE FROM health_threshold WHERE cluster = ${cluster ?? ''} AND metric = ${metric}
  `);
}
