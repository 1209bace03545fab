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
    // What can be worked out here is: the server would do it for each of up to 5,000 statements.
    const rows = await db.rows<CountedTimes>(sql`/* health.readStatementTimes */
      SELECT userid, toplevel, queryid, calls::float8
        , total_exec_time AS "totalMs", mean_exec_time AS "meanMs", stddev_exec_time AS "deviationMs"
        , userid = (SELECT current_user::regrole::oid) AS "isOurs"
      FROM pg_stat_statements(false)
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    `);
    return rows.map(toTimes);
  } catch (error) {
    if (isServerError(error, '42883')) throw new LatencyUnknownError('pg_stat_statements is not installed');
    if (isServerError(error, '55000')) throw new LatencyUnknownError('pg_stat_statements is not preloaded');
    throw error;
  }
}

interface CountedTimes {
  readonly userid: number;
  readonly toplevel: boolean;
  readonly queryid: bigint;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly deviationMs: number;
  readonly isOurs: boolean;
}

function toTimes({ userid, toplevel, queryid, calls, totalMs, ...one }: CountedTimes): OwnedTimes {
  const squaresMs = calls * (one.deviationMs ** 2 + one.meanMs ** 2);
  return { id: `${userid}:${toplevel}:${queryid}`, calls, totalMs, squaresMs, isOurs: one.isOurs };
}
