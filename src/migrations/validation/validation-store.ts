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
  return row?.report ?? null;
}
