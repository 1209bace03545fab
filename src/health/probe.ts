import { withDeadline } from '../fleet/deadline.ts';
import { DatabaseUnavailableError, isServerError } from '../postgres/errors.ts';
import type { Database, Queryable } from '../postgres/pool.ts';
import { raw, sql, type Statement } from '../postgres/sql.ts';

/** What one instance has room for, and how safe its writes are. Those of the archive mean something on a primary only. */
export interface InstanceFigures {
  readonly user: string;
  /** Without pg_read_all_stats other roles' transactions are hidden. */
  readonly canReadAllStats: boolean;
  /** Without EXECUTE on pg_ls_archive_statusdir the archive's queue is hidden. pg_monitor has both rights. */
  readonly canListArchive: boolean;
  readonly connections: number;
  readonly maxConnections: number;
  /** Age of the oldest open transaction of a client, prepared ones too; null when there is none, or none is seen. */
  readonly longestTransactionSeconds: number | null;
  readonly isArchiving: boolean;
  /** 0: a segment is archived only when it is full. */
  readonly archiveTimeoutSeconds: number;
  readonly lastArchivedSegment: string | null;
  readonly lastArchivedSecondsAgo: number | null;
  /** The segment whose last attempt failed, when nothing has been archived since; else null. */
  readonly failedSegment: string | null;
  /** How long the oldest finished segment has been waiting; null when none waits, or when that is hidden. */
  readonly oldestWaitingSeconds: number | null;
}

/** Figures of one instance for its health, with those of the database since its statistics began. */
export interface HealthFigures extends InstanceFigures {
  readonly blocksHit: bigint;
  readonly blocksRead: bigint;
  readonly databaseBytes: bigint;
}

/** Figures, or why there are none. */
export type FiguresAnswer = HealthFigures | { readonly failure: string };

export const HEALTH_PROBE_MS = 2_500;

/**
 * All figures in one round trip; a second one when the role may not list the archive's queue, because
 * PostgreSQL checks that right before it runs any of the statement.
 *
 * @throws {DatabaseUnavailableError} when the instance has not answered within HEALTH_PROBE_MS.
 */
export async function probeHealth(db: Database): Promise<HealthFigures> {
  const answer = readFigures(db, { withQueue: true }).catch((error: unknown) => {
    if (!isServerError(error, '42501')) throw error;
    return readFigures(db, { withQueue: false });
  });
  const [figures] = await withDeadline(answer, HEALTH_PROBE_MS, db.name);
  if (figures === undefined) throw new DatabaseUnavailableError(db.name, new Error('an empty answer'));
  return figures;
}

/** Whether the archive's queue is listed: without the right to do that the whole statement fails. */
export interface ArchiveParts {
  readonly withQueue: boolean;
}

/**
 * Columns of `InstanceFigures` about the archive, of a row of pg_stat_archiver called `archiver`. The setting is not
 * read from pg_settings, which writes out all 350 of them; the queue, a file each, only where there is one.
 */
export function archiveColumns({ withQueue }: ArchiveParts): Statement {
  const oldestWaiting = `CASE WHEN current_setting('archive_mode') <> 'off' THEN (
        SELECT extract(epoch FROM clock_timestamp() - min(modification))::float8
        FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'
      ) END`;
  return raw(`
      current_setting('archive_mode') <> 'off' AS "isArchiving"
      , extract(epoch FROM current_setting('archive_timeout')::interval)::int AS "archiveTimeoutSeconds"
      , archiver.last_archived_wal AS "lastArchivedSegment"
      , extract(epoch FROM clock_timestamp() - archiver.last_archived_time)::float8 AS "lastArchivedSecondsAgo"
      , CASE WHEN archiver.last_failed_time > coalesce(archiver.last_archived_time, '-infinity')
          THEN archiver.last_failed_wal END AS "failedSegment"
      , ${withQueue ? oldestWaiting : 'NULL::float8'} AS "oldestWaitingSeconds"`);
}

/** Columns `connections` and `longest`, the age of the oldest open transaction in seconds, of pg_stat_activity. */
export const CLIENT_COLUMNS = raw(`
            -- Without the right to see it, the kind of a backend is null; what has a database is nearly always a client.
            count(*) FILTER (WHERE datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend')::int
              AS connections
            , extract(epoch FROM clock_timestamp() - min(xact_start)
                FILTER (WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()))::float8 AS longest`);

/** One row. */
function readFigures(db: Queryable, parts: ArchiveParts): Promise<readonly HealthFigures[]> {
  return db.rows<HealthFigures>(sql`/* health.readFigures */
    SELECT current_user AS user
      , pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "canReadAllStats"
      , has_function_privilege('pg_ls_archive_statusdir()', 'EXECUTE') AS "canListArchive"
      , activity.connections
      , current_setting('max_connections')::int AS "maxConnections"
      , blocks.hit AS "blocksHit"
      , blocks.read AS "blocksRead"
      , greatest(activity.longest, prepared.longest) AS "longestTransactionSeconds"
      , pg_database_size(current_database()) AS "databaseBytes"
      , ${archiveColumns(parts)}
    FROM pg_stat_archiver AS archiver
      , LATERAL (SELECT ${CLIENT_COLUMNS} FROM pg_stat_activity) AS activity
      , LATERAL (
          SELECT extract(epoch FROM clock_timestamp() - min(prepared))::float8 AS longest FROM pg_prepared_xacts
        ) AS prepared
      , LATERAL (
          SELECT blks_hit AS hit, blks_read AS read FROM pg_stat_database WHERE datname = current_database()
        ) AS blocks`);
}
