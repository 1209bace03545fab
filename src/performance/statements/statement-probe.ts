import { maskedText } from '../../postgres/masking.ts';
import { isServerError } from '../../postgres/errors.ts';
import { writeName } from '../../postgres/names.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';
import type { StatementCounters } from './intervals.ts';

/** What pg_stat_statements says at one moment of the database that is asked. */
export interface StatementLook {
  readonly lookedAt: Date;
  /** When its counters began; null before the first reset. */
  readonly resetAt: Date | null;
  readonly counters: readonly StatementCounters[];
}

/** Nobody can say what statements cost; `hint` is the statement that changes it. */
export class StatementsUnknownError extends Error {
  readonly hint: string;
  constructor(problem: string, hint: string) {
    super(problem);
    this.hint = hint;
  }
}

const QUERY_LENGTH = 20_000;

/**
 * Without the texts, so that the server does not read their file: about 1 ms for 1,000 statements.
 *
 * @throws {StatementsUnknownError}
 */
export async function lookAtStatements(db: Queryable): Promise<StatementLook> {
  const [about] = await explain(() =>
    db.rows<{
      now: Date;
      resetAt: Date | null;
      seesAll: boolean;
      user: string;
    }>(sql`/* performance.readStatementsInfo */
      SELECT clock_timestamp() AS now, stats_reset AS "resetAt"
        , pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "seesAll", current_user AS user
      FROM pg_stat_statements_info
    `),
  );
  if (!about?.seesAll) {
    const user = about?.user ?? 'the role';
    throw new StatementsUnknownError(
      `${user} sees no statements of other roles`,
      `GRANT pg_read_all_stats TO ${writeName(user)}`,
    );
  }
  const counters = await explain(() =>
    db.rows<StatementCounters>(sql`/* performance.readStatements */
      SELECT queryid::text AS "queryId"
        , sum(calls)::float8 AS calls
        , sum(total_exec_time) AS "totalMs"
        , sum(calls * (stddev_exec_time ^ 2 + mean_exec_time ^ 2)) AS "squaresMs2"
        , sum(rows)::float8 AS rows
        , sum(shared_blks_hit)::float8 AS "blocksHit"
        , sum(shared_blks_read)::float8 AS "blocksRead"
        , sum(temp_blks_read + temp_blks_written)::float8 AS "blocksTemp"
        , sum(blk_read_time + blk_write_time) AS "ioMs"
        , sum(wal_bytes)::float8 AS "walBytes"
      FROM pg_stat_statements(false)
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND queryid IS NOT NULL
      GROUP BY queryid
    `),
  );
  return { lookedAt: about.now, resetAt: about.resetAt, counters };
}

/** Texts of statements, strings left out; those that were evicted meanwhile are missing. */
export async function readTexts(
  db: Queryable,
  queryIds: readonly string[],
): Promise<readonly { readonly queryId: string; readonly query: string }[]> {
  if (queryIds.length === 0) return [];
  return db.rows(sql`/* performance.readStatementTexts */
    SELECT DISTINCT ON (queryid) queryid::text AS "queryId", ${maskedText(raw('query'), QUERY_LENGTH)} AS query
    FROM pg_stat_statements
    WHERE queryid = ANY (${queryIds}::bigint[])
    ORDER BY queryid, calls DESC
  `);
}

async function explain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isServerError(error, '42883') || isServerError(error, '42P01'))
      throw new StatementsUnknownError(
        'pg_stat_statements is not installed in this database',
        'CREATE EXTENSION pg_stat_statements',
      );
    if (isServerError(error, '55000'))
      throw new StatementsUnknownError(
        'pg_stat_statements is not loaded',
        "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements', then restart",
      );
    throw error;
  }
}
