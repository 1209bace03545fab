import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Author } from './rule-store.ts';
import type { AlertSilence, AlertWindow, SilenceMatch } from './silences.ts';

const SILENCE_COLUMNS = sql`id, position, cluster, rule, metric, instance, severity, ends_at AS "endsAt", reason
  , created_by AS "createdBy", on_behalf_of AS "onBehalfOf", created_at AS "createdAt"`;
const WINDOW_COLUMNS = sql`name, clusters, metrics, cron, duration_minutes AS "durationMinutes", timezone
  , is_enabled AS "isEnabled", updated_by AS "updatedBy", on_behalf_of AS "onBehalfOf", updated_at AS "updatedAt"`;

/** Those that have not ended at `now`, newest first. */
export function listSilences(db: Queryable, now: Date, limit: number): Promise<readonly AlertSilence[]> {
  return db.rows<AlertSilence>(sql`/* alerts.listSilences */
    SELECT ${SILENCE_COLUMNS} FROM alert_silence WHERE ends_at > ${now} ORDER BY position DESC LIMIT ${limit}
  `);
}

/** Null when there would be more than `limit`. */
export async function insertSilence(
  tx: Transaction,
  silence: SilenceMatch & Author & { readonly endsAt: Date; readonly reason: string | null },
  limit: number,
): Promise<AlertSilence | null> {
  const [row] = await tx.rows<AlertSilence>(sql`/* alerts.insertSilence */
    INSERT INTO alert_silence (cluster, rule, metric, instance, severity, ends_at, reason, created_by, on_behalf_of)
    SELECT ${silence.cluster}, ${silence.rule}, ${silence.metric}, ${silence.instance}, ${silence.severity}
      , ${silence.endsAt}::timestamptz, ${silence.reason}, ${silence.by}, ${silence.onBehalfOf}
    WHERE (SELECT count(*) FROM alert_silence WHERE ends_at > clock_timestamp()) < ${limit}
    RETURNING ${SILENCE_COLUMNS}
  `);
  return row ?? null;
}

/** Ends it at `now` if it has not ended before; null when there is none. */
export async function endSilence(tx: Transaction, id: string, now: Date): Promise<AlertSilence | null> {
  const [row] = await tx.rows<AlertSilence>(sql`/* alerts.endSilence */
    UPDATE alert_silence SET ends_at = least(ends_at, ${now}) WHERE id::text = ${id} RETURNING ${SILENCE_COLUMNS}
  `);
  return row ?? null;
}

/** By name; at most `limit`. */
export function listWindows(db: Queryable, limit: number): Promise<readonly AlertWindow[]> {
  return db.rows<AlertWindow>(sql`/* alerts.listWindows */
    SELECT ${WINDOW_COLUMNS} FROM alert_maintenance_window ORDER BY name LIMIT ${limit}
  `);
}

export type NewWindow = Omit<AlertWindow, 'updatedBy' | 'onBehalfOf' | 'updatedAt'>;

/** Makes the window of that name or replaces it; null when there would be more than `limit`. */
export async function upsertWindow(
  tx: Transaction,
  window: NewWindow,
  { by, onBehalfOf, limit }: Author & { readonly limit: number },
): Promise<AlertWindow | null> {
  const [row] = await tx.rows<AlertWindow>(sql`/* alerts.upsertWindow */
    INSERT INTO alert_maintenance_window (name, clusters, metrics, cron, duration_minutes, timezone, is_enabled
      , updated_by, on_behalf_of)
    SELECT ${window.name}, ${window.clusters}::text[], ${window.metrics}::text[], ${window.cron}
      , ${window.durationMinutes}::int, ${window.timezone}, ${window.isEnabled}::boolean, ${by}, ${onBehalfOf}
    WHERE (SELECT count(*) FROM alert_maintenance_window) < ${limit}
      OR EXISTS (SELECT FROM alert_maintenance_window WHERE name = ${window.name})
    ON CONFLICT (name) DO UPDATE
    SET clusters = EXCLUDED.clusters, metrics = EXCLUDED.metrics, cron = EXCLUDED.cron
      , duration_minutes = EXCLUDED.duration_minutes, timezone = EXCLUDED.timezone, is_enabled = EXCLUDED.is_enabled
      , updated_by = EXCLUDED.updated_by, on_behalf_of = EXCLUDED.on_behalf_of, updated_at = clock_timestamp()
    RETURNING ${WINDOW_COLUMNS}
  `);
  return row ?? null;
}

/** False when there is none. */
export async function removeWindow(tx: Transaction, name: string): Promise<boolean> {
  const rows = await tx.rows(sql`/* alerts.removeWindow */
    DELETE FROM alert_maintenance_window WHERE name = ${name} RETURNING name
  `);
  return rows.length > 0;
}

/** Silences that ended before `before` are forgotten. */
export async function removeEnded(db: Queryable, before: Date): Promise<void> {
  await db.rows(sql`/* alerts.removeEnded */ DELETE FROM alert_silence WHERE ends_at < ${before}`);
}
