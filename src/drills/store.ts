import { inOrderOf, type Queryable } from '../postgres/pool.ts';
import { raw, sql } from '../postgres/sql.ts';
import type { RecoveryDrill } from './drills.ts';

const COLUMNS = raw(`id, cluster, target, backup, recovered_at AS "recoveredAt", state, checks, rto,
  database_bytes AS "databaseBytes", live_bytes AS "liveBytes", predicted_rto_seconds AS "predictedRtoSeconds",
  prediction_basis AS "predictionBasis", started_at AS "startedAt", finished_at AS "finishedAt"`);

/** Twice is safe: the operation is the key, and a retry replaces what its earlier attempt found. */
export async function recordDrill(db: Queryable, drill: RecoveryDrill): Promise<void> {
  await db.rows(sql`/* drills.record */
    INSERT INTO recovery_drill (id, cluster, target, backup, recovered_at, state, checks, rto, database_bytes, live_bytes,
      predicted_rto_seconds, prediction_basis, started_at, finished_at)
    VALUES (${drill.id}, ${drill.cluster}, ${drill.target}, ${drill.backup}, ${drill.recoveredAt}, ${drill.state},
      ${JSON.stringify(drill.checks)}, ${JSON.stringify(drill.rto)}, ${drill.databaseBytes}, ${drill.liveBytes},
      ${drill.predictedRtoSeconds}, ${drill.predictionBasis}, ${drill.startedAt}, ${drill.finishedAt})
    ON CONFLICT (id) DO UPDATE
    SET target = EXCLUDED.target, backup = EXCLUDED.backup, recovered_at = EXCLUDED.recovered_at,
      state = EXCLUDED.state, checks = EXCLUDED.checks, rto = EXCLUDED.rto, database_bytes = EXCLUDED.database_bytes,
      live_bytes = EXCLUDED.live_bytes, predicted_rto_seconds = EXCLUDED.predicted_rto_seconds,
      prediction_basis = EXCLUDED.prediction_basis, started_at = EXCLUDED.started_at,
      finished_at = EXCLUDED.finished_at
  `);
}

export interface DrillFilter {
  readonly cluster: string;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly limit: number;
}

/** By when they ended, newest first; `to` is not in it. */
export async function listDrills(
  db: Queryable,
  { cluster, from, to, limit }: DrillFilter,
): Promise<readonly RecoveryDrill[]> {
  return db.rows<RecoveryDrill>(sql`/* drills.list */
    SELECT ${COLUMNS} FROM recovery_drill
    WHERE cluster = ${cluster}
      AND (${from}::timestamptz IS NULL OR finished_at >= ${from})
      AND (${to}::timestamptz IS NULL OR finished_at < ${to})
    ORDER BY finished_at DESC, id LIMIT ${limit}
  `);
}

/** What a drill tells of restores of that size: all in milliseconds and bytes. */
export interface MeasuredDrill {
  readonly at: Date;
  readonly databaseBytes: number;
  readonly restoreMs: number;
  readonly fixedMs: number;
  readonly recoveryMs: number;
  readonly replayMs: number | null;
  readonly walBytes: number;
}

/** Of drills of one cluster, or of all when it is null, whose clone came up: the latest ten, the newest first. */
export async function listMeasuredDrills(
  db: Queryable,
  cluster: string | null,
): Promise<readonly MeasuredDrill[]> {
  return db.rows<MeasuredDrill>(sql`/* drills.listMeasured */
    SELECT finished_at AS at, database_bytes::float8 AS "databaseBytes"
      , 1000 * (restore->>'seconds')::float8 AS "restoreMs", 1000 * (restore->>'fixedSeconds')::float8 AS "fixedMs"
      , 1000 * (recovery->>'seconds')::float8 AS "recoveryMs"
      , 1000 * (recovery->>'replaySeconds')::float8 AS "replayMs", (recovery->>'walBytes')::float8 AS "walBytes"
    FROM recovery_drill
      , jsonb_path_query_first(rto, '$[*] ? (@.phase == "restore")') AS restore
      , jsonb_path_query_first(rto, '$[*] ? (@.phase == "recovery")') AS recovery
    WHERE (${cluster}::text IS NULL OR cluster = ${cluster}) AND database_bytes > 0
      AND restore ? 'fixedSeconds' AND recovery ? 'walBytes'
    ORDER BY finished_at DESC LIMIT 10
  `);
}

const SHOWN = 20;

/** The newest 20 of each backup, in the order of `keys`, each `<cluster>/<label>` (the DataLoader contract). */
export async function listDrillsOfBackups(
  db: Queryable,
  keys: readonly string[],
): Promise<readonly (readonly RecoveryDrill[])[]> {
  const rows = await db.rows<RecoveryDrill>(sql`/* drills.listOfBackups */
    SELECT drill.* FROM unnest(${keys}::text[]) AS wanted (key)
    CROSS JOIN LATERAL (
      SELECT ${COLUMNS} FROM recovery_drill
      WHERE cluster = split_part(wanted.key, '/', 1) AND backup = split_part(wanted.key, '/', 2)
      ORDER BY finished_at DESC, id LIMIT ${SHOWN}
    ) AS drill
  `);
  return inOrderOf(keys, rows, ({ cluster, backup }) => `${cluster}/${backup}`);
}

export async function findDrill(db: Queryable, id: string): Promise<RecoveryDrill | null> {
  const [row] = await db.rows<RecoveryDrill>(sql`/* drills.find */
    SELECT ${COLUMNS} FROM recovery_drill WHERE id = ${id}
  `);
  return row ?? null;
}
