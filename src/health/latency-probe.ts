import { isServerError } from '../postgres/errors.ts';
import type { Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';

/** What pg_stat_statements has added up of one statement. */
export interface StatementTimes {
  readonly id: string;
  readonly calls: number;
  readonly totalMs: number;
  /** Sum of the squares of the times. */
  readonly squaresMs: number;
}

/** Nobody can say how fast statements are; the message says why. */
export class LatencyUnknownError extends Error {}

/** Those of one statement, and whether the role that asks has run it. */
export interface OwnedTimes extends StatementTimes {
  readonly isOurs: boolean;
}

/** Of the database that is asked. Without the texts, so that the server does not read their file. */
export async function readStatementTimes(db: Queryable): Promise<readonly OwnedTimes[]> {
  try {
    return await db.rows<OwnedTimes>(sql`/* health.readStatementTimes */
      SELECT concat_ws(':', userid, toplevel, queryid) AS id
        , calls::float8
        , total_exec_time AS "totalMs"
        , calls * (stddev_exec_time ^ 2 + mean_exec_time ^ 2) AS "squaresMs"
        , userid = current_user::regrole AS "isOurs"
      FROM pg_stat_statements(false)
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    `);
  } catch (error) {
    if (isServerError(error, '42883')) throw new LatencyUnknownError('pg_stat_statements is not installed');
    if (isServerError(error, '55000')) throw new LatencyUnknownError('pg_stat_statements is not preloaded');
    throw error;
  }
}
