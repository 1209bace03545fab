import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { ValidationReport } from './validate.ts';

/** Keeps the report beside its operation, on the control database. Twice is safe: the last run of it counts. */
export async function recordValidation(
  db: Queryable,
  operationId: string,
  report: ValidationReport,
): Promise<void> {
  await db.rows(sql`/* validations.record */
    INSERT INTO migration_validation (operation_id, report) VALUES (${operationId}, ${JSON.stringify(report)})
    ON CONFLICT (operation_id) DO UPDATE SET report = EXCLUDED.report, recorded_at = clock_timestamp()
  `);
}

/** What the validation found, also one that failed by it; null while it runs, and for other operations. */
export async function findValidation(db: Queryable, operationId: string): Promise<ValidationReport | null> {
  const [row] = await db.rows<{ report: ValidationReport }>(sql`/* validations.find */
    SELECT report FROM migration_validation WHERE operation_id = ${operationId}
  `);
  // One of an older release says nothing of backups.
  return row ? { ...row.report, backup: row.report.backup ?? null } : null;
}

/** How long a migration took on real rows. */
export interface MeasuredTime {
  readonly version: string;
  /** Of the file that was tried, SHA-256 in hexadecimal. */
  readonly checksum: string;
  readonly upMs: number;
  /** The backup, and the size of what it holds. */
  readonly backup: string;
  readonly databaseBytes: number;
  readonly measuredAt: Date;
  /** The operation whose report it stands in. */
  readonly operationId: string;
}

/** The newest of each version and checksum, by validations on backups of this cluster. */
export async function listMeasuredTimes(db: Queryable, cluster: string): Promise<readonly MeasuredTime[]> {
  return db.rows<MeasuredTime>(sql`/* validations.listMeasured */
    SELECT DISTINCT ON (one ->> 'version', one ->> 'checksum')
      one ->> 'version' AS version
      , one ->> 'checksum' AS checksum
      , (one ->> 'upMs')::int AS "upMs"
      , validation.report -> 'backup' ->> 'label' AS backup
      , (validation.report -> 'backup' ->> 'databaseBytes')::float8 AS "databaseBytes"
      , validation.recorded_at AS "measuredAt"
      , validation.operation_id::text AS "operationId"
    FROM migration_validation AS validation
    JOIN operation ON operation.id = validation.operation_id
    CROSS JOIN json_array_elements(validation.report -> 'migrations') AS one
    WHERE operation.cluster = ${cluster} AND operation.kind = 'migrations.validateOnBackup'
      AND one ->> 'upMs' IS NOT NULL
    ORDER BY one ->> 'version', one ->> 'checksum', validation.recorded_at DESC
  `);
}
