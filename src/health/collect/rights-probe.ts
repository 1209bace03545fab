import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** What the monitor role may see on an instance, and what is installed there. */
export interface Rights {
  readonly user: string;
  /** E.g. 150020. */
  readonly versionNumber: number;
  /** Without pg_read_all_stats the sessions of other roles are hidden. */
  readonly canReadAllStats: boolean;
  readonly canListArchive: boolean;
  /** The columns of pg_statistic that an estimate of bloat needs; pg_stats shows nothing to pg_monitor. */
  readonly canReadStatistic: boolean;
  readonly hasStatements: boolean;
  /** The extension alone gives an error with each call. */
  readonly isPreloaded: boolean;
  readonly hasStatementsInfo: boolean;
  /** The function of `HOST_FUNCTION`, for us. */
  readonly canReadHost: boolean;
  /** Null without pg_read_all_settings. */
  readonly dataDirectory: string | null;
}

/** Asked before anything else: what is refused each time would fill the server's log. */
export async function readRights(db: Queryable): Promise<Rights> {
  const [row] = await db.rows<Rights>(sql`/* health.readRights */
    SELECT current_user AS user
      , current_setting('server_version_num')::int AS "versionNumber"
      , pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "canReadAllStats"
      , has_function_privilege('pg_ls_archive_statusdir()', 'EXECUTE') AS "canListArchive"
      , (
          SELECT bool_and(has_column_privilege('pg_statistic', name, 'SELECT'))
          FROM unnest(ARRAY['starelid', 'staattnum', 'stainherit', 'stanullfrac', 'stawidth']) AS name
        ) AS "canReadStatistic"
      , to_regprocedure('pg_stat_statements(boolean)') IS NOT NULL AS "hasStatements"
      , current_setting('pg_stat_statements.max', true) IS NOT NULL AS "isPreloaded"
      , to_regprocedure('pg_stat_statements_info()') IS NOT NULL AS "hasStatementsInfo"
      , coalesce(has_function_privilege(to_regprocedure('public.sunday_host_files()'), 'EXECUTE'), false)
        AS "canReadHost"
      , CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
          THEN current_setting('data_directory') END AS "dataDirectory"
  `);
  if (row === undefined) throw new Error('an empty answer');
  return row;
}
