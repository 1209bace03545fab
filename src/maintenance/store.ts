import { inOrderOf, type Queryable } from '../postgres/pool.ts';
import { raw, sql } from '../postgres/sql.ts';
import type { MaintenanceRun } from './findings.ts';

const COLUMNS =
  raw(`id, cluster, task, findings, looked_at AS "lookedAt", bookmarks, started_at AS "startedAt",
  finished_at AS "finishedAt"`);
const KEPT_FOR = '2 years';

/** Twice is safe: the operation is the key, and a retry replaces what its earlier attempt found. */
export async function recordRun(db: Queryable, run: MaintenanceRun): Promise<void> {
  await db.rows(sql`/* maintenance.record */
    INSERT INTO maintenance_run (id, cluster, task, findings, looked_at, bookmarks, started_at, finished_at)
    VALUES (${run.id}, ${run.cluster}, ${run.task}, ${JSON.stringify(run.findings)}, ${JSON.stringify(run.lookedAt)},
      ${JSON.stringify(run.bookmarks)}, ${run.startedAt}, ${run.finishedAt})
    ON CONFLICT (id) DO UPDATE
    SET findings = EXCLUDED.findings, looked_at = EXCLUDED.looked_at, bookmarks = EXCLUDED.bookmarks,
      finished_at = EXCLUDED.finished_at
  `);
  await db.rows(sql`/* maintenance.forget */
    DELETE FROM maintenance_run
    WHERE cluster = ${run.cluster} AND task = ${run.task} AND finished_at < now() - ${KEPT_FOR}::interval
  `);
}

/** The newest `limit` of each task, newest first, in the order of `keys`, each `<cluster>/<task>` (the DataLoader contract). */
export async function listRuns(
  db: Queryable,
  keys: readonly string[],
  limit: number,
): Promise<readonly (readonly MaintenanceRun[])[]> {
  const rows = await db.rows<MaintenanceRun>(sql`/* maintenance.list */
    SELECT run.* FROM unnest(${keys}::text[]) AS wanted (key)
    CROSS JOIN LATERAL (
      SELECT ${COLUMNS} FROM maintenance_run
      WHERE cluster = split_part(wanted.key, '/', 1) AND task = split_part(wanted.key, '/', 2)
      ORDER BY finished_at DESC, id LIMIT ${limit}
    ) AS run
  `);
  return inOrderOf(keys, rows, ({ cluster, task }) => `${cluster}/${task}`);
}

export async function findRun(db: Queryable, id: string): Promise<MaintenanceRun | null> {
  const [row] = await db.rows<MaintenanceRun>(sql`/* maintenance.find */
    SELECT ${COLUMNS} FROM maintenance_run WHERE id = ${id}
  `);
  return row ?? null;
}
